"""Making and upgrading the tables of a ledger: the one place that needs alembic, which readers do without."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from segmentation.ledger.triggers import Guards

if TYPE_CHECKING:
    from sqlalchemy import Connection

MIGRATIONS = Path(__file__).with_name("migrations")


def upgrade(connection: Connection) -> None:
    """Bring the tables to the newest revision, in the transaction that the connection is in.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        In a transaction that keeps other writers out.
    """
    command.upgrade(_config(connection), "head")


def revisions() -> tuple[str, ...]:
    """Return every revision that this version knows, newest first."""
    folder = ScriptDirectory(str(MIGRATIONS))
    return tuple(script.revision for script in folder.walk_revisions())


def guards() -> Guards:
    """Return how the newest revision that says so guards the tables."""
    folder = ScriptDirectory(str(MIGRATIONS))
    found = (getattr(script.module, "GUARDS", None) for script in folder.walk_revisions())
    return next(one for one in found if isinstance(one, Guards))


def _config(connection: Connection) -> Config:
    config = Config(attributes={"connection": connection})
    # The folder is written into an ini file, in which a per cent sign begins a variable.
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config
