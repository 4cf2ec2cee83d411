"""Every form takes the same texts and days: those that a record can hold, and that people see."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmentation.ledger.records import LONGEST_TEXT
from serving.pages.fields import DAY, day_as_typed, day_of_text, says_something, text_fault
from serving.pages.words import speaker

EN = speaker("en")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("一行\n两行 ✓", ""),
        ("x" * LONGEST_TEXT, ""),
        (f" {'x' * LONGEST_TEXT}\n", ""),
        ("x" * (LONGEST_TEXT + 1), "It has 4,001 letters; write at most 4,000."),
        ("a\tb", "nobody sees"),
        ("a\x0bb", "nobody sees"),
        ("a\u202eb", "nobody sees"),
        ("a\u2800", "nobody sees"),
    ],
    ids=range(8),
)
def test_a_text_is_refused_where_it_is_too_long_or_holds_what_nobody_sees(text, told):
    found = text_fault(text, EN)

    assert bool(found) == bool(told)
    assert told in found


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_is_wrong_is_told_in_the_language(language):
    for text in ("x" * (LONGEST_TEXT + 1), "a\tb"):
        told = text_fault(text, speaker(language))
        assert any("一" <= letter <= "鿿" for letter in told) is (language == "zh")


@pytest.mark.parametrize(
    ("text", "says"), [("好", True), ("1", True), ("", False), ("— …", False), ("\u3164", False)]
)
def test_a_text_says_something_where_it_has_a_letter_that_people_see(text, says):
    assert says_something(text) is says


@given(st.dates())
def test_a_day_is_read_as_a_browser_writes_it(day):
    assert day_of_text(f" {day.isoformat()} ") == day


@pytest.mark.parametrize(
    "text",
    ["", "soon", "2026-02-30", "20260401", "2027-W01-1", "2026-4-1", "2026-04-01T00:00", "２０２６-04-01"],
)
def test_a_day_that_is_none_or_is_written_in_another_way_is_none(text):
    assert day_of_text(text) is None


def test_what_no_day_is_as_long_as_is_cut():
    assert day_as_typed(" 2026-04-01 ") == date(2026, 4, 1).isoformat()
    assert len(day_as_typed("9" * 4000)) == 2 * DAY
