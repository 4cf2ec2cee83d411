"""What became of the rows of one stretch, in counts that add up: kept with the stretch, told of the whole."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Self

from segmentation.residents import Quarantined

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


@dataclass(frozen=True)
class Tally:
    """Counts of rows and cells.

    Attributes
    ----------
    read, population, kept : int
        Rows, those of the policy's population, and those that were scored.
    suspects : int
        Values that may give people away.
    left_out, missing, segments : mapping of str to int
        By reason, by feature and by segment.
    quarantined : tuple of Quarantined
    """

    read: int = 0
    population: int = 0
    kept: int = 0
    suspects: int = 0
    left_out: Mapping[str, int] = field(default_factory=dict)
    missing: Mapping[str, int] = field(default_factory=dict)
    segments: Mapping[str, int] = field(default_factory=dict)
    quarantined: tuple[Quarantined, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        cells = [[cell.row, cell.column, cell.rule, cell.file] for cell in self.quarantined]
        return asdict(self) | {"quarantined": cells}

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> Self:
        """Read what `to_dict` gave."""
        cells = tuple(Quarantined(*cell) for cell in content["quarantined"])
        return cls(**{**content, "quarantined": cells})

    @classmethod
    def total(cls, tallies: Iterable[Tally]) -> Self:
        """Return the sum of tallies, the faulty cells one after the other."""
        parts = list(tallies)
        return cls(
            sum(part.read for part in parts),
            sum(part.population for part in parts),
            sum(part.kept for part in parts),
            sum(part.suspects for part in parts),
            _summed(part.left_out for part in parts),
            _summed(part.missing for part in parts),
            _summed(part.segments for part in parts),
            tuple(cell for part in parts for cell in part.quarantined),
        )


def _summed(counts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for part in counts:
        total.update(part)
    return dict(total)
