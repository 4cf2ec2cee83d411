"""`segmentation resident`: what is kept of one resident, what they asked for, and what people decide."""

import typer

from segmentation.cli.resident import answering, asking, deciding, telling
from segmentation.cli.resident.desk import named

app = typer.Typer(
    help="Show what is kept of one resident, take what they ask for, answer, override and erase.",
    no_args_is_help=True,
)
for module in (telling, asking, answering, deciding):
    for name, command in module.COMMANDS.items():
        app.command(name, epilog=f"Example: `{module.EXAMPLES[name]}`")(named(f"resident {name}", command))

__all__ = ["app"]
