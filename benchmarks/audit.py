"""What the audit costs, beside fairlearn's MetricFrame on the rows.

8 random segments, three attributes and their intersection. Ours is the whole audit: counting, rates from
fairlearn on the cells, tests, intervals, hidden counts. MetricFrame on the rows gives the rates, differences
and ratios alone; it is held to the same figures. Run it with no argument, --quick (100,000 residents) or
--full (three rounds).
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from fairlearn.metrics import MetricFrame, selection_rate
from timing import arguments, interleaved, numbers, table

from segmentation.audit import audit, count_cells
from segmentation.audit.rates import selection_rates
from segmentation.policy import Policy, read_policy

ROOT = Path(__file__).parents[1]
SEGMENTS = tuple(f"S{at}" for at in range(1, 9))
ATTRIBUTES = ("age_band", "sex", "ethnicity")
TABLES = (*((name,) for name in ATTRIBUTES), ATTRIBUTES)


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


def on_rows(segments: pd.Series, people: pd.DataFrame) -> list[MetricFrame]:
    """Return fairlearn's figures from one row per resident."""
    labels = segments.astype(str).to_numpy(object).astype(str)
    metrics = {name: partial(selection_rate, pos_label=name) for name in SEGMENTS}
    plain = people.astype(str)
    return [
        MetricFrame(metrics=metrics, y_true=labels, y_pred=labels, sensitive_features=plain[list(names)])
        for names in TABLES
    ]


def largest_difference(segments: pd.Series, people: pd.DataFrame, frames: list[MetricFrame]) -> float:
    """Return the largest difference of any rate, difference or ratio between cells and rows."""
    gaps = []
    for names, frame in zip(TABLES, frames, strict=True):
        cells = count_cells(segments, people, names).known
        rates = selection_rates(cells.only(cells.sizes > 0))
        by_group = frame.by_group.sort_index()[list(SEGMENTS)].to_numpy(float).T
        order = np.argsort([" ".join(group) for group in cells.only(cells.sizes > 0).groups])
        gaps.append(np.abs(rates.by_group[:, order] - by_group).max())
        for ours, theirs in ((rates.difference, frame.difference()), (rates.ratio, frame.ratio())):
            gaps.append(np.abs(ours - theirs[list(SEGMENTS)].to_numpy(float)).max())
    return float(max(gaps))


def main() -> None:
    """Measure and print."""
    asked = arguments(__doc__)
    policy = three_attributes()
    sizes = {"100k": 100_000} if asked.quick else {"100k": 100_000, "1m": 1_000_000}
    found: dict[str, float] = {}
    rows, gaps = [], []
    for label, n in sizes.items():
        segments, people = residents(policy, n, seed=0)
        rounds = 3 if asked.full else 1
        contestants = {
            "audit": lambda segments=segments, people=people: audit(policy, segments, people),
            "MetricFrame on the rows": lambda segments=segments, people=people: on_rows(segments, people),
        }
        seconds, results = interleaved(contestants, rounds)
        gaps.append(largest_difference(segments, people, results["MetricFrame on the rows"]))
        ratio = seconds["MetricFrame on the rows"] / seconds["audit"]
        found |= {f"audit_{label}_vs_metricframe": ratio, f"audit_{label}_seconds": seconds["audit"]}
        rows += [(f"{n:,}", name, f"{taken:.2f}", str(rounds)) for name, taken in seconds.items()]
    table(("residents", "what", "seconds", "rounds"), rows)
    print(f"Largest difference of any rate, difference or ratio: {max(gaps):.1e}")
    numbers(**found, largest_difference=max(gaps))


if __name__ == "__main__":
    main()
