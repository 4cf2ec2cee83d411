"""What the answers owe one another, and that no question stands without its words."""

import pytest
from pydantic import BaseModel

from segmentation.errors import ImpactError
from segmentation.impact import Answers
from segmentation.impact import answers as module
from segmentation.policy.base import Part
from tests.impact.made import ASSESSED_ON, answers, text

PARTS = [one for one in vars(module).values() if isinstance(one, type) and issubclass(one, Part)]


def test_conditions_go_with_their_conclusion_alone():
    with pytest.raises(ImpactError, match="conditions: `proceed with conditions` needs at least one"):
        answers(conditions=[])
    with pytest.raises(ImpactError, match="conditions: conditions go with `proceed with conditions` alone"):
        answers(conclusion="proceed")
    with pytest.raises(ImpactError, match="conditions go with"):
        answers(conclusion="do not proceed")


def test_each_conclusion_is_taken():
    assert answers(conclusion="proceed", conditions=[]).conditions == ()
    assert answers(conclusion="do not proceed", conditions=[]).conclusion == "do not proceed"
    assert len(answers(conditions=[text("a"), text("b")]).conditions) == 2


def test_the_next_review_is_after_the_assessment():
    with pytest.raises(ImpactError, match="next_review: must be after `assessed_on`"):
        answers(next_review=ASSESSED_ON)


def test_the_highest_risk_of_the_four_dimensions_is_told():
    assert answers().rights.highest == "high"


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.__name__)
def test_every_question_has_a_title_and_a_line_of_help(part):
    if part in (Part, module.Text):
        return
    for name, field in part.model_fields.items():
        assert field.title, name
        assert field.description, name


def test_the_parts_are_found():
    assert {Answers, module.Effect, module.Security} <= set(PARTS)
    assert all(issubclass(part, BaseModel) for part in PARTS)
