"""`segmentation ledger verify`: whether the ledger is what it was, and what is kept of residents in it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from segmentation.cli import office, secrets
from segmentation.cli.console import ALTERED, complain, say_json
from segmentation.cli.givenfile import read_given
from segmentation.cli.options import HOME, HomeFolder, Json
from segmentation.cli.plain import say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from segmentation.ledger.batches import Head
    from segmentation.ledger.checkpoint import Checkpoint
    from segmentation.ledger.facts import Anchor
    from segmentation.ledger.history import History
    from segmentation.ledger.personal.records import Records
    from segmentation.ledger.personal.verify import Verified
    from segmentation.ledger.store import Ledger
    from segmentation.ledger.trust import Trust

EXAMPLE = "segmentation ledger verify --checkpoint checkpoint.json"


def verify(
    checkpoint: Annotated[
        Path | None, typer.Option(help="What `ledger checkpoint` wrote; the ledger must still be that.")
    ] = None,
    keyring: Annotated[
        bool,
        typer.Option(
            "--keyring",
            help="Also open the key of every resident, miss those that are gone, and hold each line that "
            "tells of residents against the keyring.",
        ),
    ] = False,
    home: HomeFolder = HOME,
    as_json: Json = False,
) -> None:
    """Verify every event against the chain, its signature and the rules, every access event and personal row.

    It begins with the pinned root key. Only --keyring needs the keyring. Exit code 1 says that the ledger
    was altered, and names the first event and the first batch that was, the triggers of its tables that are
    gone or changed and the rows that belong to no event, and rows of personal data that were altered,
    removed, added or moved, by table and number; 2, that it cannot be reached. Without --keyring, who
    writes the database may have made up what came after the last anchor; with it, only cut it off.
    """
    from segmentation.home import Home
    from segmentation.ledger.asked import fault
    from segmentation.ledger.personal.owners import verify_owners
    from segmentation.ledger.store import open_ledger
    from segmentation.ledger.trust import trust_of

    trust = trust_of(Home(home))
    slip = read_checkpoint(checkpoint)
    with open_ledger(trust.ledger) as ledger:
        ledger.check_revision()
        records = _records(ledger, home) if keyring else None
        found: list[History] = []
        heads: list[Head] = []
        kept: list[Verified] = []
        wrong = [
            *complaint(lambda: found.append(_verified(ledger, trust, slip))),
            # After the events, because the log goes on while they are read.
            *complaint(lambda: heads.append(_accesses(ledger, found))),
            *complaint(lambda: kept.append(_personal(ledger, home, records))),
            *(complaint(lambda: verify_owners(records)) if records is not None else ()),
            *complaint(ledger.check_guards),
            *filter(None, [fault(ledger)]),
        ]
    for told in wrong:
        complain(told)
    if wrong:
        raise typer.Exit(ALTERED)
    history = found[0]
    if as_json:
        say_json(_content(history, heads[0], kept[0]))
    else:
        _print(history, heads[0], kept[0], checkpoint)


def complaint(check: Callable[[], object]) -> Iterator[str]:
    """Yield in one sentence what a check found wrong, if it did.

    Raises
    ------
    UnreachableError
        The check could not be made.
    """
    from segmentation.errors import LedgerError, UnreachableError

    try:
        check()
    except UnreachableError:
        raise
    except LedgerError as error:
        yield str(error)


def _verified(ledger: Ledger, trust: Trust, slip: Checkpoint | None) -> History:
    """Return the history that a ledger tells.

    Raises
    ------
    LedgerError
        It was altered, went back, or is not the one of the checkpoint.
    """
    from segmentation.ledger.history import History
    from segmentation.ledger.witness import Witness

    witness = Witness(trust.witness)
    seen = witness.seen()
    history = History.replayed(ledger.read(), trust.root)
    if seen is not None:
        seen.check(history, office.now())
    if slip is not None:
        slip.check(history)
    return history


def _accesses(ledger: Ledger, histories: Sequence[History]) -> Head:
    """Return how far the access log goes, held against what a history says of it, where that is believed.

    Raises
    ------
    LedgerError
        It was altered, or does not hold what was anchored.
    """
    from segmentation.ledger.access import AccessLog

    return AccessLog(ledger).verify(histories[0].anchors if histories else ())


def _records(ledger: Ledger, home: Path) -> Records:
    """Return what is kept of residents, with the keyring that the settings name."""
    from segmentation.home import Home
    from segmentation.ledger.personal.records import Records
    from segmentation.vault import keyring_source

    return Records(ledger, keyring_source(Home(home), ask=secrets.keyring_passphrase()))


def _personal(ledger: Ledger, home: Path, records: Records | None) -> Verified:
    """Return what is kept of residents, held against the access log and the file of tombstones.

    Raises
    ------
    LedgerError
        It was altered.
    """
    from segmentation.home import Home
    from segmentation.ledger.personal.tombstones import tombstones_of
    from segmentation.ledger.personal.verify import verify_personal

    keyring = None if records is None else records.keyring
    return verify_personal(ledger, tombstones_of(Home(home)), keyring)


def read_checkpoint(file: Path | None) -> Checkpoint | None:
    """Read what `ledger checkpoint` wrote; None where nothing is named.

    Raises
    ------
    StorageError
        The file cannot be read.
    LedgerError
        It holds no checkpoint.
    """
    from segmentation.ledger.checkpoint import Checkpoint

    return None if file is None else Checkpoint.from_json(read_given(file, "checkpoint"))


def _content(history: History, accesses: Head, kept: Verified) -> dict[str, object]:
    head, anchored = history.head, _furthest(history)
    return {
        "ledger": history.ledger,
        "events": head.seq,
        "head": head.digest,
        "at": head.at.isoformat(),
        "people": sorted(history.people),
        "versions": [{"model": model, "version": version} for model, version in history.versions()],
        "api_keys": len(history.api_keys),
        "access": {
            "batches": accesses.number,
            "head": accesses.digest,
            "anchored": anchored and anchored.number,
        },
        "personal": {"rows": dict(kept.rows), "empty": dict(kept.empty), "erasures": kept.erasures},
    }


def _print(history: History, accesses: Head, kept: Verified, checkpoint: Path | None) -> None:
    head, events = history.head, history.head.seq
    say(f"The ledger holds: {events:,} events, the last one of {head.at:%Y-%m-%d %H:%M} UTC.")
    say(f"Head: {head.digest}")
    signing = sorted(name for name, person in history.people.items() if person.roles)
    say(f"People who may sign: {', '.join(signing) or 'nobody'}")
    say(f"Versions: {len(history.versions()):,}; API keys: {len(history.api_keys):,}")
    say("Every event follows the one before it, and every signature leads to the pinned root key.")
    say(_accessed(history, accesses))
    say(_kept(kept))
    say("The triggers that guard the tables are in place, and every row belongs to an event.")
    if checkpoint is not None:
        say(f"It is the ledger of {checkpoint}.")


def _kept(kept: Verified) -> str:
    """Return what was found of personal data, in one sentence."""
    rows = sum(kept.rows.values())
    if not rows:
        return "Nothing is kept of residents."
    return (
        f"Rows of personal data: {rows:,}, each as it was written; emptied since: "
        f"{sum(kept.empty.values()):,}; residents erased: {kept.erasures:,}."
    )


def _furthest(history: History) -> Anchor | None:
    """Return the anchor of the last batch that has one."""
    return max(history.anchors, key=lambda one: one.number, default=None)


def _accessed(history: History, accesses: Head) -> str:
    """Return what was found of the access log, in one sentence."""
    if not accesses.number:
        return "The access log is empty."
    anchored = _furthest(history)
    until = (
        "none of it is anchored among the events yet"
        if anchored is None
        else f"what is before batch {anchored.number + 1:,} was anchored on {anchored.at:%Y-%m-%d %H:%M} UTC"
    )
    return f"The access log holds {accesses.number:,} batches, each follows the one before it, and {until}."
