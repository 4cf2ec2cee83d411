"""`segmentation resident`: what is kept of one resident, what they asked for, and what people decide."""

import typer

from segmentation.cli.resident import answering, asking, deciding, telling
from segmentation.cli.resident.desk import enlist

app = typer.Typer(
    help="Show what is kept of one resident, take what they ask for, answer, override and erase.",
    no_args_is_help=True,
)
for module in (telling, asking, answering, deciding):
    enlist(app, "resident", module.COMMANDS, module.EXAMPLES)

__all__ = ["app"]
