"""`segmentation resident show` and `explain`: what is kept of one resident, and why they were placed so."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from segmentation.cli.console import say_json
from segmentation.cli.givenfile import read_given
from segmentation.cli.options import HOME, HomeFolder, Json, PassphraseFile, one_of
from segmentation.cli.plain import plain, say
from segmentation.cli.resident.desk import (
    ModelName,
    Officer,
    ReferenceFile,
    approved_at,
    desk_at,
    history_at,
)

if TYPE_CHECKING:
    from segmentation.answers import Texts
    from segmentation.approved import Approved, Former
    from segmentation.ledger.history import History
    from segmentation.ledger.personal.segments import Segment
    from segmentation.rights.account import Explained
    from segmentation.rights.report import Names

EXAMPLES = {
    "show": "segmentation resident show --as Carol --language zh --out account.html",
    "explain": "segmentation resident explain --as Carol --needs needs.json",
}
LanguageOption = Annotated[str, typer.Option("--language", help="en or zh.")]
PURPOSE = "rights"


def show(
    by: Officer,
    reference_file: ReferenceFile = None,
    language: LanguageOption = "en",
    out: Annotated[
        Path | None, typer.Option(help="Write a page that can be handed over to this file, .html.")
    ] = None,
    model: ModelName = None,
    home: HomeFolder = HOME,
    passphrase_file: PassphraseFile = None,
    as_json: Json = False,
) -> None:
    """Show everything that is kept of one resident: their right of access and of a copy (PIPL Art. 45).

    Who looked is written into the access log before anything is shown.
    """
    import msgspec

    from segmentation.errors import BundleError, NotApprovedError
    from segmentation.files import write_text
    from segmentation.rights.gathering import account_of
    from segmentation.rights.kept import states_of
    from segmentation.rights.readings import note_reading
    from segmentation.rights.report import Names, page, text
    from segmentation.wording import LANGUAGES

    known = one_of(language, LANGUAGES, "--language")
    try:
        names, stated = _names(approved_at(home, model))
    except (NotApprovedError, BundleError):
        names, stated = Names(), ()  # a right does not wait for a version
    with desk_at(home, by, passphrase_file) as desk:
        subject = desk.subject(reference_file)
        records = desk.personal.records
        found = account_of(records, subject, stated, desk.now, states=states_of(history_at(home), desk.now))
        note_reading(records, subject, desk.by, "resident show", PURPOSE, desk.now)
    if as_json:
        say_json(msgspec.to_builtins(found))
    elif found.is_empty:
        say("Nothing is kept of this resident: no consent, no segment and no request.")
    elif out is not None:
        write_text(out, page(found, names, known), private=True)
        say(f"Wrote {out}. Hand it over to the resident, and delete it here.")
    else:
        typer.echo(plain(text(found, names, known), keep="\n"), nl=False)


def explain(
    by: Officer,
    needs: Annotated[Path, typer.Option(help="The resident's needs as one JSON object; they are not kept.")],
    reference_file: ReferenceFile = None,
    model: ModelName = None,
    home: HomeFolder = HOME,
    passphrase_file: PassphraseFile = None,
    as_json: Json = False,
) -> None:
    """Say why a resident is in their segment, exactly, and whether these needs give the one that is kept.

    The version that gave the kept segment says it, whether it is in use or not; where nothing is kept, the
    one that is in use.
    """
    import msgspec

    from segmentation.cli.serve import only_model
    from segmentation.rights.beheld import beheld
    from segmentation.rights.explained import explained, held_against
    from segmentation.rights.kept import latest, states_of
    from segmentation.rights.readings import note_reading
    from segmentation.rights.why import words_of

    history = history_at(home)
    name = model or only_model(history)
    with desk_at(home, by, passphrase_file) as desk:
        subject, records = desk.subject(reference_file), desk.personal.records
        with beheld(records) as seen:
            kept, override = latest(seen, subject, name)
        note_reading(records, subject, desk.by, "resident explain", PURPOSE, desk.now)
    approved = approved_at(home, name) if kept is None else _placed_by(home, history, kept)
    values = _values(needs, approved)
    missing = tuple(name for name, value in values.items() if value is None)
    words = words_of(approved.policy, json.loads(approved.card))
    reason = explained(approved.scorer, words, values, missing)
    told = held_against(reason, kept, override, states_of(history, desk.now), desk.now)
    if as_json:
        say_json(msgspec.to_builtins(told))
        return
    say(told.reason.text.en)
    say(told.reason.text.zh)
    say(_agreement(told))


COMMANDS = {"show": show, "explain": explain}


def _placed_by(home: Path, history: History, kept: Segment) -> Former:
    """Return the version that gave a segment.

    Raises
    ------
    BundleError
        It is not there any more, and no other one can say why.
    """
    from segmentation.approved import former_of
    from segmentation.errors import BundleError, NotApprovedError
    from segmentation.home import Home
    from segmentation.ledger.trust import trust_of

    try:
        return former_of(history, trust_of(Home(home)), kept.model, kept.version, kept.decision)
    except (BundleError, NotApprovedError) as error:
        raise BundleError(
            f"The segment that is kept is of version {kept.version} of {kept.model}, and no other version "
            f"can say why: {error}"
        ) from None


def _agreement(told: Explained) -> str:
    from segmentation.rights.words import EXPIRED, REVIEWED, VERSIONS

    if told.held is None:
        return "No segment of this resident is kept: the version that is in use would place them so."
    parts = [
        f"These needs give the segment that is kept, of version {told.held.version}"
        if told.agrees
        else f"These needs give another segment than the one that is kept, of version {told.held.version}: "
        "they have changed, or one is wrong",
        VERSIONS.get(told.held.state, REVIEWED).en,
        *([EXPIRED.en] if told.held.is_expired else ()),
    ]
    return f"{'; '.join(parts)}."


def _names(approved: Approved) -> tuple[Names, tuple[str, ...]]:
    from segmentation.answers import Texts
    from segmentation.rights.report import Names

    policy = approved.policy
    named: dict[str, Texts] = {
        one["id"]: Texts(**one["name"]) for one in json.loads(approved.card)["segments"]
    }
    return Names.of(policy, named), policy.stated


def _values(file: Path, approved: Approved | Former) -> dict[str, Any]:
    """Return the needs in a file, with None for those that are not given.

    Raises
    ------
    StorageError
        It cannot be read.
    ScorerError
        It is no object of needs that the policy allows.
    """
    from segmentation.errors import ScorerError

    content = read_given(file, "needs")
    try:
        found = json.loads(content)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise ScorerError(f'{file} is no JSON object of needs, such as {{"repair_requests": 3}}.')
    strange = sorted(found.keys() - approved.policy.features.keys())
    if strange:
        raise ScorerError(
            f"{file} has {len(strange)} fields that are no need of the policy. Leave them out; the needs are "
            f"{', '.join(approved.policy.features)}."
        )
    return {name: found.get(name) for name in approved.scorer.features}
