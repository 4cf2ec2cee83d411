"""What somebody noted about the submission that stands is signed with their next act, and nothing else."""

from dataclasses import dataclass
from datetime import date

import pytest

from segmentation.ledger.notes import Note
from segmentation.reviews.commenting import remark
from segmentation.signing import sha256
from serving.pages.version.pending import clear_signed, pending_of
from serving.pages.version.standing_told import standing_of
from tests.reviews.office import MODEL, START

LAST = date(2026, 6, 30)


@dataclass(frozen=True)
class Said:
    remarks: tuple


@dataclass(frozen=True)
class Waived:
    finding: str
    reason: str
    expires: date


@dataclass(frozen=True)
class Decided:
    waivers: tuple


@pytest.fixture
def carol(desk):
    desk.office.submit()
    return desk.visit("Carol", path={"version": "1"})


def standing(visit):
    return standing_of(visit, visit.history)


def put(visit, kind, key, text, expires=None, bundle=None):
    bundle = standing(visit).submission.digests.bundle if bundle is None else bundle
    visit.office.notes.put("Carol", MODEL, 1, Note(kind, key, text, expires, START, bundle))


def left(visit):
    return sorted((one.key, one.text) for one in visit.office.notes.of("Carol", MODEL, 1))


def test_notes_are_told_by_their_kind_and_those_on_an_earlier_submission_are_counted_alone(carol):
    put(carol, "comment", "verdict", "Why?")
    put(carol, "waiver", "one", "It may pass.", LAST)
    put(carol, "waiver", "no day", "It may pass.")
    put(carol, "comment", "segments", "Of before.", bundle=sha256(b"earlier"))
    found = pending_of(carol, standing(carol))

    assert [one.key for one in found.comments] == ["verdict"]
    assert [one.key for one in found.waivers] == ["one"]
    assert found.earlier == 1


def test_what_was_signed_is_taken_away_and_what_was_left_out_stays(carol):
    put(carol, "comment", "verdict", "Signed.")
    put(carol, "comment", "segments", "Left out.")
    put(carol, "waiver", "one", "It may pass.", LAST)
    put(carol, "waiver", "two", "It may pass.", LAST)
    found = pending_of(carol, standing(carol))
    waived = Decided((Waived("one", "It may pass.", LAST), Waived("two", "It was another reason.", LAST)))

    clear_signed(carol, found, waived, Said((remark("verdict", "Signed."),)))

    assert left(carol) == [("segments", "Left out."), ("two", "It may pass.")]


def test_what_is_written_anew_while_it_is_being_signed_stays(carol):
    put(carol, "comment", "verdict", "Signed.")
    put(carol, "waiver", "one", "It may pass.", LAST)
    found = pending_of(carol, standing(carol))
    put(carol, "comment", "verdict", "Changed meanwhile.")
    put(carol, "waiver", "one", "It may pass.", date(2026, 7, 1))

    waived = Decided((Waived("one", "It may pass.", LAST),))
    clear_signed(carol, found, waived, Said((remark("verdict", "Signed."),)))

    assert left(carol) == [("one", "It may pass."), ("verdict", "Changed meanwhile.")]


def test_an_act_that_signs_no_note_takes_none_away(carol):
    put(carol, "comment", "verdict", "Later.")

    clear_signed(carol, pending_of(carol, standing(carol)), None, None)

    assert left(carol) == [("verdict", "Later.")]
