"""A reason of one resident is the model itself, and is held against what is kept."""

import json
from datetime import UTC, datetime

import pytest

from segmentation.errors import ScorerError
from segmentation.ledger.personal.overrides import Override
from segmentation.ledger.personal.segments import Segment
from segmentation.rights.explained import explained, held_against
from segmentation.rights.why import words_of
from tests.serving import made

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


def reason(seed=0, **changed):
    scorer = made.scorer()
    words = words_of(made.policy(), json.loads(made.card().to_json()))
    needs = made.residents(1, seed, missing=0)[0] | changed
    return explained(scorer, words, {name: needs.get(name) for name in scorer.features}, ("repairs",))


@pytest.mark.parametrize("seed", range(5))
def test_contributions_add_up_to_the_gap_and_name_the_scorers_segment(seed):
    found, scorer = reason(seed), made.scorer()

    one = scorer.one(dict.fromkeys(scorer.features) | made.residents(1, seed, missing=0)[0])
    assert sum(found.contributions.values()) + found.constant == pytest.approx(found.gap, abs=1e-9)
    assert (found.segment, found.margin) == (scorer.segments[one.label], pytest.approx(one.margin))
    assert (found.imputed, bool(found.text.en), bool(found.text.zh)) == (("repairs",), True, True)


def test_a_value_that_the_policy_does_not_allow_is_refused():
    with pytest.raises(ScorerError):
        reason(service_urgency="whenever")


def kept(segment, version=1):
    return Segment(1, NOW, NOW, "needs", version, segment, 0.5, False, "sha256:0", ())


def test_it_agrees_with_the_same_segment_of_the_same_version_alone():
    found = reason()
    other = next(one for one in made.scorer().segments if one != found.segment)

    assert held_against(found, 1, kept(found.segment), None).agrees is True
    assert held_against(found, 1, kept(other), None).agrees is False
    assert held_against(found, 2, kept(found.segment), None).agrees is None
    assert held_against(found, 1, None, None).held is None


def test_what_a_person_decided_stands_beside_it():
    put = Override(1, NOW, "needs", "S2", "Works at night.", "Carol", "")

    assert held_against(reason(), 1, kept("S1"), put).held.override == "S2"
