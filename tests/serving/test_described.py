"""What the service says of the version that it serves, of its card and of those before it."""

import hashlib
import json
import subprocess
import sys
from dataclasses import replace

import msgspec
import pytest

from segmentation.answers import Model, Versions
from segmentation.bundle import CARD
from segmentation.card import render
from segmentation.errors import BundleError
from serving.described import model, segments_of, versions
from tests.serving.answering import Desk, approved
from tests.serving.made import MODEL, REQUIRED, SEGMENTS, bundle, policy
from tests.serving.made import card as made_card
from tests.serving.made import scorer as made_scorer


@pytest.fixture(scope="module")
def desk(begun_office):
    return Desk.of(begun_office)


@pytest.fixture(scope="module")
def told(desk):
    return msgspec.json.decode(desk.ask(model).body, type=Model)


def test_it_names_the_version_its_decision_and_its_last_day(told, begun_office):
    found = approved(begun_office)
    assert (told.name, told.version, told.decision) == (MODEL, 1, found.decision)
    assert told.valid_until == str(found.valid_until) == "2026-12-28"
    assert (told.digest, told.policy) == (bundle().digest, policy().digest)
    assert told.card == f"sha256:{hashlib.sha256(bundle().files[CARD]).hexdigest()}"


def test_it_says_what_it_is_for_and_what_not(told):
    assert (told.purpose.en, told.purpose.zh) == (policy().purpose.text.en, policy().purpose.text.zh)
    assert [text.zh for text in told.prohibited_uses] == [text.zh for text in policy().prohibited_uses]


def test_segments_have_their_names_shares_and_plans(told):
    assert [(one.id, one.name.en, one.name.zh) for one in told.segments] == [
        (key, name.en, name.zh) for key, name in SEGMENTS.items()
    ]
    assert [one.share for one in told.segments] == [one.share for one in made_card().segments]
    for one, card_one in zip(told.segments, made_card().segments, strict=True):
        assert [(p.service, p.amount, p.is_called) for p in one.plan] == [
            (p.service, p.amount, p.is_called) for p in card_one.plan
        ]
        assert all(p.amount >= p.contract_floor for p in one.plan)


def test_a_plan_says_what_a_service_is_and_which_needs_call_for_it(told):
    called = next(one for one in told.segments[0].plan if one.is_called)
    service = policy().services[called.service]
    assert (called.title.zh, called.unit.en, called.effect) == (
        service.title.zh,
        service.unit.en,
        service.effect,
    )
    assert called.because == ("phone_contact",)


def test_a_plain_rule_is_told_in_the_words_of_the_card(told):
    page = {language: render(made_card(), language, "md") for language in ("en", "zh")}
    assert told.segments[0].rule.en in page["en"]
    assert told.segments[0].rule.zh in page["zh"]
    assert told.segments[0].rule.en.startswith("Share of contacts by phone at least 50.0%, or")
    assert [one.rule for one in told.segments[1:]] == [None, None]


def test_needs_have_their_kind_unit_bounds_and_reason(told):
    assert [one.name for one in told.features] == list(policy().features)
    found = {one.name: one for one in told.features}
    assert {one.kind for one in told.features} == {one.kind for one in policy().features.values()}
    repairs = found["repair_requests"]
    assert (repairs.required, repairs.range, repairs.unit.en) == (True, (0.0, 400.0), "a year")
    assert found["evening_share"].range == (0.0, 1.0)
    assert found["service_urgency"].values == policy().features["service_urgency"].values
    assert all(one.why.zh for one in told.features)
    assert all((one.range is None) == (one.kind in {"ordinal", "category", "flag"}) for one in told.features)


def test_a_need_that_the_scorer_does_not_read_is_told_and_not_asked_for(desk):
    assert policy().features[REQUIRED].required
    less = replace(made_scorer(), numbers=made_scorer().numbers[1:])
    other = Desk(replace(desk.state, watch=type(desk.state.watch)(None, with_scorer(desk.served, less))))
    told = msgspec.json.decode(other.ask(model).body, type=Model)
    assert [one.name for one in told.features] == list(policy().features)
    assert [one.name for one in told.features if not one.is_read] == [REQUIRED]
    assert not any(one.required for one in told.features)


def with_scorer(served, scorer):
    return replace(served, approved=replace(served.approved, scorer=scorer))


def test_a_card_of_other_segments_is_not_served(desk):
    raw = json.loads(desk.served.approved.card)
    for strange in (
        raw | {"segments": raw["segments"][1:]},
        raw | {"services": []},
        raw | {"segments": [one | {"id": "S9"} for one in raw["segments"]]},
        {},
    ):
        with pytest.raises(BundleError, match="does not describe the segments that its scorer gives"):
            segments_of(desk.served.approved, strange)


def test_the_handler_notes_which_version_answered(desk):
    desk.ask(model)
    assert desk.call.served is desk.served


# ---- GET /v1/model/versions -------------------------------------------------------------------------


def asked(desk):
    return msgspec.json.decode(desk.ask(versions).body, type=Versions)


def test_the_newest_version_stands_first(office):
    desk = Desk.of(office)
    office.clock.wait(days=1)
    office.approve(2)
    told = asked(desk)
    assert told.model == MODEL
    assert [(one.version, one.state, one.since) for one in told.versions] == [
        (2, "active", "2026-07-02T08:00:00+00:00"),
        (1, "superseded", "2026-07-02T08:00:00+00:00"),
    ]


def test_states_and_days_are_told_and_nobody_is_named(office):
    desk = Desk.of(office)
    office.suspend()
    (one,) = asked(desk).versions
    assert (one.state, one.missing) == ("suspended", ("compliance", "business"))
    assert one.why == "Suspended, since 2026-07-01 (UTC)."
    office.revoke()
    body = desk.ask(versions).body.decode()
    assert "Revoked for good, since 2026-07-01 (UTC)." in body
    for secret in ("Carol", "Bob", "Tina", "As asked"):
        assert secret not in body


def test_a_version_that_expired_says_until_when_it_held(office):
    desk = Desk.of(office)
    office.expire()
    (one,) = asked(desk).versions
    assert (one.state, one.valid_until) == ("expired", "2026-12-28")


# ---- What it costs ----------------------------------------------------------------------------------

ASKED = """
import json, sys
from serving.served import served_of

def loaded():
    return {name.partition(".")[0] for name in sys.modules}

before = loaded()
from segmentation.card import ModelCard, render
from serving import described, explain, invocations, predict
from segmentation.wording import reasons

card = open(sys.argv[1], encoding="utf-8").read()
for form in ("html", "md"):
    render(ModelCard.from_json(card), "zh", form)
print(json.dumps([sorted(before), sorted(loaded())]))
"""
HEAVY = {"fairlearn", "matplotlib", "mlflow", "pandas", "pyarrow", "scipy", "sklearn"}


@pytest.mark.slow
def test_a_card_is_shown_and_a_resident_told_why_without_what_made_the_model(tmp_path):
    file = tmp_path / "card.json"
    file.write_bytes(bundle().files[CARD])
    command = [sys.executable, "-c", ASKED, str(file)]
    told = subprocess.run(command, capture_output=True, check=True, text=True).stdout
    before, after = map(set, json.loads(told))
    assert not HEAVY & after
    assert not {"babel", "jinja2"} & before
