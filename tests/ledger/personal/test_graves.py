"""A tombstone that somebody changed past the program is told, and what the file and the ledger lack."""

from datetime import timedelta

import pytest

from segmentation.ledger.personal.tombstones import Tombstones
from segmentation.ledger.personal.verify import verify_personal
from tests.ledger.personal.planted import NOW, keep_all, said

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def graves(records, erasures):
    """Three tombstones, in two erasures."""
    subjects = keep_all(records, "R-1", "R-2", "R-3")
    erasures.erase(subjects[:2], "Carol", LATER)
    erasures.erase(subjects[2:], "Carol", LATER)


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("DELETE FROM tombstones WHERE number = 3", "Tombstone 3 of the ledger was removed."),
        (
            "DELETE FROM tombstones WHERE number = 1",
            "Tombstone 2 of the ledger does not follow the one before it: one was removed.",
        ),
        ("UPDATE tombstones SET at = at + 1", "Tombstone 2 of the ledger, or one before it, was altered."),
        (
            "INSERT INTO tombstones SELECT 4, mark, at, key, said FROM tombstones WHERE number = 3",
            "Tombstone 4 of the ledger was added: no line of the access log tells of it.",
        ),
    ],
)
def test_a_tombstone_that_was_changed_is_told(graves, ledger, sql, statement, told):
    verify_personal(ledger)
    sql(statement)

    assert said(ledger)[0] == told


def test_tombstones_that_the_file_lacks_are_told(graves, ledger, tombstones, tmp_path):
    verify_personal(ledger, tombstones)
    whole = tombstones.path.read_bytes().splitlines(keepends=True)

    tombstones.path.write_bytes(b"".join(whole[:2]))
    assert said(ledger, tombstones) == [
        "The file of tombstones lacks 1 that the ledger has: restore the file from its copy."
    ]
    another = Tombstones(tmp_path / "another")
    with another.writing() as pen:
        pen.append([("ab", "sha256:0")], NOW)
    assert said(ledger, another)[0] == "Tombstone 1 of the ledger is not the one of the file."


def test_an_erasure_that_was_not_carried_out_is_told(graves, records, ledger, tombstones):
    with tombstones.writing() as pen:
        pen.append([("ab", "sha256:0")], LATER)

    (fault,) = said(ledger, tombstones)
    assert fault.startswith("The file of tombstones has 1 that the ledger lacks: somebody was erased or")
