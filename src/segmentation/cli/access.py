"""`segmentation ledger access` and `anchor`: who asked for what and wrote what, and how far it is held fast.

The service anchors the access log by itself, once a day. Where its clock may be ahead it leaves that to a
person, because an event of a time to come stops everybody until then.
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from segmentation.cli import office
from segmentation.cli.asked import ask_first
from segmentation.cli.console import ALTERED, complain
from segmentation.cli.options import HOME, HomeFolder
from segmentation.cli.plain import plain_json, say
from segmentation.cli.verify import complaint

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from segmentation.ledger.access import AccessLog

EXAMPLE = "segmentation ledger access --since 2027-01-01"
ANCHOR = "segmentation ledger anchor"
NO_REQUEST = "No request was moved into the ledger yet, or none since then."
NO_ALERT = "No alert was moved into the ledger yet, or none since then."
DONE = {
    "write": "kept",
    "read": "read",
    "erase": "erased",
    "retention": "took out, as due,",
    "rotate": "wrapped anew",
    "backup": "copied, sealed,",
}
"""What is said of what was done to rows of personal data."""

Told = dict[str, Any]  # what JSON holds


def access(
    since: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The first day, in UTC; else all of them.")
    ] = None,
    alerts: Annotated[
        bool, typer.Option("--alerts", help="Only what somebody should look at, such as mass reading.")
    ] = False,
    home: HomeFolder = HOME,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object, of which `events` has one a line.")
    ] = False,
) -> None:
    """Print every request of a known API key or person and every write of personal data: when, by whom, what.

    There is no more of a request than that and what came of it: no body, no address and nothing about a
    resident. Of a write there is the table, how many rows, and for which purpose. Where somebody tried to
    sign in and was not let in, nothing says by which name.

    Exit code 1 says that the log is not what was moved into it: what was printed may be false, and
    requests may be missing.
    """
    from segmentation.home import Home
    from segmentation.ledger.access import AccessLog
    from segmentation.ledger.store import open_ledger
    from segmentation.ledger.trust import trust_of

    first = None if since is None else since.replace(tzinfo=UTC)
    with open_ledger(trust_of(Home(home)).ledger) as ledger:
        log = AccessLog(ledger)
        found = (told for told in _events(log, first) if told.get("alert") or not alerts)
        if as_json:
            _print_json(found)
        else:
            _print(found, _names(home), NO_ALERT if alerts else NO_REQUEST)
        _verify(log, home)


def anchor(
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    home: HomeFolder = HOME,
) -> None:
    """Write how far the access log goes among the events, where a service left that to a person.

    Make sure of the time first: nothing is served and nothing decided before the time of the last
    event. Exit code 1 says that the log does not fit an earlier anchor.
    """
    from datetime import timedelta

    from segmentation.home import Home
    from segmentation.ledger.access import AccessLog
    from segmentation.ledger.anchoring import anchor as write
    from segmentation.ledger.store import open_ledger
    from segmentation.ledger.trust import trust_of

    ask_first(
        f"Is it {office.now():%Y-%m-%d %H:%M} UTC now?",
        "Make sure of the time",
        "Nothing was written. Set the clock first.",
        yes=yes,
    )
    with office.book_at(home) as book, open_ledger(trust_of(Home(home)).ledger) as ledger:
        found = write(book, AccessLog(ledger), book.now(), timedelta(0))
    if found.anchor is None:
        say("Nothing was moved into the access log since it was anchored last.")
    else:
        at = f"{found.anchor.at:%Y-%m-%d %H:%M} UTC"
        say(f"Anchored: batch {found.anchor.number:,} of the access log, at {at}.")
    for told in found.misfits:
        complain(told)
    if found.misfits:
        raise typer.Exit(ALTERED)


def _verify(log: AccessLog, home: Path) -> None:
    """Make sure of what was printed: whoever answers a complaint with it may not verify the ledger first.

    Raises
    ------
    typer.Exit
        The log was altered.
    """
    with office.book_at(home) as book:
        anchors = book.history().anchors
    for told in complaint(lambda: log.verify(anchors)):
        complain(f"{told}\nDo not rely on what is printed above.")
        raise typer.Exit(ALTERED)


def _events(log: AccessLog, since: datetime | None) -> Iterator[Told]:
    """Yield each event from a moment on; a line that is none is told as such, at the time it was moved."""
    for batch in log.batches():
        if since is not None and batch.at < since:  # its events were before
            continue
        for line in batch.lines.removesuffix("\n").split("\n"):
            told = _told(line)
            if since is None or _time(told, batch.at) >= since:
                yield told


def _told(line: str) -> Told:
    try:
        told = json.loads(line)
    except (ValueError, RecursionError):
        told = None
    return told if isinstance(told, dict) else {"unreadable": line}


def _time(told: Told, moved: datetime) -> datetime:
    try:
        return datetime.fromisoformat(told["at"]).astimezone(UTC)
    except (LookupError, TypeError, ValueError, OverflowError):
        return moved


def _names(home: Path) -> dict[str, str]:
    """Return the name of each API key by its id."""
    return {key: s.record.name for key, s in office.book_at(home).history().api_keys.items()}


def _print(events: Iterator[Told], names: dict[str, str], nothing: str) -> None:
    none = True
    for told in events:
        none = False
        say(_line(told, names))
    if none:
        say(nothing)


def _line(told: Told, names: dict[str, str]) -> str:
    if "unreadable" in told:
        return f"A line that is no access event: {told['unreadable']}"
    at = str(told.get("at"))
    if "table" in told:
        return _written(told, at)
    version = f"version {told['version']} of {told.get('model')}" if told.get("version") else "no version"
    rows = f"{told['rows']} resident{'' if told['rows'] == 1 else 's'}" if told.get("rows") else ""
    who = _who(told, names)
    request = f"request {told.get('id')}"
    if told.get("requests"):
        request += f", the last of {told['requests']} that were refused"
    purpose = f"for {told['purpose']}" if told.get("purpose") else ""
    alert = f"ALERT: {told['alert']}" if told.get("alert") else ""
    parts = (at, who, told.get("route"), told.get("status"), rows, purpose, alert, version, request)
    return "; ".join(str(part) for part in parts if part)


def _written(told: Told, at: str) -> str:
    """Return what was done to rows of personal data: by whom, how many, of which table."""
    what, count = str(told.get("what")), told.get("count")
    some = "" if count == 1 else "s"
    done = f"{DONE.get(what, what)} {count} row{some} of {told['table']}"
    if told["table"] == "tombstones":
        done = f"wrote {count} tombstone{some}"
    purpose = f"for {told['purpose']}" if told.get("purpose") else ""
    alert = f"ALERT: {told['alert']}" if told.get("alert") else ""
    parts = (at, told.get("by"), done, purpose, alert)
    return "; ".join(str(part) for part in parts if part)


def _who(told: Told, names: dict[str, str]) -> str:
    """Return who asked: an API key, or at the pages a person, or somebody who was not let in."""
    key = str(told.get("key"))
    if key in names:
        return f"key {key} ({names[key]})"
    if told.get("person"):
        return str(told["person"])
    return f"key {key}" if key else "nobody who is signed in"


def _print_json(events: Iterator[Told]) -> None:
    """Print what may be more than a memory holds, an event at a time."""
    write = sys.stdout.write
    write('{"events": [')
    before = "\n"
    for told in events:
        write(before + plain_json(json.dumps(told, ensure_ascii=False)))
        before = ",\n"
    write("\n]}\n")
