"""`segmentation consent notice`: what each version of the notice to residents told."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from segmentation.cli.console import say_json
from segmentation.cli.options import HOME, HomeFolder, Json, PassphraseFile
from segmentation.cli.plain import say
from segmentation.cli.resident.desk import Officer, desk_at

if TYPE_CHECKING:
    from segmentation.ledger.personal.notices import Notices

EXAMPLES = {
    "notice": "segmentation consent notice 2026-02 --policy policy.toml --text notice.zh.md --as Carol"
}


def notice(
    version: Annotated[str, typer.Argument(help="Of the notice, as consents name it.")],
    policy: Annotated[Path, typer.Option(help="The policy that the notice told of.")],
    by: Officer,
    purpose: Annotated[str | None, typer.Option(help="Key of one of its purposes; all unless given.")] = None,
    text: Annotated[
        list[Path] | None,
        typer.Option(
            help="A file that residents were given to read; its digest is kept. One for each language."
        ),
    ] = None,
    home: HomeFolder = HOME,
    passphrase_file: PassphraseFile = None,
    as_json: Json = False,
) -> None:
    """Put a version of the notice on record, with the purpose and the features that it told of.

    Consents under an earlier version go on counting where both are the same, and are needed anew where one
    changed. From then on this decides, and not the list in the policy. Of the text its digest is kept: keep
    the file, which proves what residents were told.
    """
    from segmentation.ledger.personal.notices import Notices
    from segmentation.policy import read_policy

    rules = read_policy(policy)
    asked = list(rules.stated) if purpose is None else [purpose]
    digests = [_digest(path) for path in text or ()]
    with desk_at(home, by, passphrase_file) as desk:
        notices = Notices(desk.personal.records.ledger, desk.personal.records.keyring)
        for key in asked:
            notices.add(rules, key, version, desk.by, desk.now, digests)
        texts = {key: _text(notices, key, version) for key in asked}
        counted = {key: notices.counting(rules, key) for key in asked}
    told = {
        key: {"same": sorted(of.same), "anew": sorted(of.known - of.same), "text": texts[key]}
        for key, of in counted.items()
    }
    if as_json:
        say_json(told)
        return
    for key, of in told.items():
        say(f"On record for {key}: consents to {', '.join(of['same'])} count.")
        if of["anew"]:
            say(f"Consent anew is needed of who consented to {', '.join(of['anew'])}.")
        if of["text"]:
            say(f"Its text: {', '.join(of['text'])}. Keep the file: it proves what residents were told.")
        else:
            say(f"The text of {version} is not on record. Name its file with --text, to prove what was told.")


COMMANDS = {"notice": notice}


def _digest(path: Path) -> str:
    from segmentation.errors import StorageError
    from segmentation.signing import sha256

    try:
        content = path.read_bytes()
    except OSError:
        content = b""
    if not content.strip():
        raise StorageError(
            f"{path} cannot be read, or is empty. Name the file that residents were given to read."
        )
    return sha256(content)


def _text(notices: Notices, purpose: str, version: str) -> list[str]:
    """Return the digests that are on record of a version's text: the newest row of it has them."""
    return next((list(one.text) for one in reversed(notices.all(purpose)) if one.version == version), [])
