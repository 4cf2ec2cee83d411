"""Notebooks use what the package offers and nothing behind it, so what a reader copies goes on working."""

import ast
import json
from pathlib import Path

import pytest

import segmentation
from tests.public import listed

ROOT = Path(__file__).parents[2]
BOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
OFFERED = {*(f"segmentation.{name}" for name in segmentation.__all__), *listed()}
"""What the package names itself, and what else the reference tells of."""


def code(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")


def ours(module):
    return module.split(".")[0] in {"segmentation", "serving"}


def behind(source):
    """What a notebook takes that is not offered, and what it defines that belongs in the package."""
    tree = ast.parse(source)
    imports = [one for node in ast.walk(tree) if isinstance(node, ast.Import) for one in node.names]
    whole = {one.asname or one.name for one in imports if one.name == "segmentation"}
    found = [one.name for one in imports if ours(one.name) and one.name != "segmentation"]
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and ours(node.module):
            found += [f"{node.module}.{one.name}" for one in node.names]
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in whole:
            found.append(f"segmentation.{node.attr}")
        elif isinstance(node, ast.Attribute) and node.attr.startswith("_"):
            found.append(node.attr)
        elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            found.append(f"defines {node.name}")
    return [one for one in found if one not in OFFERED]


@pytest.mark.parametrize("path", BOOKS, ids=lambda path: path.stem[:2])
def test_it_takes_only_what_is_offered(path):
    assert behind(code(path)) == []


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("from segmentation.pipeline import _fit", "segmentation.pipeline._fit"),
        ("from segmentation.ledger.book import Book", "segmentation.ledger.book.Book"),
        ("from segmentation import annotations", "segmentation.annotations"),
        ("import segmentation as sg\nsg.pipeline", "segmentation.pipeline"),
        ("import segmentation.pipeline", "segmentation.pipeline"),
        ("import serving", "serving"),
        ("candidate.segmenter._scores", "_scores"),
        ("def disparity(rates): return max(rates)", "defines disparity"),
    ],
    ids=["private", "deep", "unlisted", "through", "module", "server", "attribute", "helper"],
)
def test_what_is_behind_is_found(line, found):
    assert behind(line) == [found]


@pytest.mark.parametrize(
    "line",
    [
        "import pandas",
        "from segmentation import build",
        "import segmentation as sg\nsg.build(policy, residents)",
        "from segmentation.simulate import simulate",
    ],
    ids=["other", "public", "through", "listed"],
)
def test_what_is_offered_is_left_alone(line):
    assert behind(line) == []


def test_mlflow_is_imported_after_the_registry_which_keeps_it_from_reporting_its_use():
    last = code(BOOKS[-1])

    assert last.index("sg.practise(") < last.index("import mlflow")
