"""The triggers that guard the tables of the ledger: rows are only ever added, each where it belongs.

They stop a program that errs, and where they are gone somebody meant to; nobody's trust rests on them. A
revision that is out stays as it is, so whoever wants other statements writes them beside these.
"""

# ruff: noqa: S608 - every part of these statements stands in this file, or in a revision's own

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from segmentation.ledger.event import GENESIS

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Chain:
    """A table of which every row follows the one before.

    Attributes
    ----------
    number : str
        The column that counts from 1; the others are ``previous`` and ``digest``.
    broken : str
        What is said of a row that does not follow the last one.
    """

    number: str
    broken: str

    def strays(self, table: str, differs: str) -> str:
        """Return whether a new row is not the next one, in words of SQL."""
        return (
            f"NEW.{self.number} {differs} (SELECT coalesce(max({self.number}), 0) + 1 FROM {table}) "
            f"OR NEW.previous {differs} "
            f"coalesce((SELECT digest FROM {table} ORDER BY {self.number} DESC LIMIT 1), '{GENESIS}')"
        )


@dataclass(frozen=True)
class Guards:
    """Tables, and how they are guarded.

    Attributes
    ----------
    chains : mapping of str to Chain
        By table.
    signed : mapping of str to tuple of str
        Which kinds of event have their document and signature in which table.
    """

    chains: Mapping[str, Chain]
    signed: Mapping[str, tuple[str, ...]]

    @property
    def tables(self) -> tuple[str, ...]:
        """All tables that are guarded."""
        return (*self.chains, *self.signed)

    def statements(self, dialect: str) -> tuple[str, ...]:
        """Return what makes the guards in a database of ``sqlite`` or ``postgresql``, in order."""
        if dialect == "sqlite":
            return tuple(self.sqlite().values())
        functions = (
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT "
            f"AS $${body}$$"
            for name, body in self.postgres_functions().items()
        )
        triggers = (
            f"CREATE TRIGGER {name} BEFORE {what} ON {table} FOR EACH {each} EXECUTE FUNCTION {function}()"
            for name, (table, what, each, function) in self.postgres_triggers().items()
        )
        # So that they fire for replication as well, which else goes by without.
        always = (
            f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}"
            for name, (table, *_) in self.postgres_triggers().items()
        )
        return (*functions, *triggers, *always)

    def sqlite(self) -> dict[str, str]:
        """Return each trigger by its name, as SQLite keeps it."""
        unchanged = {
            f"{table}_no_{what}": f"CREATE TRIGGER {table}_no_{what} BEFORE {what.upper()} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{_only_added(table)}'); END"
            for table in self.tables
            for what in ("update", "delete")
        }
        follow = {
            f"{table}_follow": f"CREATE TRIGGER {table}_follow BEFORE INSERT ON {table} "
            f"WHEN {chain.strays(table, 'IS NOT')} "
            f"BEGIN SELECT RAISE(ABORT, '{chain.broken}'); END"
            for table, chain in self.chains.items()
        }
        belong = {
            f"{table}_follow": f"CREATE TRIGGER {table}_follow BEFORE INSERT ON {table} "
            f"WHEN NOT {_is_of_the_last(table, kinds)} "
            f"BEGIN SELECT RAISE(ABORT, '{_not_of_the_last(table)}'); END"
            for table, kinds in self.signed.items()
        }
        return unchanged | follow | belong

    def postgres_functions(self) -> dict[str, str]:
        """Return what each function of a trigger does, by its name, as PostgreSQL keeps it."""
        unchanged = {
            f"{table}_no_change": f"RAISE EXCEPTION '{_only_added(table)}';" for table in self.tables
        }
        follow = {
            f"{table}_follow": f"IF {chain.strays(table, 'IS DISTINCT FROM')} "
            f"THEN RAISE EXCEPTION '{chain.broken}'; END IF; RETURN NEW;"
            for table, chain in self.chains.items()
        }
        belong = {
            f"{table}_follow": f"IF NOT {_is_of_the_last(table, kinds)} "
            f"THEN RAISE EXCEPTION '{_not_of_the_last(table)}'; END IF; RETURN NEW;"
            for table, kinds in self.signed.items()
        }
        bodies = unchanged | follow | belong
        return {f"ledger_{name}": f" BEGIN {body} END " for name, body in bodies.items()}

    def postgres_triggers(self) -> dict[str, tuple[str, str, str, str]]:
        """Return the table, the statements, the scope and the function of each trigger, by its name."""
        found = {}
        for table in self.tables:
            change, follow = f"ledger_{table}_no_change", f"ledger_{table}_follow"
            found[f"{table}_no_change"] = (table, "UPDATE OR DELETE", "ROW", change)
            found[f"{table}_no_truncate"] = (table, "TRUNCATE", "STATEMENT", change)
            found[f"{table}_follow"] = (table, "INSERT", "ROW", follow)
        return found


def _only_added(table: str) -> str:
    return f"the ledger is append-only: no row of {table} is ever changed or taken away"


def _not_of_the_last(table: str) -> str:
    return f"the ledger is one chain: a row of {table} belongs to the event just added, and only one"


def _is_of_the_last(table: str, kinds: tuple[str, ...]) -> str:
    """Return whether a new row's event is the last one, of a kind that belongs there, and has no row yet."""
    listed = ", ".join(f"'{kind}'" for kind in kinds)
    return (
        f"(EXISTS (SELECT 1 FROM events WHERE seq = NEW.seq AND kind IN ({listed}) "
        "AND seq = (SELECT max(seq) FROM events)) "
        f"AND NOT EXISTS (SELECT 1 FROM {table} WHERE seq = NEW.seq))"
    )
