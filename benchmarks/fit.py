"""A whole build, beside the same steps in plain pandas, scikit-learn and fairlearn.

From one Parquet file of simulated residents: read, encode, choose among 2 to 12 segments, stability, fit,
profiles, audit, card; nothing is registered. The plain side (`plain.py`) fits every number with ten restarts
on all rows and takes silhouettes of 10,000; its audit is MetricFrame on 50,000 rows, without a bootstrap.
It runs as many threads as it likes. Both are given the same number of segments in the end, and the inertia of
both is that of their own means in the plain side's encoded space, on all residents.

Run it with no argument: 100,000 and 1,000,000 residents. The plain side then fits 2, 12 and the chosen
number, and the times of the others are taken on the straight lines between theirs (the output says so).
--full fits them all, which takes a quarter of an hour; --quick takes 20,000 residents.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from unittest.mock import patch

import numpy as np
from plain import Plain
from timing import arguments, numbers, table

from segmentation.clustering import judging
from segmentation.clustering.choice import choose
from segmentation.pipeline import Candidate, build
from segmentation.policy import read_policy
from segmentation.residents import read_residents
from segmentation.simulate import simulate

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from segmentation.policy import Policy
    from segmentation.residents import Residents

ROOT = Path(__file__).parents[1]
AS_OF = date(2026, 7, 1)
TRIED = range(2, 13)
FITTED = "features, choice of k, fit"


@dataclass
class Own:
    """A build of this package: what came of it, and the seconds of each step."""

    policy: Policy
    seconds: dict[str, float] = field(default_factory=dict)

    def run(self, path: Path) -> None:
        """Read and build."""
        marks = [("read", time.perf_counter())]
        self.residents: Residents = read_residents(path, self.policy, as_of=AS_OF)
        with patch.object(judging, "choose", self._choosing(choose)):
            self.candidate: Candidate = build(
                self.policy,
                self.residents,
                progress=lambda step: marks.append((step, time.perf_counter())),
            )
        ends = [at for _, at in marks[1:]] + [time.perf_counter()]
        self.seconds |= {step: end - start for (step, start), end in zip(marks, ends, strict=True)}

    def labels(self) -> NDArray[np.int64]:
        """Return the segment of each resident."""
        needs = self.residents.needs
        return self.candidate.scorer.predict({str(name): needs[name].to_numpy() for name in needs})

    def _choosing(self, own: Callable[..., object]) -> Callable[..., object]:
        def timed(*given: object, **named: object) -> object:
            start = time.perf_counter()
            choice = own(*given, **named)
            self.choosing = time.perf_counter() - start
            return choice

        return timed


@dataclass(frozen=True)
class Compared:
    """Both sides at one size."""

    residents: int
    own: Own
    plain: Plain
    scaled: tuple[int, ...]

    @property
    def own_seconds(self) -> float:
        """The whole build."""
        return sum(self.own.seconds.values())

    @property
    def plain_fits(self) -> float:
        """Seconds of all numbers of segments; those that were not fitted lie between those that were."""
        known = sorted(self.plain.fit_seconds)
        return float(np.interp(TRIED, known, [self.plain.fit_seconds[k] for k in known]).sum())

    @property
    def plain_seconds(self) -> float:
        """The whole build in plain libraries."""
        return sum(self.plain.seconds.values()) + self.plain_fits

    @property
    def inertia_ratio(self) -> float:
        """Inertia of the own segments over that of the plain ones."""
        encoded = self.plain.encoded
        plain = self.plain.fits[self.own.candidate.segmenter.n_segments_].labels_
        return _inertia(encoded, self.own.labels()) / _inertia(encoded, plain)

    def rows(self) -> list[tuple[str, ...]]:
        """Return what each step costs on both sides."""
        own, plain = self.own.seconds, self.plain.seconds
        steps = [("read", own["read"], plain["read"])]
        steps.append((FITTED, own["segments"], plain["features"] + self.plain_fits))
        steps.append(("- of it the choice of k", self.own.choosing, self.plain_fits))
        steps += [(name, own[name], plain[name]) for name in ("stability", "profiles", "audit", "card")]
        steps.append(("all", self.own_seconds, self.plain_seconds))
        label = f"{self.residents:,}"
        return [(label, name, f"{a:.2f}", f"{b:.2f}", f"{b / a:.1f}") for name, a, b in steps]


def compared(policy: Policy, folder: Path, residents: int, *, every: bool) -> Compared:
    """Build both ways from one file, and hold them to the same residents."""
    path = folder / f"{residents}.parquet"
    simulate(residents).residents.to_parquet(path, index=False)
    own, plain = Own(policy), Plain(policy)
    own.run(path)
    n_segments = own.candidate.segmenter.n_segments_
    tried = tuple(TRIED) if every else tuple(sorted({TRIED[0], n_segments, TRIED[-1]}))
    plain.run(path, tried, n_segments)
    if plain.ids.tolist() != own.residents.ids.tolist():
        message = "The two sides did not keep the same residents."
        raise RuntimeError(message)
    return Compared(residents, own, plain, tuple(k for k in TRIED if k not in tried))


def _inertia(encoded: NDArray[np.float64], labels: NDArray[np.int64]) -> float:
    """Return the sum of squared distances to the mean of one's own segment."""
    segments = [encoded[labels == label] for label in np.unique(labels)]
    return float(sum(((segment - segment.mean(axis=0)) ** 2).sum() for segment in segments))


def main() -> None:
    """Measure and print."""
    asked = arguments(__doc__)
    policy = read_policy(ROOT / "models" / "resident_needs" / "policy.toml")
    rules = policy.clustering.model_copy(update={"segments": (TRIED[0], TRIED[-1])})
    policy = policy.model_copy(update={"clustering": rules})
    sizes = {"quick": 20_000} if asked.quick else {"100k": 100_000, "1m": 1_000_000}
    with TemporaryDirectory() as folder:
        found = {name: compared(policy, Path(folder), n, every=asked.full) for name, n in sizes.items()}
    table(
        ("residents", "step", "seconds", "plain seconds", "times"),
        [row for one in found.values() for row in one.rows()],
    )
    for one in found.values():
        if one.scaled:
            print(
                f"{one.residents:,} residents: the plain side did not fit {', '.join(map(str, one.scaled))} "
                "segments; their times are on the straight lines between those that it did."
            )
    largest = list(found.values())[-1]
    numbers(
        **{f"build_{name}_vs_plain": one.plain_seconds / one.own_seconds for name, one in found.items()},
        inertia_ratio=largest.inertia_ratio,
        inertia_excess=max(one.inertia_ratio for one in found.values()) - 1,
        **{f"build_{name}_seconds": one.own_seconds for name, one in found.items()},
    )


if __name__ == "__main__":
    main()
