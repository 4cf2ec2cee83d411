"""The choice of how many segments, on residents of whom it is known.

Whole tables of needs go through `Segmenter.fit` as a build would have it, with the limits of
``models/resident_needs/policy.toml``. Four questions:

- well separated planted segments, 4, 6 and 8: how often is their number found? The separation is measured:
  the Bayes error is what would be sorted wrongly by one who knows how the table was made.
- the simulated community with every need shuffled apart: how often does it end in "no structure"?
- a few needs that nothing joins, skewed, one of them mostly 0: the same. Halves and bootstrap samples take it
  for segments; the shuffle does not.
- needs that go together, and no segments (a Gaussian copula with two factors): how often are they taken for
  segments, and does the copula test beside the choice say so? The shuffle cannot: it has no correlation.

Run it with no argument (a few minutes), --quick (a table of each kind) or --full (100 of each).
"""

from __future__ import annotations

import os
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtr
from scipy.stats import beta, lognorm, nbinom
from timing import arguments, numbers, table

from segmentation.clustering import Segmenter
from segmentation.policy import read_policy
from segmentation.residents import residents_from
from segmentation.simulate import simulate

if TYPE_CHECKING:
    from collections.abc import Callable

    from segmentation.policy import Policy

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Column = NDArray[np.float64] | NDArray[np.object_]

ROOT = Path(__file__).parents[1]
RESIDENTS = 5000
PLANTED = (4, 6, 8)
UNKNOWN = 0.03
"""Share of the values of each need that nobody knows."""

# What a planted segment asks for much of, and little of.
RATES, DISPERSION = (2.0, 12.0), 5.0
SHARES, CERTAINTY = (0.2, 0.7), 12.0
FLAGS = (0.1, 0.5)
FAVOURITE = 0.6
APART = 4
"""In how many of the counts and shares two segments differ at least."""


@cache
def policy() -> Policy:
    """Read the policy whose needs are drawn here."""
    return read_policy(ROOT / "models" / "resident_needs" / "policy.toml")


def named(kind: str) -> list[str]:
    """Return the policy's needs of one kind."""
    return [name for name, feature in policy().features.items() if feature.kind == kind]


def listed(name: str) -> tuple[str, ...]:
    """Return the values of a category or an ordinal."""
    return policy().features[name].values or ()


NOTHING = 0.75
"""Share of residents who never ask for the last kind of request, where no segments are planted: a need like
this cuts any residents in two, in the same place each time."""


# ---- Planted segments -------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Planted:
    """A table of needs, and what share of it one who knows the segments' chances would sort wrongly."""

    needs: pd.DataFrame
    bayes_error: float


def codes(k: int, columns: int, rng: np.random.Generator) -> Ints:
    """Return, for each segment, which columns it has much of: any two differ in `APART` columns or more."""
    found: list[Ints] = []
    while len(found) < k:
        code = rng.integers(0, 2, columns)
        if all((code != other).sum() >= APART for other in found):
            found.append(code)
    return np.array(found)


def planted(k: int, seed: int) -> Planted:
    """Draw residents of k segments, none with less than a fifteenth of the residents."""
    rng = np.random.default_rng([k, seed])
    odds = rng.uniform(1, 2, k)
    own = rng.choice(k, RESIDENTS, p=odds / odds.sum())
    much = iter(codes(k, len(named("count")) + len(named("share")), rng).T)
    columns: dict[str, Column] = {}
    logs = np.tile(np.log(odds / odds.sum()), (RESIDENTS, 1))
    for name, feature in policy().features.items():
        level = next(much) if feature.kind in {"count", "share"} else rng.integers(0, 2, k)
        columns[name], of_segments = DRAWN[feature.kind](name, level, own, rng)
        logs += of_segments
    chances = np.exp(logs - logs.max(axis=1, keepdims=True))
    error = float(1 - (chances.max(axis=1) / chances.sum(axis=1)).mean())
    return Planted(unknown_here_and_there(columns, rng), error)


def drawn_count(_name: str, level: Ints, own: Ints, rng: np.random.Generator) -> tuple[Column, Floats]:
    """Draw requests, and return the logarithm of their chance in every segment."""
    chance = DISPERSION / (DISPERSION + np.array(RATES)[level])
    values = rng.negative_binomial(DISPERSION, chance[own])
    return values.astype(float), nbinom.logpmf(values[:, None], DISPERSION, chance)


