"""What is predicted: the fitted segmenter's own segments on every row, in the bytes of a plain encoder."""

import re
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest

from segmentation.answers import Place, Prediction
from serving.calls import Refused
from serving.predict import predict, predict_quickly
from serving.served import served_of
from tests.serving.answering import Desk
from tests.serving.fitted import desk_of, fitted
from tests.serving.made import MODEL, REQUIRED, policy, residents, scorer

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def desk(begun_office):
    return Desk.of(begun_office)


def told(desk, body):
    return msgspec.json.decode(desk.ask(predict, body).body, type=Prediction)


# ---- Equal to the fitted segmenter ------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["plain", "mitigated"])
def test_every_resident_gets_the_segment_of_the_fitted_estimator(desk, kind):
    model = fitted(kind)
    ids = [model.scorer.segments[label] for label in model.labels]
    assert len(set(ids)) == 3
    at = desk_of(desk, model.scorer)
    by_row, by_column = (
        told(at, body).results for body in ({"residents": model.records}, {"columns": model.columns})
    )
    alone = [told(at, {"residents": [record]}).results[0] for record in model.records]
    for results in (by_row, by_column, alone):
        assert [one.segment for one in results] == ids


@pytest.mark.parametrize("page", ["api.md", "api.zh.md"])
@pytest.mark.parametrize(("kind", "unused"), [("plain", ()), ("mitigated", ("phone_contact",))])
def test_the_example_of_the_documents_is_answered_also_by_a_version_that_was_mitigated(
    desk, page, kind, unused
):
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    (residents,) = re.findall(r"```json\n(\{\"residents\".*?)```", text, re.DOTALL)
    found = told(desk_of(desk, fitted(kind).scorer), residents.encode())
    assert (len(found.results), tuple(found.unused)) == (2, unused)


@pytest.mark.parametrize("kind", ["plain", "mitigated"])
def test_margins_are_those_of_the_fitted_estimator_alone_and_among_many(desk, kind):
    model = fitted(kind)
    at = desk_of(desk, model.scorer)
    margin = model.segmenter.explain(model.needs).margin
    many = told(at, {"residents": model.records}).results
    alone = [told(at, {"residents": [record]}).results[0] for record in model.records]
    np.testing.assert_allclose([one.margin for one in many], margin, rtol=0, atol=1e-9)
    np.testing.assert_allclose([one.margin for one in alone], margin, rtol=0, atol=1e-9)
    for one, other in zip(many, alone, strict=True):
        assert one.imputed == other.imputed
        assert one.borderline == (one.margin < policy().clustering.borderline)
        assert other.borderline == (other.margin < policy().clustering.borderline)


def test_needs_that_are_missing_are_named_and_only_those_that_the_model_reads(desk):
    model = fitted("mitigated")
    results = told(desk_of(desk, model.scorer), {"residents": model.records}).results
    assert [one.imputed for one in results] == [
        tuple(name for name, value in zip(model.read, row, strict=True) if value is None)
        for row in model.rows
    ]
    assert any(one.imputed for one in results)
    assert not any("phone_contact" in one.imputed for one in results)


# ---- A version that reads less takes over ------------------------------------------------------------


@pytest.mark.parametrize("form", ["one", "rows", "columns"])
def test_the_same_request_is_answered_by_a_version_that_reads_a_need_and_by_one_that_does_not(desk, form):
    wide, narrow = fitted("plain"), fitted("mitigated")
    ours, theirs = (
        {"one": {"residents": one.records[:1]}, "rows": {"residents": one.records}}.get(
            form, {"columns": one.columns}
        )
        for one in (wide, narrow)
    )
    before, after = desk_of(desk, wide.scorer), desk_of(desk, narrow.scorer)
    for _ in range(2):  # and back
        assert told(before, ours).unused == ()
        found = told(after, ours)
        assert found.unused == ("phone_contact",)
        assert [one.segment for one in found.results] == [
            narrow.scorer.segments[label] for label in narrow.labels[: len(found.results)]
        ]
        assert msgspec.structs.replace(found, unused=()) == told(after, theirs)
        assert told(before, theirs).unused == ()  # what it reads and is not sent is stood in for


def test_a_required_need_that_a_version_does_not_read_is_demanded_by_the_other_alone(desk):
    less = replace(scorer(), numbers=tuple(one for one in scorer().numbers if one.name != REQUIRED))
    version = served_of(replace(desk.served.approved, scorer=less))
    narrow = Desk(replace(desk.state, watch=type(desk.state.watch)(desk.state.watch.office, version)))
    (asked,) = residents(1, missing=0)
    assert told(narrow, {"residents": [asked]}).unused == (REQUIRED,)
    del asked[REQUIRED]
    answer = told(narrow, {"residents": [asked]})
    assert (answer.unused, answer.results[0].imputed) == ((), ())
    with pytest.raises(Refused):
        desk.ask(predict, {"residents": [asked]})


