"""API keys as signed events, and the access log, a second chain beside the events."""  # noqa: INP001 - loaded by its path

import sqlalchemy as sa
from alembic import op

from segmentation.ledger.triggers import Chain, Guards

revision = "0002"
down_revision = "0001"

EVENTS = Chain("seq", "the ledger is one chain: an event must follow the last one")
ACCESS = Chain("number", "the access log is one chain: a batch must follow the last one")
KEYS = ("api_key", "api_key_revoked")
ADDED = Guards(chains={"access": ACCESS}, signed={"api_keys": KEYS})
GUARDS = Guards(
    chains={"events": EVENTS, "access": ACCESS},
    signed={"people": ("start", "person"), "decisions": ("decision", "adoption"), "api_keys": KEYS},
)
"""What guards the tables from this revision on: those of the first, and those that were added."""


def upgrade() -> None:
    """Make two tables more, and the triggers that guard them; nothing that is there changes."""
    op.create_table(
        "api_keys",
        sa.Column("seq", sa.Integer, sa.ForeignKey("events.seq"), primary_key=True, autoincrement=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.Column("signature", sa.Text, nullable=False),
    )
    op.create_table(
        "access",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("spool", sa.Text, nullable=False),
        sa.Column("start", sa.BigInteger, nullable=False),
        sa.Column("end", sa.BigInteger, nullable=False),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("lines", sa.Text, nullable=False),
        sa.Column("previous", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
    )
    op.create_index("access_spool", "access", ["spool", "end"])
    for statement in ADDED.statements(op.get_bind().dialect.name):
        op.execute(statement)