def drawn_share(_name: str, level: Ints, own: Ints, rng: np.random.Generator) -> tuple[Column, Floats]:
    """Draw shares, and return the logarithm of their density in every segment."""
    yes, no = CERTAINTY * np.array(SHARES)[level], CERTAINTY * (1 - np.array(SHARES)[level])
    values = rng.beta(yes[own], no[own]).clip(1e-6, 1 - 1e-6)
    return values, beta.logpdf(values[:, None], yes, no)


def drawn_flag(_name: str, level: Ints, own: Ints, rng: np.random.Generator) -> tuple[Column, Floats]:
    """Draw flags, and return the logarithm of their chance in every segment."""
    chance = np.array(FLAGS)[level]
    values = rng.random(len(own)) < chance[own]
    return values.astype(float), np.log(np.where(values[:, None], chance, 1 - chance))


def drawn_value(name: str, level: Ints, own: Ints, rng: np.random.Generator) -> tuple[Column, Floats]:
    """Draw one of some values, of which every segment has a favourite one."""
    values = listed(name)
    chances = np.full((len(level), len(values)), (1 - FAVOURITE) / (len(values) - 1))
    chances[np.arange(len(level)), rng.integers(0, len(values), len(level))] = FAVOURITE
    places = (rng.random((len(own), 1)) > chances.cumsum(axis=1)[own, :-1]).sum(axis=1)
    return np.array(values, dtype=object)[places], np.log(chances.T[places])


def drawn_number(_name: str, level: Ints, own: Ints, rng: np.random.Generator) -> tuple[Column, Floats]:
    """Draw areas, which say nothing of the segment."""
    return rng.lognormal(np.log(85), 0.3, len(own)), np.zeros((len(own), len(level)))


DRAWN = {
    "count": drawn_count,
    "share": drawn_share,
    "flag": drawn_flag,
    "category": drawn_value,
    "ordinal": drawn_value,
    "number": drawn_number,
}


# ---- Nothing to find --------------------------------------------------------------------------------


def shuffled(seed: int) -> pd.DataFrame:
    """Return the needs of the simulated community, each in an order of its own."""
    rng = np.random.default_rng(seed)
    community = simulate(RESIDENTS, seed=seed)
    needs = residents_from(community.residents, policy(), as_of=date(2026, 7, 1)).needs
    return pd.DataFrame({name: needs[name].iloc[rng.permutation(len(needs))].array for name in needs})


def skewed(seed: int) -> pd.DataFrame:
    """Draw a few needs that nothing joins, with long tails; one of them most residents do not have."""
    needs = of_uniforms(np.random.default_rng(seed).random((RESIDENTS, len(policy().features))), seed)
    return needs[[*named("count")[-2:], *named("share")[:1], *named("number"), *named("flag")[:1]]]


def correlated(seed: int) -> pd.DataFrame:
    """Draw needs with the same tails that go together: two factors make up half of each need's variance."""
    rng = np.random.default_rng(seed)
    columns = len(policy().features)
    loads = rng.normal(size=(2, columns))
    loads *= np.sqrt(0.5) / np.linalg.norm(loads, axis=0)
    normal = rng.standard_normal((RESIDENTS, 2)) @ loads
    return of_uniforms(ndtr(normal + np.sqrt(0.5) * rng.standard_normal((RESIDENTS, columns))), seed)


def of_uniforms(uniforms: Floats, seed: int) -> pd.DataFrame:
    """Return needs at these quantiles: long tails, one need of few residents, rare flags and values."""
    columns = {
        name: quantile(name, uniform) for name, uniform in zip(policy().features, uniforms.T, strict=True)
    }
    return unknown_here_and_there(columns, np.random.default_rng([1, seed]))


def quantile(name: str, uniform: Floats) -> Column:
    """Return values of a need at these quantiles."""
    kind = policy().features[name].kind
    if kind in {"category", "ordinal"}:
        values = listed(name)
        ends = np.cumsum(0.5 ** np.arange(1, len(values)))
        return np.array(values, dtype=object)[np.searchsorted(ends, uniform)]
    if kind == "count":
        nothing = NOTHING if name == named("count")[-1] else 0.0
        asked = ((uniform - nothing) / (1 - nothing)).clip(0, 1)
        return np.asarray(np.where(uniform < nothing, 0, np.floor(lognorm.ppf(asked, 0.7, scale=12.0))))
    if kind == "share":
        return np.asarray(beta.ppf(uniform, 0.7, 2.0))
    return np.asarray(lognorm.ppf(uniform, 0.5, scale=80.0) if kind == "number" else uniform > 0.85, float)


