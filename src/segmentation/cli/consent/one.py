"""`segmentation consent state`, `give`, `refuse`, `withdraw` and `object`: consent of one resident."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from segmentation.cli.consent.first import tell_first
from segmentation.cli.console import say_json
from segmentation.cli.options import HOME, HomeFolder, Json, PassphraseFile
from segmentation.cli.plain import say
from segmentation.cli.resident.desk import Officer, ReferenceFile, desk_at, not_optional, to_take_back

if TYPE_CHECKING:
    from pathlib import Path

    from segmentation.ledger.personal.events import EventState, Standing
    from segmentation.ledger.personal.records import Records

EXAMPLES = {
    "state": "segmentation consent state --purpose service_planning --as Carol",
    "give": "segmentation consent give --purpose service_planning --notice 2026-01 --language zh --as Carol",
    "refuse": "segmentation consent refuse --purpose service_planning --channel app --as Carol",
    "withdraw": "segmentation consent withdraw --purpose service_planning --as Carol",
    "object": "segmentation consent object --purpose service_planning --as Carol",
}

PurposeKey = Annotated[str, typer.Option("--purpose", help="Key of the purpose, as the policy has it.")]
NoticeVersion = Annotated[str, typer.Option("--notice", help="Version of the notice that they were told.")]
Language = Annotated[str, typer.Option(help="In which they were told, such as zh.")]
Channel = Annotated[str, typer.Option(help="How they said so, such as app or front_desk.")]


def state(
    purpose: PurposeKey,
    by: Officer,
    reference_file: ReferenceFile = None,
    at: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M%z", "%Y-%m-%d"],
            help="A past moment; now unless given. A day is its end, in UTC.",
        ),
    ] = None,
    home: HomeFolder = HOME,
    passphrase_file: PassphraseFile = None,
    as_json: Json = False,
) -> None:
    """Say where a resident's consent to a purpose stands, or stood; the access log says who asked."""
    from segmentation.ledger.personal.consents import Consents
    from segmentation.rights.readings import note_reading

    with desk_at(home, by, passphrase_file) as desk:
        records, subject = desk.personal.records, desk.subject(reference_file)
        found = Consents(records).standing(subject, purpose, _moment(at))
        note_reading(records, subject, desk.by, "consent state", purpose, desk.now)
    if as_json:
        say_json(_content(found))
    else:
        say(_line(found))


def give(  # noqa: PLR0913, PLR0917 - every option of the command
    purpose: PurposeKey,
    notice: NoticeVersion,
    by: Officer,
    reference_file: ReferenceFile = None,
    language: Language = "",
    channel: Channel = "",
    home: HomeFolder = HOME,
    passphrase_file: PassphraseFile = None,
    as_json: Json = False,
) -> None:
    """Record that a resident consents to one purpose, after they were told what a notice says."""
    _record("given", purpose, (notice, language, channel), by, reference_file, home, passphrase_file, as_json)


def refuse(  # noqa: PLR0913, PLR0917 - every option of the command
    purpose: PurposeKey,
    by: Officer,
    notice: NoticeVersion = "",
    reference_file: ReferenceFile = None,
    language: Language = "",
    channel: Channel = "",
    home: HomeFolder = HOME,
    passphrase_file: PassphraseFile = None,
    as_json: Json = False,
) -> None:
    """Record that a resident refuses; what the contract promises them goes on."""
    told = (notice, language, channel)
    _record("refused", purpose, told, by, reference_file, home, passphrase_file, as_json)


def withdraw(
    purpose: PurposeKey,
    by: Officer,
    reference_file: ReferenceFile = None,
    language: Language = "",
    channel: Channel = "",
    home: HomeFolder = HOME,
    passphrase_file: PassphraseFile = None,
    as_json: Json = False,
) -> None:
    """Record that a resident takes consent back: at once, and without a reason (PIPL Art. 15)."""
    told = ("", language, channel)
    _record("withdrawn", purpose, told, by, reference_file, home, passphrase_file, as_json)


def object_(  # noqa: PLR0913, PLR0917 - every option of the command
    purpose: PurposeKey,
    by: Officer,
    lift: Annotated[bool, typer.Option("--lift", help="The resident takes the objection back.")] = False,
    reference_file: ReferenceFile = None,
    language: Language = "",
    channel: Channel = "",
    home: HomeFolder = HOME,
    passphrase_file: PassphraseFile = None,
    as_json: Json = False,
) -> None:
    """Record that a resident objects to automated decisions: the standard service from the next one on."""
    told, now = ("", language, channel), "objection_lifted" if lift else "objected"
    _record(now, purpose, told, by, reference_file, home, passphrase_file, as_json)  # type: ignore[arg-type]  # one of two


COMMANDS = {"state": state, "give": give, "refuse": refuse, "withdraw": withdraw, "object": object_}


def _record(
    event: EventState,
    purpose: str,
    told: tuple[str, str, str],
    by: str,
    reference_file: Path | None,
    home: Path,
    passphrase_file: Path | None,
    as_json: bool,
) -> None:
    from segmentation.ledger.personal.consents import Consents
    from segmentation.ledger.personal.events import Told
    from segmentation.ledger.personal.gate import unheard
    from segmentation.ledger.personal.withdrawing import ENDING, PLACED
    from segmentation.ledger.sweeping import swept

    notice, language, channel = told
    with desk_at(home, by, passphrase_file) as desk:
        records = desk.personal.records
        if event != "given":
            _check_known(home, purpose, records)
        consents, subject = Consents(records), desk.subject(reference_file)
        said = Told(event, notice, language, channel, desk.by)
        first = unheard(records, not_optional(home, [purpose]))
        consents.record(subject, purpose, said, desk.by, desk.now)
        found = consents.standing(subject, purpose)
        if event in ENDING:
            swept(records.ledger, PLACED, ())  # what it took out leaves the log of the database as well
    if as_json:
        say_json({**_content(found), "first": bool(first)})
    else:
        say(f"Recorded. {_line(found)}")
        tell_first(first)


def _check_known(home: Path, purpose: str, records: Records) -> None:
    """Refuse a purpose that is nowhere: what is taken back would be of no effect, and nobody would know.

    Raises
    ------
    PurposeError
        It is so; names the purposes that there are.
    """
    from segmentation.errors import PurposeError

    known = to_take_back(home, records)
    if purpose not in known:
        rest = f" The purposes are {', '.join(known)}." if known else ""
        raise PurposeError(
            "Nothing was recorded: no version in use states a purpose of this name, no notice told of it, "
            f"and nothing is on record for it.{rest} Mend the name, or put the notice on record first with "
            "`segmentation consent notice`."
        )


def _moment(at: datetime | None) -> datetime | None:
    if at is None or at.tzinfo is not None:
        return at
    return at.replace(hour=23, minute=59, second=59, microsecond=999_999, tzinfo=UTC)


def _content(found: Standing) -> dict[str, object]:
    return {
        "event_state": found.state,
        "event_time": found.since and found.since.isoformat(),
        "privacy_notice": found.notice,
        "language": found.language,
        "collection_method": found.channel,
        "objected": found.objected and found.objected.isoformat(),
    }


def _line(found: Standing) -> str:
    if found.state is None or found.since is None:
        told = "Consent: nothing on record"
    else:
        notice = f", notice {found.notice}" if found.notice else ""
        told = f"Consent: {found.state} since {found.since:%Y-%m-%d %H:%M} UTC{notice}"
    if found.objected is None:
        return f"{told}."
    return f"{told}. Objection to automated decisions since {found.objected:%Y-%m-%d %H:%M} UTC."
