"""A run: what an interrupted one had done is taken over, the rest is scored, and the output gets its name."""

from __future__ import annotations

import json
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from segmentation.errors import ResidentsError, StorageError
from segmentation.files import CSV, PARQUET
from segmentation.progress import watched
from segmentation.scoring import output
from segmentation.scoring.identity import files_identity
from segmentation.scoring.model import Scored
from segmentation.scoring.output import scored_schema
from segmentation.scoring.pieces import Piece, stretches
from segmentation.scoring.source import open_source
from segmentation.scoring.tally import Tally
from segmentation.scoring.twice import bucketed, repeats
from segmentation.scoring.work import STAGED, Work, create, unfinished, work_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from contextlib import AbstractContextManager
    from datetime import date

    from segmentation.consents import ConsentLedger
    from segmentation.policy import Policy
    from segmentation.progress import Progress, Watch
    from segmentation.residents import Intake
    from segmentation.scorer import FoldedScorer
    from segmentation.scoring.output import Output
    from segmentation.scoring.source import Source

FORMAT = 2
STRETCH = 2**18
"""Rows that an interrupted run may have to score again; also a row group of the output."""
_TABLE, _KEYS, _TALLY = "scored.arrow", "ids.keys", b"tally"


def score_file(  # noqa: PLR0913 - what is scored, by whom, where to, and how
    scorer: FoldedScorer,
    policy: Policy,
    source: str | Path,
    out: str | Path,
    *,
    as_of: date,
    identity: Mapping[str, str],
    progress: Progress = False,
    stretch: int | None = None,
    discard: bool = False,
    consents: ConsentLedger | None = None,
) -> Scored:
    """Write the segment of every resident of a file, or of a folder of files, to a file.

    The output is there whole or not at all. A run that was interrupted is continued by the next one with the
    same source, scorer, policy, day and identity, and ends with the same bytes; until then its work, which
    holds ids and segments, lies in ``.NAME.partial`` beside the output, which its owner alone may read.

    Parameters
    ----------
    scorer : FoldedScorer
    policy : Policy
        Of the version that scores; says who may be scored.
    source : str or Path
        A Parquet file, a folder of Parquet files (in the order of their names), which may be larger than
        memory, or a CSV file, which may not.
    out : str or Path
        A Parquet or CSV file, by its suffix; one that is there is replaced at the end.
    as_of : date
        The day of reference for consent and retention.
    identity : mapping of str to str
        Which version scores, and what program: name, number, digests. A Parquet file carries it, and the
        day, under the key ``segmentation`` of its metadata.
    progress : bool or callable, default False
        True shows a bar, in a notebook and on a terminal. A callable is told the step before it starts; a
        `Watch` is told the rows that are done, those of an interrupted run first, after every stretch.
    stretch : int
        Rows of the source that are kept together; `STRETCH` by default.
    discard : bool
        Whether to throw away what an interrupted run has done, and to start anew.
    consents : ConsentLedger, optional
        Where consent stands, if not in the source. A run that was interrupted is not continued once anything
        more is on record: somebody who was scored may have withdrawn.

    Raises
    ------
    ResidentsError
        The source cannot be read, does not fit the policy, or changed meanwhile. No work is kept.
    StorageError
        The output has another suffix, cannot be written, or is being written by another run; or there is
        unfinished work on another source, version or day. Work is kept.
    """
    source, out = Path(source), Path(out)
    _format(out)
    stretch = stretch or STRETCH
    opened = open_source(source, policy, as_of, scorer.features, consents)
    told = {**identity, "as_of": as_of.isoformat()}
    manifest = {
        "format": FORMAT,
        "arrow": pa.__version__,
        "policy": policy.digest,
        "scorer": scorer.digest,
        "told": told,
        "stretch": stretch,
        "files": files_identity(opened.files),
        **({} if consents is None else {"consents": consents.state()}),
    }
    with (
        watched(progress, first="Scoring") as watch,
        _storing(out),
        work_folder(out, manifest, discard=discard) as work,
        _worthwhile(work),
    ):
        resumed = min(stretch * len(work.done()), opened.rows)
        run = _Run(scorer, policy.residents.id, stretch, watch, partial(_format(out), told=told))
        total, intake = run.all(opened, work)
        _refuse_changed(source, opened, manifest["files"])
        work.publish(work.root / STAGED, out)
    segments = {segment: total.segments.get(segment, 0) for segment in scorer.segments}
    return Scored(out, segments, intake, resumed, work.discarded)