def test_what_a_version_does_not_read_is_held_to_the_policy(desk):
    narrow = desk_of(desk, fitted("mitigated").scorer)
    with pytest.raises(Refused) as caught:
        narrow.ask(predict, {"residents": [{"phone_contact": 80}]})
    assert caught.value.faults[0].pointer == "/residents/0/phone_contact"


# ---- The answer -------------------------------------------------------------------------------------


@pytest.mark.parametrize("n", [1, 2, 50])
@pytest.mark.parametrize("missing", [0.0, 0.4])
def test_the_bytes_are_what_a_plain_encoder_writes(desk, n, missing):
    body = desk.ask(predict, {"residents": residents(n, seed=n, missing=missing)}).body
    plain = msgspec.json.decode(body, type=Prediction, strict=True)
    assert msgspec.json.encode(plain) == body


def test_an_answer_names_the_version_and_the_decision_that_it_rests_on(desk):
    answer = told(desk, {"residents": residents(3)})
    assert (answer.model, answer.version) == (MODEL, 1)
    assert answer.decision == desk.served.approved.decision


@pytest.mark.parametrize("n", [1, 200])
def test_segments_that_occur_have_their_names_and_plans_and_no_others(desk, n):
    answer = told(desk, {"residents": residents(n, seed=3)})
    occurring = {one.segment for one in answer.results}
    assert answer.segments == {name: desk.served.segments[name] for name in occurring}
    assert list(answer.segments) == [name for name in scorer().segments if name in occurring]


def test_answers_keep_the_order_of_the_request(desk):
    asked = residents(100, seed=9)
    forwards = told(desk, {"residents": asked}).results
    backwards = told(desk, {"residents": asked[::-1]}).results
    assert forwards == backwards[::-1]
    assert len(set(forwards)) > 10


def test_nothing_is_said_of_needs_that_were_all_given(desk):
    body = desk.ask(predict, {"residents": residents(2, missing=0)}).body
    assert b"imputed" not in body
    assert all(type(one) is Place for one in told(desk, {"residents": residents(2, missing=0)}).results)


def test_margins_are_told_to_the_last_digit(desk):
    asked = residents(40, seed=2, missing=0)
    columns = {name: [one[name] for one in asked] for name in asked[0]}
    _, margins = scorer().margins(columns)
    assert [one.margin for one in told(desk, {"columns": columns}).results] == margins.tolist()


# ---- What is noted and refused ----------------------------------------------------------------------


@pytest.mark.parametrize("n", [1, 7])
def test_the_handler_notes_the_version_and_how_many_residents(desk, n):
    desk.ask(predict, {"residents": residents(n)})
    assert (desk.call.served, desk.call.rows) == (desk.served, n)


def test_more_residents_than_the_settings_allow_are_refused(begun_office, desk):
    few = Desk.of(begun_office, desk.served, most_rows=5)
    assert len(told(few, {"residents": residents(5)}).results) == 5
    with pytest.raises(Refused, match="too-large"):
        few.ask(predict, {"residents": residents(6)})


def test_a_resident_without_a_required_need_is_refused(desk):
    (asked,) = residents(1)
    del asked[REQUIRED]
    with pytest.raises(Refused, match="invalid"):
        desk.ask(predict, {"residents": [asked]})
    assert desk.call.rows == 0


@pytest.mark.parametrize("n", [1, 30])
def test_what_is_answered_quickly_is_the_same_answer(desk, n):
    asked = {"residents": residents(n, seed=n, missing=0.2)}
    assert desk.ask(predict_quickly, asked) == desk.ask(predict, asked)
    assert (desk.call.served, desk.call.rows) == (desk.served, n)


def test_what_must_be_read_with_care_is_not_answered_quickly(desk):
    (asked,) = residents(1)
    assert desk.ask(predict_quickly, {"residents": [asked | {REQUIRED: "?"}]}) is None
    assert desk.ask(predict_quickly, b'{"residents": [') is None


def test_nothing_is_predicted_where_no_version_may_be_served(begun_office, desk):
    closed = Desk.of(begun_office, desk.served)
    closed.state.watch.version = None
    with pytest.raises(Refused, match="not-approved"):
        closed.ask(predict, {"residents": residents(1)})
