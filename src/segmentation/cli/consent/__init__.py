"""`segmentation consent`: consents of one resident and of many, and what the notices told of."""

import typer

from segmentation.cli.consent import one, tables, told
from segmentation.cli.resident.desk import named

app = typer.Typer(
    help="Keep consents: bring them in and out as tables, say where one stands, record what a resident says.",
    no_args_is_help=True,
)
for module in (tables, one, told):
    for name, command in module.COMMANDS.items():
        app.command(name, epilog=f"Example: `{module.EXAMPLES[name]}`")(named(f"consent {name}", command))

__all__ = ["app"]
