"""`segmentation resident requests` and `request`: the register of what residents ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from segmentation.cli import office
from segmentation.cli.console import say_json
from segmentation.cli.options import HOME, HomeFolder, Json, PassphraseFile, one_of
from segmentation.cli.plain import say
from segmentation.cli.resident.desk import (
    STDIN,
    Identity,
    ModelName,
    Officer,
    ReferenceFile,
    TextFile,
    desk_at,
    not_optional,
    opened,
    to_take_back,
    words,
)

if TYPE_CHECKING:
    from datetime import datetime

    from segmentation.ledger.personal.register import Listed

ERASED = "with the erasure of who asked, for nothing is left to answer of (PIPL Art. 47)"
"""Why a request ended that nobody refused."""
EXAMPLES = {
    "requests": "segmentation resident requests",
    "request": "segmentation resident request access --as Carol --channel front_desk",
}


def requests(
    every: Annotated[bool, typer.Option("--all", help="Also those that were answered.")] = False,
    home: HomeFolder = HOME,
    as_json: Json = False,
) -> None:
    """List what residents asked for and wait for, the oldest first; the register names nobody.

    Answer each by its day: 30 days after it was received (GB/T 35273-2020, 8.7), or once as many again with
    the reason, which is a rule of this program. What is to be corrected or erased by an app has 15 working
    days.
    """
    with opened(home) as (_, register):
        found = register.register(waiting=not every)
    now = office.now()
    if as_json:
        say_json({"requests": [content(one, now) for one in found]})
        return
    for one in found:
        say(line(one, now))
    if not found:
        say("Nobody waits for an answer." if not every else "Nobody has asked for anything yet.")


def request(  # noqa: PLR0913, PLR0917 - every option of the command
    right: Annotated[
        str,
        typer.Argument(
            help="access, copy, correction, explanation, objection, review, erasure or withdrawal."
        ),
    ],
    by: Officer,
    reference_file: ReferenceFile = None,
    channel: Annotated[str, typer.Option(help="How it was received, such as app or front_desk.")] = "",
    text_file: TextFile = None,
    language: Annotated[str, typer.Option(help="Of the resident, such as zh.")] = "",
    identity: Identity = "",
    model: ModelName = None,
    home: HomeFolder = HOME,
    passphrase_file: PassphraseFile = None,
    as_json: Json = False,
) -> None:
    """Enter what a resident asks for; an objection and a withdrawal take effect at once.

    What they said comes from a file, or is asked for: never their name or number.
    """
    from segmentation.cli.consent.first import tell_first
    from segmentation.ledger.personal.gate import unheard
    from segmentation.ledger.personal.register import RIGHTS
    from segmentation.ledger.personal.requests import AT_ONCE, Told
    from segmentation.ledger.personal.withdrawing import PLACED
    from segmentation.ledger.sweeping import swept
    from segmentation.rights.exercise import receive

    known = one_of(right, RIGHTS, "RIGHT")
    text = words("What the resident said (may be left blank)", text_file, reference_file or STDIN)
    with desk_at(home, by, passphrase_file) as desk:
        subject, records = desk.subject(reference_file), desk.personal.records
        purposes = to_take_back(home, records, model, right=known) if known in AT_ONCE else ()
        first = unheard(records, not_optional(home, purposes))
        told = Told(desk.by, text, channel, language, identity)
        found = receive(records, desk.register, subject, known, told, purposes, desk.now)
        if known == "withdrawal":
            swept(records.ledger, PLACED, ())  # what it took out leaves the log of the database as well
    if as_json:
        say_json({**content(found, office.now()), "first": list(first)})
        return
    say(f"Entered: {line(found, office.now())}")
    tell_first(first)
    say("Keep its id: the register does not say whose it is.")


COMMANDS = {"requests": requests, "request": request}


def line(one: Listed, now: datetime) -> str:
    """Return a request as one line."""
    parts = [one.id, one.right, one.state, f"received {one.received:%Y-%m-%d}"]
    if one.state == "erased":
        parts[2] = f"ended {one.ended:%Y-%m-%d}: {ERASED}"
    elif one.ended is not None:
        parts.append(f"answered {one.ended:%Y-%m-%d}")
    else:
        parts.append(f"answer by {one.due:%Y-%m-%d}{', LATE' if one.is_late(now) else ''}")
    return "; ".join(parts)


def content(one: Listed, now: datetime) -> dict[str, object]:
    """Return a request as plain data."""
    return {
        "id": one.id,
        "right": one.right,
        "state": one.state,
        "received": one.received.isoformat(),
        "due": one.due.isoformat(),
        "ended": one.ended and one.ended.isoformat(),
        "late": one.is_late(now),
        "reason": ERASED if one.state == "erased" else None,
    }
