"""The program: its commands, and how errors end it."""

from __future__ import annotations

import os
import sys
import traceback
from pathlib import Path
from typing import Annotated

import typer

from segmentation.cli import (
    audit,
    backup,
    breach,
    build,
    card,
    consent,
    demo,
    dossier,
    impact,
    keyring,
    keys,
    ledger,
    mitigate,
    notebook,
    people,
    policy,
    resident,
    retention,
    review,
    score,
    serve,
    simulate,
)
from segmentation.cli.console import BAD_INPUT, NO_SEGMENTS, NOT_APPROVED, complain
from segmentation.errors import NoStructureError, NotApprovedError, SegmentationError
from segmentation.version import __version__

FAILED = 70
"""What the system's own list of exit codes calls an internal fault of a program."""

app = typer.Typer(
    name="segmentation",
    help="Segment residents by service need, audit who the segments are, and register what was found.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode="markdown",
)
app.command(epilog=f"Example: `{demo.EXAMPLE}`")(demo.demo)
app.command(epilog=f"Example: `{simulate.EXAMPLE}`")(simulate.simulate)
app.add_typer(policy.app, name="policy")
app.command(epilog=f"Example: `{build.EXAMPLE}`")(build.build)
app.command(epilog=f"Example: `{audit.EXAMPLE}`")(audit.audit)
app.command(epilog=f"Example: `{mitigate.EXAMPLE}`")(mitigate.mitigate)
app.command(epilog=f"Example: `{notebook.EXAMPLE}`")(notebook.notebook)
app.command(epilog=f"Example: `{card.EXAMPLE}`")(card.card)
app.command(epilog=f"Example: `{score.EXAMPLE}`")(score.score)
app.command(epilog=f"Example: `{serve.EXAMPLE}`")(serve.serve)
app.add_typer(people.app, name="people")
app.add_typer(impact.app, name="impact")
app.add_typer(review.app, name="review")
app.add_typer(dossier.app, name="dossier")
app.add_typer(keyring.app, name="keyring")
app.add_typer(keys.app, name="keys")
app.add_typer(ledger.app, name="ledger")
app.add_typer(consent.app, name="consent")
app.add_typer(resident.app, name="resident")
app.add_typer(retention.app, name="retention")
app.add_typer(breach.app, name="breach")
app.command(epilog=f"Example: `{backup.EXAMPLE}`")(backup.backup)
app.command(epilog=f"Example: `{backup.RESTORE}`")(backup.restore)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Read the options that stand before a command."""


def main() -> None:
    """Run the program; every foreseen error ends it with one clear message.

    Exit codes: 1 where findings are broken, a ledger or dossier was altered, or nothing is approved; 2 for
    input that is refused, decisions among it; 3 where the needs hold no segments.
    """
    try:
        app()
    except NoStructureError as error:
        complain(str(error))
        raise SystemExit(NO_SEGMENTS) from None
    except NotApprovedError as error:
        complain(str(error))
        raise SystemExit(NOT_APPROVED) from None
    except SegmentationError as error:
        complain(str(error))
    except BrokenPipeError:
        # Whoever read our output has gone; say nothing more, also not when Python flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        reason = error.strerror or "no reason given"
        complain(f"The file system refuses: {reason}. Check the disk and the paths.")
    except Exception as error:  # noqa: BLE001 - whatever it says might quote a resident
        where = traceback.extract_tb(error.__traceback__)[-1]
        complain(
            f"The program failed with {type(error).__name__} at {Path(where.filename).name}:{where.lineno}. "
            "This is a fault of the program, not of your input; please report this line."
        )
        raise SystemExit(FAILED) from None
    else:
        return
    raise SystemExit(BAD_INPUT)
