"""Examples in the document are made up, and there is one of every problem."""

import msgspec
import pytest

from segmentation.answers import Problem
from serving import examples
from serving.problems import PROBLEMS
from tests.serving import made


@pytest.mark.parametrize("slug", PROBLEMS)
def test_there_is_an_example_of_every_problem(slug):
    shown = examples.problem(slug)

    assert msgspec.json.decode(msgspec.json.encode(shown), type=Problem) == shown
    assert shown.status == PROBLEMS[slug].status
    assert (shown.faults != ()) == (slug == "invalid")


def test_details_are_those_of_the_problems_and_no_others():
    assert examples.DETAILS.keys() == PROBLEMS.keys()


@pytest.mark.parametrize("name", ["PREDICTION", "EXPLANATION", "MODEL", "VERSIONS"])
def test_an_example_is_an_answer_of_no_model_that_there_is(name):
    example = getattr(examples, name)

    assert msgspec.json.decode(msgspec.json.encode(example), type=type(example)) == example
    assert made.MODEL not in repr(example)


def test_the_reason_shown_adds_up_and_names_what_occurs():
    (reason,) = examples.EXPLANATION.results

    assert sum(reason.contributions.values()) + reason.constant == reason.gap
    assert {place.segment for place in examples.PREDICTION.results} == examples.SEGMENTS.keys()
