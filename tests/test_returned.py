"""What a function returns is read from its annotation, whatever is imported for type checkers alone."""

from segmentation import build, load_approved, register
from segmentation.approved import Approved
from segmentation.clustering import Choice, Segmenter
from segmentation.ledger import Standing
from segmentation.pipeline import Candidate
from segmentation.registry import Registered
from segmentation.scorer import Explanation, FoldedScorer
from tests.returned import reached, told_by


def test_what_a_function_returns_and_a_class_holds_or_returns_is_found():
    assert set(told_by(build)) == {Candidate}
    assert set(told_by(register)) == {Registered}
    assert Choice in set(told_by(Candidate))
    assert {Explanation, FoldedScorer} <= set(told_by(Segmenter))


def test_what_is_told_elsewhere_is_met_and_not_followed():
    near = reached([load_approved], ("segmentation.ledger", "segmentation.policy"))
    far = reached([load_approved])

    assert {Approved, Standing} <= near < far


def test_what_returns_nothing_of_the_project_is_passed_over():
    assert set(told_by(len)) == set(told_by(int)) == set()
