"""`segmentation consent import` and `export`: consents of many residents, as tables."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from segmentation.cli.console import say_json, steps
from segmentation.cli.options import HOME, HomeFolder, Json, PassphraseFile
from segmentation.cli.plain import say
from segmentation.cli.resident.desk import Officer, desk_at

if TYPE_CHECKING:
    from collections.abc import Collection
    from zoneinfo import ZoneInfo

    from segmentation.consents import Imported
    from segmentation.ledger.store import Ledger

EXAMPLES = {
    "import": "segmentation consent import consents.csv --policy policy.toml --as Carol",
    "export": "segmentation consent export consents.parquet --as Carol",
}


def import_(
    table: Annotated[Path, typer.Argument(help="Parquet, a folder of Parquet files, or CSV in UTF-8.")],
    by: Officer,
    policy: Annotated[
        Path | None,
        typer.Option(help="The policy whose purposes may be recorded, beside those that notices tell of."),
    ] = None,
    timezone: Annotated[
        str | None, typer.Option(help="Of times that name none, such as Asia/Shanghai; else they are faults.")
    ] = None,
    home: HomeFolder = HOME,
    passphrase_file: PassphraseFile = None,
    as_json: Json = False,
) -> None:
    """Put the consents of a table on record: all of it, or nothing where anything is wrong with it.

    Columns are named as ISO/IEC TS 27560 does: pii_principal_id, purpose, event_state (given, refused,
    withdrawn, objected, objection_lifted) and event_time must be there; privacy_notice, language,
    collection_method and entity_id may be. Every fault is told with its rows, and no value is.

    The same event is on record once, however often it is imported: an import that was interrupted is run
    again. What a resident had said before they were erased is left out.
    """
    from segmentation.consents import import_consents

    zone = _zone(timezone)
    with desk_at(home, by, passphrase_file) as desk:
        records = desk.personal.records
        records.keyring  # noqa: B018 - asks for the passphrase now, and not behind a bar
        allowed = _allowed(records.ledger, policy)
        with steps() as step:
            step(f"Importing {table}")
            found = import_consents(
                table, records, by=desk.by, now=desk.now, purposes=allowed, zone=zone, progress=step
            )
    if as_json:
        say_json(asdict(found))
    else:
        say(_line(found))


def export(
    table: Annotated[Path, typer.Argument(help="The table to write, Parquet or CSV; for its owner alone.")],
    by: Officer,
    references: Annotated[
        Path | None,
        typer.Option(
            "--references-file",
            help="A text file of references, one in each line: the consents of these residents alone, under "
            "their references. Without it, all residents, under pseudonyms.",
        ),
    ] = None,
    purpose: Annotated[list[str] | None, typer.Option(help="A purpose; all unless given.")] = None,
    home: HomeFolder = HOME,
    passphrase_file: PassphraseFile = None,
    as_json: Json = False,
) -> None:
    """Write every consent, refusal, withdrawal and objection on record as a table.

    The file holds personal data: keep it no longer than it is needed. `consent import` reads it again.
    """
    from segmentation.consents import export_consents

    named = None if references is None else _lines(references)
    with desk_at(home, by, passphrase_file) as desk:
        records = desk.personal.records
        records.keyring  # noqa: B018 - asks for the passphrase now, and not behind a bar
        with steps() as step:
            step(f"Writing {table}")
            found = export_consents(
                table,
                records,
                by=desk.by,
                now=desk.now,
                purposes=purpose,
                references=named,
                progress=step,
            )
    if as_json:
        say_json({"out": str(found.path), "events": found.events, "residents": found.residents})
    else:
        say(f"Wrote {found.path}: {found.events:,} events of {found.residents:,} residents.")


COMMANDS = {"import": import_, "export": export}


def _zone(name: str | None) -> ZoneInfo | None:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    if name is None:
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise typer.BadParameter(
            "name a zone as IANA does, such as Asia/Shanghai", param_hint="--timezone"
        ) from None


def _allowed(ledger: Ledger, policy: Path | None) -> Collection[str]:
    """Return which purposes may be recorded: a consent to what nobody stated is a consent to nothing."""
    from segmentation.ledger.personal.notices import Notices
    from segmentation.policy import read_policy

    stated = {one.purpose for one in Notices(ledger).all()}
    if policy is not None:
        stated |= set(read_policy(policy).stated)
    if not stated:
        raise typer.BadParameter("give the policy whose purposes these are", param_hint="--policy")
    return stated


def _lines(path: Path) -> list[str]:
    from segmentation.errors import StorageError

    try:
        text = path.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError):
        text = ""
    found = [line.strip() for line in text.split("\n") if line.strip()]
    if not found:
        raise StorageError(f"{path} cannot be read, or holds no reference. Write one into each line, UTF-8.")
    return found


def _line(found: Imported) -> str:
    parts = [f"Imported: {found.added:,} of {found.read:,} rows, for {' and '.join(found.purposes)}"]
    rest = {
        "on record before": found.known,
        "doubled in the table": found.doubled,
        "of residents erased since": found.erased,
    }
    parts += [f"{count:,} {what}" for what, count in rest.items() if count]
    if found.unread:
        parts.append(f"{found.unread} other column{'s were' if found.unread > 1 else ' was'} not read")
    return f"{'; '.join(parts)}."
