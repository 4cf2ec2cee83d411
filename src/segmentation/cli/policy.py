"""`segmentation policy`: check a policy, print its schema, draft a first one from a table."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from segmentation.cli.console import say_json
from segmentation.cli.options import Json
from segmentation.cli.plain import warn

if TYPE_CHECKING:
    from segmentation.policy import Policy

app = typer.Typer(help="Check, explain and draft policy files.", no_args_is_help=True)


@app.command(epilog="Example: `segmentation policy check models/resident_needs/policy.toml`")
def check(
    file: Annotated[Path, typer.Argument(help="The policy, a TOML file.")],
    home: Annotated[
        Path | None,
        typer.Option(help="Look in the ledger of this home, too: whether what residents were told is there."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Check a policy file, and name every fault at once.

    With --home also say which notices to residents are not on record, or told of something else: no
    approval puts them there.
    """
    from segmentation.policy import read_policy

    policy = read_policy(file)
    lacking = () if home is None else _lacking(policy, home)
    if as_json:
        told = {"name": policy.name, "digest": policy.digest, "features": list(policy.features)}
        say_json(told if home is None else {**told, "notices": list(lacking)})
        return
    counts = f"{len(policy.features)} features, {len(policy.protected)} protected attributes"
    typer.echo(f"{file} is in order: {policy.name}, {counts}, {len(policy.proxies)} proxies.")
    for one in lacking:
        warn(one)
    if lacking:
        warn(f"That is: segmentation consent notice VERSION --policy {file} --as NAME")
    elif home is not None:
        typer.echo("What residents were told of each purpose is on record.")


@app.command(epilog="Example: `segmentation policy schema > policy.schema.json`")
def schema() -> None:
    """Print the JSON schema of policy files, for editors that complete and check TOML."""
    from segmentation.policy import policy_schema

    typer.echo(policy_schema())


@app.command(epilog="Example: `segmentation policy draft residents.parquet --out policy.toml`")
def draft(
    table: Annotated[Path, typer.Argument(help="The residents table, Parquet or CSV.")],
    out: Annotated[
        Path | None, typer.Option(help="Where to write the draft; printed when not given.")
    ] = None,
    name: Annotated[
        str | None, typer.Option(help="Name of the model; taken from the table's file name.")
    ] = None,
) -> None:
    """Write a first policy from a table, with what only a person can say left marked.

    The check refuses the draft until every marked sentence is written.
    """
    from segmentation.errors import StorageError
    from segmentation.files import write_text
    from segmentation.policy.draft import draft_policy

    if out is not None and out.exists():
        raise StorageError(
            f"{out} is there already, and what people wrote in it would be lost. Name another file."
        )
    text = draft_policy(table, name=name)
    if out is None:
        typer.echo(text)
    else:
        write_text(out, text)
        typer.echo(f"Wrote {out}. Write what is marked, then run: segmentation policy check {out}")


def _lacking(policy: Policy, home: Path) -> tuple[str, ...]:
    """Return in a sentence each which notices the ledger lacks."""
    from segmentation.home import Home
    from segmentation.ledger.personal.notices import Notices
    from segmentation.ledger.store import open_ledger
    from segmentation.ledger.trust import ledger_url

    with open_ledger(ledger_url(Home(home))) as ledger:
        return Notices(ledger).needed(policy, policy.stated)
