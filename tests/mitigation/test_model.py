"""A mitigation is a short text that says all of it, and refuses what does not go together."""

import dataclasses
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmentation.errors import MitigationError
from segmentation.mitigation import Mitigation
from tests.policies import small_policy

names = st.lists(st.text(min_size=1, max_size=12).filter(lambda name: name == name.strip()), min_size=1)


@pytest.mark.parametrize(
    ("mitigation", "key"),
    [
        (Mitigation("erase", ("age_band",)), "erase:age_band"),
        (Mitigation("erase", ("age_band", "sex"), 0.5), "erase:age_band,sex:0.5"),
        (Mitigation("erase_nonlinear", ("年龄段",), 0.25, rank=3), "erase_nonlinear:年龄段:0.25:rank=3"),
        (Mitigation("erase", ("age_band",), rank=2), "erase:age_band:rank=2"),
        (Mitigation("drop", features=("phone_contact",)), "drop:phone_contact"),
        (Mitigation("fair_centres", ("a, b: 50%",)), "fair_centres:a%2C b%3A 50%25"),
    ],
)
def test_a_key_says_all_and_is_read_back(mitigation, key):
    assert mitigation.key == key
    assert Mitigation.parse(key) == mitigation


@given(names.filter(lambda found: len(set(found)) == len(found)), st.floats(0.001, 1.0))
def test_any_names_and_any_strength_survive_the_key(attributes, strength):
    mitigation = Mitigation("erase", tuple(attributes), strength)
    assert Mitigation.parse(mitigation.key) == mitigation


def test_it_is_json():
    mitigation = Mitigation("erase", ("age_band",), 0.5, rank=2)
    loaded = json.loads(json.dumps(dataclasses.asdict(mitigation)))
    assert loaded["attributes"] == ["age_band"]
    assert Mitigation.parse(mitigation.key) == mitigation


@pytest.mark.parametrize(
    ("parts", "told"),
    [
        ({"kind": "debias", "attributes": ("a",)}, "must be one of drop, erase, erase_nonlinear"),
        ({"kind": "drop"}, "must name the features to leave out"),
        ({"kind": "drop", "features": ("a",), "attributes": ("b",)}, "names features and no attribute"),
        ({"kind": "erase"}, "of kind 'erase' must name an attribute"),
        (
            {"kind": "fair_centres", "attributes": ("a",), "features": ("b",)},
            "only where it is of kind 'drop'",
        ),
        ({"kind": "erase", "attributes": ("a", "a")}, "each attribute or feature once"),
        ({"kind": "erase", "attributes": ("",)}, "each attribute or feature once"),
        ({"kind": "erase", "attributes": ("a",), "strength": 0.0}, "a strength above 0 and up to 1; got 0.0"),
        ({"kind": "erase", "attributes": ("a",), "strength": float("nan")}, "got nan"),
        ({"kind": "erase", "attributes": ("a",), "strength": 1.5}, "got 1.5"),
        ({"kind": "fair_centres", "attributes": ("a",), "strength": 0.5}, "below 1 only where it erases"),
        ({"kind": "fair_centres", "attributes": ("a",), "rank": 2}, "has a rank only where it erases"),
        ({"kind": "erase", "attributes": ("a",), "rank": 0}, "must have a rank from 1; got 0"),
    ],
)
def test_parts_that_do_not_go_together_are_refused_with_one_sentence(parts, told):
    with pytest.raises(MitigationError, match=re.escape(told)) as caught:
        Mitigation(**parts)
    assert str(caught.value).startswith("A mitigation ")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "'' is no mitigation: it must be one of"),
        ("erase", "must name an attribute"),
        ("age_band", "'age_band' is no mitigation"),
        ("erase:age_band:strong", "after the names come a strength and a rank"),
        ("erase:age_band:rank=two", "after the names come a strength and a rank"),
        ("erase:age_band:0.5:0.7", "each at most once"),
        ("erase:age_band:1:1", "each at most once"),
        ("erase:age_band:rank=2:rank=3", "each at most once"),
    ],
)
def test_a_text_that_is_no_key_is_refused_with_an_example(text, told):
    with pytest.raises(MitigationError, match=re.escape(told)):
        Mitigation.parse(text)


@pytest.mark.parametrize(
    "key",
    [
        "drop:phone_contact,parking",
        "erase:age_band",
        "erase:age_band,sex:0.5:rank=2",
        "erase_nonlinear:age_band",
        "fair_centres:age_band",
    ],
)
def test_every_kind_is_described_by_one_sentence_in_both_languages(key):
    mitigation = Mitigation.parse(key)
    text = mitigation.text()
    for name in (*mitigation.attributes, *mitigation.features):
        assert name in text.en
        assert name in text.zh
    assert re.fullmatch(r"[A-Z][^.]*(\d\.\d[^.]*)?\.", text.en)
    assert text.zh.endswith("。")
    assert text.zh.count("。") == 1
    assert not re.search(r"(?i)debias|unbiased|fair model", text.en)


def test_a_policy_gives_the_columns_their_titles_and_what_it_does_not_know_its_name():
    text = Mitigation("drop", features=("repairs", "unknown")).text(small_policy())
    assert text.en == "Leaves out the features “Repairs”, “unknown”."
    assert "repairs" not in text.zh


def test_strength_and_rank_are_part_of_the_sentence():
    text = Mitigation("erase", ("age_band",), 0.5, rank=2).text()
    assert "by 50%" in text.en
    assert "2 directions" in text.en
    assert "50%" in text.zh
    assert "2个方向" in text.zh
