"""A candidate in a notebook: the verdict, the segments, and what to do next."""

from dataclasses import replace

import pytest

from segmentation.card.notebook import candidate_html
from segmentation.pipeline import Candidate
from segmentation.policy import Text
from segmentation.profiles import Profiles
from tests.card import made
from tests.card.reading import Page

POLICY = made.policy()
SEGMENTS = Profiles(made.profiles(), POLICY)
LOOK, MITIGATE = "candidate.audit.plot()", "mitigation.frontier"


def text(audit=None, choice=None, migration=None):
    return Page(candidate_html(SEGMENTS, audit or made.audit(), choice or made.choice(), migration)).text


def kept():
    return replace(made.audit(), findings=(made.KEPT,))


def test_it_opens_with_the_verdict_and_its_tally():
    told = text()

    assert told.startswith(f"Candidate {POLICY.name}: 2 segments of 4,801 residents; audit: ✗ broken")
    assert "(5 broken, 8 undetermined, 3 kept)" in told


def test_every_segment_has_its_row():
    assert all(profile.name.en in text() for profile in SEGMENTS)


def test_what_stands_against_it_is_to_be_looked_at_and_mitigated():
    assert LOOK in text()
    assert MITIGATE in text()


def test_where_all_is_kept_only_reading_and_registering_is_left():
    told = text(kept())

    assert "audit: ✓ kept" in told
    assert LOOK not in told
    assert MITIGATE not in told
    assert "Read the card" in told
    assert "Register it" in told


def test_an_open_question_is_looked_at_and_nothing_is_mitigated():
    told = text(replace(made.audit(), findings=(replace(made.BROKEN, status="undetermined"),)))

    assert LOOK in told
    assert MITIGATE not in told


@pytest.mark.parametrize(("choice", "said"), [(made.given(), True), (made.choice(), False)])
def test_segments_without_structure_are_called_so(choice, said):
    assert ("no better than those of shuffled columns" in text(choice=choice)) is said


def test_who_moves_is_told_where_there_was_a_version_before():
    assert "at least 91% keep the segment of version 7" in text(migration=made.migration())
    assert "who moves" not in text()


def test_a_candidate_shows_itself_so():
    plans, audit, card = made.plans(), made.audit(), None
    candidate = Candidate(
        POLICY, None, None, made.intake(), made.choice(), made.stability(), SEGMENTS, plans, audit, card,
        migration=made.migration(),
    )  # fmt: skip

    assert candidate._repr_html_() == candidate_html(SEGMENTS, audit, made.choice(), made.migration())


def test_it_is_whole_html_and_markup_in_a_name_stays_text():
    hostile = replace(SEGMENTS[0], name=Text(en="<script>alert(1)</script>", zh="甲"))
    page = Page(candidate_html(Profiles([hostile], POLICY), made.audit(), made.choice(), made.migration()))

    assert (page.open, page.unclosed) == ([], [])
    assert "script" not in page.tags
