"""A candidate in a notebook: what the segments lack, the verdict, who they are, and what to do next."""

from dataclasses import replace

import pytest

import segmentation
from segmentation.card.candidate import LACKING, candidate_html
from segmentation.pipeline import Candidate
from segmentation.policy import Text
from segmentation.profiles import Profiles
from segmentation.scorer import FoldedNumber, FoldedScorer
from tests.card import made
from tests.card.reading import Page

POLICY = made.policy()
SEGMENTS = Profiles(made.profiles(), POLICY)
NUMBER = FoldedNumber("repairs", log=False, slope=(0.0, -8.0), missing=(0.0, 0.0), mean=(0.0, -8.0))
SCORER = FoldedScorer(("S1", "S2"), (0.0, 16.0), (NUMBER,), (), ((0.0, 16.0), (16.0, 0.0)), 0.1)
LOOK, MITIGATE = "candidate.audit.plot()", "segmentation.frontier"
SEARCH, LEAVE = "Look for a need that is missing", "without n_segments"


def text(migration=None, **pieces):
    return Page(candidate_html(made.card(**pieces), SEGMENTS, migration)).text


def audited(*findings):
    return replace(made.audit(), findings=findings)


def test_it_opens_with_who_it_is_of_and_the_verdict_with_its_tally():
    told = text()

    assert told.startswith(f"Candidate {POLICY.name}: 2 segments of 4,801 residents Audit: ✗ broken")
    assert "(5 broken, 8 undetermined, 3 kept)" in told


def test_what_the_segments_lack_stands_before_the_audit_even_where_all_is_kept():
    told = text(choice=made.given(), audit=audited(made.KEPT))

    lacks = told.index(LACKING)
    assert told.index("Candidate") < lacks < told.index("prediction strength") < told.index("Audit: ✓ kept")
    assert told.count("The number of segments was given by hand") == 3


def test_segments_that_stand_are_not_said_to_lack_anything():
    assert LACKING not in text()
    assert SEARCH not in text()
    assert LEAVE not in text()


def test_every_segment_has_its_row():
    assert all(profile.name.en in text() for profile in SEGMENTS)


def test_what_stands_against_it_is_to_be_looked_at_and_mitigated():
    assert LOOK in text()
    assert MITIGATE in text()


def test_where_all_is_kept_only_reading_and_registering_is_left():
    told = text(audit=audited(made.KEPT))

    assert "Audit: ✓ kept" in told
    assert LOOK not in told
    assert MITIGATE not in told
    assert "Read the card" in told
    assert "Register it" in told


def test_an_open_question_is_looked_at_and_nothing_is_mitigated():
    told = text(audit=audited(replace(made.BROKEN, status="undetermined")))

    assert LOOK in told
    assert MITIGATE not in told


@pytest.mark.parametrize(
    ("choice", "steps"),
    [
        (made.choice(structure=None), {SEARCH}),
        (replace(made.given(), structure=made.choice().structure), {LEAVE}),
        (made.given(), {SEARCH, LEAVE}),
    ],
    ids=["not shuffled", "insisted on", "both"],
)
def test_the_way_out_of_what_the_segments_lack_is_the_first_step(choice, steps):
    told = text(choice=choice)

    assert {step for step in (SEARCH, LEAVE) if step in told} == steps
    assert all(told.index(step) < told.index(LOOK) for step in steps)


def test_who_moves_is_told_where_there_was_a_version_before():
    assert "at least 91% keep the segment of version 7" in text(migration=made.migration())
    assert "who moves" not in text()


def candidate(card):
    return Candidate(
        POLICY, None, SCORER, made.intake(), made.choice(), made.stability(), SEGMENTS, made.plans(),
        made.audit(), card, migration=made.migration(),
    )  # fmt: skip


def test_a_candidate_shows_itself_so():
    card = made.card()

    assert candidate(card)._repr_html_() == candidate_html(card, SEGMENTS, made.migration())


def test_a_line_says_that_segments_do_not_stand():
    assert "audit broken, segments that do not stand, scorer" in repr(
        candidate(made.card(choice=made.given()))
    )
    assert "do not stand" not in repr(candidate(made.card()))


def test_what_it_tells_to_call_is_public():
    told = text(choice=made.given())

    named = {word.split("(")[0] for word in told.split() if word.startswith("segmentation.")}
    assert {name.removeprefix("segmentation.").rstrip(".,") for name in named} <= set(segmentation.__all__)
    assert len(named) > 1


def test_it_is_whole_html_and_markup_in_a_name_stays_text():
    hostile = replace(SEGMENTS[0], name=Text(en="<script>alert(1)</script>", zh="甲"))
    page = Page(candidate_html(made.card(), Profiles([hostile], POLICY), made.migration()))

    assert (page.open, page.unclosed) == ([], [])
    assert "script" not in page.tags
