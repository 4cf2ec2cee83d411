"""The audit audited, in small: false alarms, truths at the limit, planted harm (benchmarks/audit_null.py)."""

import numpy as np
import pytest
from scipy.stats import binom

from segmentation.audit import Cells
from segmentation.audit.claims import ratio_claims, table_claims
from segmentation.audit.disclosure import Shown
from segmentation.audit.judge import judge
from segmentation.audit.targets import Target
from tests.policies import small_policy

LIMITS = small_policy(audit={"smallest_group": 30}).audit
K = 8


def all_shown(counts):
    segments, groups = (
        tuple(f"{kind}{at}" for at in range(n)) for kind, n in zip("Sg", counts.shape, strict=True)
    )
    cells = Cells(("group",), segments, tuple((group,) for group in groups), counts)
    return Shown(cells, np.zeros(counts.shape, dtype=bool), np.zeros(len(groups), dtype=bool))


def ratios(shown, rows=range(K)):
    """The claims about some segments, without the rates of fairlearn, which are only shown."""
    counts, sizes = shown.cells.counts, shown.cells.sizes
    everybody = np.ones(len(sizes), dtype=bool)
    targets = [
        Target(
            "selection_ratio", shown.cells.segments[row], counts[row], sizes, counts[row] / sizes, everybody
        )
        for row in rows
    ]
    return ratio_claims(shown, targets, LIMITS)


def judged(claims):
    return judge(claims, LIMITS.confidence)


def at_most(share, runs):
    """So many of `runs` that more would be seen once in 10,000 times."""
    return binom.isf(1e-4, runs, share)


@pytest.mark.parametrize(("residents", "groups", "runs"), [(1000, 3, 8), (10_000, 5, 5), (10_000, 60, 1)])
def test_random_segmentations_break_hardly_anything(residents, groups, runs):
    rng = np.random.default_rng(1)
    sizes = np.rint(residents * np.linspace(1, 3, groups) / groups / 2).astype(int)
    broken = 0
    for _ in range(runs):
        shown = all_shown(np.column_stack([rng.multinomial(size, np.full(K, 1 / K)) for size in sizes]))
        findings = judged([*table_claims(shown, LIMITS), *ratios(shown)])
        broken += any(finding.status == "broken" for finding in findings)

    assert broken <= at_most(0.05, runs)


def leaning(own, groups, strength):
    """Chances of even segments to which the first group is drawn more or less, by `own`."""
    lean = np.where(np.arange(len(groups)) == 0, 1.0, -groups[0] / (1 - groups[0]))
    return np.outer(np.full(K, 1 / K), groups) * (1 + strength * np.outer(own, lean))


HALF = np.repeat([1.0, -1.0], K // 2)
GROUPS = np.array([0.2, 0.3, 0.5])


@pytest.mark.parametrize(
    ("check", "group", "strength"),
    [
        # V² is the strength² times P(g0) / P(others), of two at most.
        ("association", None, np.sqrt(2 * 0.01 * 0.8 / 0.2)),
        # Half of the segments hold 0.1 more of g0 than of the others: strength * (1 + 0.25) / 2.
        ("total_variation", "g0", 0.1 * 2 / 1.25),
    ],
)
def test_a_measure_at_its_limit_is_rarely_broken_and_rarely_kept(check, group, strength):
    rng = np.random.default_rng(2)
    chances, runs, statuses = leaning(HALF, GROUPS, strength), 50, []
    for _ in range(runs):
        shown = all_shown(rng.multinomial(10_000, chances.ravel()).reshape(chances.shape))
        claims = table_claims(shown, LIMITS)
        claim = next(c for c in claims if (c.finding.check, c.finding.group) == (check, group))
        statuses += [finding.status for finding in judged([claim])]

    assert statuses.count("broken") <= at_most(0.05, runs)
    assert statuses.count("kept") <= at_most(0.05, runs)


@pytest.mark.parametrize("ratio", [0.8, 1.25])
@pytest.mark.parametrize(("residents", "rate"), [(2000, 0.1), (40_000, 0.2), (40_000, 0.7)])
def test_a_ratio_at_its_limit_is_rarely_broken_and_rarely_kept(ratio, residents, rate):
    rng = np.random.default_rng(3)
    runs, statuses = 250, []
    sizes = (residents // 5, residents - residents // 5)
    for _ in range(runs):
        inside = rng.binomial(sizes, (ratio * rate, rate))
        shown = all_shown(np.array([inside, sizes - inside]))
        statuses.append(judged([next(ratios(shown, [0]))])[0].status)

    # Both sides of the limit share the 5 % of broken.
    assert statuses.count("broken") <= at_most(0.025, runs)
    assert statuses.count("kept") <= at_most(0.05, runs)


def test_a_planted_ratio_is_found_among_twenty_four():
    rng = np.random.default_rng(4)
    found, runs = 0, 60
    for _ in range(runs):
        rates = [np.append(rate, np.full(K - 1, (1 - rate) / (K - 1))) for rate in (0.12, 0.2, 0.2)]
        claims = list(ratios(all_shown(np.column_stack([rng.multinomial(4000, rate) for rate in rates]))))
        (planted,) = [f for f in judged(claims) if (f.group, f.target) == ("g0", "S0")]
        found += planted.status == "broken"

    assert len(claims) == 24
    assert found >= 0.95 * runs


def test_a_group_of_five_is_never_kept_and_keeps_nobody_else_from_being_judged():
    rng = np.random.default_rng(5)
    for _ in range(20):
        columns = [rng.multinomial(size, np.full(K, 1 / K)) for size in (5, 20_000, 20_000)]
        findings = judged(ratios(all_shown(np.column_stack(columns))))
        assert {f.status for f in findings if f.group == "g0"} == {"undetermined"}
        assert {f.status for f in findings if f.group == "g1"} == {"kept"}