def unknown_here_and_there(columns: dict[str, Column], rng: np.random.Generator) -> pd.DataFrame:
    """Return the table with some values not known."""
    needs = pd.DataFrame({name: columns[name] for name in policy().features})
    return needs.mask(rng.random(needs.shape) < UNKNOWN)


# ---- Runs -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Run:
    """What became of one table."""

    n_segments: int
    passed: bool
    copula_p: float | None
    bayes_error: float | None = None


def run_planted(k: int, seed: int) -> Run:
    """Find the segments of a planted table."""
    made = planted(k, seed)
    return found_in(made.needs, seed, made.bayes_error)


def run_null(draw: Callable[[int], pd.DataFrame], seed: int) -> Run:
    """Find the segments of a table without any."""
    return found_in(draw(seed), seed, None)


def found_in(needs: pd.DataFrame, seed: int, bayes_error: float | None) -> Run:
    """Fit as a build does, but for the seed."""
    without = set(policy().features) - set(needs)
    fitted = Segmenter.from_policy(policy(), without=without).set_params(random_state=seed).fit(needs)
    tested = fitted.choice_.structure
    return Run(fitted.n_segments_, tested is not None, tested and tested.copula_p, bayes_error)


def runs(pool: ProcessPoolExecutor, times: int) -> dict[str, list[Run]]:
    """Run every kind of table so many times."""
    seeds = range(times)
    asked = {f"planted {k}": pool.map(run_planted, [k] * times, seeds) for k in PLANTED}
    for draw in (shuffled, skewed, correlated):
        asked[draw.__name__] = pool.map(run_null, [draw] * times, seeds)
    return {name: list(found) for name, found in asked.items()}


def row(name: str, found: list[Run]) -> tuple[str, ...]:
    """Return the row of a kind of table."""
    numbers_found = [run.n_segments for run in found]
    counts = ", ".join(f"{k}: {numbers_found.count(k)}" for k in sorted(set(numbers_found)))
    errors = [run.bayes_error for run in found if run.bayes_error is not None]
    return (
        name,
        str(len(found)),
        f"{share(found, right(name)):.0%}",
        counts,
        f"{np.mean([run.passed for run in found]):.0%}",
        f"{copula_share(found):.0%}",
        f"{np.mean(errors):.2%} to {max(errors):.2%}" if errors else "",
    )


def right(name: str) -> int:
    """Return how many segments a kind of table has; one is none."""
    return int(name.split(maxsplit=1)[-1]) if name.startswith("planted") else 1


def share(found: list[Run], n_segments: int) -> float:
    """Return the share of tables that ended with this number of segments."""
    return float(np.mean([run.n_segments == n_segments for run in found]))


def copula_share(found: list[Run]) -> float:
    """Return the share of tables that repeat themselves and that the copula does not do as well as."""
    limit = policy().clustering.shuffle_p
    return float(np.mean([run.copula_p is not None and run.copula_p <= limit for run in found]))


def alone() -> None:
    """Let a process have one core: the tables are shared among the processes."""
    os.environ["LOKY_MAX_CPU_COUNT"] = "1"


def main() -> None:
    """Measure and print."""
    asked = arguments(__doc__)
    times = 100 if asked.full else 1 if asked.quick else 20
    with ProcessPoolExecutor(initializer=alone) as pool:
        found = runs(pool, times)
    head = (
        "table",
        "runs",
        "right",
        "segments",
        "repeats itself",
        "beats copula",
        "Bayes error, mean to most",
    )
    table(head, [row(name, of_kind) for name, of_kind in found.items()])
    print(f"\nOf {times} runs a share of 95 % is give or take {2 * (0.95 * 0.05 / times) ** 0.5:.0%}.")
    shares = {name: share(of_kind, right(name)) for name, of_kind in found.items()}
    numbers(
        null_no_structure_share=shares["shuffled"],
        **{f"planted_{k}_right_share": shares[f"planted {k}"] for k in PLANTED},
        wrong_share_most=1 - min(share for name, share in shares.items() if name != "correlated"),
        skewed_no_structure_share=shares["skewed"],
        skewed_repeats_itself_share=float(np.mean([run.passed for run in found["skewed"]])),
        correlated_no_structure_share=shares["correlated"],
        correlated_beats_copula_share=copula_share(found["correlated"]),
        bayes_error_most=max(run.bayes_error or 0 for of_kind in found.values() for run in of_kind),
    )


if __name__ == "__main__":
    main()
