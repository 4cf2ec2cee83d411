"""The tables of the ledger, as this version reads and writes them; `migrations` makes them.

What counts is the chain of digests. The columns beside a document (`name`, `action`, `by`) are there for
people who look into the database; a row of which they do not say what its document says is read as altered.
The last four tables are for work alone, and nobody takes what they hold for evidence.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

REVISION = "0004"
"""The newest revision of the schema that this version knows."""

metadata = MetaData()

versions = Table("ledger_version", metadata, Column("version_num", String(32), primary_key=True))
"""Which revision the schema has. A name of its own, because a database may hold the tables of MLflow, too."""

events = Table(
    "events",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("model", Text),
    Column("version", Integer),
    Column("body", Text),
    Column("previous", Text, nullable=False),
    Column("digest", Text, nullable=False),
)
"""The chain, one row a link: `at` is ISO 8601 with microseconds, `body` canonical JSON or nothing."""


def _signed(name: str, *columns: Column[object]) -> Table:
    """Return a table of what was signed: of which event, some of what it says, all of it, and by what key."""
    return Table(
        name,
        metadata,
        Column("seq", Integer, ForeignKey("events.seq"), primary_key=True, autoincrement=False),
        *columns,
        Column("document", Text, nullable=False),
        Column("signature", Text, nullable=False),
    )


people = _signed("people", Column("name", Text, nullable=False))
"""What the root key signed: records of people, and the start of the ledger under the name of the root."""

decisions = _signed(
    "decisions",
    Column("model", Text, nullable=False),
    Column("version", Integer),
    Column("action", Text, nullable=False),
    Column("by", Text, nullable=False),
)
"""What people signed: decisions, and adoptions of a policy, of which the action is ``adopt``."""

api_keys = _signed(
    "api_keys",
    Column("id", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("by", Text, nullable=False),
)
"""API keys that administrators issued, and their ends: `action` is ``issue`` or ``revoke``."""

access = Table(
    "access",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", Text, nullable=False),
    Column("spool", Text, nullable=False),
    Column("start", BigInteger, nullable=False),
    Column("end", BigInteger, nullable=False),
    Column("count", Integer, nullable=False),
    Column("lines", Text, nullable=False),
    Column("previous", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Index("access_spool", "spool", "end"),
)
"""The access log, a chain of its own: one row a batch of lines that were moved from a worker's spool."""

comments = _signed(
    "comments",
    Column("model", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("by", Text, nullable=False),
)
"""What people signed about sections of a version; it changes no state."""

# The tables below are for work and no evidence: their rows change, end and are forgotten, and no chain or
# trigger holds them. `working` says how they are written.

sessions = Table(
    "sessions",
    metadata,
    Column("id", Text, primary_key=True),
    Column("person", Text, nullable=False),
    Column("opened", Text, nullable=False),
    Column("seen", Text, nullable=False),
    Column("expires", Text, nullable=False),
    Column("document", Text, nullable=False),
    Column("signature", Text, nullable=False),
)
"""Who is signed in at the pages: `id` is the SHA-256 of a token that the browser alone has."""

attempts = Table(
    "attempts",
    metadata,
    Column("who", Text, primary_key=True),
    Column("failures", Text, nullable=False),
    Column("until", Text),
    Column("ends", Text, nullable=False),
)
"""Passphrases that did not fit: `who` is a mark of a name and of what it was tried for, `failures` when the
last ones were, `until` how long the name is locked, `ends` from when on the row says nothing more."""

notes = Table(
    "notes",
    metadata,
    Column("person", Text, primary_key=True),
    Column("model", Text, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("kind", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("bundle", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("expires", Text),
    Column("at", Text, nullable=False),
)
"""What a reviewer wrote down while reading, and has not signed."""

asked_about = Table(
    "asked_about",
    metadata,
    Column("mark", LargeBinary, primary_key=True),
    Column("batch", Integer, primary_key=True, autoincrement=False),
    Column("start", Integer, primary_key=True, autoincrement=False),
    Column("length", Integer, nullable=False),
    sqlite_with_rowid=False,
)
"""Where in the access log somebody asked about a resident: an index, made from the log (`asked`)."""
