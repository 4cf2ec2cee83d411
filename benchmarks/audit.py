"""What the audit costs, beside fairlearn's MetricFrame on the rows.

8 random segments, three attributes and their intersection. Measured are the whole audit of segments and
groups (counting, rates from fairlearn on the cells, tests, intervals, hidden counts; carriers and quality of
fit look at needs and are not in it), the same from cells that were counted before, and its rates alone.
MetricFrame on the rows gives the same rates, differences and ratios, from whole numbers, and is held to the
same figures. Its intervals come from a bootstrap: one replicate is measured and taken 100 times, which is
said where it is used. Run it with no argument (about a quarter of an hour), --quick (100,000 residents) or
--full (more rounds).
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from fairlearn.metrics import MetricFrame, selection_rate
from timing import arguments, interleaved, numbers, table

from segmentation.audit import Crosstab, audit, audit_cells
from segmentation.audit.rates import Rates, selection_rates
from segmentation.policy import Policy, read_policy

if TYPE_CHECKING:
    from numpy.typing import NDArray

ROOT = Path(__file__).parents[1]
SEGMENTS = tuple(f"S{at}" for at in range(1, 9))
ATTRIBUTES = ("age_band", "sex", "ethnicity")
TABLES = (*((name,) for name in ATTRIBUTES), ATTRIBUTES)
REPLICATES = 100


def three_attributes() -> Policy:
    """Return the policy of the demo with three attributes, their intersection, and no proxy."""
    policy = read_policy(ROOT / "models" / "resident_needs" / "policy.toml")
    limits = policy.audit.model_copy(update={"intersections": (ATTRIBUTES,)})
    return policy.model_copy(update={"proxies": {}, "audit": limits})


def residents(policy: Policy, n: int, seed: int) -> tuple[pd.Series, pd.DataFrame]:
    """Return random segments and groups; the last group of each attribute is the rarest."""
    random = np.random.default_rng(seed)
    people = {}
    for name in ATTRIBUTES:
        groups = list(policy.protected[name].groups)
        odds = np.linspace(len(groups), 1, len(groups))
        codes = random.choice(len(groups), n, p=odds / odds.sum())
        people[name] = pd.Categorical.from_codes(codes, groups)
    segments = pd.Categorical.from_codes(random.integers(0, len(SEGMENTS), n), list(SEGMENTS))
    return pd.Series(segments), pd.DataFrame(people)


def on_rows(labels: NDArray[np.int64], people: pd.DataFrame) -> list[MetricFrame]:
    """Return fairlearn's figures from one row per resident."""
    metrics = {name: partial(selection_rate, pos_label=code) for code, name in enumerate(SEGMENTS)}
    return [
        MetricFrame(metrics=metrics, y_true=labels, y_pred=labels, sensitive_features=people[list(names)])
        for names in TABLES
    ]


def replicate(labels: NDArray[np.int64], people: pd.DataFrame) -> list[MetricFrame]:
    """Return fairlearn's figures from residents drawn anew, as each replicate of its bootstrap does."""
    rows = np.random.default_rng(1).integers(0, len(labels), len(labels))
    return on_rows(labels[rows], people.iloc[rows].reset_index(drop=True))


def on_cells(segments: pd.Series, people: pd.DataFrame) -> list[Rates]:
    """Return the same figures from counted cells."""
    counted = Crosstab.of(segments, people)
    return [selection_rates(counted.cells(names)) for names in TABLES]


def largest_difference(ours: list[Rates], theirs: list[MetricFrame]) -> float:
    """Return the largest difference of any rate, difference or ratio between cells and rows."""
    gaps = []
    for rates, frame in zip(ours, theirs, strict=True):
        pairs = (
            (rates.by_group.T, frame.by_group),
            (rates.difference, frame.difference()),
            (rates.ratio, frame.ratio()),
            (rates.overall, frame.overall),
        )
        gaps += [np.abs(own - rows[list(SEGMENTS)].to_numpy(float)).max() for own, rows in pairs]
    return float(max(gaps))


def measured(label: str, n: int, rounds: int) -> tuple[dict[str, float], float, list[tuple[str, ...]]]:
    """Return the numbers, the largest difference, and the rows of the table for one size."""
    policy = three_attributes()
    segments, people = residents(policy, n, seed=0)
    labels, groups = segments.cat.codes.to_numpy(np.int64), people.astype(object)
    counted = Crosstab.of(segments, people)
    contestants = {
        "audit": lambda: audit(policy, segments, people),
        "audit of counted cells": lambda: audit_cells(policy, counted),
        "its rates": lambda: on_cells(segments, people),
        "MetricFrame on the rows": lambda: on_rows(labels, groups),
        "one replicate of its bootstrap": lambda: replicate(labels, groups),
    }
    seconds, results = interleaved(contestants, rounds)
    peer = seconds["MetricFrame on the rows"]
    with_intervals = peer + REPLICATES * seconds["one replicate of its bootstrap"]
    found = {
        f"audit_{label}_vs_metricframe": with_intervals / seconds["audit"],
        f"audit_{label}_vs_metricframe_without_intervals": peer / seconds["audit"],
        f"audit_{label}_seconds": seconds["audit"],
        f"cells_{label}_seconds": seconds["audit of counted cells"],
        f"rates_{label}_vs_metricframe": peer / seconds["its rates"],
    }
    gap = largest_difference(results["its rates"], results["MetricFrame on the rows"])
    shown = {**seconds, f"MetricFrame with {REPLICATES} replicates (scaled from one)": with_intervals}
    base = seconds["audit"]
    rows = [(f"{n:,}", name, f"{taken:.2f}", f"{taken / base:.1f}") for name, taken in shown.items()]
    return found, gap, rows


def main() -> None:
    """Measure and print."""
    asked = arguments(__doc__)
    sizes = {"100k": (100_000, 5 if asked.full else 1 if asked.quick else 3)}
    if not asked.quick:
        # A round of MetricFrame on a million rows takes minutes.
        sizes["1m"] = (1_000_000, 3 if asked.full else 1)
    taken = [measured(label, n, rounds) for label, (n, rounds) in sizes.items()]
    table(("residents", "what", "seconds", "times the audit"), [row for _, _, rows in taken for row in rows])
    gap = max(gap for _, gap, _ in taken)
    print(f"Largest difference of any rate, difference or ratio: {gap:.1e}")
    numbers(**{name: value for found, _, _ in taken for name, value in found.items()}, largest_difference=gap)


if __name__ == "__main__":
    main()
