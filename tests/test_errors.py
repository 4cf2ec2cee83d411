"""Errors say everything at once, each fault as one sentence."""

import pytest

from segmentation import errors
from segmentation.errors import Fault, PolicyError, SegmentationError

FAULTS = (
    Fault("features.a.kind", "is missing", "add it"),
    Fault("owner", "is still to be written by a person"),
)


def test_a_fault_is_one_sentence_with_and_without_a_way_out():
    assert [str(fault) for fault in FAULTS] == [
        "features.a.kind: is missing; add it.",
        "owner: is still to be written by a person.",
    ]


def test_an_error_lists_every_fault_a_line_each_and_keeps_them():
    error = PolicyError.from_faults("The policy is refused", FAULTS)
    assert str(error).splitlines() == [
        "The policy is refused, 2 faults:",
        "  - features.a.kind: is missing; add it.",
        "  - owner: is still to be written by a person.",
    ]
    assert error.faults == FAULTS
    assert isinstance(error, PolicyError)


def test_one_fault_is_not_many():
    assert str(PolicyError.from_faults("Refused", FAULTS[:1])).startswith("Refused, 1 fault:\n")


def test_a_plain_message_has_no_faults():
    assert SegmentationError("The disk is full.").faults == ()


NEWER = ["SigningError", "LedgerError", "ImpactError", "BundleError", "ReviewError", "NotApprovedError"]


@pytest.mark.parametrize("name", NEWER)
def test_who_decides_publishes_or_serves_can_tell_what_went_wrong(name):
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, Exception)]

    with pytest.raises(getattr(errors, name)) as raised:
        raise getattr(errors, name)("As it says.")

    assert [kind for kind in kinds if isinstance(raised.value, kind)] == [
        SegmentationError,
        type(raised.value),
    ]


@pytest.mark.parametrize("name", [name for name in vars(errors) if name.endswith("Error")])
def test_the_tree_at_the_top_of_the_file_draws_every_error(name):
    assert name in errors.__doc__
    assert issubclass(getattr(errors, name), SegmentationError)
