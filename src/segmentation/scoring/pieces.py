"""Batches of needs to batches of segments, in order: one thread reads ahead, two judge and score."""

from __future__ import annotations

from collections import deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from threadpoolctl import threadpool_limits

from segmentation.scoring.output import MARGIN, scored_schema
from segmentation.scoring.tally import Tally
from segmentation.scoring.twice import Keys, keys

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import Future

    from numpy.typing import NDArray

    from segmentation.scorer import FoldedScorer
    from segmentation.scoring.source import Batch, Source

    Made = Callable[[], Batch] | None

WORKERS = 2
AHEAD = 4
"""Batches in memory, about."""


@dataclass(frozen=True)
class Piece:
    """Residents with their segments.

    Attributes
    ----------
    last : int
        Rows of the source up to the end of this piece.
    scored : Table
        Ids and segments, in the order of the source.
    keys : ndarray of uint64
        Of the ids of all its rows that must differ from all others.
    tally : Tally
        What became of its rows.
    """

    last: int
    scored: pa.Table
    keys: Keys
    tally: Tally


def stretches(
    source: Source,
    scorer: FoldedScorer,
    id_column: str,
    start: int,
    stretch: int,
    *,
    to_keep: bool = False,
) -> Iterator[Piece]:
    """Yield everything after the row `start`, a stretch at a time.

    Parameters
    ----------
    source : Source
    scorer : FoldedScorer
    id_column : str
        Name of the column of ids.
    start : int
        A multiple of `stretch`.
    stretch : int
        Rows of the source that go together; the last may have fewer.
    to_keep : bool
        Whether the table has two more columns, `output.MARGIN` and `output.COLLECTED`.
    """
    held: list[Piece] = []
    score = partial(_piece, scorer=scorer, schema=scored_schema(id_column, to_keep=to_keep))
    for piece in _pieces(source, score, start, stretch):
        held.append(piece)
        if piece.last % stretch == 0 or piece.last == source.rows:
            yield Piece(
                piece.last,
                pa.concat_tables(part.scored for part in held).combine_chunks(),
                np.concatenate([part.keys for part in held]),
                Tally.total(part.tally for part in held),
            )
            held = []


def _pieces(
    source: Source, score: Callable[[Future[Made]], Piece | None], start: int, stretch: int
) -> Iterator[Piece]:
    batches = source.batches(start, stretch)
    waiting: deque[Future[Piece | None]] = deque()
    # The threads are ours: those of a matrix product would only stand in their way.
    with (
        threadpool_limits(1),
        ThreadPoolExecutor(WORKERS) as workers,
        ThreadPoolExecutor(1) as reader,
    ):
        for _ in range(AHEAD):
            waiting.append(workers.submit(score, reader.submit(next, batches, None)))
        while (piece := waiting.popleft().result()) is not None:
            waiting.append(workers.submit(score, reader.submit(next, batches, None)))
            yield piece


def _piece(read: Future[Made], scorer: FoldedScorer, schema: pa.Schema) -> Piece | None:
    make = read.result()
    if make is None:
        return None
    batch = make()
    labels, kept = _placed(batch, scorer, to_keep=MARGIN in schema.names)
    segments = pa.DictionaryArray.from_arrays(pa.array(labels, pa.int16()), pa.array(scorer.segments))
    scored = pa.Table.from_arrays([batch.ids.cast(pa.string()), segments, *kept], schema=schema)
    counts = np.bincount(labels, minlength=len(scorer.segments)).tolist()
    told = replace(batch.tally, segments=dict(zip(scorer.segments, counts, strict=True)))
    return Piece(batch.last, scored, keys(batch.differing), told)


def _placed(
    batch: Batch, scorer: FoldedScorer, *, to_keep: bool
) -> tuple[NDArray[np.int64], tuple[pa.Array, ...]]:
    """Return the place of each resident's segment, and the columns of what is kept where it is asked for."""
    if not len(batch.ids):
        return np.empty(0, np.int64), (pa.array([], pa.float64()), pa.array([], pa.int64())) * to_keep
    if not to_keep:
        return scorer.predict(batch.columns), ()
    labels, margins = scorer.margins(batch.columns)
    return labels, (pa.array(margins), _collected(batch))


def _collected(batch: Batch) -> pa.Array:
    if batch.collected is None:
        return pa.nulls(len(batch.ids), pa.int64())
    times = batch.collected.astype("datetime64[us]")
    return pa.array(times.astype(np.int64), mask=np.isnat(times))
