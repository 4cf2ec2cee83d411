"""Profiles in a notebook: a row for each segment, in words, without hidden figures."""

import re
from dataclasses import replace

import pytest

from segmentation.policy import Text
from segmentation.profiles import Condition, Distinction, Profile, Profiles, Rule
from tests.card.reading import Page
from tests.policies import small_policy

POLICY = small_policy(features={"channel": {"value_titles": {"app": {"en": "the app", "zh": "手机应用"}}}})
RULE = Rule(
    (
        (Condition("repairs", "at least", 7.0), Condition("channel", "is not", "app")),
        (Condition("evening_share", "at most", 0.425), Condition("parking", "is", "yes")),
        (Condition("cleaning_wish", "at least", "high"), Condition("parking", "is not", "yes")),
    ),
    0.96, 0.875, 0.8125, 4_801, 0.98,
)  # fmt: skip


def need(feature, level, inside, outside, difference, *, hidden=False):
    return Distinction(
        feature, level, inside, outside, difference, (difference - 0.1, difference + 0.1), hidden
    )


NEEDS = (
    need("repairs", None, 12.25, 3.5, 1.7),
    need("channel", "app", 0.64, 0.21, -0.93),
    need("evening_share", None, 0.115, 0.47, -0.6),
    need("parking", None, 0.8, 0.4, 0.5),
)


@pytest.fixture
def found():
    first = Profile("S1", Text(en="High repairs", zh="报修偏高"), 3_001, 0.625, NEEDS, RULE)
    rough = replace(RULE, fidelity=0.94)
    hidden = tuple(replace(one, hidden=True) for one in NEEDS)
    return Profiles(
        [
            first,
            replace(first, segment="S2", needs=(), rule=None, size=1_800, share=0.375),
            replace(first, segment="S3", needs=hidden, rule=rough),
        ],
        POLICY,
    )


def rows(found):
    return [
        re.findall(r"<td>(.*?)</td>", row) for row in re.findall(r"<tr>(.*?)</tr>", found._repr_html_())[1:]
    ]


def test_a_row_tells_id_name_size_and_share(found):
    assert rows(found)[0][:4] == ["S1", "High repairs", "3,001", "62.5%"]


def test_the_largest_differences_are_told_with_both_figures(found):
    assert rows(found)[0][4].split("<br>") == [
        "Repairs: 12.2, elsewhere 3.5",
        "Channel: the app: 64%, elsewhere 21%",
        "Share of evenings: 12%, elsewhere 47%",
    ]


def test_an_ordinal_is_told_as_a_mean_rank(found):
    wish = need("cleaning_wish", None, 0.4, 1.25, -1.9)
    (row,) = rows(Profiles([replace(found[0], needs=(wish,))], POLICY))

    assert row[4] == "Cleaning: mean rank 0.4 of 2, elsewhere mean rank 1.2 of 2"


def test_the_rule_is_told_in_words_with_how_good_it_is(found):
    first, second, third, good = re.split(r"<br>(?:or )?", rows(found)[0][5])

    assert first == "Repairs at least 7 times a year and Channel is not the app"
    assert second == "Share of evenings at most 42.5% and Parking: yes"
    assert third == "Cleaning at least high and Parking: no"
    assert good == ("<small>agrees on at least 96% of 4,801 residents; precision 88%, coverage 81%</small>")


def test_a_rough_rule_says_so_and_a_good_one_does_not(found):
    assert "rough: under 95 %" in rows(found)[2][5]
    assert "rough" not in rows(found)[0][5]


def test_of_few_residents_it_is_said_that_they_are_too_few_to_show_it(found):
    few = replace(RULE, fidelity=0.85, residents=400, most=0.85)
    (row,) = rows(Profiles([replace(found[0], rule=few)], POLICY))

    assert "agrees on at least 85% of 400 residents; too few residents to show 95 %;" in row[5]
    assert "rough" not in row[5]


def test_without_a_need_or_a_rule_the_row_says_that(found):
    assert rows(found)[1][4:] == ["nothing that is sure and large", "no short rule"]


def test_hidden_figures_are_not_told(found):
    assert rows(found)[2][4] == "nothing that is sure and large"


def test_it_is_whole_html_and_markup_in_a_name_stays_text(found):
    hostile = Profiles([replace(found[0], name=Text(en="<script>alert(1)</script>", zh="甲"))], POLICY)
    page = Page(hostile._repr_html_())

    assert (page.open, page.unclosed) == ([], [])
    assert "script" not in page.tags
