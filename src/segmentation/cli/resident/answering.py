"""`segmentation resident answer`: done, refused with the reason, or extended once."""

from __future__ import annotations

from typing import Annotated

import typer

from segmentation.cli import office
from segmentation.cli.console import say_json
from segmentation.cli.options import HOME, HomeFolder, Json, PassphraseFile
from segmentation.cli.plain import say
from segmentation.cli.resident.asking import content, line
from segmentation.cli.resident.desk import Identity, Officer, TextFile, desk_at, words

EXAMPLES = {
    "answer": "segmentation resident answer R0a1b2c3d4e5f --as Carol --done --identity in_person "
    "--text-file answer.txt"
}


def answer(  # noqa: PLR0913, PLR0917 - every option of the command
    request: Annotated[str, typer.Argument(metavar="ID", help="As `resident requests` shows it.")],
    by: Officer,
    done: Annotated[bool, typer.Option("--done", help="It was done as asked.")] = False,
    refuse: Annotated[bool, typer.Option("--refuse", help="It is refused; say why.")] = False,
    extend: Annotated[bool, typer.Option("--extend", help="It takes as many days again; say why.")] = False,
    text_file: TextFile = None,
    identity: Identity = "",
    home: HomeFolder = HOME,
    passphrase_file: PassphraseFile = None,
    as_json: Json = False,
) -> None:
    """Answer a request: an answer stays, and one that refuses says why (PIPL Art. 50).

    What the resident is told comes from a file, or is asked for. A request for erasure is answered with
    `segmentation resident erase`, unless it is refused. Access and a copy are not done before it was checked
    who asks.
    """
    from segmentation.errors import ReviewError
    from segmentation.ledger.personal.register import NOT_THERE
    from segmentation.ledger.personal.requests import Told

    if [done, refuse, extend].count(True) != 1:
        raise typer.BadParameter("say one of --done, --refuse and --extend")
    text = words("What the resident is told", text_file)
    with desk_at(home, by, passphrase_file) as desk:
        register = desk.register
        if done and register.one(request).right == "erasure":
            raise ReviewError("A request for erasure is done by `segmentation resident erase --request ID`.")
        subject = register.subject_of(request)
        if subject is None:
            raise ReviewError(NOT_THERE)
        step = register.done if done else register.refuse if refuse else register.extend
        found = step(subject, request, Told(by=desk.by, text=text, identity=identity), desk.now)
    if as_json:
        say_json(content(found, office.now()))
    else:
        say(f"Answered: {line(found, office.now())}")


COMMANDS = {"answer": answer}
