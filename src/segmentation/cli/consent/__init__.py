"""`segmentation consent`: consents of one resident and of many, and what the notices told of."""

import typer

from segmentation.cli.consent import notice, one, tables
from segmentation.cli.resident.desk import enlist

app = typer.Typer(
    help="Keep consents: bring them in and out as tables, say where one stands, record what a resident says.",
    no_args_is_help=True,
)
for module in (tables, one, notice):
    enlist(app, "consent", module.COMMANDS, module.EXAMPLES)

__all__ = ["app"]
