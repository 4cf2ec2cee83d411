"""A policy in a notebook: what is allowed and why, what is denied, what is tested against."""

import re

import pytest

from segmentation.policy.show import GROUPS
from tests.card.reading import Page
from tests.policies import offer, small_policy


def cells(html, caption):
    """The rows of the table with that caption."""
    part = html.split(f"<caption>{caption}</caption>")[1].split("</table>")[0]
    return [re.findall(r"<td>(.*?)</td>", row) for row in re.findall(r"<tr>(.*?)</tr>", part)[1:]]


def test_it_is_whole_html_without_a_style_or_script():
    page = Page(small_policy()._repr_html_())

    assert (page.open, page.unclosed) == ([], [])
    assert not {"style", "script", "link", "img"} & set(page.tags)
    assert page.values("style") == page.values("class") == page.values("color") == []


def test_title_purpose_and_basis_open_it():
    text = Page(small_policy()._repr_html_()).text

    assert text.startswith("Policy small_needs: Small needs Purpose: Plan services by need Legal basis: PIPL")


def test_optional_purposes_are_told_where_there_are_any():
    caption = "Optional purposes, each with a consent of its own"

    assert caption not in small_policy()._repr_html_()
    assert cells(small_policy(optional_purposes=[offer()])._repr_html_(), caption) == [
        ["activity_offers", "Invite to activities", "PIPL Art. 13(1)(1)"]
    ]


def test_every_feature_is_told_with_its_reason():
    rows = cells(small_policy()._repr_html_(), "Allowed features")

    assert len(rows) == 6
    assert rows[0] == ["repairs", "Repairs", "count, need", "Says how much of the service is used."]


def test_what_the_audit_alone_sees_is_told_with_its_groups_and_the_harm():
    rows = cells(small_policy()._repr_html_(), "Protected attributes and proxies, for the audit alone")

    assert rows[0] == ["age_band", "Age band", "18-39, 40-64, 65+", "Fewer visits"]
    assert [row[0] for row in rows] == ["age_band", "sex", "tenure"]


def test_many_groups_are_counted():
    many = small_policy(
        protected={"age_band": {"groups": [f"born in {1900 + at}" for at in range(GROUPS + 1)]}}
    )
    rows = cells(many._repr_html_(), "Protected attributes and proxies, for the audit alone")

    assert rows[0][2] == "9 groups"


def test_denied_columns_are_told_with_their_reason_and_without_any_there_is_no_table():
    assert cells(small_policy()._repr_html_(), "Denied columns") == [["income", "Not needed"]]
    assert "Denied columns" not in small_policy(denied=None)._repr_html_()


def test_the_limits_are_those_of_the_policy():
    strict = small_policy(
        audit={"selection_ratio": 0.9, "smallest_group": 1234}, clustering={"shuffle_p": 0.05}
    )
    rows = dict(cells(strict._repr_html_(), "Limits"))

    assert rows["selection ratio"] == "at least 0.9"
    assert rows["smallest group that is judged or shown"] == "1,234 residents"
    assert rows["p value against shuffled columns"] == "at most 0.05"


@pytest.mark.parametrize("field", ["title", "owner"])
def test_markup_in_a_policy_stays_text(field):
    hostile = small_policy(**{field: {"en": "<script>alert(1)</script>", "zh": "甲"}})

    assert "<script" not in hostile._repr_html_()
