"""Reasons of residents: exact, equal to the fitted segmenter's, and in words of both languages."""

from dataclasses import replace

import msgspec
import numpy as np
import pytest

from segmentation.answers import Explanation
from segmentation.scorer import FoldedNumber
from serving.calls import Refused
from serving.explain import explain
from serving.predict import predict
from tests.serving.answering import Desk
from tests.serving.fitted import desk_of, fitted
from tests.serving.made import MODEL, SEGMENTS, residents, scorer


@pytest.fixture(scope="module")
def desk(begun_office):
    return Desk.of(begun_office)


def told(desk, body):
    return msgspec.json.decode(desk.ask(explain, body).body, type=Explanation)


@pytest.fixture(scope="module", params=["plain", "mitigated"])
def model(request):
    return fitted(request.param)


@pytest.fixture(scope="module")
def answer(desk, model):
    """What is explained of residents with categories and missing values."""
    return told(desk_of(desk, model.scorer), {"residents": model.records})


def test_a_need_that_the_version_does_not_read_is_named_and_speaks_for_nothing(desk):
    body = {"residents": fitted("plain").records}
    found = told(desk_of(desk, fitted("mitigated").scorer), body)
    assert found.unused == ("phone_contact",)
    assert not any("phone_contact" in one.contributions for one in found.results)
    assert not any("phone_contact" in one.imputed for one in found.results)
    assert told(desk_of(desk, fitted("plain").scorer), body).unused == ()


# ---- Exact ------------------------------------------------------------------------------------------


def test_contributions_and_the_constant_are_the_gap(answer):
    sums = [sum(one.contributions.values()) + one.constant for one in answer.results]
    np.testing.assert_allclose(sums, [one.gap for one in answer.results], rtol=0, atol=1e-9)
    assert any(one.imputed for one in answer.results)


def test_the_gap_is_the_difference_of_squared_distances_in_the_fitted_estimator(answer, model):
    squared = np.sort(model.segmenter.transform(model.needs) ** 2, axis=1)
    np.testing.assert_allclose(
        [one.gap for one in answer.results], squared[:, 1] - squared[:, 0], rtol=0, atol=1e-8
    )


def test_contributions_are_those_of_the_fitted_estimator(answer, model):
    expected = model.segmenter.explain(model.needs)
    assert {tuple(one.contributions) for one in answer.results} == {expected.features}
    np.testing.assert_allclose(
        [list(one.contributions.values()) for one in answer.results], expected.contributions, atol=1e-9
    )
    assert [one.segment for one in answer.results] == [expected.segments[at] for at in expected.chosen]
    assert [one.runner_up for one in answer.results] == [expected.segments[at] for at in expected.runner_up]


def test_segments_and_margins_are_those_that_are_predicted(desk, answer, model):
    body = desk_of(desk, model.scorer).ask(predict, {"residents": model.records}).body
    for one, place in zip(answer.results, msgspec.json.decode(body)["results"], strict=True):
        assert (one.segment, one.borderline) == (place["segment"], place["borderline"])
        assert one.margin == pytest.approx(place["margin"], abs=1e-9)
        assert list(one.imputed) == place.get("imputed", [])


def test_one_resident_alone_gets_the_same_reasons(desk, answer, model):
    at = desk_of(desk, model.scorer)
    for row in (0, 1, 17, 101):
        (alone,) = told(at, {"residents": [model.records[row]]}).results
        among = answer.results[row]
        assert (alone.segment, alone.text, alone.imputed) == (among.segment, among.text, among.imputed)
        assert alone.contributions == pytest.approx(among.contributions, abs=1e-9)


# ---- In words ---------------------------------------------------------------------------------------


def test_a_resident_is_told_why_in_both_languages(desk):
    (one,) = told(desk, {"residents": residents(1, seed=4)}).results
    own, other = SEGMENTS[one.segment], SEGMENTS[one.runner_up]
    assert one.text.en.startswith(
        f"In segment {one.segment} “{own.en}” rather than {one.runner_up} “{other.en}” because of "
    )
    assert f"“{own.zh}”" in one.text.zh
    assert f"“{other.zh}”" in one.text.zh


def test_what_is_usual_in_the_segment_stands_beside_the_residents_own_value(desk):
    nothing = (0.0, 0.0, 0.0)
    phone = FoldedNumber("phone_contact", log=False, slope=(-9.0, 0.0, 0.0), missing=nothing, mean=nothing)
    by_phone = replace(scorer(), constant=(1.0, 0.0, 1.0), numbers=(phone,), levels=())
    (one,) = told(desk_of(desk, by_phone), {"residents": [{"phone_contact": 0.8}]}).results
    assert one.text.en == (
        "In segment S1 “Phone first” rather than S2 “Many parcels” because of share of contacts by phone: "
        "80% (typical here: 60%, elsewhere 20%)."
    )
    assert one.text.zh.endswith("原因：电话联系占比：80%（本群通常为60%，其他为20%）。")


def test_an_answer_names_both_segments_that_each_result_names(desk):
    answer = told(desk, {"residents": residents(1, seed=4)})
    (one,) = answer.results
    assert set(answer.segments) == {one.segment, one.runner_up}
    assert answer.segments[one.segment] == desk.served.segments[one.segment]
    assert (answer.model, answer.version) == (MODEL, 1)
    assert answer.decision == desk.served.approved.decision


def test_a_borderline_resident_is_told_so(desk):
    found = told(desk, {"residents": residents(200, seed=8)}).results
    assert any(one.borderline for one in found)
    for one in found:
        assert ("borderline case" in one.text.en) == one.borderline


# ---- What is noted and refused ----------------------------------------------------------------------


def test_the_bytes_are_what_a_plain_encoder_writes(desk):
    body = desk.ask(explain, {"residents": residents(9, seed=2)}).body
    assert msgspec.json.encode(msgspec.json.decode(body, type=Explanation)) == body


def test_more_residents_than_may_be_explained_at_once_are_refused(begun_office, desk):
    few = Desk.of(begun_office, desk.served, most_explained=3)
    assert len(told(few, {"residents": residents(3)}).results) == 3
    assert (few.call.served, few.call.rows) == (desk.served, 3)
    with pytest.raises(Refused, match="too-large"):
        few.ask(explain, {"residents": residents(4)})


def test_a_faulty_resident_is_refused_and_not_shown(desk):
    with pytest.raises(Refused, match="invalid") as caught:
        told(desk, {"residents": [{"repair_requests": 3, "service_urgency": "13800138000"}]})
    assert "13800138000" not in str(vars(caught.value))
