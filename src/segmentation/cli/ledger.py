"""`segmentation ledger`: what shows later that it is what it was, newer tables, and a file that was lost."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from segmentation.cli import access, office, verify, witness
from segmentation.cli.console import ALTERED, complain
from segmentation.cli.options import HOME, HomeFolder
from segmentation.cli.plain import say
from segmentation.cli.verify import complaint

app = typer.Typer(help="Verify, witness and upgrade the ledger.", no_args_is_help=True)
app.command(epilog=f"Example: `{verify.EXAMPLE}`")(verify.verify)
app.command(epilog=f"Example: `{witness.EXAMPLE}`")(witness.witness)
app.command(epilog=f"Example: `{access.EXAMPLE}`")(access.access)
app.command(epilog=f"Example: `{access.ANCHOR}`")(access.anchor)


@app.command(epilog="Example: `segmentation ledger checkpoint --out checkpoint.json`")
def checkpoint(
    out: Annotated[Path, typer.Option(help="Where to write it, a JSON file.")],
    home: HomeFolder = HOME,
) -> None:
    """Write down the head of the ledger: kept elsewhere, it shows later that nothing before it changed."""
    from segmentation.files import write_text
    from segmentation.ledger.checkpoint import checkpoint_of

    found = checkpoint_of(office.book_at(home).history())
    write_text(out, f"{found.to_json()}\n")
    say(f"Wrote {out}: event {found.seq} of {found.at:%Y-%m-%d %H:%M} UTC. Keep it where the ledger is not.")


@app.command(epilog="Example: `segmentation ledger upgrade`")
def upgrade(home: HomeFolder = HOME) -> None:
    """Bring the tables of a ledger to those of this version, whole or not at all; no record changes.

    The index of who was asked about is made anew where it is not what the access log says.
    """
    from segmentation.home import Home
    from segmentation.ledger.asked import mend
    from segmentation.ledger.store import create_ledger
    from segmentation.ledger.trust import trust_of

    with create_ledger(trust_of(Home(home)).ledger) as ledger:
        mend(ledger)
        say("The tables of the ledger are those of this version.")


@app.command(epilog="Example: `segmentation ledger tombstones`")
def tombstones(
    accept_loss: Annotated[
        bool,
        typer.Option("--accept-loss", help="Go on where more tombstones were seen than the ledger has."),
    ] = False,
    home: HomeFolder = HOME,
) -> None:
    """Write the file of tombstones from what the ledger knows, where the file is lost for good.

    Restore its copy instead, wherever there is one: who was erased after the ledger itself was backed
    up and restored is in the copy alone. Exit code 1 says that the ledger was altered.
    """
    from segmentation.home import Home
    from segmentation.ledger.access import AccessLog
    from segmentation.ledger.personal.erasing import Erasures
    from segmentation.ledger.personal.records import Records
    from segmentation.ledger.personal.tombstones import tombstones_of
    from segmentation.ledger.personal.verify import verify_personal
    from segmentation.ledger.store import open_ledger
    from segmentation.ledger.trust import trust_of
    from segmentation.vault import keyring_source

    place = Home(home)
    file = tombstones_of(place)
    with open_ledger(trust_of(place).ledger) as ledger:
        wrong = [*complaint(AccessLog(ledger).verify), *complaint(lambda: verify_personal(ledger))]
        for told in wrong:
            complain(told)
        if wrong:
            raise typer.Exit(ALTERED)
        added = Erasures(Records(ledger, keyring_source(place)), file).rewrite_file(accepts_loss=accept_loss)
    say(f"Wrote {added:,} tombstones into {file.path}. Keep a copy of it apart from the backups.")
