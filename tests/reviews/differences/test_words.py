"""A value of a policy is told in words, in both languages."""

import pytest

from segmentation.reviews.differences.words import in_words


@pytest.mark.parametrize(
    ("value", "en", "zh"),
    [
        (True, "yes", "是"),
        (False, "no", "否"),
        (0.1, "0.1", "0.1"),
        (0, "0", "0"),
        ("work_order", "work_order", "work_order"),
        ("", "nothing", "无内容"),
        ([], "nothing", "无内容"),
        ({}, "nothing", "无内容"),
        (["a", "b"], "a, b", "a、b"),
        ([["a", "b"], ["c"]], "a, b, c", "a、b、c"),
        ({"en": "One.", "zh": "一。"}, "One.", "一。"),
        ([{"en": "One.", "zh": "一。"}, {"en": "Two.", "zh": "二。"}], "One.; Two.", "一。；二。"),
        ({"title": {"en": "Age", "zh": "年龄"}, "harm": {"en": "x", "zh": "x"}}, "Age", "年龄"),
        (
            {"repairs": "high", "channel": None},
            "repairs: high; channel: nothing",
            "repairs：high；channel：无内容",
        ),
    ],
)
def test_a_value_reads_in_both_languages(value, en, zh):
    told = in_words(value)

    assert (told.en, told.zh) == (en, zh)


def test_what_is_not_there_has_no_words():
    assert in_words(None) is None