@dataclass(frozen=True)
class _Run:
    """What scores, and how."""

    scorer: FoldedScorer
    id_column: str
    stretch: int
    watch: Watch
    output: Callable[..., AbstractContextManager[Output]]

    def all(self, source: Source, work: Work) -> tuple[Tally, Intake]:
        """Write every stretch; and once more where ids stand twice, which only the end tells."""
        source = source.knowing(work.note)
        total = self._through(source, work)
        if not work.note and repeats([folder / _KEYS for folder in work.done()]):
            twice = source.rows_twice()
            if twice:
                source = source.knowing(twice)
                total = self._through(source, work.restart(twice))
        return total, source.intake(total)

    def _through(self, source: Source, work: Work) -> Tally:
        """Write every stretch, those that are done and the others, and return what became of the rows."""
        resumed = min(self.stretch * len(work.done()), source.rows)
        self.watch.part("rows", resumed, source.rows)
        tallies = []
        with self.output(work.root / STAGED, scored_schema(self.id_column)) as file:
            for piece in self._parts(source, work):
                file.write(piece.scored)
                tallies.append(piece.tally)
                self.watch.part("rows", max(piece.last, resumed), source.rows)
        return Tally.total(tallies)

    def _parts(self, source: Source, work: Work) -> Iterator[Piece]:
        """Yield the stretches that are done, and then the others, each of which is kept first."""
        done = work.done()
        for at, folder in enumerate(done):
            yield _kept(folder, min((at + 1) * self.stretch, source.rows))
        start = len(done) * self.stretch
        pieces = stretches(source, self.scorer, self.id_column, start, self.stretch)
        for at, piece in enumerate(pieces, len(done)):
            with work.stretch(at) as folder:
                _keep(folder, piece)
            yield piece


def _format(out: Path) -> Callable[..., AbstractContextManager[Output]]:
    suffix = out.suffix.lower()
    if suffix in PARQUET:
        return output.parquet
    if suffix == CSV:
        return output.csv
    raise StorageError(f"{out} is neither .parquet nor .csv. Give the file one of these endings.")


def _keep(folder: Path, piece: Piece) -> None:
    told = piece.scored.schema.with_metadata({_TALLY: json.dumps(piece.tally.to_dict())})
    with create(folder / _TABLE) as file, pa.ipc.new_file(file, told) as writer:
        writer.write_table(piece.scored)
    with create(folder / _KEYS) as file:
        bucketed(piece.keys).tofile(file)


def _kept(folder: Path, last: int) -> Piece:
    """Read a stretch that is done.

    Raises
    ------
    StorageError
        It was changed or damaged.
    """
    with (
        suppress(OSError, ValueError, TypeError, KeyError, pa.ArrowException),
        (folder / _TABLE).open("rb") as file,
    ):
        scored = pa.ipc.open_file(file).read_all()
        tally = Tally.from_dict(json.loads(scored.schema.metadata[_TALLY]))
        return Piece(last, scored.replace_schema_metadata(), np.empty(0, np.uint64), tally)
    raise StorageError(f"The work folder {folder.parent} is damaged. Remove it, and run again.")


@contextmanager
def _worthwhile(work: Work) -> Iterator[None]:
    """Keep what a run over the same source could go on with, and nothing else."""
    try:
        yield
    except ResidentsError:
        work.remove()
        raise
    except BaseException:
        with suppress(OSError):  # what ended the run is worth more than what was left of it
            work.rest()
        raise


def _refuse_changed(path: Path, source: Source, before: list[dict[str, Any]]) -> None:
    if files_identity(source.files) != before:
        raise ResidentsError(
            f"The table {path} changed while it was scored. Run it again when it is complete."
        )


@contextmanager
def _storing(out: Path) -> Iterator[None]:
    """Turn what the file system refuses into one sentence."""
    reason = ""
    try:
        yield
    except OSError as error:
        reason = (error.strerror or "the file system refuses").lower()
    if reason:
        raise StorageError(
            f"{out} cannot be written: {reason}. Make room, about twice what the output needs, and run it "
            f"again, or write elsewhere.{_left(out)}"
        )


def _left(out: Path) -> str:
    """Return where the ids are that an ended run leaves behind, if it does."""
    left = unfinished(out)
    if left is None:
        return ""
    return f" What is done lies in {left.folder}, which holds ids: remove it if you do not go on."
