"""A checkpoint that is kept elsewhere shows later whether the ledger is still the same."""

from datetime import UTC

import pytest

from segmentation.errors import LedgerError
from segmentation.ledger.checkpoint import Checkpoint, checkpoint_of
from tests.signed import LEDGER, Cast


@pytest.fixture
def cast():
    cast = Cast.assembled()
    cast.approve()
    return cast


def test_a_checkpoint_is_the_head(cast):
    checkpoint = checkpoint_of(cast.history)

    assert (checkpoint.ledger, checkpoint.seq, checkpoint.digest) == (LEDGER, 10, cast.head)
    assert checkpoint.at == cast.events[-1].at


def test_a_ledger_that_went_on_holds(cast):
    checkpoint = checkpoint_of(cast.history)
    checkpoint.check(cast.history)
    cast.decide("suspend", "Mona")

    checkpoint.check(cast.history)


def test_a_ledger_that_was_cut_is_refused(cast):
    checkpoint = checkpoint_of(cast.history)
    cast.events.pop()
    with pytest.raises(LedgerError) as error:
        checkpoint.check(cast.history)

    assert str(error.value) == (
        "The ledger ends at event 9, and the checkpoint was made at event 10: its end was cut off. Restore "
        "it from a backup."
    )


def test_a_ledger_that_was_rewritten_is_refused(cast):
    checkpoint = checkpoint_of(cast.history)
    cast.events.pop()
    cast.decide("request_changes", "Carol")
    cast.decide("submit", "Tina")
    with pytest.raises(
        LedgerError, match="Event 10 is not the one of the checkpoint: the ledger was rewritten at or"
    ):
        checkpoint.check(cast.history)


def test_another_ledger_is_refused(cast):
    checkpoint = checkpoint_of(cast.history).model_copy(update={"ledger": "f" * 32})
    with pytest.raises(LedgerError, match="The checkpoint is of another ledger"):
        checkpoint.check(cast.history)


def test_a_checkpoint_is_the_same_after_a_journey(cast):
    checkpoint = checkpoint_of(cast.history)
    read = Checkpoint.from_json(checkpoint.to_json())

    assert read == checkpoint
    assert read.at.astimezone(UTC) == cast.events[-1].at
    read.check(cast.history)


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", '{"ledger": "x"}', "\ud800", b"\xff", f'{{"ledger": "{LEDGER}", "seq": 0}}']
)
def test_what_is_no_checkpoint_is_refused(text):
    with pytest.raises(LedgerError, match="The checkpoint cannot be read"):
        Checkpoint.from_json(text)
