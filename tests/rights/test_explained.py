"""A reason of one resident is the model itself, and is held against what is kept."""

import json
from datetime import UTC, datetime, timedelta

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


def kept(segment):
    until = NOW + timedelta(days=1)
    return Segment(1, NOW, until, "needs", 1, segment, 0.5, False, "sha256:0", ())


def held(found, kept, override=None, now=NOW, state="active"):
    return held_against(found, kept, override, lambda *_: state, now)


def test_it_agrees_with_the_same_segment_alone():
    found = reason()
    other = next(one for one in made.scorer().segments if one != found.segment)

    assert held(found, kept(found.segment)).agrees is True
    assert held(found, kept(other)).agrees is False
    assert (held(found, None).held, held(found, None).agrees) == (None, None)


def test_what_a_person_decided_stands_beside_it():
    put = Override(1, NOW, "needs", "S2", "Works at night.", "Carol", "")

    assert held(reason(), kept("S1"), put).held.override == "S2"


def test_whether_the_kept_segment_may_still_be_used_is_told():
    told = held(reason(), kept("S1"), state="revoked").held
    assert (told.state, told.is_expired) == ("revoked", False)
    assert held(reason(), kept("S1"), now=NOW + timedelta(days=1)).held.is_expired
