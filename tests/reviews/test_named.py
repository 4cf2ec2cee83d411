"""Every state, step, role and verdict has a name in both languages."""

from typing import get_args

import pytest

from segmentation.ledger.records import Action, Role, Verdict
from segmentation.ledger.signatures import WHO
from segmentation.ledger.standing import State, Step
from segmentation.reviews import named
from segmentation.reviews.named import action_title, role_title, state_title, verdict_title
from segmentation.wording.language import Voice

EN, ZH = Voice("en"), Voice("zh")


def test_every_state_step_role_and_verdict_has_a_name():
    assert set(get_args(State)) == set(named.STATES)
    assert {*get_args(Step), *get_args(Action), *WHO, "waive"} == set(named.ACTIONS)
    assert set(get_args(Role)) == set(named.ROLES)
    assert set(get_args(Verdict)) == set(named.VERDICTS)


@pytest.mark.parametrize(
    ("title", "key", "english", "chinese"),
    [
        (state_title, "changes_requested", "Changes requested", "已要求修改"),
        (state_title, "active", "Active", "现行"),
        (action_title, "request_changes", "Request changes", "要求修改"),
        (action_title, "issue_an_API_key", "Issue an API key", "签发API密钥"),
        (role_title, "business", "Business owner", "业务负责人"),
        (verdict_title, "undetermined", "Undetermined", "无法判定"),
    ],
)
def test_a_name_stands_alone_in_both_languages(title, key, english, chinese):
    assert (title(key, EN), title(key, ZH)) == (english, chinese)


def test_a_key_that_nobody_knows_is_told_as_it_is():
    assert state_title("asleep_today", ZH) == "Asleep today"
