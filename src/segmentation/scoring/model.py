"""What a run of scoring leaves behind: a file, or rows of the ledger, and who is there and who not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from segmentation.residents import Intake


_HTML = Markup(
    "<p><strong>Scored: <code>{out}</code></strong><br>{kept} of {read} rows got one of {segments} segments; "
    "{resumed} were taken over from an interrupted run.</p><p>Why others were left out: "
    "<code>scored.intake.left_out</code>.</p>"
)


@dataclass(frozen=True)
class Scored:
    """A file of segments, in counts.

    Attributes
    ----------
    out : Path
        The file: one row per resident who may be used, in the order of the input, with the columns of id and
        ``segment``.
    segments : mapping of str to int
        Residents by segment, every segment of the scorer.
    intake : Intake
        Who was read, left out and why; of the whole input, whichever run read it.
    resumed : int
        Rows of the input that were taken over from an interrupted run.
    discarded : bool
        Whether what an interrupted run had done was thrown away, as was asked for.
    """

    out: Path
    segments: Mapping[str, int]
    intake: Intake
    resumed: int
    discarded: bool

    def __repr__(self) -> str:
        """Return where the file is and how many rows were read and scored; a segment may hold few."""
        told = f"{self.intake.kept} of {self.intake.read} rows scored"
        return f"Scored({self.out.name!r}, {told}, {len(self.segments)} segments)"

    def _repr_html_(self) -> str:
        return _HTML.format(
            out=self.out,
            kept=f"{self.intake.kept:,}",
            read=f"{self.intake.read:,}",
            segments=len(self.segments),
            resumed=f"{self.resumed:,}",
        )


@dataclass(frozen=True)
class Stored:
    """What a run kept in the classification table, in counts.

    Attributes
    ----------
    intake : Intake
        Who was read, left out and why, before anybody was looked up in the ledger.
    segments : mapping of str to int
        Residents whom this run was to keep, by segment, every segment of the scorer; among them are those who
        were erased meanwhile.
    refused : mapping of str to int
        Residents who were left out by the consents on record, by reason.
    there : int
        Residents whom an earlier run over the same had kept, who were not kept again.
    erased : int
        Residents who were erased while they were to be kept.
    resumed : int
        Rows of the input that an interrupted run had done.
    discarded : bool
        Whether it was forgotten what an earlier run had done, as was asked for.
    """

    intake: Intake
    segments: Mapping[str, int]
    refused: Mapping[str, int]
    there: int
    erased: int
    resumed: int
    discarded: bool

    @property
    def kept(self) -> int:
        """Residents whom this run kept."""
        return sum(self.segments.values()) - self.erased

    def __repr__(self) -> str:
        """Return how many residents were read and kept; a segment may hold few."""
        return f"Stored({self.kept} of {self.intake.read} rows kept, {len(self.segments)} segments)"
