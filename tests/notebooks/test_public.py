"""Notebooks use what the package offers and nothing behind it, so what a reader copies goes on working."""

import ast
import importlib
import inspect
import json
from pathlib import Path

import pytest

import segmentation

ROOT = Path(__file__).parents[2]
BOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
CLOSED = ("segmentation.cli", "serving")
"""Packages that are no library."""


def code(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")


def closed(module):
    return any(module == name or module.startswith(f"{name}.") for name in CLOSED)


def undocumented(module, name):
    """Whether a module of the package does not offer a name with an explanation."""
    if any(part.startswith("_") for part in (*module.split("."), name)):
        return True
    if module == "segmentation":
        return name not in segmentation.__all__
    home = importlib.import_module(module)
    offered = getattr(home, name, None)
    own = name in getattr(home, "__all__", ()) or getattr(offered, "__module__", None) == module
    return not (own and inspect.getdoc(home) and inspect.getdoc(offered))


def behind(source):
    """What a notebook takes that is not offered, and what it defines that belongs in the package."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found += [one.name for one in node.names if closed(one.name)]
        elif isinstance(node, ast.ImportFrom) and closed(node.module):
            found.append(node.module)
        elif isinstance(node, ast.ImportFrom) and node.module.split(".")[0] == "segmentation":
            found += [
                f"{node.module}.{one.name}" for one in node.names if undocumented(node.module, one.name)
            ]
        elif isinstance(node, ast.Attribute) and node.attr.startswith("_"):
            found.append(node.attr)
        elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            found.append(f"defines {node.name}")
    return found


@pytest.mark.parametrize("path", BOOKS, ids=lambda path: path.stem[:2])
def test_it_takes_only_what_is_offered(path):
    assert behind(code(path)) == []


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("from segmentation.pipeline import _fit", "segmentation.pipeline._fit"),
        ("from segmentation.pipeline import np", "segmentation.pipeline.np"),
        ("from segmentation import annotations", "segmentation.annotations"),
        ("from segmentation.cli.demo import sign", "segmentation.cli.demo"),
        ("import serving", "serving"),
        ("candidate.segmenter._scores", "_scores"),
        ("def disparity(rates): return max(rates)", "defines disparity"),
    ],
    ids=["private", "borrowed", "unlisted", "command", "server", "attribute", "helper"],
)
def test_what_is_behind_is_found(line, found):
    assert behind(line) == [found]


def test_what_is_offered_is_left_alone():
    assert not behind(
        "import pandas\nfrom segmentation import build\nfrom segmentation.simulate import simulate"
    )
