"""The first tables: events, people and decisions, to which rows are only ever added."""  # noqa: INP001 - loaded by its path

# ruff: noqa: S608 - every part of these statements stands in this file

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

GENESIS = "sha256:" + "0" * 64
KINDS = {"people": ("start", "person"), "decisions": ("decision", "adoption")}
"""Which kinds of event have their document and signature in which table."""


def upgrade() -> None:
    """Make the tables, and the triggers that refuse everything but the next event."""
    _make_tables()
    if op.get_bind().dialect.name == "sqlite":
        _guard_sqlite()
    else:
        _guard_postgres()


def _make_tables() -> None:
    op.create_table(
        "events",
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("model", sa.Text),
        sa.Column("version", sa.Integer),
        sa.Column("body", sa.Text),
        sa.Column("previous", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
    )
    op.create_table(
        "people",
        sa.Column("seq", sa.Integer, sa.ForeignKey("events.seq"), primary_key=True, autoincrement=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.Column("signature", sa.Text, nullable=False),
    )
    op.create_table(
        "decisions",
        sa.Column("seq", sa.Integer, sa.ForeignKey("events.seq"), primary_key=True, autoincrement=False),
        sa.Column("model", sa.Text, nullable=False),
        sa.Column("version", sa.Integer),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.Column("signature", sa.Text, nullable=False),
    )


def _only_added(table: str) -> str:
    return f"the ledger is append-only: no row of {table} is ever changed or taken away"


def _broken_chain() -> str:
    return "the ledger is one chain: an event must follow the last one"


def _not_of_the_last(table: str) -> str:
    return f"the ledger is one chain: a row of {table} belongs to the event just added, and only one"


def sqlite_guards() -> dict[str, str]:
    """Return each trigger by its name, as SQLite keeps it."""
    follow = (
        "CREATE TRIGGER events_follow BEFORE INSERT ON events "
        "WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM events) OR NEW.previous IS NOT "
        f"coalesce((SELECT digest FROM events ORDER BY seq DESC LIMIT 1), '{GENESIS}') "
        f"BEGIN SELECT RAISE(ABORT, '{_broken_chain()}'); END"
    )
    return {
        **{
            f"{table}_no_{what}": f"CREATE TRIGGER {table}_no_{what} BEFORE {what.upper()} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{_only_added(table)}'); END"
            for table in ("events", *KINDS)
            for what in ("update", "delete")
        },
        "events_follow": follow,
        **{
            f"{table}_follow": f"CREATE TRIGGER {table}_follow BEFORE INSERT ON {table} "
            f"WHEN NOT {_is_of_the_last(table, kinds)} "
            f"BEGIN SELECT RAISE(ABORT, '{_not_of_the_last(table)}'); END"
            for table, kinds in KINDS.items()
        },
    }


def postgres_functions() -> dict[str, str]:
    """Return what each function of a trigger does, by its name, as PostgreSQL keeps it."""
    chain = (
        "IF NEW.seq IS DISTINCT FROM (SELECT coalesce(max(seq), 0) + 1 FROM events) "
        "OR NEW.previous IS DISTINCT FROM "
        f"coalesce((SELECT digest FROM events ORDER BY seq DESC LIMIT 1), '{GENESIS}') "
        f"THEN RAISE EXCEPTION '{_broken_chain()}'; END IF; RETURN NEW;"
    )
    bodies = {
        **{f"{table}_no_change": f"RAISE EXCEPTION '{_only_added(table)}';" for table in ("events", *KINDS)},
        "events_follow": chain,
        **{
            f"{table}_follow": f"IF NOT {_is_of_the_last(table, kinds)} "
            f"THEN RAISE EXCEPTION '{_not_of_the_last(table)}'; END IF; RETURN NEW;"
            for table, kinds in KINDS.items()
        },
    }
    return {f"ledger_{name}": f" BEGIN {body} END " for name, body in bodies.items()}


def postgres_triggers() -> dict[str, tuple[str, str, str, str]]:
    """Return the table, the statements, the scope and the function of each trigger, by its name."""
    found = {}
    for table in ("events", *KINDS):
        change, follow = f"ledger_{table}_no_change", f"ledger_{table}_follow"
        found[f"{table}_no_change"] = (table, "UPDATE OR DELETE", "ROW", change)
        found[f"{table}_no_truncate"] = (table, "TRUNCATE", "STATEMENT", change)
        found[f"{table}_follow"] = (table, "INSERT", "ROW", follow)
    return found


def _guard_sqlite() -> None:
    for statement in sqlite_guards().values():
        op.execute(statement)


def _guard_postgres() -> None:
    for name, body in postgres_functions().items():
        op.execute(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT "
            f"AS $${body}$$"
        )
    for name, (table, what, each, function) in postgres_triggers().items():
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {what} ON {table} FOR EACH {each} EXECUTE FUNCTION {function}()"
        )
        # So that it fires for replication as well, which else goes by without.
        op.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}")


def _is_of_the_last(table: str, kinds: tuple[str, ...]) -> str:
    """Return whether a new row's event is the last one, of a kind that belongs there, and has no row yet."""
    listed = ", ".join(f"'{kind}'" for kind in kinds)
    return (
        f"(EXISTS (SELECT 1 FROM events WHERE seq = NEW.seq AND kind IN ({listed}) "
        "AND seq = (SELECT max(seq) FROM events)) "
        f"AND NOT EXISTS (SELECT 1 FROM {table} WHERE seq = NEW.seq))"
    )
