"""`segmentation ledger witness`: what was seen of the ledger from here, and a time that was wrong taken back.

A witness refuses a clock that goes back, and so locks out a machine whose clock was once far ahead. Only a
person can tell which of the two times was the wrong one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from segmentation.cli import office
from segmentation.cli.asked import ask_first
from segmentation.cli.options import HOME, HomeFolder

if TYPE_CHECKING:
    from pathlib import Path

    from segmentation.ledger.trust import Trust
    from segmentation.ledger.witness import Seen

EXAMPLE = "segmentation ledger witness --reset-time"


def witness(
    reset_time: Annotated[
        bool, typer.Option("--reset-time", help="Set the latest time seen to now, after a clock was ahead.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    home: HomeFolder = HOME,
) -> None:
    """Say what was seen of the ledger from here, or take back a time of a clock that was ahead.

    What was seen of the ledger stays: its end cannot be cut off by this.
    """
    from segmentation.home import Home
    from segmentation.ledger.trust import trust_of
    from segmentation.ledger.witness import Witness

    trust = trust_of(Home(home))
    seen = Witness(trust.witness).seen()
    if seen is None:
        typer.echo(
            f"Nothing was seen of the ledger from here yet; {trust.witness} is made at the first look."
        )
        return
    _say(seen, trust.witness)
    if reset_time:
        _reset(trust, seen, yes=yes)


def _reset(trust: Trust, seen: Seen, *, yes: bool) -> None:
    """Ask, and set the latest time to now.

    Raises
    ------
    ReviewError
        There is nobody to ask.
    LedgerError
        The ledger is not the one that was seen, or holds an event of a time to come.
    typer.Exit
        They said no.
    """
    from segmentation.ledger.history import History
    from segmentation.ledger.store import open_ledger
    from segmentation.ledger.witness import Witness

    with open_ledger(trust.ledger) as ledger:
        history = History.replayed(ledger.read(), trust.root)
    seen.check_chain(history)
    now = office.now()
    ask_first(
        f"Is it {now:%Y-%m-%d %H:%M} UTC now?",
        "Make sure of the time",
        "The witness is as it was. Set the clock first.",
        yes=yes,
    )
    after = Witness(trust.witness).reset_time(history, now)
    typer.echo(f"The latest time seen is {after.at:%Y-%m-%d %H:%M} UTC now.")


def _say(seen: Seen, path: Path) -> None:
    typer.echo(f"Witness: {path}")
    typer.echo(f"Seen of ledger {seen.ledger}: {seen.seq:,} events, the last one {seen.digest}")
    typer.echo(f"Latest time seen: {seen.at:%Y-%m-%d %H:%M} UTC")
