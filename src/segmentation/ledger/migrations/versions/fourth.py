"""Personal data: data keys, consents, the classification table, requests, notices, breaches, tombstones."""  # noqa: INP001 - loaded by its path

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make nine tables more; nothing that is there changes, and what guards it stays as it is."""
    _make_keys()
    _make_personal("consents")
    _make_personal(
        "segments",
        sa.Column("model", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("expires", sa.BigInteger, nullable=False),
    )
    _make_personal("overrides", sa.Column("model", sa.Text, nullable=False))
    _make_personal(
        "requests",
        sa.Column("request", sa.Text, nullable=False),
        sa.Column("right", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("due", sa.BigInteger, nullable=False),
    )
    _make_registers()
    _make_index()


def _make_keys() -> None:
    op.create_table(
        "data_keys",
        sa.Column("subject", sa.LargeBinary, primary_key=True),
        sa.Column("wrapping", sa.Text, nullable=False),
        sa.Column("wrapped", sa.LargeBinary, nullable=False),
        sa.Column("made", sa.BigInteger, nullable=False),
        sa.Column("erasures", sa.BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "tombstones",
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("mark", sa.LargeBinary, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("said", sa.Text, nullable=False),
    )
    op.create_index("tombstones_mark", "tombstones", ["mark"])


def _make_personal(name: str, *columns: sa.Column[object]) -> None:
    op.create_table(
        name,
        sa.Column(
            "number",
            sa.BigInteger().with_variant(sa.Integer, "sqlite"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column("subject", sa.LargeBinary),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        *columns,
        sa.Column("sealed", sa.LargeBinary),
        sa.Column("digest", sa.LargeBinary, nullable=False),
    )
    op.create_index(f"{name}_subject", name, ["subject", "at"])


def _make_registers() -> None:
    op.create_table(
        "notices",
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("version", sa.Text, nullable=False),
        sa.Column("covers", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "breaches",
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("breach", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
    )


def _make_index() -> None:
    """Make the index of who was asked about; it is whole, because no line before it names a resident."""
    table = op.create_table(
        "asked_about",
        sa.Column("mark", sa.LargeBinary, primary_key=True),
        sa.Column("batch", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("start", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("length", sa.Integer, nullable=False),
        sqlite_with_rowid=False,
    )
    op.bulk_insert(table, [{"mark": b"", "batch": 0, "start": 0, "length": 0}])
