"""What a run of scoring says while it works, and what it leaves behind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from segmentation.residents import Intake


@dataclass(frozen=True)
class Progress:
    """How far a run has come.

    Attributes
    ----------
    done : int
        Rows of the input that are done, those of an interrupted run included.
    rows : int
        Rows of the input.
    resumed : int
        Rows that an interrupted run had done.
    """

    done: int
    rows: int
    resumed: int


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
