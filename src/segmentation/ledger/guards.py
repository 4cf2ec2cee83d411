"""Whether the database still guards a ledger as its migration made it, and holds nothing beside the events.

Nobody who reads a ledger relies on triggers: a history is believed because its chain and signatures hold. But
triggers do not vanish by themselves. Where one is gone, somebody could write the tables and meant to, and who
verifies a ledger wants to know that before they look for what was changed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Table, select, text

from segmentation.ledger.rows import TABLES
from segmentation.ledger.tables import decisions, events, people
from segmentation.ledger.upgrade import guarding

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sqlalchemy import ColumnElement, Connection

TOLD = 3
"""Rows that a sentence names; the rest are counted."""
LONGEST = 64
"""Letters of a strange name that a sentence repeats."""
BEFORE, ALWAYS = 2, "A"
"""How PostgreSQL keeps that a trigger fires first, and that it fires for replication as well."""
BITS = {"ROW": 1, "STATEMENT": 0, "INSERT": 4, "DELETE": 8, "UPDATE": 16, "TRUNCATE": 32}
"""Bits of `pg_trigger.tgtype` (PostgreSQL's catalog, `catalog/pg_trigger.h`)."""

_SQLITE = text(
    "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' "
    "AND tbl_name COLLATE NOCASE IN ('events', 'people', 'decisions')"
)
_POSTGRES = text(
    "SELECT t.tgname::text AS name, c.relname::text AS place, t.tgenabled::text AS enabled, "
    "t.tgtype::int AS type, p.proname::text AS function, p.prosrc AS source, "
    "t.tgqual IS NULL AND t.tgnargs = 0 AND cardinality(t.tgattr::int2[]) = 0 AS plain, "
    "p.proconfig::text AS settings "
    "FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid "
    "WHERE NOT t.tgisinternal AND t.tgrelid IN "
    "(to_regclass('events'), to_regclass('people'), to_regclass('decisions'))"
)
_POSTGRES_RULES = text(
    "SELECT rulename::text FROM pg_rewrite WHERE ev_class IN "
    "(to_regclass('events'), to_regclass('people'), to_regclass('decisions')) ORDER BY 1"
)


def faults_of(connection: Connection) -> tuple[str, ...]:
    """Return what is wrong with the guards of a ledger and with rows beside its events, a clause each.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        In a transaction, to a ledger of this version's tables.
    """
    is_sqlite = connection.dialect.name == "sqlite"
    guards = _sqlite_guards(connection) if is_sqlite else _postgres_guards(connection)
    return (*guards, *_strays(connection))


def _sqlite_guards(connection: Connection) -> Iterator[str]:
    made: dict[str, str] = guarding().sqlite_guards()
    found = {str(name): sql for name, sql in connection.execute(_SQLITE)}
    yield from _compared(made, found)


def _postgres_guards(connection: Connection) -> Iterator[str]:
    sources = guarding().postgres_functions()
    made = {
        name: (table, ALWAYS, _type(what, each), function, sources[function], True)
        for name, (table, what, each, function) in guarding().postgres_triggers().items()
    }
    rows = connection.execute(_POSTGRES).all()
    yield from _compared(
        made, {r.name: (r.place, r.enabled, r.type, r.function, r.source, r.plain) for r in rows}
    )
    if len({r.settings for r in rows if r.name in made}) > 1 or any(r.settings is None for r in rows):
        yield "functions of triggers look for their tables in another schema than when they were made"
    for (name,) in connection.execute(_POSTGRES_RULES):
        yield f"the rule {_named(name)} was added"


def _type(what: str, each: str) -> int:
    return BEFORE | BITS[each] | sum(BITS[one] for one in what.split(" OR "))


def _compared(made: Mapping[str, object], found: Mapping[str, object]) -> Iterator[str]:
    for name, guard in made.items():
        if name not in found:
            yield f"the trigger {name} is missing"
        elif found[name] != guard:
            yield f"the trigger {name} was switched off or altered"
    yield from (f"the trigger {_named(name)} was added" for name in sorted(found.keys() - made.keys()))


def _strays(connection: Connection) -> Iterator[str]:
    for table in (people, decisions):
        kinds = [kind for kind, place in TABLES.items() if place is table]
        of_events = select(events.c.seq).where(events.c.kind.in_(kinds), events.c.seq == table.c.seq)
        yield from _rows(connection, table, ~of_events.exists())
    yield from _rows(connection, events, events.c.seq.is_(None) | (events.c.seq < 1))


def _rows(connection: Connection, table: Table, where: ColumnElement[bool]) -> Iterator[str]:
    found = [
        _named(str(seq))
        for (seq,) in connection.execute(select(table.c.seq).where(where).order_by(table.c.seq))
    ]
    if not found:
        return
    more = f" and {len(found) - TOLD:,} more" if len(found) > TOLD else ""
    what = "no event of their kind" if table is not events else "no place in the chain"
    yield f"rows of {table.name} have {what}: {', '.join(found[:TOLD])}{more}"


def _named(name: str) -> str:
    return ascii(name[:LONGEST])[1:-1]
