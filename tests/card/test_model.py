"""A card says everything or nothing, is the same for the same input, and comes back from JSON as it was."""

import hashlib
import json
import subprocess
import sys
from dataclasses import fields, replace

import pytest

from segmentation import audit, plans, profiles
from segmentation.audit import sections as found
from segmentation.card import LANGUAGES, ModelCard, parts
from segmentation.card.page import sections
from segmentation.card.parts import segmented
from segmentation.card.titles import titles_of
from segmentation.clustering import choice, identity
from segmentation.errors import CardError
from segmentation.profiles import model
from segmentation.wording import Reader
from tests.card.made import card

CARD = card()
NAMES = [part.name for part in fields(ModelCard)]


def test_every_field_has_a_heading_and_a_help_in_both_languages():
    told = {language: sections(Reader(language, titles_of(CARD))) for language in LANGUAGES}

    assert [section.name for section in told["en"]] == NAMES
    for en, zh in zip(told["en"], told["zh"], strict=True):
        assert all((en.title, en.help, zh.title, zh.help))
        assert (en.title, en.help) != (zh.title, zh.help)


def test_a_card_comes_back_from_json_as_it_was():
    assert ModelCard.from_json(CARD.to_json()) == CARD
    assert ModelCard.from_json(CARD.to_json()).to_json() == CARD.to_json()


def test_the_same_input_gives_the_same_bytes_and_another_gives_others():
    assert card().to_json() == CARD.to_json()
    assert card().digest == CARD.digest
    assert replace(CARD, about=replace(CARD.about, residents=4_800)).digest != CARD.digest


def test_the_digest_is_that_of_the_stored_file():
    assert CARD.digest == f"sha256:{hashlib.sha256(CARD.to_json().encode()).hexdigest()}"


def test_the_stored_form_is_canonical():
    content = json.loads(CARD.to_json())

    assert content["version"] == 3
    assert CARD.to_json() == json.dumps(content, ensure_ascii=False, sort_keys=True, indent=1) + "\n"


@pytest.mark.parametrize("name", NAMES)
def test_a_missing_field_is_an_error_that_names_it(name):
    content = CARD.to_dict()
    del content[name]

    with pytest.raises(CardError, match=rf"  - {name}"):
        ModelCard.from_json(json.dumps(content))


@pytest.mark.parametrize("name", NAMES)
def test_a_field_that_is_nothing_is_an_error_that_names_it(name):
    with pytest.raises(CardError, match=rf"  - {name}"):
        replace(CARD, **{name: None})


@pytest.mark.parametrize("name", ["gaps", "segments", "features", "attributes"])
def test_an_empty_list_is_an_error_where_there_must_be_some(name):
    with pytest.raises(CardError, match=rf"  - {name}: tuple should have at least 1 item"):
        replace(CARD, **{name: ()})


def test_a_policy_without_services_still_has_a_card():
    assert replace(CARD, services=()).services == ()


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"digests": replace(CARD.digests, data=" ")}, "digests.data"),
        ({"about": replace(CARD.about, residents=0)}, "about.residents"),
        ({"limits": replace(CARD.limits, association=float("nan"))}, "limits.association"),
        ({"limits": replace(CARD.limits, association="0.1")}, "limits.association"),
        ({"verdict": replace(CARD.verdict, status="fair")}, "verdict.status"),
        ({"digests": object()}, "digests"),
    ],
)
def test_a_part_that_is_blank_or_wrong_is_an_error_that_names_it(changes, where):
    with pytest.raises(CardError) as raised:
        replace(CARD, **changes)

    assert [fault.where for fault in raised.value.faults] == [where]


def test_all_that_is_missing_is_named_at_once():
    with pytest.raises(CardError) as raised:
        replace(CARD, gaps=(), duties=replace(CARD.duties, prohibited_uses=()), about=None)

    assert [fault.where for fault in raised.value.faults] == ["about", "gaps", "duties.prohibited_uses"]


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("no card", "is not JSON"),
        ("[]", "not a card of version 3"),
        ('{"version": 1}', "not a card of version 3"),
        (json.dumps({**CARD.to_dict(), "comment": "x"}), "does not know: comment"),
        (json.dumps(CARD.to_dict() | {"about": CARD.to_dict()["about"] | {"age": 3}}), "about.age"),
    ],
)
def test_what_is_not_a_card_of_this_version_is_refused(text, rule):
    with pytest.raises(CardError, match=rule):
        ModelCard.from_json(text)


ONCE = {"attribute", "between"}
"""Told once: the attribute above its part of the audit, the spread of a target's rates below its table."""


@pytest.mark.parametrize(
    ("copied", "source", "left"),
    [
        (parts.Finding, audit.Finding, {"between"}),
        (parts.Conditional, found.Conditional, {"attribute"}),
        (parts.StratumRate, found.StratumRate, set()),
        (parts.Carrier, found.Carrier, {"attribute"}),
        (parts.GroupAuc, found.GroupAuc, set()),
        (parts.Trace, found.Trace, {"attribute"}),
        (parts.Fit, found.AttributeFit, {"attribute"}),
        (parts.GroupFit, found.GroupFit, {"attribute"}),
        (parts.Opportunity, found.Opportunity, {"attribute"}),
        (parts.GroupOpportunity, found.GroupOpportunity, set()),
        (parts.Demand, found.Demand, set()),
        (parts.Balance, found.Balance, {"attribute"}),
        (parts.Structure, choice.Structure, set()),
        (parts.Carried, identity.Carried, set()),
        (parts.Move, identity.Move, set()),
        (parts.Rule, profiles.Rule, set()),
        (parts.PlannedService, plans.PlannedService, set()),
    ],
)
def test_the_card_says_all_that_the_steps_found(copied, source, left):
    assert left <= ONCE
    assert [part.name for part in fields(copied)] == [
        part.name for part in fields(source) if part.name not in left
    ]


def test_of_each_number_that_was_tried_the_weakest_segment_stands_for_all():
    told, found = ({part.name for part in fields(one)} for one in (parts.Rival, choice.Rival))

    assert (told - found, found - told) == ({"weakest"}, {"jaccard"})


def test_a_rule_is_rough_on_the_card_where_it_is_for_the_steps():
    assert segmented.FIDELITY == model.FIDELITY


def test_reading_and_showing_a_card_needs_no_toolkit():
    code = (
        "import sys; from segmentation.card import ModelCard, render; "
        "render(ModelCard.from_json(sys.stdin.read()), 'zh', 'html'); "
        "print(sorted({'fairlearn', 'mlflow', 'pandas', 'sklearn', 'scipy'} & set(sys.modules)))"
    )
    shown = subprocess.run(
        [sys.executable, "-c", code],
        input=CARD.to_json(),
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": ":".join(sys.path), "PYTHONUTF8": "1"},
    )

    assert shown.stdout.strip() == "[]"
