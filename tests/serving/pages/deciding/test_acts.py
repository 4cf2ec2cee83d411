"""Every act is told in both languages: what it does, whether it can be undone, and what its button signs."""

from dataclasses import fields

import pytest

from serving.pages.deciding.acts import ACTS, Act
from serving.pages.deciding.asked import PAGES
from serving.pages.deciding.sealing import NOTICED
from serving.pages.notices import NOTICES
from serving.pages.table import ACTIONS
from serving.pages.words import speaker


def test_every_action_has_an_act_a_form_and_a_notice_and_nothing_else_has():
    assert list(ACTS) == [act.key for act in ACTS.values()]
    assert set(ACTS) == set(PAGES) == set(NOTICED) == set(ACTIONS)
    assert set(NOTICED.values()) <= set(NOTICES)


@pytest.mark.parametrize("action", ACTIONS)
def test_an_act_is_told_in_both_languages(action):
    texts = [getattr(ACTS[action], one.name) for one in fields(Act) if one.name != "key"]
    said = [text for text in texts if text]

    assert len(said) == len(texts) - (action == "comment")
    assert all(speaker("zh").t(text) != text for text in said)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_two_acts_have_the_same_button(language):
    assert len({speaker(language).t(act.button) for act in ACTS.values()}) == len(ACTS)
