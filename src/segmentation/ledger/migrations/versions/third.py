"""Signed comments, and the tables that people work with in the pages: sessions, failures, notes."""  # noqa: INP001 - loaded by its path

import sqlalchemy as sa
from alembic import op

from segmentation.ledger.triggers import Chain, Guards

revision = "0003"
down_revision = "0002"

EVENTS = Chain("seq", "the ledger is one chain: an event must follow the last one")
ACCESS = Chain("number", "the access log is one chain: a batch must follow the last one")
ADDED = Guards(chains={}, signed={"comments": ("comment",)})
GUARDS = Guards(
    chains={"events": EVENTS, "access": ACCESS},
    signed={
        "people": ("start", "person"),
        "decisions": ("decision", "adoption"),
        "api_keys": ("api_key", "api_key_revoked"),
        "comments": ("comment",),
    },
)
"""What guards the tables from this revision on: those of the two before, and the one that was added. Rows of
the tables to work with change and end, so nothing guards them."""


def upgrade() -> None:
    """Make four tables more, and the triggers of the one that is evidence; nothing that is there changes."""
    _make_comments()
    _make_working_tables()
    for statement in ADDED.statements(op.get_bind().dialect.name):
        op.execute(statement)


def _make_comments() -> None:
    op.create_table(
        "comments",
        sa.Column("seq", sa.Integer, sa.ForeignKey("events.seq"), primary_key=True, autoincrement=False),
        sa.Column("model", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.Column("signature", sa.Text, nullable=False),
    )


def _make_working_tables() -> None:
    op.create_table(
        "sessions",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("opened", sa.Text, nullable=False),
        sa.Column("seen", sa.Text, nullable=False),
        sa.Column("expires", sa.Text, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.Column("signature", sa.Text, nullable=False),
    )
    op.create_table(
        "attempts",
        sa.Column("who", sa.Text, primary_key=True),
        sa.Column("failures", sa.Text, nullable=False),
        sa.Column("until", sa.Text),
        sa.Column("ends", sa.Text, nullable=False),
    )
    op.create_table(
        "notes",
        sa.Column("person", sa.Text, primary_key=True),
        sa.Column("model", sa.Text, primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("bundle", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("expires", sa.Text),
        sa.Column("at", sa.Text, nullable=False),
    )
