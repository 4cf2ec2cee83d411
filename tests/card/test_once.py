"""What says the same of the same residents is told once, and nothing else is."""

from dataclasses import replace

import pytest

from segmentation.card.once import WORST, by_attribute, count, once, says
from segmentation.card.titles import titles_of
from segmentation.plans import Plan, PlannedService
from segmentation.wording import Reader
from tests.card import made

OWNER = replace(made.KEPT, status="broken", value=0.7)
TENANT = replace(OWNER, group="tenant", value=1.43)
SERVED = replace(made.BROKEN, check="service_parity", target="repair_visits")


def told(*findings, **changes):
    card = made.card(audit=replace(made.audit(), findings=findings), **changes)
    return once(card), Reader("en", titles_of(card))


def test_of_two_groups_that_mirror_one_another_the_first_is_told():
    (one,), reader = told(OWNER, TENANT)

    assert (one.finding.group, [other.group for other in one.mirrored]) == ("owner", ["tenant"])
    assert says(reader, one).endswith(": broken. tenant: the same the other way round.")


def test_a_service_of_one_segment_is_told_with_it():
    (one,), reader = told(SERVED, made.BROKEN)

    assert [other.target for other in one.elsewhere] == ["S1"]
    assert says(reader, one).endswith(": broken. The same residents: S1 “Phone first”.")


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (OWNER, replace(TENANT, target="S1")),
        (OWNER, replace(TENANT, status="undetermined", role="gate")),
        (made.BROKEN, replace(made.BROKEN, group="18-39")),
        (made.BROKEN, replace(SERVED, target="patrol")),
        (made.MOVED, replace(made.ASSOCIATION, status="undetermined")),
    ],
)
def test_what_says_something_else_is_told_apart(first, second):
    found, _ = told(first, second)

    assert [(one.elsewhere, one.mirrored) for one in found] == [((), ()), ((), ())]


def test_a_service_of_several_segments_is_told_apart():
    calling = PlannedService("repair_visits", 4.5, 1.0, is_called=True, because=("repairs",))
    plans = (Plan("S1", (calling,)), Plan("S2", (calling,)))

    assert len(told(SERVED, made.BROKEN, plans=plans)[0]) == 2


def test_of_a_group_that_is_too_small_it_is_said_once():
    small = [replace(made.SMALL, target=target) for target in ("patrol", "repair_visits")]
    (one,), reader = told(*small)

    assert says(reader, one) == (
        "65 and over × tenant (Age × Tenure): 2 findings undetermined, because the group has fewer than 20 "
        "residents, too few to be judged."
    )


def test_of_a_small_group_that_is_judged_in_one_place_its_sentence_is_told():
    (one,), reader = told(made.SMALL)

    assert says(reader, one).startswith("How often 65 and over × tenant (Age × Tenure) is planned extra")


def test_nothing_is_lost():
    found, _ = told(SERVED, OWNER, made.BROKEN, TENANT, made.OPEN)

    assert sum(1 + len(one.elsewhere) + len(one.mirrored) for one in found) == 5


def test_of_each_attribute_the_worst_is_told_at_once_and_nothing_is_lost():
    age = [replace(made.BROKEN, group=f"g{at}") for at in range(WORST + 2)]
    found, _ = told(*age[:1], SERVED, OWNER, *age[1:], TENANT)
    parts = by_attribute(found)

    assert [(part.attribute, len(part.worst), len(part.rest)) for part in parts] == [
        ("age_band", WORST, len(age) + 1 - WORST),
        ("tenure", 1, 0),
    ]
    assert [part.worst[0].finding.group for part in parts] == ["g0", "owner"]
    assert sum(part.findings for part in parts) == count(found) == len(age) + 3
