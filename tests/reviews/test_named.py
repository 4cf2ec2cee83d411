"""Every state, step, role and verdict has a name in both languages."""

from typing import get_args

import pytest

from segmentation.ledger.records import Action, Role, Verdict
from segmentation.ledger.signatures import WHO
from segmentation.ledger.standing import State, Step
from segmentation.reviews import named
from segmentation.reviews.named import role_title, word
from segmentation.wording.language import Voice

EN, ZH = Voice("en"), Voice("zh")
TABLES = {
    "states": (named.STATES, get_args(State)),
    "states alone": (named.STATES_ALONE, get_args(State)),
    "actions": (named.ACTIONS, {*get_args(Step), *get_args(Action), *WHO, "waive"}),
    "done": (named.DONE, get_args(Action)),
    "roles": (named.ROLES, get_args(Role)),
    "verdicts": (named.VERDICTS, get_args(Verdict)),
}


@pytest.mark.parametrize(("words", "keys"), TABLES.values(), ids=TABLES)
def test_every_key_has_its_own_words_in_both_languages(words, keys):
    assert set(words) == set(keys)
    for voice in (EN, ZH):
        assert len({voice.t(text) for text in words.values()}) == len(words)
    assert all(ZH.t(text) != text for text in words.values())


@pytest.mark.parametrize(
    ("words", "key", "english", "chinese"),
    [
        (named.STATES, "changes_requested", "changes requested", "已要求修改"),
        (named.STATES, "active", "active", "现行"),
        (named.STATES_ALONE, "active", "approved and in use", "已批准并在使用"),
        (named.ACTIONS, "issue_an_API_key", "issue an API key", "签发API密钥"),
        (named.VERDICTS, "undetermined", "undetermined", "无法判定"),
    ],
)
def test_a_word_is_told_in_the_language(words, key, english, chinese):
    assert (word(words, key, EN), word(words, key, ZH)) == (english, chinese)


def test_a_role_stands_alone_as_a_title():
    assert (role_title("business", EN), role_title("business", ZH)) == ("Business owner", "业务负责人")


def test_a_key_that_nobody_knows_is_told_as_it_is():
    assert word(named.STATES, "asleep_today", ZH) == "asleep today"
