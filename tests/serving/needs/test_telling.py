import pytest

from segmentation.policy import Feature
from serving.needs.cells import Looks, broken
from serving.needs.need import Need
from serving.needs.telling import description, examples, title
from tests.serving.needs.made import COMMON, UNIT, needs

BY_NAME = {need.name: need for need in needs().all}


@pytest.mark.parametrize("name", BY_NAME)
def test_examples_are_what_the_policy_allows(name):
    need = BY_NAME[name]
    assert [broken(need, value, Looks()) for value in examples(need)] == [None, None]


@pytest.mark.parametrize(
    ("kind", "ends"),
    [
        ("number", [0.0001, 0.0002]),
        ("number", [-3, -2.9999]),
        ("count", [0.5, 1.5]),
        ("count", [7, 8]),
        ("count", [0, 1e12]),
    ],
)
def test_examples_are_within_narrow_and_wide_ranges(kind, ends):
    need = Need("some", Feature(**COMMON, **UNIT, kind=kind, range=ends), ())
    assert [broken(need, value, Looks()) for value in examples(need)] == [None, None]


def test_a_reader_is_told_what_a_missing_value_means():
    assert "Null or left out: never asked." in description(BY_NAME["urgency"])
    assert "the model stands in for it as in training" in description(BY_NAME["home_area"])
    assert "Null" not in description(BY_NAME["repairs"])


def test_a_title_is_told_in_both_languages():
    assert title(BY_NAME["home_area"]) == "Area / 面积"
