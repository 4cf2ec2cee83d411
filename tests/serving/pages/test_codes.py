"""Every code of the ledger has a word in both languages, and every state a colour that the looks know."""

from pathlib import Path
from typing import get_args

import pytest

import serving
from segmentation.ledger.records import Action, Role, Verdict
from segmentation.ledger.standing import State
from serving.pages.codes import ACTIONS, KINDS, ROLES, STATES, STATUSES, VERBS, roles_in
from serving.pages.table import ACTIONS as EVERY
from serving.pages.words import speaker


@pytest.mark.parametrize(
    ("words", "codes"),
    [
        (STATES, get_args(State)),
        (KINDS, get_args(State)),
        (STATUSES, (*get_args(Verdict), "unknown")),
        (ACTIONS, (*get_args(Action), "comment")),
        (ROLES, get_args(Role)),
        (VERBS, EVERY),
    ],
    ids=["states", "kinds", "statuses", "actions", "roles", "verbs"],
)
def test_every_code_has_a_word_and_no_other(words, codes):
    assert set(words) == set(codes)


@pytest.mark.parametrize("words", [STATES, STATUSES, ACTIONS, ROLES, VERBS], ids=range(5))
def test_no_two_codes_have_the_same_word(words):
    for language in ("en", "zh"):
        told = [speaker(language).t(word) for word in words.values()]
        assert len(set(told)) == len(told)


def test_every_colour_is_one_of_the_looks():
    css = Path(serving.__file__).with_name("static").joinpath("pages.css").read_text(encoding="utf-8")
    known = {"kept", "broken", "undetermined"} | {kind for kind in KINDS.values() if f".chip.{kind} " in css}

    assert set(KINDS.values()) == known


def test_roles_are_told_in_the_language():
    assert roles_in(speaker("en"), ("compliance", "business")) == ("compliance", "business owner")
    assert roles_in(speaker("zh"), ()) == ()
