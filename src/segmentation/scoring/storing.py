"""Scoring into the classification table: as a file is scored, but nothing is written that is not sealed.

The whole input is judged first, and refused as a whole where it does not fit. Then it is scored a stretch at
a time, and each stretch is kept in one transaction. Who may not be scored by the consents on record is left
out then, at the last moment.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow.compute as pc

from segmentation.errors import ResidentsError
from segmentation.ledger.personal.asking import asking
from segmentation.ledger.personal.gate import Gate
from segmentation.ledger.personal.reading import tell_read
from segmentation.ledger.personal.segments import By
from segmentation.ledger.personal.tables import consents
from segmentation.progress import watched
from segmentation.scoring.identity import files_identity
from segmentation.scoring.keeping import WHO, Keeper
from segmentation.scoring.pieces import stretches
from segmentation.scoring.source import open_source
from segmentation.scoring.tally import Tally
from segmentation.scoring.track import track
from segmentation.scoring.twice import repeated
from segmentation.vault.keyring import LONGEST

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from datetime import date, datetime

    import pyarrow as pa

    from segmentation.ledger.personal.records import Records
    from segmentation.policy import Policy
    from segmentation.progress import Progress
    from segmentation.residents import Intake
    from segmentation.scorer import FoldedScorer
    from segmentation.scoring.model import Stored
    from segmentation.scoring.pieces import Piece
    from segmentation.scoring.source import Source
    from segmentation.scoring.twice import Keys

FORMAT = 1
STRETCH = 2**16
"""Rows that are kept in one transaction; other writers wait for it a second or two."""


def store_file(  # noqa: PLR0913 - what is scored, by whom, where it is kept, and how
    scorer: FoldedScorer,
    policy: Policy,
    source: str | Path,
    records: Records,
    path: Path,
    *,
    as_of: date,
    identity: Mapping[str, str],
    clock: Callable[[], datetime],
    progress: Progress = False,
    stretch: int = STRETCH,
    discard: bool = False,
) -> Stored:
    """Keep the segment of every resident of a file, or of a folder of files, in the classification table.

    A run that was interrupted is continued by the next one with the same source, scorer, policy, day and
    identity; nobody is kept twice by both. The same holds after a run that came to its end: it keeps those
    who consented since.

    Parameters
    ----------
    scorer : FoldedScorer
    policy : Policy
        Of the version that scores; says who may be scored, and how long a segment is kept.
    source : str or Path
        As `score_file` takes it.
    records : Records
        Where segments are kept, and consents looked up.
    path : Path
        A file of this run's own, ending with ``.json``; it tells what is done.
    as_of : date
        The day of reference for retention, and for the consents of the table where the ledger has none.
    identity : mapping of str to str
        Which version scores: ``model``, ``version`` and ``decision``, the digest of the signed decision.
    clock : callable
        Returns the time, aware.
    progress : bool or callable, default False
        As `score_file` takes it.
    stretch : int
        Rows of the source that are kept in one transaction.
    discard : bool
        Whether to forget what an earlier run did, and to keep everybody once more.

    Raises
    ------
    ResidentsError
        The source cannot be read, does not fit the policy, or changed meanwhile.
    StorageError
        The disk is full; or another run holds the file, or it tells of one that did not come to its end.
    LedgerError
        The database refuses. What was kept so far is, and the same command goes on.
    VaultError
        There is no keyring, or it is another ledger's.
    """
    opened = open_source(Path(source), Gate(records, policy).policy, as_of, scorer.features)
    files = files_identity(opened.files)
    of = {
        "format": FORMAT,
        "policy": policy.digest,
        "scorer": scorer.digest,
        "told": {**identity, "as_of": as_of.isoformat()},
        "stretch": stretch,
        "files": files,
    }
    with watched(progress, first="Reading") as watch, track(path, of, discard=discard) as run:
        judged, intake = _judged(opened, scorer, policy.residents.id, stretch)
        by = By.of(policy, int(identity["version"]))
        keeper = Keeper(scorer, by, identity["decision"], records, Gate(records, policy), run, clock)
        pieces = stretches(judged, scorer, policy.residents.id, run.before.rows, stretch, to_keep=True)
        watch("Storing")
        watch.part("rows", run.before.rows, judged.rows)
        rows = judged.rows - run.before.rows
        if keeper.gate.is_there:
            tell_read(records.ledger, consents, policy.purpose.key, rows, WHO, clock())
        with asking(records, policy, rows) as ask:
            for last in keeper.keep(_unchanged(pieces, opened, files), ask):
                watch.part("rows", last, judged.rows)
        run.end()
    return keeper.told(intake)


def _unchanged(pieces: Iterable[Piece], source: Source, files: object) -> Iterator[Piece]:
    """Yield stretches as long as the files are those that were judged."""
    for piece in pieces:
        if files_identity(source.files) != files:
            raise ResidentsError("The table changed while it was scored. Run it again when it is complete.")
        yield piece


def _judged(source: Source, scorer: FoldedScorer, id_column: str, stretch: int) -> tuple[Source, Intake]:
    """Return the source as all of its rows together leave it, or refuse it.

    Raises
    ------
    ResidentsError
        It does not fit the policy, or an id cannot be a resident's reference.
    """
    total, keys = _through(source, scorer, id_column, stretch)
    if repeated(keys) and (twice := source.rows_twice()):
        source = source.knowing(twice)
        total, _ = _through(source, scorer, id_column, stretch)
    return source, source.intake(total)


def _through(source: Source, scorer: FoldedScorer, id_column: str, stretch: int) -> tuple[Tally, Keys]:
    tallies, keys = [], [np.empty(0, np.uint64)]
    for piece in stretches(source, scorer, id_column, 0, stretch):
        _check_ids(piece.scored.column(id_column), id_column)
        tallies.append(piece.tally)
        keys.append(piece.keys)
    return Tally.total(tallies), np.concatenate(keys)


def _check_ids(ids: pa.ChunkedArray, id_column: str) -> None:
    if len(ids) and not (
        pc.all(pc.utf8_is_printable(ids)).as_py() and pc.max(pc.utf8_length(ids)).as_py() <= LONGEST
    ):
        raise ResidentsError(
            f"The column '{id_column}' holds an id longer than {LONGEST} letters, or one with letters that "
            "cannot be read. Give every resident a reference of letters and digits."
        )
