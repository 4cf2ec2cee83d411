"""The audit audited: how often it finds harm where there is none, and how often it misses what was planted.

Counts are drawn, claims made of them and judged as `audit` does, with nothing hidden: what may be shown is
decided apart from what is true, and takes most of the time. Four questions:

- random segmentations that ignore the attribute: in what share is anything at all broken? Beside it, the
  share that a bare comparison of rates with four fifths would flag.
- the truth exactly at the limit, for each check: how often is it broken, how often kept? Each at most 5 %.
- one group at 0.6 times the others' rate, 4,000 in each of three groups, one of 24 comparisons: how often
  is it found?
- a group of five: is it ever kept?

Run it with no argument (a few minutes), --quick or --full (1,000 segmentations of each kind, and the checks
that do not gate as well; over an hour).
"""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from timing import arguments, numbers, table
from truths import LIMITS, SEGMENTS, AtLimit, K, limit_ratios, measures

from segmentation.audit.association import measured
from segmentation.audit.cells import Cells
from segmentation.audit.claims import ratio_claims, table_claims
from segmentation.audit.disclosure import Shown
from segmentation.audit.findings import Finding
from segmentation.audit.judge import Claim, judge
from segmentation.audit.rates import Rates
from segmentation.audit.ratio import Share, ratio_evidence
from segmentation.audit.targets import segment_targets, service_targets
from segmentation.audit.variation import total_variation

if TYPE_CHECKING:
    from collections.abc import Iterable

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

SERVED = {"service": frozenset(SEGMENTS[:3])}
RESIDENTS = (1_000, 10_000, 100_000)


# ---- The audit on counts ----------------------------------------------------------------------------


def all_shown(counts: Ints) -> Shown:
    """Return counts of segments by groups with nothing hidden."""
    groups = tuple((f"g{at}",) for at in range(counts.shape[1]))
    cells = Cells(("group",), SEGMENTS, groups, counts)
    return Shown(cells, np.zeros(counts.shape, dtype=bool), np.zeros(counts.shape[1], dtype=bool))


def ratios(shown: Shown, only: str | None = None) -> list[Claim]:
    """Return the claims about each segment and service, or about one of them."""
    counts = shown.cells.counts
    nothing = np.zeros(K)
    rates = Rates(counts / np.maximum(shown.cells.sizes, 1), nothing, nothing, nothing)
    targets = [*segment_targets(shown, rates, None), *service_targets(shown, SERVED)]
    return list(ratio_claims(shown, [at for at in targets if only in {None, at.name}], LIMITS))


def judged(claims: Iterable[Claim]) -> tuple[Finding, ...]:
    """Return findings of a family of claims."""
    return judge(claims, LIMITS.confidence)


def of(claims: Iterable[Claim], group: str | None, target: str | None) -> Claim:
    """Return the claim about that group and target."""
    return next(claim for claim in claims if (claim.finding.group, claim.finding.target) == (group, target))


# ---- Nothing to find --------------------------------------------------------------------------------


def sizes_of(groups: int, residents: int, *, even: bool) -> Ints:
    """Return the groups' sizes, alike or falling to a fifth of the largest."""
    odds = np.ones(groups) if even else np.linspace(5, 1, groups)
    return np.asarray(np.floor(residents * odds / odds.sum()), np.int64)


def random_counts(rng: np.random.Generator, sizes: Ints) -> Ints:
    """Return a segmentation that ignores the group, its segments from 4 % to 21 % of residents."""
    shares = np.linspace(1, 5, K)
    return np.column_stack([rng.multinomial(size, shares / shares.sum()) for size in sizes])


def four_fifths(counts: Ints) -> bool:
    """Return whether any group's rate is under four fifths of the others', or the others' of its."""
    sizes = counts.sum(axis=0)
    rates = counts / sizes
    others = (counts.sum(axis=1, keepdims=True) - counts) / (sizes.sum() - sizes)
    return bool((np.minimum(rates, others) < 0.8 * np.maximum(rates, others)).any())


def false_alarms(residents: int, groups: int, even: int, times: int) -> tuple[float, tuple[str, ...]]:
    """Return the share of random segmentations with anything broken, and its row of the table."""
    rng = np.random.default_rng([residents, groups, even])
    drawn = [random_counts(rng, sizes_of(groups, residents, even=bool(even))) for _ in range(times)]
    found = [judged_whole(counts) for counts in drawn]
    broken = float(np.mean(["broken" in statuses for statuses in found]))
    kept = float(np.mean([statuses.count("kept") / len(statuses) for statuses in found]))
    bare = float(np.mean([four_fifths(counts) for counts in drawn]))
    name = f"{groups} {'even' if even else 'uneven'} groups"
    return broken, (f"{residents:,}", name, str(times), share(broken), share(bare), share(kept))


def judged_whole(counts: Ints) -> list[str]:
    """Return the statuses of all findings of one table."""
    shown = all_shown(counts)
    return [finding.status for finding in judged([*table_claims(shown, LIMITS), *ratios(shown)])]


# ---- The truth at the limit -------------------------------------------------------------------------


def at_limit(setting: AtLimit, residents: int, times: int) -> tuple[float, float, tuple[str, ...]]:
    """Return the shares of false broken and false kept claims, and their row of the table."""
    rng = np.random.default_rng([residents, *setting.name.encode()])
    statuses = [one_status(setting, drawn(rng, residents, setting.chances)) for _ in range(times)]
    broken, kept = (statuses.count(status) / times for status in ("broken", "kept"))
    row = (setting.check, setting.name, f"{residents:,}", str(times), share(broken), share(kept))
    return broken, kept, row


