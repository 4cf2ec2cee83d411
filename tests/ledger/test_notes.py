"""What somebody noted and did not sign: kept for them alone, replaced, taken away, and within limits."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from segmentation.errors import ReviewError
from segmentation.ledger import notes as module
from segmentation.ledger.notes import Note, Notes
from segmentation.ledger.records import LONGEST_TEXT
from segmentation.signing import sha256
from tests.signed import MODEL, START

BUNDLE = sha256(b"bundle")
ABOUT = ("Carol", MODEL, 1)


def note(kind="comment", key="gaps", text="Why?", expires=None, at=START, bundle=BUNDLE):
    return Note(kind, key, text, expires, at, bundle)


@pytest.fixture
def notes(ledger):
    return Notes(ledger)


def test_notes_are_told_as_they_were_written_the_oldest_first(notes):
    later = note(at=START + timedelta(hours=1))
    waiver = note("waiver", "association:age_band", "已安排上门回访。", date(2026, 9, 1))
    notes.put(*ABOUT, later)
    notes.put(*ABOUT, waiver)

    assert notes.of(*ABOUT) == (waiver, later)


def test_a_note_about_the_same_takes_the_place_of_the_one_before(notes):
    notes.put(*ABOUT, note())
    notes.put(*ABOUT, note(text="Because."))

    assert [one.text for one in notes.of(*ABOUT)] == ["Because."]


def test_nobody_sees_those_of_others_nor_of_another_version(notes):
    for about in (("Bob", MODEL, 1), ("Carol", MODEL, 2), ("Carol", "others", 1)):
        notes.put(*about, note())

    assert notes.of(*ABOUT) == ()


def test_a_note_is_taken_away_once(notes):
    notes.put(*ABOUT, note())
    notes.put(*ABOUT, note(key="segments"))

    assert notes.remove(*ABOUT, "comment", "gaps")
    assert not notes.remove(*ABOUT, "comment", "gaps")
    assert [one.key for one in notes.of(*ABOUT)] == ["segments"]


def test_notes_are_kept_together_or_not_at_all(notes, monkeypatch):
    monkeypatch.setattr(module, "MOST", 3)
    notes.put(*ABOUT, note(text="Before."))
    many = [note(key=f"section {number}") for number in range(3)]

    for wrong in (many, [*many[:2], note(key="one more", text="\x1b[2J")], [*many[:2], note(key="")]):
        with pytest.raises(ReviewError):
            notes.put_all(*ABOUT, wrong)
    assert [one.text for one in notes.of(*ABOUT)] == ["Before."]
    notes.put_all(*ABOUT, [note(text="After."), *many[:2]])
    notes.put_all(*ABOUT, [])
    assert {one.key for one in notes.of(*ABOUT)} == {"gaps", "section 0", "section 1"}


def test_two_who_keep_the_same_notes_in_another_order_write_them_in_one(notes, monkeypatch):
    written = []
    monkeypatch.setattr(module, "upsert", lambda _, __, row: written.append(row["key"]))

    notes.put_all(*ABOUT, [note(key=key) for key in "bca"])
    assert written == ["a", "b", "c"]


def test_what_was_signed_is_taken_away_and_nothing_else(notes):
    waiver = note("waiver", "x", expires=date(2026, 9, 1))
    kept = note(key="segments")
    notes.put_all(*ABOUT, [note(), waiver, kept])
    notes.put("Bob", MODEL, 1, note())

    notes.remove_signed(*ABOUT, [note(at=START + timedelta(hours=1)), waiver, note(key="never kept")])

    assert notes.of(*ABOUT) == (kept,)
    assert notes.of("Bob", MODEL, 1) == (note(),)


@pytest.mark.parametrize(
    "changed", [{"text": "Because."}, {"expires": date(2026, 9, 2)}, {"bundle": sha256(b"another")}], ids=str
)
def test_a_note_that_was_changed_since_it_was_read_is_not_taken_away(notes, changed):
    told = {"kind": "waiver", "key": "x", "expires": date(2026, 9, 1)}
    now = note(**told | changed)
    notes.put(*ABOUT, now)

    notes.remove_signed(*ABOUT, [note(**told)])

    assert notes.of(*ABOUT) == (now,)


def test_notes_are_counted_by_version_and_submission(notes):
    notes.put(*ABOUT, note())
    notes.put(*ABOUT, note(key="segments"))
    notes.put("Carol", MODEL, 2, note())
    notes.put("Bob", MODEL, 2, note())

    assert notes.counts("Carol", MODEL) == {(1, BUNDLE): 2, (2, BUNDLE): 1}


def test_line_ends_are_those_of_a_record_whatever_a_browser_sends(notes):
    notes.put(*ABOUT, note(text="  Why?\r\nPlease say.\r\n"))

    assert notes.of(*ABOUT)[0].text == "Why?\nPlease say."


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "The note says nothing"),
        (" \r\n ", "The note says nothing"),
        ("x" * (LONGEST_TEXT + 1), "The note has 4,001 letters, and one has 4,000 at most"),
        ("\x1b[2J", "control or format letters"),
        ("\u202eright to left", "control or format letters"),
    ],
)
def test_what_could_not_be_signed_is_not_kept(notes, text, told):
    with pytest.raises(ReviewError, match=told):
        notes.put(*ABOUT, note(text=text))

    assert notes.of(*ABOUT) == ()


@pytest.mark.parametrize("key", ["", "x" * 501, "a\nb"])
def test_a_note_is_about_something(notes, key):
    with pytest.raises(ReviewError, match="The note names no section and no finding"):
        notes.put(*ABOUT, note(key=key))


def test_the_longest_note_is_kept(notes):
    notes.put(*ABOUT, note(text="住" * LONGEST_TEXT))

    assert len(notes.of(*ABOUT)[0].text) == LONGEST_TEXT


def test_there_are_only_so_many_of_a_person_and_version(notes, monkeypatch):
    monkeypatch.setattr(module, "MOST", 3)
    for number in range(3):
        notes.put(*ABOUT, note(key=f"section {number}"))

    notes.put(*ABOUT, note(key="section 0", text="Changed."))
    notes.put("Bob", MODEL, 1, note())
    with pytest.raises(ReviewError, match="There are 3 notes of yours about this version already"):
        notes.put(*ABOUT, note(key="one more"))
    assert len(notes.of(*ABOUT)) == 3


def test_those_on_earlier_submissions_are_taken_away_and_no_others(notes):
    notes.put(*ABOUT, note(key="gaps"))
    notes.put(*ABOUT, replace(note(key="impact"), bundle="sha256:earlier"))
    notes.put("Bob", *ABOUT[1:], replace(note(key="impact"), bundle="sha256:earlier"))

    notes.remove_earlier(*ABOUT, note().bundle)

    assert [one.key for one in notes.of(*ABOUT)] == ["gaps"]
    assert [one.key for one in notes.of("Bob", *ABOUT[1:])] == ["impact"]


@pytest.mark.parametrize(
    "change", ["at = 'now'", "kind = 'decision'", "expires = 'never'", "at = '2026-07-01T08:00:00'"]
)
def test_a_row_that_this_program_did_not_write_is_no_note(notes, sql, change):
    notes.put(*ABOUT, note())
    sql(f"UPDATE notes SET {change}")

    assert notes.of(*ABOUT) == ()


def test_notes_are_no_concern_of_the_guards(notes, ledger):
    notes.put(*ABOUT, note())
    notes.remove_signed(*ABOUT, notes.of(*ABOUT))

    ledger.check_guards()
