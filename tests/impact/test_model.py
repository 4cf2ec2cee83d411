"""An assessment stands on its own, keeps its bytes, and says whether the version may be submitted."""

import hashlib
import json

import pytest

from segmentation.errors import ImpactError
from segmentation.impact import Impact
from tests.impact.made import impact

IMPACT = impact()


def test_what_was_stored_is_read_back_to_the_byte():
    text = IMPACT.to_json()

    assert Impact.from_json(text) == IMPACT
    assert Impact.from_json(text.encode()).to_json() == text


def test_the_digest_is_that_of_the_stored_bytes():
    assert IMPACT.digest == f"sha256:{hashlib.sha256(IMPACT.to_json().encode()).hexdigest()}"


def test_the_same_answers_give_the_same_assessment():
    assert impact().to_json() == IMPACT.to_json()


def test_another_version_is_another_assessment():
    assert impact(version=2).digest != IMPACT.digest


def test_an_assessment_that_may_proceed_permits_submission():
    assert IMPACT.permits_submission
    assert IMPACT.refusal is None


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"conclusion": "do not proceed", "conditions": []}, "must not proceed"),
        ({"residual_risk": "very high"}, "very high risk"),
    ],
)
def test_a_use_that_must_not_proceed_permits_no_submission(changes, why):
    found = impact(**changes)

    assert not found.permits_submission
    assert why in found.refusal


def test_the_highest_risk_is_the_worst_of_rights_and_operation():
    assert IMPACT.highest_risk == "high"


def test_it_is_told_in_short():
    assert repr(IMPACT) == str(IMPACT)
    assert "'small_needs', version 1, proceed with conditions, sha256:" in repr(IMPACT)


@pytest.mark.parametrize(
    ("path", "named"),
    [
        (("subject", "policy"), "subject.policy"),
        (("answers", "rights", "autonomy", "likelihood"), "answers.rights.autonomy.likelihood"),
        (("audit",), "audit"),
    ],
)
def test_a_stored_assessment_that_lacks_something_is_refused_with_its_name(path, named):
    content = json.loads(IMPACT.to_json())
    place = content
    for key in path[:-1]:
        place = place[key]
    del place[path[-1]]

    with pytest.raises(ImpactError, match=f"{named}: field required"):
        Impact.from_json(json.dumps(content))


@pytest.mark.parametrize("text", ["", "[]", "{not json", '{"format": "impact/2"}'])
def test_what_is_no_assessment_is_refused(text):
    with pytest.raises(ImpactError, match="This is no impact assessment of this version"):
        Impact.from_json(text)


def test_a_field_that_is_not_known_is_refused():
    content = json.loads(IMPACT.to_json()) | {"more": 1}

    with pytest.raises(ImpactError, match="more: extra inputs are not permitted"):
        Impact.from_json(json.dumps(content))
