"""The form of an act: what it begins with, and what is kept of it when it is shown again."""

from datetime import date, timedelta

import pytest

from segmentation.reviews.refusals import Told
from serving.pages.deciding.asked import AskApproval, AskComments, asking, fresh
from serving.pages.deciding.matter import matter_of
from serving.pages.deciding.outlook import outlook_of
from serving.pages.deciding.typed import DecisionForm, Slip
from tests.serving.pages.acting import Acting
from tests.serving.pages.made import blocked


@pytest.fixture
def carol(desk):
    desk.office.submit(blocked(1))
    return Acting(desk, "Carol", "approve", language="en")


def test_an_approval_begins_with_the_longest_that_policy_and_waivers_allow(desk, carol):
    assert fresh(matter_of(carol.visit())).day == desk.office.clock.now.date() + timedelta(days=180)
    carol.waive(date(2026, 6, 30))
    assert fresh(matter_of(carol.visit())).day == date(2026, 6, 30)
    assert fresh(matter_of(carol.visit("revoke"))) == DecisionForm()


def test_a_form_that_is_shown_again_keeps_what_was_typed_and_tells_the_first_slip_of_each_field(carol):
    matter, typed = matter_of(carol.visit()), DecisionForm("Mine.", until="2026-05-01")
    slips = (Slip("reason", "First."), Slip("reason", "Second."), Slip("until", "Third."))
    page = asking(matter, outlook_of(matter), typed, slips, Told("Refused."))

    assert (page.typed, page.slips) == (typed, {"reason": "First.", "until": "Third."})
    assert page.refused == Told("Refused.")
    assert isinstance(page, AskApproval)


@pytest.mark.parametrize(("name", "roles"), [("Carol", []), ("Both", ["compliance", "business"])])
def test_a_role_is_asked_for_where_two_fit(desk, carol, name, roles):
    matter = matter_of(Acting(desk, name, "approve").visit())

    assert [role for role, _ in asking(matter, outlook_of(matter)).roles] == roles


def test_comments_are_ticked_until_somebody_chooses(carol):
    carol.note("comment", "verdict", "One.")
    carol.note("comment", "impact", "Two.")
    matter = matter_of(carol.visit("comment"))
    every = asking(matter, outlook_of(matter))
    chosen = asking(matter, outlook_of(matter), DecisionForm(comments=("impact",)))

    assert isinstance(every, AskComments)
    assert {one.key: one.chosen for one in every.comments} == {"verdict": True, "impact": True}
    assert {one.key: one.chosen for one in chosen.comments} == {"verdict": False, "impact": True}
    assert every.terms is None
