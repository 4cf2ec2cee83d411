"""Every kind of event, action and scope has words of its own in both languages."""

from typing import get_args

import pytest

from segmentation.ledger.api_keys import Scope
from segmentation.ledger.event import Kind
from segmentation.ledger.records import Action
from segmentation.reviews.event_words import DECIDED, OTHER, SCOPES, TITLES
from segmentation.wording.language import Voice


def test_every_key_has_words_and_no_other():
    assert {*TITLES, "decision"} == set(get_args(Kind))
    assert set(DECIDED) == set(get_args(Action))
    assert set(SCOPES) == set(get_args(Scope))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_two_are_called_the_same(language):
    t = Voice(language).t
    titles = [t(text) for text in (*TITLES.values(), OTHER, *(title for title, _ in DECIDED.values()))]

    assert len(set(titles)) == len(titles)
    assert len({t(text) for text in SCOPES.values()}) == len(SCOPES)


def test_every_decision_is_told_with_who_signed_it_and_of_what():
    for _, sentence in DECIDED.values():
        told = Voice("zh").t(sentence, by="Carol", role="合规负责人", version=7, model="small_needs")
        assert all(one in told for one in ("Carol", "合规负责人", "7", "small_needs"))
