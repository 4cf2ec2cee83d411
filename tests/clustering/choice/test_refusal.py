"""A refusal tells why each number lost, and nothing of a segment of fewer than may be told of."""

from dataclasses import replace

import pytest

from segmentation.clustering.choice import Choice, Rival
from segmentation.clustering.choice.refusal import refuse_no_structure
from segmentation.errors import NoStructureError
from tests.policies import small_policy

RIVAL = Rival(2, 0.712, (0.9, 0.55), 0.0034, None, "too small a segment")


def told(reason):
    with pytest.raises(NoStructureError) as caught:
        refuse_no_structure(small_policy(), Choice((replace(RIVAL, reason=reason),), None))
    return str(caught.value)


def test_the_share_of_a_segment_that_is_too_small_is_not_told():
    text = told("too small a segment")
    assert "its smallest segment holds under 5.0% of the residents, or fewer than 10 of them" in text
    assert "0.3" not in text


@pytest.mark.parametrize(
    ("reason", "figure"),
    [
        ("does not repeat itself", "prediction strength 0.71"),
        ("a segment is not stable", "weakest segment 0.55"),
    ],
)
def test_what_else_was_lacking_is_told_with_its_limit(reason, figure):
    assert f"{figure}, least 0." in told(reason)
