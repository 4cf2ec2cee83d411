"""The same build as a competent data scientist writes it with pandas, scikit-learn and fairlearn.

Library calls with their usual settings on all rows in memory, for the benchmark of the whole build. It does
less than the package: a few masks instead of every rule of the policy, no bootstrap of each number of
segments, no shuffles, no intervals and no tests in the audit, no small count hidden.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from fairlearn.metrics import MetricFrame, selection_rate
from sklearn.cluster import KMeans
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.metrics import adjusted_rand_score, silhouette_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, OrdinalEncoder, StandardScaler

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path
    from typing import TypeVar

    from numpy.typing import NDArray

    from segmentation.policy import Policy
    from segmentation.policy.parts import Purpose

    Result = TypeVar("Result")

RESTARTS = 10
SILHOUETTE_SAMPLE = 10_000
REFITS, REFIT_SAMPLE = 10, 10_000
AUDIT_SAMPLE = 50_000
"""Rows that MetricFrame sees: it takes a quarter of a minute for so many, and minutes for a million."""


@dataclass
class Plain:
    """A plain build under way: what came of it, and the seconds of each step.

    Attributes
    ----------
    policy : Policy
        Gives the columns and what they may hold.
    seconds : dict of str to float
    fits : dict of int to KMeans
        For each number of segments that was tried.
    fit_seconds : dict of int to float
        Of each of them, with its silhouette.
    """

    policy: Policy
    seconds: dict[str, float] = field(default_factory=dict)
    fits: dict[int, KMeans] = field(default_factory=dict)
    fit_seconds: dict[int, float] = field(default_factory=dict)

    def run(self, path: Path, tried: Sequence[int], n_segments: int) -> str:
        """Read, encode, try numbers of segments, and describe and audit `n_segments`; return the card."""
        table = self._timed("read", lambda: self.read(path))
        self.ids = table[self.policy.residents.id]
        self.encoded = self._timed("features", lambda: self.features(table))
        for k in tried:
            start = time.perf_counter()
            self.fits[k] = self.fit(k)
            self.fit_seconds[k] = time.perf_counter() - start
        labels = self.fits[n_segments].labels_
        agreement = self._timed("stability", lambda: self.stability(n_segments))
        means, shares = self._timed("profiles", lambda: self.profiles(table, labels))
        audited = self._timed("audit", lambda: self.audit(table, labels))
        return self._timed("card", lambda: card(len(table), labels, agreement, means, shares, audited))

    def read(self, path: Path) -> pd.DataFrame:
        """Return the rows with consent and plausible values."""
        policy = self.policy
        purpose, audit = policy.purpose, policy.audit_purpose
        consents = [f"consent_{one.key}{end}" for one in (purpose, audit) for end in ("", "_notice")]
        columns = [policy.residents.id, *consents, *policy.features, *policy.protected, *policy.proxies]
        table = pd.read_parquet(path, columns=columns).drop_duplicates(policy.residents.id)
        table = table[_agreed(table, purpose)].reset_index(drop=True)
        for name, one in policy.features.items():
            allowed = table[name].isin(one.values) if one.values else table[name].between(one.low, one.high)
            if not (allowed | table[name].isna()).all():
                raise ValueError(f"'{name}' holds what it may not.")
        protected = [*policy.protected, *policy.proxies]
        table.loc[~_agreed(table, audit), protected] = None
        return table

    def features(self, table: pd.DataFrame) -> NDArray[np.float64]:
        """Encode: counts log1p and standardised, numbers standardised, ranks too, categories one-hot."""
        kinds: dict[str, list[str]] = {}
        for name, one in self.policy.features.items():
            kinds.setdefault("number" if one.kind == "share" else one.kind, []).append(name)
        ranks = [
            np.array([*(self.policy.features[name].values or ()), np.nan], object)
            for name in kinds["ordinal"]
        ]
        scaled = StandardScaler(), SimpleImputer(add_indicator=True)
        encoder = ColumnTransformer(
            [
                ("count", make_pipeline(FunctionTransformer(np.log1p), *scaled), kinds["count"]),
                ("number", make_pipeline(*scaled), kinds["number"]),
                ("ordinal", make_pipeline(OrdinalEncoder(categories=ranks), *scaled), kinds["ordinal"]),
                ("category", OneHotEncoder(sparse_output=False), kinds["category"]),
                ("flag", SimpleImputer(add_indicator=True), kinds["flag"]),
            ]
        )
        return np.asarray(encoder.fit_transform(table), np.float64)

    def fit(self, k: int) -> KMeans:
        """Fit on all rows, and take the silhouette of some."""
        fitted = KMeans(k, n_init=RESTARTS, random_state=0).fit(self.encoded)
        silhouette_score(self.encoded, fitted.labels_, sample_size=SILHOUETTE_SAMPLE, random_state=0)
        return fitted

    def stability(self, k: int) -> float:
        """Return the mean agreement of refits on other rows with the fit."""
        random = np.random.default_rng(0)
        scores = []
        for seed in range(REFITS):
            rows = random.choice(len(self.encoded), REFIT_SAMPLE)
            refit = KMeans(k, random_state=seed).fit(self.encoded[rows])
            scores.append(adjusted_rand_score(self.fits[k].labels_[rows], refit.labels_))
        return float(np.mean(scores))

    def profiles(self, table: pd.DataFrame, labels: NDArray[np.int32]) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Return means, spreads and medians of numbers, and shares of listed values, by segment."""
        features = self.policy.features
        listed = [name for name, one in features.items() if one.values]
        by_segment = table[[name for name in features if name not in listed]].groupby(labels)
        numbers = by_segment.agg(["mean", "std", "median"])
        shares = [pd.crosstab(labels, table[name], normalize="index") for name in listed]
        return numbers, pd.concat(shares, axis=1, keys=listed)

    def audit(self, table: pd.DataFrame, labels: NDArray[np.int32]) -> list[MetricFrame | pd.DataFrame]:
        """Return the share of each group in each segment of all, and MetricFrame's rates and gaps of some."""
        policy = self.policy
        single = [[name] for name in (*policy.protected, *policy.proxies)]
        drawn = table.sample(min(AUDIT_SAMPLE, len(table)), random_state=0)
        metrics = {f"S{at}": _rate_of(at) for at in range(labels.max() + 1)}
        found: list[MetricFrame | pd.DataFrame] = []
        for names in [*single, *map(list, policy.audit.intersections)]:
            found.append(pd.crosstab([table[name] for name in names], labels, normalize="index"))
            known = drawn.dropna(subset=names)
            own = labels[known.index]
            found.append(
                MetricFrame(metrics=metrics, y_true=own, y_pred=own, sensitive_features=known[names])
            )
        return found

    def _timed(self, step: str, run: Callable[[], Result]) -> Result:
        start = time.perf_counter()
        result = run()
        self.seconds[step] = time.perf_counter() - start
        return result


