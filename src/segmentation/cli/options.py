"""Options that several commands share, and what they mean."""

from __future__ import annotations

from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TypeVar

import typer

if TYPE_CHECKING:
    from collections.abc import Sequence

Word = TypeVar("Word", bound=str)
PolicyFile = Annotated[Path, typer.Option("--policy", help="The policy, a TOML file.")]
ResidentsFile = Annotated[Path, typer.Option("--residents", help="The residents table, Parquet or CSV.")]
HomeFolder = Annotated[
    Path, typer.Option("--home", envvar="SEGMENTATION_HOME", help="Where registry and artefacts are kept.")
]
TrackingUri = Annotated[
    str | None,
    typer.Option("--tracking-uri", envvar="MLFLOW_TRACKING_URI", help="Another MLflow than the one at home."),
]
Pages = Annotated[
    str | None,
    typer.Option(
        envvar="SEGMENTATION_PAGES",
        help="Where the pages of review are (https://host/path); MLflow then links to the version's own.",
    ),
]
AsOf = Annotated[
    datetime | None,
    typer.Option("--as-of", formats=["%Y-%m-%d"], help="The day consent and retention are judged on; today."),
]
Model = Annotated[str, typer.Option("--model", help="Name of the model in the registry.")]
Version = Annotated[str, typer.Option("--version", help="A version number, or an alias.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
Number = Annotated[int, typer.Option("--version", min=1, help="Number of the version.")]
By = Annotated[str, typer.Option("--as", metavar="NAME", help="Who signs, by their name in the ledger.")]
Reason = Annotated[str, typer.Option("--reason", help="Why; it is signed and kept.")]
PassphraseFile = Annotated[
    Path | None,
    typer.Option(
        "--passphrase-file",
        help="Holds the passphrase of who signs; else SEGMENTATION_PASSPHRASE does, or it is asked for.",
    ),
]
RootPassphraseFile = Annotated[
    Path | None,
    typer.Option(
        "--root-passphrase-file",
        help="Holds the root key's passphrase; else SEGMENTATION_ROOT_PASSPHRASE does, or it is asked for.",
    ),
]


class RoleName(StrEnum):
    """What a person may do."""

    trainer = "trainer"
    compliance = "compliance"
    business = "business"
    administrator = "administrator"
    monitor = "monitor"


HOME = Path("var")


def apart(out: Path | None, *inputs: Path | None) -> None:
    """Refuse a place to write to that is one of the files that are read.

    Raises
    ------
    typer.BadParameter
        It is one of them.
    """
    if out is not None and out.resolve() in {file.resolve() for file in inputs if file is not None}:
        raise typer.BadParameter(f"{out} is read as well, and would be lost; write to another file")


def one_of(told: str, known: Sequence[Word], where: str) -> Word:
    """Return a word that is one of some.

    Raises
    ------
    typer.BadParameter
        It is none of them.
    """
    found = next((one for one in known if one == told), None)
    if found is None:
        raise typer.BadParameter(f"say one of {', '.join(known)}", param_hint=where)
    return found


def day(as_of: datetime | None) -> date:
    """Return the day that was given, or today."""
    return as_of.date() if as_of is not None else datetime.now(UTC).astimezone().date()


def n_segments(text: str) -> int | Literal["auto"]:
    """Return what ``--segments`` asks for.

    Raises
    ------
    typer.BadParameter
        It is neither auto nor a whole number from 2.
    """
    if text == "auto":
        return "auto"
    if text.isdecimal() and int(text) >= 2:  # noqa: PLR2004 - one segment is none
        return int(text)
    raise typer.BadParameter("give auto, or a whole number from 2", param_hint="--segments")
