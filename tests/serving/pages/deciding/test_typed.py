"""What was typed: read as it stands, and every fault of a field found."""

from datetime import date

import pytest

from serving.pages.deciding.typed import CONDITIONS, DecisionForm, slips_of, slips_of_day
from serving.pages.words import speaker

EN = speaker("en")


def found(roles=("compliance",), **told):
    return [slip.field for slip in slips_of(DecisionForm(**{"reason": "Looked at it."} | told), EN, roles)]


@pytest.mark.parametrize(
    ("told", "fields"),
    [
        ({}, []),
        ({"reason": "一行\n两行 ✓"}, []),
        ({"reason": "x" * 4000}, []),
        ({"reason": "x" * 4001}, ["reason"]),
        ({"reason": " \n "}, ["reason"]),
        ({"reason": "a\u202eb"}, ["reason"]),
        ({"reason": "\u3164"}, ["reason", "reason"]),
        ({"reason": "\u2800\n\uffa0\u115f"}, ["reason", "reason"]),
        ({"reason": "Looked\u3164at it."}, ["reason"]),
        ({"reason": "\u0301\ufe0f"}, ["reason"]),
        ({"reason": "— …"}, ["reason"]),
        ({"reason": "✔\ufe0f 1"}, []),
        ({"reason": "好"}, []),
        ({"conditions": "One\n—"}, ["conditions"]),
        ({"conditions": "One\n\n  \nTwo"}, []),
        ({"conditions": "One\tTwo"}, ["conditions"]),
        ({"conditions": "x" * 4001}, ["conditions"]),
        ({"conditions": "x\n" * (CONDITIONS + 1)}, ["conditions"]),
        ({"role": "compliance"}, []),
        ({"role": "trainer"}, ["role"]),
        ({"roles": ("compliance", "business")}, ["role"]),
        ({"roles": ("compliance", "business"), "role": "business"}, []),
    ],
    ids=range(22),
)
def test_each_fault_is_found_with_its_field(told, fields):
    assert found(**told) == fields


@pytest.mark.parametrize(
    ("until", "is_wrong"),
    [
        ("2026-03-02", False),
        ("2026-08-29", False),
        ("2026-03-01", True),
        ("2026-08-30", True),
        ("", True),
        ("2026-02-30", True),
        ("20260401", True),
        ("2026-W10-1", True),
        ("soon", True),
    ],
)
def test_a_last_day_lies_between_today_and_the_longest_that_the_policy_allows(until, is_wrong):
    slips = slips_of_day(DecisionForm(until=until), EN, date(2026, 3, 2), date(2026, 8, 29))
    assert bool(list(slips)) == is_wrong


def test_a_form_is_read_as_it_was_typed_with_every_chosen_comment():
    typed = DecisionForm.of({"reason": " a\nb", "until": " 2026-01-01"}, {"comment": ("verdict", "impact")})
    assert typed == DecisionForm(" a\nb", "", "", "2026-01-01", ("verdict", "impact"))
