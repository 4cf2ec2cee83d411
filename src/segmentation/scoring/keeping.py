"""Keeping what was scored, a stretch in each transaction, without those who may not be kept when it is there.

Who may not be scored is asked while the stretch before is written. What residents say from then on is looked
at once more in the transaction itself: nobody is kept who took their consent back a moment before.
"""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from segmentation.ledger.personal.bulk import Bulk
from segmentation.ledger.personal.entries import micros
from segmentation.ledger.personal.segments import Placed, Segments, batch_of
from segmentation.ledger.personal.tables import segments
from segmentation.scoring.model import Stored

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
    from concurrent.futures import Future
    from datetime import datetime

    from sqlalchemy import Connection

    from segmentation.ledger.personal.asking import Refused
    from segmentation.ledger.personal.gate import Gate
    from segmentation.ledger.personal.records import Records
    from segmentation.ledger.personal.sealing import Batch
    from segmentation.ledger.personal.segments import By
    from segmentation.residents import Intake
    from segmentation.scorer import FoldedScorer
    from segmentation.scoring.pieces import Piece
    from segmentation.scoring.track import Track

WHO = "segmentation score"
"""Who reads and writes, in the access log."""


@dataclass
class _Turn:
    """A stretch that waits to be kept: up to which row, since which event, and who may not be any more."""

    last: int
    newest: int
    rows: Sequence[tuple[bytes, Placed]]
    refused: Refused = field(default_factory=dict)


@dataclass
class Keeper:
    """Keeps stretches, and counts.

    Attributes
    ----------
    scorer : FoldedScorer
    by : By
    decision : str
        Digest of the signed decision that the version serves on.
    records : Records
    gate : Gate
        Of the same records.
    run : Track
        Where it is noted what is kept.
    clock : callable
        Returns the time, aware.
    segments, refused : Counter
        Residents who were to be kept, by segment; and who may not be, by reason.
    there, erased : int
        Residents whom an earlier run had kept; and who were erased meanwhile.
    """

    scorer: FoldedScorer
    by: By
    decision: str
    records: Records
    gate: Gate
    run: Track
    clock: Callable[[], datetime]
    segments: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    there: int = 0
    erased: int = 0

    def keep(
        self, pieces: Iterable[Piece], ask: Callable[[Sequence[bytes]], Future[Refused]]
    ) -> Iterator[int]:
        """Keep stretches, each in one transaction, and yield up to which row all is kept."""
        turns: deque[_Turn] = deque()

        def batches() -> Iterator[Batch]:
            for piece, subjects, refused, newest in self._asked(pieces, ask):
                rows, collected = self._rows(piece, subjects, refused.result())
                turns.append(_Turn(piece.last, newest, rows))
                yield self._batch(rows, collected)

        def still(connection: Connection, subjects: Sequence[bytes]) -> Collection[bytes]:
            turns[0].refused = self.gate.since(connection, turns[0].newest, subjects)
            return turns[0].refused

        bulk = Bulk(self.records, segments, self.by.purpose, WHO, still=still, makes=not self.gate.is_needed)
        for written in bulk.write(batches(), self.clock()):
            self.erased += written.erased
            turn = turns.popleft()
            self._count(turn)
            self.run.done(turn.last)
            yield turn.last

    def told(self, intake: Intake) -> Stored:
        """Return the counts."""
        return Stored(
            intake,
            {segment: self.segments[segment] for segment in self.scorer.segments},
            dict(sorted(self.refused.items())),
            self.there,
            self.erased,
            self.run.before.rows,
            self.run.discarded,
        )

    def _asked(
        self, pieces: Iterable[Piece], ask: Callable[[Sequence[bytes]], Future[Refused]]
    ) -> Iterator[tuple[Piece, list[bytes], Future[Refused], int]]:
        """Yield stretches, while it is asked already who of the next one may be scored."""
        before: tuple[Piece, list[bytes], Future[Refused], int] | None = None
        for piece in pieces:
            subjects = list(map(self.records.keyring.subjects(), piece.scored.column(0).to_pylist()))
            newest = self.gate.newest()  # before it is asked: who says something from here on is asked again
            now = (piece, subjects, ask(subjects), newest)
            if before is not None:
                yield before
            before = now
        if before is not None:
            yield before

    def _rows(
        self, piece: Piece, subjects: list[bytes], refused: Refused
    ) -> tuple[list[tuple[bytes, Placed]], list[int | None]]:
        """Return the rows of a stretch and when each was collected, without those who are not to be kept."""
        times = self.run.before.times
        may = [subject for subject in subjects if subject not in refused]
        there = Segments(self.records).kept_at(may, self.by.purpose, self.by.model, times)
        self.refused.update(refused.values())
        self.there += len(there)
        _, names, margins, collected = (column.to_pylist() for column in piece.scored.columns)
        rows = [
            ((subject, Placed(segment, margin, margin < self.scorer.borderline, self.decision)), dated)
            for subject, segment, margin, dated in zip(subjects, names, margins, collected, strict=True)
            if subject not in refused and subject not in there
        ]
        return [row for row, _ in rows], [dated for _, dated in rows]

    def _batch(self, rows: Sequence[tuple[bytes, Placed]], collected: Sequence[int | None]) -> Batch:
        now = self.clock()
        self.run.begin(micros(now))
        return batch_of(rows, self.by, now, collected)

    def _count(self, turn: _Turn) -> None:
        """Count a stretch that is kept; who took their consent back before its turn came is not."""
        self.segments.update(placed.segment for subject, placed in turn.rows if subject not in turn.refused)
        self.refused.update(turn.refused.values())
