"""The words of an account: each in both languages, with the same places to fill in."""

import string
from typing import get_args

import pytest

from segmentation.answers import Texts
from segmentation.ledger.personal.events import STATES
from segmentation.ledger.personal.identity import WAYS
from segmentation.ledger.personal.register import RIGHTS, State
from segmentation.rights import words


def every():
    """Yield each text of the module."""
    for value in vars(words).values():
        found = value.values() if isinstance(value, dict) else [value]
        for one in found:
            yield from (
                text for text in (one if isinstance(one, tuple) else (one,)) if isinstance(text, Texts)
            )


@pytest.mark.parametrize("text", list(every()), ids=lambda text: text.en[:30])
def test_a_text_is_in_both_languages_and_has_the_same_places(text):
    def places(told):
        return sorted(name for _, name, *_ in string.Formatter().parse(told) if name is not None)

    assert text.en.isascii()
    assert not text.zh.isascii()
    assert places(text.en) == places(text.zh)


def test_there_is_a_word_for_every_right_every_state_and_every_way_of_checking_who_asks():
    assert words.RIGHTS.keys() == set(RIGHTS)
    assert words.STATES.keys() == {*STATES, None}
    assert words.ENDS.keys() == set(get_args(State))
    assert words.CHECKED.keys() == set(WAYS)
