"""Every state, action, role and verdict has words in both languages."""

from typing import get_args

import pytest

from segmentation.ledger.records import Action, Role, Verdict
from segmentation.ledger.standing import State
from segmentation.reviews.dossier import words
from segmentation.wording import Voice


@pytest.mark.parametrize(
    ("told", "kind"),
    [(words.STATES, State), (words.ACTIONS, Action), (words.ROLES, Role), (words.VERDICTS, Verdict)],
)
def test_everything_has_its_own_words_in_both_languages(told, kind):
    for language in ("en", "zh"):
        said = [Voice(language).t(told[one]) for one in get_args(kind)]

        assert len(set(said)) == len(get_args(kind)) == len(told)
    assert all(Voice("zh").t(text) != text for text in told.values())
