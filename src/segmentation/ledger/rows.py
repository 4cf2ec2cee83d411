"""Events as rows and rows as events: a row that was altered never passes for the event that it was."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, Table, select

from segmentation.errors import LedgerError, SigningError
from segmentation.ledger.event import Draft, Event
from segmentation.ledger.tables import api_keys, comments, decisions, events, people
from segmentation.signing import Signed, canonical

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sqlalchemy import FromClause

ROOT = "root"
"""The name that the start of a ledger has among people."""
ADOPT = "adopt"
UNREADABLE = ""
"""The digest of an event whose row does not say what the event would: one that nothing has."""
ISSUE, REVOKE = "issue", "revoke"
TABLES: dict[str, Table] = {
    "start": people, "person": people,
    "decision": decisions, "adoption": decisions,
    "api_key": api_keys, "api_key_revoked": api_keys,
    "comment": comments,
}  # fmt: skip
"""Where the document and signature of a kind are; ``activated`` and ``anchored`` events have none."""
SIGNED = tuple(dict.fromkeys(TABLES.values()))
"""The tables of what is signed."""
READ = (events, *SIGNED)
"""All tables of which `after` gives the columns, in that order."""
LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)

Row = dict[str, Any]  # as a database takes it


def rows_of(event: Event) -> list[tuple[Table, Row]]:
    """Return what is stored of an event: its link of the chain, and what is signed.

    Raises
    ------
    LedgerError
        The signed document is not JSON, or lacks what its table shows.
    """
    draft = event.draft
    link = {
        "seq": event.seq,
        "at": event.at.isoformat(timespec="microseconds"),
        "kind": draft.kind,
        "model": draft.model,
        "version": draft.version,
        "body": canonical(dict(draft.body)).decode() if draft.body else None,
        "previous": event.previous,
        "digest": event.digest,
    }
    if draft.signed is None:
        return [(events, link)]
    return [(events, link), (_table_of(event), _signed_row(event, draft.signed))]


def _table_of(event: Event) -> Table:
    if event.draft.kind in TABLES:
        return TABLES[event.draft.kind]
    raise LedgerError(
        f"Event {event.seq} of kind {event.draft.kind} is one that nobody signs; leave it unsigned."
    )


def _signed_row(event: Event, signed: Signed) -> Row:
    row: Row = {"seq": event.seq, "document": signed.document, "signature": signed.signature}
    try:
        return row | _beside(event.draft, json.loads(signed.document))
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        raise LedgerError(f"The document of event {event.seq} is not a record of its kind.") from None


def _beside(draft: Draft, told: Any) -> Row:  # noqa: ANN401 - whatever JSON holds
    """Return what stands beside a document, for who looks into the database."""
    if draft.kind == "start":
        return {"name": ROOT}
    if draft.kind == "person":
        return {"name": told["name"]}
    if draft.kind in {"api_key", "api_key_revoked"}:
        return {
            "id": told["id"],
            "action": ISSUE if draft.kind == "api_key" else REVOKE,
            "by": told["by"],
        }
    about = {"model": draft.model, "version": draft.version}
    if draft.kind == "comment":
        return about | {"by": told["by"]}
    return about | {"action": told.get("action", ADOPT), "by": told["by"]}


def after(since: int) -> Select[Any]:
    """Return the question for all events after one, each with what was signed."""
    columns = [column.label(f"{table.name}_{column.name}") for table in READ for column in table.c]
    joined: FromClause = events
    for table in SIGNED:
        joined = joined.outerjoin(table, table.c.seq == events.c.seq)
    return select(*columns).select_from(joined).where(events.c.seq > since).order_by(events.c.seq)


def _places() -> Iterator[tuple[Table, tuple[str, ...], int, int]]:
    """Give each table, its columns, and where they begin and end in a row of `after`; first is the number."""
    start = 0
    for table in READ:
        names = tuple(column.name for column in table.c)
        yield table, names, start, start + len(names)
        start += len(names)


_PLACES = tuple(_places())


def events_of(rows: Iterable[Sequence[Any]]) -> list[Event]:
    """Return the events that rows hold, as `after` asks for them.

    A row that is not exactly what `rows_of` writes of the event, or whose signed row is missing, is returned
    as an event that its digest does not fit: who verifies the chain finds it, and can name it.
    """
    return [_event_of(row) for row in rows]


def _event_of(row: Sequence[Any]) -> Event:
    found = [
        (table, dict(zip(names, row[start:end], strict=True)))
        for table, names, start, end in _PLACES
        if row[start] is not None
    ]
    link, signed = found[0][1], [part for _, part in found[1:]]
    draft = Draft(
        link["kind"],
        Signed(_text(signed[0]["document"]), _text(signed[0]["signature"])) if signed else None,
        _text(link["model"]) if link["model"] is not None else None,
        link["version"] if isinstance(link["version"], int) else None,
        _body(link["body"]),
    )
    event = Event(link["seq"], _time(link["at"]), draft, _text(link["previous"]), _text(link["digest"]))
    if _is_written_so(event, found):
        return event
    # Nor is its body kept, of which no digest may be possible: not a number, or nested too deeply.
    return replace(event, draft=replace(draft, body=None), digest=UNREADABLE)


def _is_written_so(event: Event, found: list[tuple[Table, Row]]) -> bool:
    try:
        return rows_of(event) == found
    except (LedgerError, SigningError, RecursionError):
        return False


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _time(value: object) -> datetime:
    try:
        return datetime.fromisoformat(_text(value)).astimezone(UTC)
    except (ValueError, OverflowError):
        return LONG_AGO


def _body(value: object) -> dict[str, Any] | None:
    try:
        told = json.loads(_text(value)) if value is not None else None
    except (ValueError, RecursionError):
        return None
    return told if isinstance(told, dict) else None
