"""Why a resident is in a segment: the sentences of `segmentation.wording`, with what the card tells."""

import json
from dataclasses import replace

import pytest

from segmentation.card import ModelCard
from segmentation.policy import Text
from segmentation.rights.why import words_of
from segmentation.wording import Reader, titles_of
from segmentation.wording.reasons import Because, reasons
from tests.serving.made import bundle, card, policy, residents

WHY = Because(
    "S2", "S1", {"parcel_pickups": 3.0, "phone_contact": 1.0, "evening_share": -0.5}, borderline=True
)


@pytest.fixture(scope="module")
def words():
    return words_of(policy(), json.loads(bundle().files["card.json"]))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_sentences_are_those_of_a_person_with_the_same_card(words, language):
    whole = ModelCard.from_json(card().to_json())
    titles = replace(titles_of(policy()), segments={one.id: one.name for one in whole.segments})
    usual = {one.id: one.traits for one in whole.segments}
    for resident in residents(30, seed=1):
        told = reasons(Reader(language, titles), policy(), WHY, resident, usual)
        assert getattr(words.why(WHY, resident), language) == told.text


def test_both_languages_name_the_segments_as_the_card_does(words):
    told = words.why(WHY, {"parcel_pickups": 40, "phone_contact": None, "evening_share": 0.2})
    assert told.en.startswith("In segment S2 “Many parcels” rather than S1 “Phone first” because of ")
    assert told.zh.startswith("属于分群S2“快递较多”而非S1“电话优先”")
    assert "borderline case" in told.en


def test_a_name_from_the_card_comes_before_one_of_the_policy():
    named = policy().model_copy(update={"segment_names": {"S2": Text(en="Other", zh="其他")}})
    words = words_of(named, json.loads(bundle().files["card.json"]))
    assert "Many parcels" in words.why(WHY, {}).en
