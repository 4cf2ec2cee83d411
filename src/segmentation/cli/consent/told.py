"""`segmentation consent notice`: what each version of the notice to residents told."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from segmentation.cli.console import say_json
from segmentation.cli.options import HOME, HomeFolder, Json, PassphraseFile
from segmentation.cli.plain import say
from segmentation.cli.resident.desk import Officer, desk_at

EXAMPLES = {"notice": "segmentation consent notice 2026-02 --policy policy.toml --as Carol"}


def notice(
    version: Annotated[str, typer.Argument(help="Of the notice, as consents name it.")],
    policy: Annotated[Path, typer.Option(help="The policy that the notice told of.")],
    by: Officer,
    purpose: Annotated[
        str | None, typer.Option(help="Key of one of its purposes; both unless given.")
    ] = None,
    home: HomeFolder = HOME,
    passphrase_file: PassphraseFile = None,
    as_json: Json = False,
) -> None:
    """Put a version of the notice on record, with the purpose and the features that it told of.

    Consents under an earlier version go on counting where both are the same, and are needed anew where one
    changed. From then on this decides, and not the list in the policy.
    """
    from segmentation.ledger.personal.notices import Notices
    from segmentation.policy import read_policy

    rules = read_policy(policy)
    asked = [rules.purpose.key, rules.audit_purpose.key] if purpose is None else [purpose]
    with desk_at(home, by, passphrase_file) as desk:
        notices = Notices(desk.personal.records.ledger)
        for key in asked:
            notices.add(rules, key, version, desk.by, desk.now)
        counted = {key: notices.counting(rules, key) for key in asked}
    told = {key: {"same": sorted(of.same), "anew": sorted(of.known - of.same)} for key, of in counted.items()}
    if as_json:
        say_json(told)
        return
    for key, of in told.items():
        say(f"On record for {key}: consents to {', '.join(of['same'])} count.")
        if of["anew"]:
            say(f"Consent anew is needed of who consented to {', '.join(of['anew'])}.")


COMMANDS = {"notice": notice}
