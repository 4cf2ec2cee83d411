"""Errors say everything at once, each fault as one sentence."""

import subprocess
import sys

import pytest

from segmentation import errors
from segmentation.errors import LINE, Fault, PolicyError, SegmentationError
from tests.ipython_shell import ipython, ran

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


# ---- In a notebook ----------------------------------------------------------------------------------

REFUSED = """
from segmentation.errors import Fault, PolicyError, StorageError
def deep(n):
    if n:
        deep(n - 1)
    raise PolicyError.from_faults("The policy is refused", [Fault("owner", "is " + "long " * 30, "mend it")])
{call}
"""


@pytest.fixture(scope="module")
def shell(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch, ipython(tmp_path_factory.mktemp("ipython"), patch) as shell:
        yield shell


def test_in_a_notebook_an_error_is_one_paragraph_that_names_the_line_of_the_cell(shell):
    lines = ran(shell, REFUSED.format(call="deep(40)")).splitlines()
    assert lines[:2] == [
        "PolicyError (line 6): The policy is refused, 1 fault:",
        "  - owner: is long long long long long long long long long long long long long long long long long",
    ]
    assert lines[-1].endswith("; mend it.")
    assert len(lines) == 3
    assert max(map(len, lines)) <= LINE


def test_an_error_that_came_of_another_tells_its_own_message_alone(shell):
    call = "try:\n    open('/nowhere')\nexcept OSError as error:\n    raise StorageError('Full.') from error"
    assert ran(shell, REFUSED.format(call=call)) == "StorageError (line 9): Full.\n"


def test_in_a_notebook_the_frames_are_there_for_who_asks(shell):
    ran(shell, REFUSED.format(call="deep(2)"))
    told = ran(shell, "import sys, traceback; print(*traceback.format_exception(sys.last_value))")
    assert "Traceback (most recent call last)" in told
    assert told.count("in deep") == 3


def test_another_error_keeps_its_frames_in_a_notebook(shell):
    told = ran(shell, "def wrong():\n    return 1 / 0\nwrong()")
    assert "Traceback (most recent call last)" in told
    assert "return 1 / 0" in told


def test_in_a_script_the_traceback_stays_whole():
    ended = subprocess.run(
        [sys.executable, "-c", REFUSED.format(call="deep(3)")], capture_output=True, text=True, check=False
    )
    assert ended.stderr.startswith("Traceback (most recent call last):")
    assert ended.stderr.count("in deep") == 4


def test_an_error_that_was_never_raised_is_shown_without_a_line():
    assert PolicyError("Refused.")._render_traceback_() == ["PolicyError: Refused."]
