"""What mitigations cost and remove, beside fairlearn's CorrelationRemover and a published table.

First, every mitigation on real households and on the demo's community, fitted on half of the residents and
measured on the others. Second, on the data sets of a published comparison of fair clustering methods: cost
and balance of plain k-means, which must agree with the published one, and of every mitigation, beside the
published columns. Those methods are bound to a balance and assign people by their group; ours are not, and
assign by needs alone. Run it with no argument (a few minutes), --quick (fewer data sets, a given number of
segments) or --full (more restarts).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import published
from fairlearn.preprocessing import CorrelationRemover
from published import Floats, Labels, Published, balance, cost
from sklearn.cluster import KMeans
from sklearn.metrics import silhouette_score
from timing import arguments, numbers, table

from segmentation import read_policy, read_residents, residents_from
from segmentation.audit.association import corrected_v
from segmentation.clustering.centers import nearest
from segmentation.features import needs_encoder, needs_table
from segmentation.mitigation import fair_centres, frontier, leace
from segmentation.mitigation.frontier import worst_attribute
from segmentation.mitigation.spread import erase_directions, spread_directions
from segmentation.simulate import simulate

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from segmentation.mitigation import Frontier
    from segmentation.policy import Policy
    from segmentation.residents import Residents

ROOT = Path(__file__).parents[1]
HOUSEHOLDS = ROOT.parent / "shared/data/acs_pums_2016_households/households_occupied_clean.parquet"
AS_OF = date(2026, 7, 1)
SAMPLE = 4_000
DIRECTIONS = 2
QUICK = ("adult", "creditcard")
ALL = tuple(published.SENSITIVE)


# ---- Residents --------------------------------------------------------------------------------------


def policy_of(name: str) -> Policy:
    """Return the policy of one of the models that come along."""
    return read_policy(ROOT / "models" / name / "policy.toml")


def compared(title: str, policy: Policy, residents: Residents, asked: argparse.Namespace) -> Frontier:
    """Print the frontier of the attribute that segments go together with most, and return it."""
    number = 4 if asked.quick else "auto"
    attribute = worst_attribute(policy, residents, n_segments=number)
    found = frontier(policy, residents, attribute, n_segments=number)
    print(f"\n{title}: {attribute}, {found.seen:,} residents fitted on, {found.unseen:,} others measured")
    head = ("mitigation", "segments", "V", "V left", "broken", "open", "worst V elsewhere", "fit ratio",
            "silhouette", "kept", "of all needs", "explained")  # fmt: skip
    rows = [_told(name, row) for name, row in found.to_frame().iterrows()]
    remover = _correlation_remover(policy, residents, found)
    rows.append(("CorrelationRemover +", str(found.before.n_segments), *remover.told))
    table(head, rows)
    print("+ fairlearn's; it needs the protected value of everybody who is assigned, and ours of nobody.")
    print(found.conclusion.en)
    return found


def _told(name: object, row: pd.Series) -> tuple[str, ...]:
    figures = ("association", "association_ratio")
    rest = (
        "elsewhere",
        "fit_ratio",
        "silhouette",
        "silhouette_ratio",
        "silhouette_of_all_needs",
        "explained",
    )
    return (
        str(name),
        str(row["n_segments"]),
        *(_figure(row[one], ".3f") for one in figures),
        *(_figure(row[one], ".0f") for one in ("broken", "undetermined")),
        *(_figure(row[one], ".3f") for one in rest),
    )


def _figure(value: float | None, form: str) -> str:
    return "–" if pd.isna(value) else format(value, form)


@dataclass(frozen=True)
class _Peer:
    """What fairlearn's remover comes to on the same halves."""

    association: float
    left: float
    silhouette: float
    kept: float
    of_all_needs: float

    @property
    def told(self) -> tuple[str, ...]:
        shown = [f"{value:.3f}" for value in (self.association, self.left)]
        rest = [f"{value:.3f}" for value in (self.silhouette, self.kept, self.of_all_needs)]
        return (*shown, "–", "–", "–", "–", *rest, "–")


def _correlation_remover(policy: Policy, residents: Residents, found: Frontier) -> _Peer:
    order = np.random.default_rng(found.seed).permutation(len(residents))
    rows = np.sort(order[: found.seen]), np.sort(order[found.seen :])
    encoder = needs_encoder(policy)
    seen, unseen = (needs_table(encoder, residents.needs.iloc[at]) for at in rows)
    points = np.asarray(encoder.fit_transform(seen)), np.asarray(encoder.transform(unseen))
    column = residents.protected[found.attribute].cat
    codes = tuple(column.codes.to_numpy()[at].astype(np.int64) for at in rows)
    marks = [np.eye(len(column.categories) + 1)[one][:, 1:-1] for one in codes]
    sensitive = list(range(marks[0].shape[1]))
    remover = CorrelationRemover(sensitive_feature_ids=sensitive)
    kept = remover.fit_transform(np.hstack([marks[0], points[0]]))
    other = remover.transform(np.hstack([marks[1], points[1]]))
    fitted = KMeans(found.before.n_segments, n_init=10, random_state=found.seed).fit(kept)
    labels = fitted.predict(other).astype(np.int64)
    sample = np.random.default_rng(found.seed).permutation(len(labels))[:SAMPLE]
    own = float(silhouette_score(other[sample], labels[sample]))
    told = found.before
    association = _association(labels, codes[1])
    before = told.disparity.association if told.disparity else None
    silhouette = told.quality.silhouette if told.quality else None
    return _Peer(
        association,
        association / (before or np.nan),
        own,
        own / (silhouette or np.nan),
        float(silhouette_score(points[1][sample], labels[sample])),
    )


