"""`segmentation resident override` and `erase`: what a person decides about one resident."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from segmentation.cli.asked import ask_first
from segmentation.cli.options import HOME, HomeFolder, PassphraseFile
from segmentation.cli.plain import say, warn
from segmentation.cli.resident.desk import (
    STDIN,
    Identity,
    ModelName,
    Officer,
    ReasonFile,
    ReferenceFile,
    RequestId,
    approved_at,
    desk_at,
    words,
)

if TYPE_CHECKING:
    from pathlib import Path

    from segmentation.cli.resident.desk import Desk

EXAMPLES = {
    "override": "segmentation resident override --as Carol --segment S2 --reason-file reason.txt",
    "erase": "segmentation resident erase --as Carol --request R0a1b2c3d4e5f --identity in_person",
}
NO_REASON = (
    "Say why: the resident is told the reason. Type it, or write it into a file and name that with "
    "--reason-file."
)


def override(  # noqa: PLR0913, PLR0917 - every option of the command
    by: Officer,
    segment: Annotated[
        str | None, typer.Option(help="The segment that holds from now on, by its id.")
    ] = None,
    lift: Annotated[bool, typer.Option("--lift", help="Let the computed segment hold again.")] = False,
    reason_file: ReasonFile = None,
    request: RequestId = None,
    reference_file: ReferenceFile = None,
    model: ModelName = None,
    home: HomeFolder = HOME,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Put a segment in the place of the computed one, after a person looked at it (PIPL Art. 24).

    It stands beside the computed segment, whatever the next scoring says, until it is lifted; the audit
    counts it. A request that it answers is done with it, and says whose it is; with a reference beside it,
    both are of one resident, or nothing is done.
    """
    from segmentation.errors import ReviewError
    from segmentation.ledger.personal.overrides import Told
    from segmentation.ledger.personal.register import NOT_THERE
    from segmentation.ledger.personal.segments import Segments
    from segmentation.rights.deciding import override as put

    if lift == (segment is not None):
        raise typer.BadParameter("say either --segment or --lift")
    approved = approved_at(home, model)
    source = (reference_file or STDIN) if request is None else reference_file
    reason = words("Why", reason_file, source)
    if not reason:
        raise ReviewError(NO_REASON)
    with desk_at(home, by, passphrase_file) as desk:
        records, register = desk.personal.records, desk.register
        subject = _named(desk, reference_file, request)
        if subject is None and request is not None:
            subject = register.subject_of(request)
        if subject is None:
            raise ReviewError(NOT_THERE)
        told = Told(segment, reason, desk.by, request or "")
        purpose = approved.policy.purpose.key
        put(records, register, subject, purpose, approved.name, told, approved.scorer.segments, desk.now)
        rests = Segments(records).current(subject, purpose, approved.name, desk.now) is None
    if lift:
        say("The computed segment holds again.")
    elif rests:
        say(
            f"{segment} holds for this resident from their next scoring on: no segment of theirs is kept now."
        )
    else:
        say(f"From now on {segment} holds for this resident.")


def erase(
    by: Officer,
    request: RequestId = None,
    reference_file: ReferenceFile = None,
    identity: Identity = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    home: HomeFolder = HOME,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Erase a resident for good: their key is destroyed, and no backup brings them back (PIPL Art. 47).

    What they asked for is closed with it; a request is not carried out before it was checked who asks. It
    says whose it is; with a reference beside it, both are of one resident, or nobody is erased.
    Consents and segments go; decisions about versions stay, because they name no resident. Exit code 1 says
    that somebody was asked, and said no.
    """
    from segmentation.rights.deciding import erase as erased

    with desk_at(home, by, passphrase_file) as desk:
        subject = _named(desk, reference_file, request)
        ask_first(
            "Erase everything that is kept of this resident, for good?",
            "Make sure of the resident",
            "Nothing was erased.",
            yes=yes,
        )
        found = erased(desk.personal.erasures, desk.register, subject, request, desk.by, desk.now, identity)
    if found is None:
        say("The resident had been erased before; the request is closed.")
    elif not found.residents:
        say("Nothing was kept of this resident.")
    else:
        say(f"Erased: {found.rows:,} rows, and the key that opened them. A tombstone keeps it so.")
        if not found.is_swept:
            warn("The database still holds pages of it; the next `segmentation retention run` sweeps them.")


def _named(desk: Desk, reference_file: Path | None, request: str | None) -> bytes | None:
    """Return who is named by a reference; None where a request alone says whose it is."""
    return None if request is not None and reference_file is None else desk.subject(reference_file)


COMMANDS = {"override": override, "erase": erase}
