"""What an approval lets pass: the waivers of this submission, what lacks one, and until when it holds."""

from datetime import date

import pytest

from segmentation.reviews.waivers import blocking_of
from serving.pages.deciding.matter import matter_of
from serving.pages.deciding.passing import terms_of, waivers_of
from serving.pages.deciding.typed import DecisionForm
from tests.serving.pages.acting import WHY, Acting
from tests.serving.pages.made import blocked

KEYS = [one.key for one in blocking_of(blocked(1).card)]
SOONER, LATER = date(2026, 6, 30), date(2026, 8, 1)


@pytest.fixture
def carol(desk):
    desk.office.submit(blocked(1))
    return Acting(desk, "Carol", "approve", language="en")


def terms(carol, until=""):
    return terms_of(matter_of(carol.visit()), DecisionForm(until=until))


def test_without_a_waiver_everything_lacks_one_the_broken_first(carol):
    found = terms(carol)

    assert (found.blocking, len(found.lacking), found.waived, found.idle) == (len(KEYS), len(KEYS), (), 0)
    statuses = [one.status for one in found.lacking]
    assert statuses == sorted(statuses)
    assert found.ends == found.latest


def test_waivers_are_signed_sorted_by_finding_and_end_the_approval_early(carol):
    carol.waive(SOONER)
    carol.note("waiver", KEYS[-1], WHY, LATER)
    found = terms(carol, LATER.isoformat())

    assert [one.finding for one in waivers_of(matter_of(carol.visit()))] == sorted(KEYS)
    assert (found.ends, found.early, found.lacking) == (SOONER, len(KEYS) - 1, ())
    assert [(group.expires, group.n) for group in found.waived] == [(SOONER, len(KEYS) - 1), (LATER, 1)]


def test_an_approval_that_ends_first_ends_for_no_waiver(carol):
    carol.waive(SOONER)

    assert (terms(carol, "2026-04-01").ends, terms(carol, "2026-04-01").early) == (date(2026, 4, 1), 0)


def test_a_waiver_of_what_does_not_block_is_counted_and_not_signed(carol):
    carol.note("waiver", "nothing:of:this", WHY, SOONER)
    found = terms(carol)

    assert (found.idle, len(found.lacking)) == (1, len(KEYS))
    assert waivers_of(matter_of(carol.visit())) == ()