def card(
    residents: int,
    labels: NDArray[np.int32],
    agreement: float,
    means: pd.DataFrame,
    shares: pd.DataFrame,
    audited: list[MetricFrame | pd.DataFrame],
) -> str:
    """Return a card in Markdown."""
    sizes = np.bincount(labels)
    parts = [
        f"# Segments\n\n{residents:,} residents, {len(sizes)} segments, refits agree by {agreement:.2f}.",
        "\n".join(f"- S{at}: {size:,} ({size / residents:.1%})" for at, size in enumerate(sizes)),
        f"## Needs\n\n{means.round(2).T.to_string()}\n\n{shares.round(3).T.to_string()}",
    ]
    for one in audited:
        table, gaps = (one.by_group, one.difference()) if isinstance(one, MetricFrame) else (one, None)
        parts.append(f"## Groups\n\n{table.round(3).to_string()}")
        parts.extend([] if gaps is None else [f"Differences\n\n{gaps.round(3).to_string()}"])
    return "\n\n".join(parts)


def _agreed(table: pd.DataFrame, purpose: Purpose) -> pd.Series:
    given = table[f"consent_{purpose.key}"] == "given"
    notices = purpose.notice_versions
    return given & table[f"consent_{purpose.key}_notice"].isin(notices) if notices else given


def _rate_of(segment: int) -> Callable[..., float]:
    return lambda y_true, y_pred: float(selection_rate(y_true, y_pred, pos_label=segment))
