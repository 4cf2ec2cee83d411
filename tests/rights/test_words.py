"""The words of an account: each in both languages, with the same places to fill in."""

import string

import pytest

from segmentation.answers import Texts
from segmentation.ledger.personal.events import STATES
from segmentation.ledger.personal.register import RIGHTS
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


def test_there_is_a_word_for_every_right_and_every_state():
    assert words.RIGHTS.keys() == set(RIGHTS)
    assert words.STATES.keys() == {*STATES, None}
