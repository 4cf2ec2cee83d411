"""Every notebook is stored as it is written: without what a run leaves, with a kernel that everybody has."""

import copy
import json
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).parents[2]
BOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
MOST_LINES = 15
"""Of a code cell; what takes more belongs into the package."""
NAMES = [
    "01_from_residents_to_segments",
    "02_read_an_audit_and_mitigate",
    "03_card_register_and_hand_over",
]


def faults(text):
    """What keeps a stored notebook from being clean, in words."""
    book = json.loads(text)
    found = [] if text.endswith("}\n") else ["no newline at its end"]
    try:
        nbformat.validate(copy.deepcopy(book))
    except nbformat.ValidationError as error:
        found.append(f"no notebook: {error.message}")
    if book["metadata"] != METADATA:
        found.append("other metadata than the kernel python3")
    for cell in book["cells"]:
        named = cell.get("id")
        if cell["metadata"]:
            found.append(f"{named}: metadata")
        if cell.get("outputs"):
            found.append(f"{named}: output")
        if cell.get("execution_count") is not None:
            found.append(f"{named}: execution count")
        if not "".join(cell["source"]).strip():
            found.append(f"{named}: empty")
    return found


def test_there_are_three():
    assert [path.stem for path in BOOKS] == NAMES


@pytest.mark.parametrize("path", BOOKS, ids=lambda path: path.stem[:2])
def test_it_is_stored_clean(path):
    assert faults(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", BOOKS, ids=lambda path: path.stem[:2])
def test_it_opens_with_a_title_and_tells_before_it_shows(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    told = [cell["cell_type"] for cell in cells]

    assert "".join(cells[0]["source"]).startswith("# ")
    assert told.count("markdown") >= 8
    assert max(len(cell["source"]) for cell in cells if cell["cell_type"] == "code") <= MOST_LINES
    assert all(len(line) <= 600 for cell in cells for line in cell["source"])


def run_it(book):
    cell = next(cell for cell in book["cells"] if cell["cell_type"] == "code")
    cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": ["6\n"]}]
    cell["execution_count"] = 1


def fold_a_cell(book):
    book["cells"][0]["metadata"] = {"jupyter": {"source_hidden": True}}


def name_a_kernel(book):
    book["metadata"]["kernelspec"]["name"] = "my-environment"


def leave_a_cell(book):
    book["cells"].append({"cell_type": "markdown", "id": "last", "metadata": {}, "source": []})


def break_a_cell(book):
    del book["cells"][0]["cell_type"]
    book["cells"][0] |= {"cell_type": "poem"}


@pytest.mark.parametrize(
    ("plant", "found"),
    [
        (run_it, ["01-02: output", "01-02: execution count"]),
        (fold_a_cell, ["01-01: metadata"]),
        (name_a_kernel, ["other metadata than the kernel python3"]),
        (leave_a_cell, ["last: empty"]),
    ],
    ids=["run", "folded", "kernel", "empty"],
)
def test_a_planted_fault_is_found(plant, found):
    book = json.loads(BOOKS[0].read_text(encoding="utf-8"))
    plant(book)

    assert faults(json.dumps(book) + "\n") == found


def test_what_is_no_notebook_is_found():
    book = json.loads(BOOKS[0].read_text(encoding="utf-8"))
    break_a_cell(book)

    (fault,) = faults(json.dumps(book) + "\n")
    assert fault.startswith("no notebook: ")


def test_a_missing_newline_is_found():
    assert faults(BOOKS[0].read_text(encoding="utf-8").rstrip("\n")) == ["no newline at its end"]
