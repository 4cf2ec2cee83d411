"""`segmentation policy`: check a policy, print its schema, draft a first one from a table."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from segmentation.cli.console import say_json
from segmentation.cli.options import Json

app = typer.Typer(help="Check, explain and draft policy files.", no_args_is_help=True)


@app.command(epilog="Example: `segmentation policy check models/resident_needs/policy.toml`")
def check(
    file: Annotated[Path, typer.Argument(help="The policy, a TOML file.")],
    as_json: Json = False,
) -> None:
    """Check a policy file, and name every fault at once."""
    from segmentation.policy import read_policy

    policy = read_policy(file)
    if as_json:
        say_json({"name": policy.name, "digest": policy.digest, "features": list(policy.features)})
    else:
        counts = f"{len(policy.features)} features, {len(policy.protected)} protected attributes"
        typer.echo(f"{file} is in order: {policy.name}, {counts}, {len(policy.proxies)} proxies.")


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
