"""What was seen once does not go back unseen, whichever of several processes saw it."""

import json
import multiprocessing
from datetime import timedelta

import pytest

from segmentation.errors import LedgerError, StorageError
from segmentation.ledger.history import History
from segmentation.ledger.witness import BACK, OFTEN, Witness
from tests.signed import MODEL, Cast


@pytest.fixture
def cast():
    cast = Cast.assembled()
    cast.approve()
    return cast


@pytest.fixture
def witness(tmp_path):
    return Witness(tmp_path / "seen" / "witness.json")


def test_the_first_sight_is_believed(cast, witness):
    assert witness.seen() is None
    witness.check(cast.history, cast.now)
    witness.note(cast.history, cast.now)

    seen = witness.seen()
    assert (seen.ledger, seen.seq, seen.digest, seen.at) == (cast.history.ledger, 10, cast.head, cast.now)


def test_what_was_seen_and_more_is_fine(cast, witness):
    witness.note(cast.history, cast.now)
    cast.decide("suspend", "Mona")
    witness.check(cast.history, cast.now)
    witness.note(cast.history, cast.now)

    assert witness.seen().seq == 11


def test_a_shorter_ledger_is_refused(cast, witness):
    witness.note(cast.history, cast.now)
    cast.events.pop()
    with pytest.raises(LedgerError) as error:
        witness.check(cast.history, cast.now)

    assert str(error.value) == (
        "The ledger ends at event 9, and 10 events were seen from here before: its end was cut off, or an "
        "old backup was restored. Restore all of it."
    )


def test_another_end_is_refused(cast, witness):
    witness.note(cast.history, cast.now)
    cast.events.pop()
    cast.decide("request_changes", "Carol")
    with pytest.raises(
        LedgerError, match="Event 10 of the ledger is not the one that was seen from here before"
    ):
        witness.check(cast.history, cast.now)
    with pytest.raises(LedgerError, match="the ledger was rewritten"):
        witness.note(cast.history, cast.now)

    assert witness.seen().digest != cast.head


def test_a_clock_that_was_set_back_is_refused(cast, witness):
    witness.note(cast.history, cast.now + timedelta(hours=1))
    witness.check(cast.history, cast.now + timedelta(hours=1) - BACK)
    with pytest.raises(
        LedgerError,
        match=r"The clock says 2026-07-01 .* was seen from here before; set the clock\. .*--reset-time",
    ):
        witness.check(cast.history, cast.now + timedelta(hours=1, seconds=-1) - BACK)


def test_the_time_of_the_last_event_was_seen_too(cast, witness):
    witness.note(cast.history, cast.events[-1].at - BACK)

    assert witness.seen().at == cast.events[-1].at


def test_an_event_of_a_time_to_come_is_refused_and_not_noted(cast, witness):
    late = cast.events[-1].at - BACK - timedelta(seconds=1)
    with pytest.raises(
        LedgerError, match="The last event of the ledger is of 2026-07-01 08:09 UTC, and the cl"
    ):
        witness.note(cast.history, late)

    assert witness.seen() is None


def test_noting_less_changes_nothing(cast, witness):
    less = History.replayed(cast.events[:-1], cast.root.public)
    witness.note(cast.history, cast.now)
    witness.note(less, cast.now - BACK)

    assert (witness.seen().seq, witness.seen().at) == (10, cast.now)


def test_a_later_time_is_noted_now_and_then(cast, witness):
    witness.note(cast.history, cast.now)
    witness.note(cast.history, cast.now + OFTEN / 2)
    assert witness.seen().at == cast.now

    witness.note(cast.history, cast.now + OFTEN)
    assert witness.seen().at == cast.now + OFTEN


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"seq": 1}', "\x00"])
def test_a_witness_that_cannot_be_read_stops_everything(cast, witness, content):
    witness.note(cast.history, cast.now)
    witness.path.write_text(content, encoding="utf-8")
    for asked in (witness.check, witness.note):
        with pytest.raises(
            LedgerError, match="cannot be read, so nobody can say whether the ledger went back"
        ):
            asked(cast.history, cast.now)

    assert witness.path.read_text(encoding="utf-8") == content


def test_a_witness_that_cannot_be_written_says_so(cast, tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(LedgerError, match="cannot be read"):
        Witness(tmp_path / "file" / "witness.json").note(cast.history, cast.now)

    (tmp_path / "witness.json.lock").mkdir()
    with pytest.raises(
        StorageError, match=r"cannot be kept: is a directory\. Point SEGMENTATION_WITNESS at a file"
    ):
        Witness(tmp_path / "witness.json").note(cast.history, cast.now)


def _note(path, events, root, now):
    for length in range(7, len(events) + 1):
        Witness(path).note(History.replayed(events[:length], root), now)


@pytest.mark.slow
def test_several_processes_never_go_back(cast, witness):
    for _ in range(10):
        cast.decide("suspend", "Mona")
        cast.decide("resume", "Carol")
        cast.decide("resume", "Bob")
    context = multiprocessing.get_context("spawn")
    told = (witness.path, cast.events, cast.root.public, cast.now)
    processes = [context.Process(target=_note, args=told) for _ in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)

    assert [process.exitcode for process in processes] == [0, 0, 0]
    assert json.loads(witness.path.read_text(encoding="utf-8"))["seq"] == len(cast.events)
    assert cast.history.active(MODEL, cast.now)


def test_an_event_of_a_time_to_come_is_refused_where_less_was_seen(cast, witness):
    less = History.replayed(cast.events[:-1], cast.root.public)
    witness.note(less, cast.events[-2].at - BACK)
    witness.check(cast.history, cast.events[-1].at - BACK)
    with pytest.raises(LedgerError, match="The last event of the ledger is of"):
        witness.check(cast.history, cast.events[-1].at - BACK - timedelta(seconds=1))


# ---- A time that was wrong ----------------------------------------------------------------------------


def test_a_time_of_a_clock_that_was_ahead_is_taken_back_and_the_head_stays(cast, witness):
    witness.note(cast.history, cast.now + timedelta(days=365))
    before = witness.seen()
    after = witness.reset_time(cast.history, cast.now)

    assert after == witness.seen() == before.model_copy(update={"at": cast.now})
    witness.check(cast.history, cast.now)
    with pytest.raises(LedgerError, match="set the clock"):
        witness.check(cast.history, cast.now - BACK - timedelta(seconds=1))


def test_a_time_is_not_taken_back_for_a_ledger_that_went_back(cast, witness):
    witness.note(cast.history, cast.now + timedelta(days=365))
    before = witness.seen()
    less = History.replayed(cast.events[:-1], cast.root.public)
    with pytest.raises(LedgerError, match="its end was cut off"):
        witness.reset_time(less, cast.now)
    cast.events.pop()
    cast.decide("request_changes", "Carol")
    with pytest.raises(LedgerError, match="the ledger was rewritten"):
        witness.reset_time(cast.history, cast.now)

    assert witness.seen() == before


def test_a_time_is_not_taken_back_before_the_last_event(cast, witness):
    witness.note(cast.history, cast.now + timedelta(days=365))
    before = witness.seen()
    with pytest.raises(LedgerError, match="The last event of the ledger is of"):
        witness.reset_time(cast.history, cast.events[-1].at - BACK - timedelta(seconds=1))

    assert witness.seen() == before


def test_where_nothing_was_seen_no_time_can_be_wrong(cast, witness):
    with pytest.raises(LedgerError, match="There is no witness"):
        witness.reset_time(cast.history, cast.now)

    assert witness.seen() is None
