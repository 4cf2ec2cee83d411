"""What alembic runs to bring a ledger to its newest revision, on the connection that it is given."""  # noqa: INP001 - loaded by its path

from alembic import context

from segmentation.ledger.tables import versions

context.configure(connection=context.config.attributes["connection"], version_table=versions.name)
context.run_migrations()
