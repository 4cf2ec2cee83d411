"""`segmentation simulate`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from segmentation.cli.console import say_json, steps
from segmentation.cli.options import Json

EXAMPLE = "segmentation simulate --n 20000 --out var/demo"


def simulate(
    out: Annotated[Path, typer.Option(help="The folder to write to.")],
    n: Annotated[int, typer.Option("--n", help="Residents.")] = 20_000,
    seed: Annotated[int, typer.Option(help="Seed of everything random.")] = 7,
    segments: Annotated[int, typer.Option(help="Planted segments: 4 to 8, or 0 for none.")] = 6,
    carrier: Annotated[float, typer.Option(help="Strength of the planted carrier, 0 to 1.")] = 0.7,
    as_json: Json = False,
) -> None:
    """Simulate a community with planted segments, a planted carrier and a known truth."""
    with steps() as step:
        from segmentation.simulate import simulate as simulated
        from segmentation.simulate import write

        community = simulated(n, seed=seed, n_segments=segments, carrier_strength=carrier, progress=step)
        step("Writing them down")
        write(community, out)
    if as_json:
        files = {"residents": "residents.parquet", "requests": "requests.parquet", "truth": "truth.json"}
        say_json({name: str(out / file) for name, file in files.items()})
    else:
        typer.echo(f"Wrote {out}: residents.parquet, requests.parquet, truth.json.")
