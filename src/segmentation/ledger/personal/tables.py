"""The tables of personal data: pseudonyms, times and numbers in the clear, everything else sealed.

Who reads the database without the keyring cannot join rows of two purposes by a pseudonym: each has its own.
Rows that were written in one moment (a request beside the withdrawal that it brought about, two purposes that
were taken back at once) have one time, and are joined by that.

Rows are numbered in the order in which they were written, without gaps, and never changed. What is erased or
due is taken out by emptying `subject` and `sealed`: the digest stays, so that what was written can still be
held against the access log, and says nothing of anybody.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, Table, Text

from segmentation.ledger.tables import metadata

_NUMBER = BigInteger().with_variant(Integer, "sqlite")
"""SQLite finds rows by an INTEGER without a second index, and that holds 64 bits there."""

data_keys = Table(
    "data_keys",
    metadata,
    Column("subject", LargeBinary, primary_key=True),
    Column("wrapping", Text, nullable=False),
    Column("wrapped", LargeBinary, nullable=False),
    Column("made", BigInteger, nullable=False),
    Column("erasures", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
"""The key of each resident, wrapped by a key of the keyring. Without its row, nothing of them can be read.

`made` is the day, counted from 1970 in UTC: the moment would be that of a resident's first row, and tell
whose rows belong together without any key. `erasures` is how many tombstones there were by then: a later one
of the same resident is the end of this key, and an earlier one of a key before it.
"""

tombstones = Table(
    "tombstones",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("mark", LargeBinary, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("key", Text, nullable=False),
    Column("said", Text, nullable=False),
    Index("tombstones_mark", "mark"),
)
"""Who was erased, as a mark that only the keyring makes: what the file of tombstones says, found quickly.
`key` is the SHA-256 of the wrapped key that was destroyed. Where somebody took something back, `said` holds
it sealed, and these two hold nothing."""


def _personal(name: str, *columns: Column[object]) -> Table:
    """Return a table of personal data, in which a resident's rows are found by pseudonym and time.

    Columns that all have: `number`, from 1; `subject`, the pseudonym of the row's purpose; `purpose`; `at`,
    microseconds since 1970 in UTC, of what the row tells; `sealed`, and `digest`, 32 bytes over all before.
    """
    return Table(
        name,
        metadata,
        Column("number", _NUMBER, primary_key=True, autoincrement=False),
        Column("subject", LargeBinary),
        Column("purpose", Text, nullable=False),
        Column("at", BigInteger, nullable=False),
        *columns,
        Column("sealed", LargeBinary),
        Column("digest", LargeBinary, nullable=False),
        Index(f"{name}_subject", "subject", "at"),
    )


consents = _personal("consents")
"""Every consent, refusal, withdrawal and objection (PIPL Art. 14, 15, 24); the newest of a purpose holds."""

segments = _personal(
    "segments",
    Column("model", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("expires", BigInteger, nullable=False),
)
"""The classification table: where a resident was placed, by which version, and until when it is kept."""

overrides = _personal("overrides", Column("model", Text, nullable=False))
"""Segments that a person put in the place of a computed one, and the ends of these (PIPL Art. 24)."""

requests = _personal(
    "requests",
    Column("request", Text, nullable=False),
    Column("right", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("due", BigInteger, nullable=False),
)
"""What residents asked for, a row for each step: received, decided, done (PIPL Art. 44 to 50)."""

notices = Table(
    "notices",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("purpose", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("covers", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("text", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False),
)
"""What each version of a notice told (PIPL Art. 14, 17): `covers` is a digest of the purpose and features.
`text` are the digests of what residents were given to read, empty where nobody said."""

breaches = Table(
    "breaches",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("breach", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("document", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False),
)
"""The register of breaches, a row for each step; it names no resident (PIPL Art. 57)."""

PERSONAL = (consents, segments, overrides, requests)
"""Tables of sealed rows."""
NUMBERED = (*PERSONAL, notices, breaches)
"""Tables of which every write is a line of the access log, and that are verified against it."""