def drawn(rng: np.random.Generator, residents: int, chances: Floats) -> Ints:
    """Return counts drawn at these chances."""
    return rng.multinomial(residents, chances.ravel() / chances.sum()).reshape(chances.shape)


def one_status(setting: AtLimit, counts: Ints) -> str:
    """Return the status of that one claim, in a family of its own."""
    shown = all_shown(counts)
    if setting.target:
        return judged([of(ratios(shown, setting.target), setting.group, setting.target)])[0].status
    finding = Finding(
        setting.check, "gate", "group", setting.group, None, "undetermined", "not_settled", setting.limit
    )
    # Only this measure of the table, as its claim would be made: the others cost as much.
    pair = counts[:, 0], counts[:, 1:].sum(axis=1)
    if setting.check == "total_variation":
        found = total_variation(*pair, setting.limit, LIMITS.confidence)
    else:
        table = np.column_stack(pair) if setting.group else counts
        found = measured(setting.check, table, setting.limit, LIMITS.confidence)
    return judged([Claim(finding, found.evidence)])[0].status


# ---- Something to find, and too few to say ----------------------------------------------------------


def found_share(times: int) -> tuple[float, float]:
    """Return in what share a planted ratio of 0.6 is broken, among 24 ratios and among all claims."""
    rng = np.random.default_rng(6)
    found = []
    for _ in range(times):
        rates = [np.append(rate, np.full(K - 1, (1 - rate) / (K - 1))) for rate in (0.12, 0.2, 0.2)]
        shown = all_shown(np.column_stack([rng.multinomial(4000, rate) for rate in rates]))
        family = [claim for claim in ratios(shown) if claim.finding.check == "selection_ratio"]
        everything = [*table_claims(shown, LIMITS), *ratios(shown)]
        found.append([is_planted_found(family), is_planted_found(everything)])
    alone, among_all = np.mean(found, axis=0)
    return float(alone), float(among_all)


def is_planted_found(claims: list[Claim]) -> bool:
    """Return whether the planted one of these claims is broken."""
    return any(
        (finding.group, finding.target, finding.status) == ("g0", "S1", "broken")
        for finding in judged(claims)
    )


def five_kept() -> float:
    """Return the share of all counts of a group of five, beside others of any rate, that are kept."""
    shares = [
        Share(count, 5, others, size)
        for size in (20, 1000, 1_000_000)
        for others in np.unique(np.rint(size * np.linspace(0.01, 1, 25)).astype(int)).tolist()
        for count in range(6)
    ]
    alpha = 1 - LIMITS.confidence
    return float(np.mean([ratio_evidence(found, LIMITS.selection_ratio).kept <= alpha for found in shares]))


def share(value: float) -> str:
    """Return a share as a percentage."""
    return f"{value:.1%}"


@dataclass(frozen=True)
class Runs:
    """How often everything is drawn: tables of 3 or 5 groups and of 60, truths at the limit, planted harm."""

    few_groups: int
    many_groups: int
    at_limit: int
    planted: int


DEFAULT, QUICK, FULL = Runs(200, 30, 1000, 300), Runs(20, 2, 100, 50), Runs(1000, 1000, 4000, 1000)


def main() -> None:
    """Measure and print."""
    asked = arguments(__doc__)
    runs = FULL if asked.full else QUICK if asked.quick else DEFAULT
    with ProcessPoolExecutor() as pool:
        random = every_random(pool, {3: runs.few_groups, 5: runs.few_groups, 60: runs.many_groups})
        limits = [*measures(gates_only=not asked.full), *limit_ratios()]
        broken, kept = every_limit(pool, limits, runs.at_limit)
    alone, among_all = found_share(runs.planted)
    five = five_kept()
    print(f"\nA planted ratio of 0.6 is found in {share(alone)}, among all claims in {share(among_all)}.")
    print(f"A group of five is kept in {share(five)}.")
    give = share(2 * (0.05 * 0.95 / runs.at_limit) ** 0.5)
    print(f"Of {runs.at_limit:,} runs a share of 5 % is give or take {give}; the worst of many lies higher.")
    numbers(
        false_broken_share=max(random, broken),
        false_kept_share=kept,
        planted_found_share=alone,
        random_broken_share=random,
        planted_found_among_all_share=among_all,
        five_kept_share=five,
    )


def every_random(pool: ProcessPoolExecutor, runs: dict[int, int]) -> float:
    """Print the table of random segmentations, and return the worst share with anything broken."""
    settings = [
        (residents, groups, even, times)
        for residents in RESIDENTS
        for groups, times in runs.items()
        for even in (1, 0)
    ]
    found = list(pool.map(false_alarms, *zip(*settings, strict=True)))
    table(
        ("residents", "groups", "runs", "broken", "four fifths", "kept findings"), [row for _, row in found]
    )
    return max(broken for broken, _ in found)


def every_limit(pool: ProcessPoolExecutor, limits: list[AtLimit], times: int) -> tuple[float, float]:
    """Print the table of truths at the limit, and return the worst shares of broken and of kept."""
    settings = [(setting, residents, times) for setting in limits for residents in RESIDENTS]
    found = list(pool.map(at_limit, *zip(*settings, strict=True)))
    print()
    head = ("check at its limit", "form", "residents", "runs", "broken", "kept")
    table(head, [row for *_, row in found])
    return max(broken for broken, *_ in found), max(kept for _, kept, _ in found)


if __name__ == "__main__":
    main()
