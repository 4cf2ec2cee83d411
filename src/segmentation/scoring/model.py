"""What a run of scoring leaves behind: a file, and counts of who is in it and who is not."""

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
