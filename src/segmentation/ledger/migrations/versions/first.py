"""The first tables: events, people and decisions, to which rows are only ever added."""  # noqa: INP001 - loaded by its path

import sqlalchemy as sa
from alembic import op

from segmentation.ledger.triggers import Chain, Guards

revision = "0001"
down_revision = None

GUARDS = Guards(
    chains={"events": Chain("seq", "the ledger is one chain: an event must follow the last one")},
    signed={"people": ("start", "person"), "decisions": ("decision", "adoption")},
)
"""What guards the tables from this revision on."""


def upgrade() -> None:
    """Make the tables, and the triggers that refuse everything but the next event."""
    _make_tables()
    for statement in GUARDS.statements(op.get_bind().dialect.name):
        op.execute(statement)


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
