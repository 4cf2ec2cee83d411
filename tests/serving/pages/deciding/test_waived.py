"""What is let pass stands together by reason and day, and in each by attribute, the worst first."""

from datetime import date

import pytest

from segmentation.ledger.records import Waiver
from segmentation.reviews.waivers import blocking_of
from serving.pages.deciding.matter import matter_of
from serving.pages.deciding.waived import grouped
from tests.serving.pages.acting import Acting
from tests.serving.pages.made import blocked

BLOCKING = blocking_of(blocked().card)
SOONER, LATER = date(2026, 6, 30), date(2026, 8, 1)


@pytest.fixture
def matter(seen):
    return matter_of(Acting(seen, "Carol", "approve", 2, "en").visit())


def waivers(*days):
    """A waiver for each of the first findings."""
    return [
        Waiver(finding=one.key, reason="Looked into.", expires=day)
        for one, day in zip(BLOCKING, days, strict=False)
    ]


def test_those_of_one_reason_and_day_stand_together_the_most_first(matter):
    found = grouped(matter, waivers(LATER, SOONER, SOONER))

    assert [(one.reason, one.expires, one.n) for one in found] == [
        ("Looked into.", SOONER, 2),
        ("Looked into.", LATER, 1),
    ]
    assert grouped(matter, []) == ()


def test_each_finding_is_told_once_with_its_attribute_and_the_broken_ones_first(matter):
    (one,) = grouped(matter, waivers(*[SOONER] * len(BLOCKING)))
    told = [(found.status, found.sentence) for about in one.about for found in about.findings]

    assert sorted(told) == sorted((each.status, matter.voice.text(each.sentence)) for each in BLOCKING)
    for about in one.about:
        statuses = [found.status for found in about.findings]
        assert statuses == sorted(statuses)
    assert len({about.title for about in one.about}) == len(one.about)


def test_a_finding_that_the_card_does_not_tell_is_told_by_its_key(matter):
    (one,) = grouped(matter, [Waiver(finding="gone:age", reason="Looked into.", expires=SOONER)])

    assert [(found.status, found.sentence) for found in one.about[0].findings] == [("unknown", "gone:age")]
