"""`segmentation review`: submit versions, look at them, and decide about them with a signature."""

import typer

from segmentation.cli.review import comment, decide, elsewhere, look, mirrored, stop, submit

app = typer.Typer(help="Submit versions, and decide about them with a signature.", no_args_is_help=True)
for module in (submit, look, comment, decide, stop, elsewhere, mirrored):
    for name, command in module.COMMANDS.items():
        app.command(name, epilog=f"Example: `{module.EXAMPLES[name]}`")(command)

__all__ = ["app"]