def _association(labels: Labels, codes: Labels) -> float:
    known = codes >= 0
    shape = (labels.max() + 1, codes.max() + 1)
    counts = np.bincount(labels[known] * shape[1] + codes[known], minlength=shape[0] * shape[1])
    return float(corrected_v(counts.reshape(shape)))


def _ratios(found: Frontier) -> tuple[float, float]:
    """Return what the recommended mitigation leaves of V and of the silhouette; 1 where none is.

    Raises
    ------
    SystemExit
        A figure is hidden: 0 would read as the best of all.
    """
    if found.recommended is None:
        return 1.0, 1.0
    left, kept = found.association_ratio(found.recommended), found.silhouette_ratio(found.recommended)
    if left is None or kept is None:
        raise SystemExit(
            f"What {found.recommended.key} leaves of V cannot be told, because counts are hidden or nothing "
            "was there. Measure more residents."
        )
    return left, kept


# ---- The published table ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Reached:
    """Cost and balance of one way to cluster."""

    cost: float
    balance: float

    @classmethod
    def of(cls, data: Published, labels: Labels) -> Reached:
        """Return what labels cost in the plain space, whatever space they were found in."""
        return cls(cost(data.points, labels), balance(labels, data.groups))

    def told(self, target: float) -> str:
        """Return both, marked where the published target of the balance is met."""
        return f"{self.cost:,.0f} ({self.balance:.2f}{'*' if self.balance >= target else ''})"


def ways(data: Published, k: int, restarts: int) -> dict[str, Reached]:
    """Return what plain k-means and every mitigation that applies to a plain table reach."""
    points, groups = data.points, data.groups
    members = groups[:, None] == np.arange(2)
    erasure = leace(points, members.astype(np.float64))
    spread = spread_directions(erasure.map.apply(points), [groups], 0)[:, :DIRECTIONS]
    further = erase_directions(erasure, spread, points.mean(axis=0))
    plain = _kmeans(points, k, restarts)
    moved = fair_centres(points, members, plain.cluster_centers_.astype(np.float64)).centers
    found = {"k-means": plain.labels_, "fair centres": nearest(points, moved)}
    for name, one in (("erase", erasure), ("erase_nonlinear", further)):
        found[name] = _kmeans(one.map.apply(points), k, max(restarts // 3, 5)).labels_
    return {name: Reached.of(data, np.asarray(labels, np.int64)) for name, labels in found.items()}


def _kmeans(points: Floats, k: int, restarts: int) -> KMeans:
    return KMeans(k, n_init=restarts, random_state=0).fit(points.astype(np.float32))


def beside_the_published(asked: argparse.Namespace) -> float:
    """Print the published table with ours beside it, and return the worst gap of the cost of k-means."""
    rows = published.published_rows()
    names = QUICK if asked.quick else ALL
    numbers_of = (2, 5) if asked.quick else (2, 5, 10, 15)
    restarts = 15 if asked.quick else 100 if asked.full else 40
    told, gaps = [], []
    for data in published.data_sets(names):
        for k in numbers_of:
            lines = rows[(rows["dataset"] == data.name) & (rows["k"] == k)]
            ours = ways(data, k, restarts)
            gaps.append(abs(ours["k-means"].cost / float(lines["lloyd_cost"].iloc[0]) - 1))
            told += list(_lines(lines, ours))
    print("\nCost (sum of squares) and balance (* the target is met); published columns first")
    head = ("data", "k", "target", "Lloyd", *published.METHODS.values(), "k-means", "fair centres", "erase",
            "erase_nonlinear")  # fmt: skip
    table(head, told)
    print(f"Largest gap of the cost of plain k-means to the published one: {max(gaps):.2%}")
    return max(gaps)


def _lines(lines: pd.DataFrame, ours: dict[str, Reached]) -> Iterator[tuple[str, ...]]:
    for _, line in lines.iterrows():
        target = float(line["target_balance"])
        costs = [_figure(line[name], ",.0f") for name in published.METHODS]
        lloyd = Reached(float(line["lloyd_cost"]), float(line["lloyd_balance"])).told(target)
        own = [ours[name].told(target) for name in ("k-means", "fair centres", "erase", "erase_nonlinear")]
        yield str(line["dataset"]), str(line["k"]), f"{target:.2f}", lloyd, *costs, *own


def main() -> None:
    """Measure and print."""
    asked = arguments(__doc__)
    if not (HOUSEHOLDS.exists() and published.is_there()):
        places = f"{HOUSEHOLDS.parent} and {published.FOLDER}"
        raise SystemExit(f"The public data are not there. Put them into {places}.")
    housing = policy_of("housing_needs")
    households = read_residents(HOUSEHOLDS, housing, as_of=AS_OF)
    strongest, kept = _ratios(compared("Rented households", housing, households, asked))
    found = {"strongest_v_ratio": strongest, "silhouette_ratio": kept}
    if not asked.quick:
        needs = policy_of("resident_needs")
        residents = residents_from(simulate().residents, needs, as_of=AS_OF)
        left, share = _ratios(compared("Simulated community", needs, residents, asked))
        found |= {"simulated_v_ratio": left, "simulated_silhouette_ratio": share}
    numbers(**found, lloyd_cost_worst_gap=beside_the_published(asked))


if __name__ == "__main__":
    main()
