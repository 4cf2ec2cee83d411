"""`segmentation notebook`: a data scientist's own copy of the notebooks, with the policy that they read."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from segmentation.cli.plain import say

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

EXAMPLE = "segmentation notebook --out notebooks"
FOLDER = Path("segmentation_notebooks")
POLICY = "policy.toml"
"""What each of them reads; it is that of the simulated residents."""

Force = Annotated[bool, typer.Option("--force", help="Replace copies that were run or edited.")]


def notebook(
    out: Annotated[Path, typer.Option(help="Folder to copy them to.")] = FOLDER,
    force: Force = False,
) -> None:
    """Copy the notebooks to a folder, and say how to open them.

    01 goes from residents to segments; 02 reads an audit and mitigates; 03 registers, hands over and scores.
    They run on simulated residents, each within two minutes. A copy that was run or edited is not written
    over without --force.
    """
    from segmentation.errors import StorageError
    from segmentation.files import write_text

    found = shipped()
    edited = sorted(name for name, text in found.items() if _differs(out / name, text))
    if edited and not force:
        raise StorageError(
            f"{_listed(edited)} in {out} differs from what would be written there: somebody ran or edited "
            "it. Name another folder with --out, or replace it with --force."
        )
    for name, text in found.items():
        write_text(out / name, text)
        say(f"Wrote {out / name}")
    say("Open them in JupyterLab, which is not installed with this program:")
    say("  pip install jupyterlab ipykernel")
    say(f"  jupyter lab {shlex.quote(str(out))}")
    say("or in any editor that opens notebooks, with the Python that has this program in it.")


def shipped() -> Mapping[str, str]:
    """Return the notebooks and their policy as they are shipped, by name.

    Raises
    ------
    StorageError
        This program was installed without them.
    """
    from segmentation.errors import StorageError

    for folder, policy in _places():
        books = sorted(folder.glob("0*.ipynb"))
        if books and policy.is_file():
            return {path.name: path.read_text(encoding="utf-8") for path in books} | {
                POLICY: policy.read_text(encoding="utf-8")
            }
    raise StorageError("The notebooks are not installed here. Install the package anew, or use a checkout.")


def _places() -> Iterable[tuple[Path, Path]]:
    """Return where notebooks and policy lie: within an installed package, or in a checkout around it."""
    package = Path(__file__).parents[1]
    yield package / "notebooks", package / "notebooks" / POLICY
    root = package.parents[1]
    yield root / "notebooks", root / "models" / "resident_needs" / POLICY


def _differs(path: Path, text: str) -> bool:
    return path.exists() and (not path.is_file() or path.read_bytes() != text.encode())


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
