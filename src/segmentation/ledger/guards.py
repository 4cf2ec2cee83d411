"""Whether the database still guards a ledger as its migration made it, and holds nothing beside the events.

Nobody who reads a ledger relies on triggers: a history is believed because its chain and signatures hold. But
triggers do not vanish by themselves. Where one is gone, somebody could write the tables and meant to, and who
verifies a ledger wants to know that before they look for what was changed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select, text

from segmentation.ledger.rows import SIGNED, TABLES
from segmentation.ledger.tables import access, events
from segmentation.ledger.upgrade import guards

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sqlalchemy import Column, ColumnElement, Connection

    from segmentation.ledger.triggers import Guards

TOLD = 3
"""Rows that a sentence names; the rest are counted."""
LONGEST = 64
"""Letters of a strange name that a sentence repeats."""
BEFORE, ALWAYS = 2, "A"
"""How PostgreSQL keeps that a trigger fires first, and that it fires for replication as well."""
BITS = {"ROW": 1, "STATEMENT": 0, "INSERT": 4, "DELETE": 8, "UPDATE": 16, "TRUNCATE": 32}
"""Bits of `pg_trigger.tgtype` (PostgreSQL's catalog, `catalog/pg_trigger.h`)."""

_SQLITE = text(
    "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND lower(tbl_name) IN :tables"
).bindparams(bindparam("tables", expanding=True))
_POSTGRES = text(
    "SELECT t.tgname::text AS name, c.relname::text AS place, t.tgenabled::text AS enabled, "
    "t.tgtype::int AS type, p.proname::text AS function, p.prosrc AS source, "
    "t.tgqual IS NULL AND t.tgnargs = 0 AND cardinality(t.tgattr::int2[]) = 0 AS plain, "
    "p.proconfig::text AS settings "
    "FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid "
    "WHERE NOT t.tgisinternal AND t.tgrelid IN "
    "(SELECT to_regclass(one) FROM unnest(CAST(:tables AS text[])) AS one)"
)
_POSTGRES_RULES = text(
    "SELECT rulename::text FROM pg_rewrite WHERE ev_class IN "
    "(SELECT to_regclass(one) FROM unnest(CAST(:tables AS text[])) AS one) ORDER BY 1"
)


def faults_of(connection: Connection) -> tuple[str, ...]:
    """Return what is wrong with the guards of a ledger and with rows beside its events, a clause each.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        In a transaction, to a ledger of this version's tables.
    """
    is_sqlite = connection.dialect.name == "sqlite"
    made = guards()
    faults = _of_sqlite(connection, made) if is_sqlite else _of_postgres(connection, made)
    return (*faults, *_strays(connection))


def _of_sqlite(connection: Connection, expected: Guards) -> Iterator[str]:
    found = connection.execute(_SQLITE, {"tables": expected.tables})
    yield from _compared(expected.sqlite(), {str(name): sql for name, sql in found})


def _of_postgres(connection: Connection, expected: Guards) -> Iterator[str]:
    sources, tables = expected.postgres_functions(), {"tables": list(expected.tables)}
    made = {
        name: (table, ALWAYS, _type(what, each), function, sources[function], True)
        for name, (table, what, each, function) in expected.postgres_triggers().items()
    }
    rows = connection.execute(_POSTGRES, tables).all()
    yield from _compared(
        made, {r.name: (r.place, r.enabled, r.type, r.function, r.source, r.plain) for r in rows}
    )
    if len({r.settings for r in rows if r.name in made}) > 1 or any(r.settings is None for r in rows):
        yield "functions of triggers look for their tables in another schema than when they were made"
    for (name,) in connection.execute(_POSTGRES_RULES, tables):
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
    for table in SIGNED:
        kinds = [kind for kind, place in TABLES.items() if place is table]
        of_events = select(events.c.seq).where(events.c.kind.in_(kinds), events.c.seq == table.c.seq)
        yield from _rows(connection, table.c.seq, ~of_events.exists(), "no event of their kind")
    for number in (events.c.seq, access.c.number):
        yield from _rows(connection, number, number.is_(None) | (number < 1), "no place in the chain")


def _rows(
    connection: Connection, number: Column[int], where: ColumnElement[bool], what: str
) -> Iterator[str]:
    found = [_named(str(one)) for (one,) in connection.execute(select(number).where(where).order_by(number))]
    if not found:
        return
    more = f" and {len(found) - TOLD:,} more" if len(found) > TOLD else ""
    yield f"rows of {number.table.name} have {what}: {', '.join(found[:TOLD])}{more}"


def _named(name: str) -> str:
    return ascii(name[:LONGEST])[1:-1]
