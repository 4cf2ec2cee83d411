"""Lines that were moved into the access log are there once, in order, and show when they are touched."""

import threading
from dataclasses import replace
from datetime import UTC, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from segmentation.errors import LedgerError, UnreachableError
from segmentation.ledger.access import AccessLog, Judged
from segmentation.ledger.batches import Batch, Head
from segmentation.ledger.event import GENESIS
from segmentation.ledger.facts import Anchor
from segmentation.ledger.store import create_ledger, open_ledger
from tests.signed import BATCH, START

SQLITE = pytest.mark.parametrize("url", ["sqlite"], indirect=True)
NOW = START + timedelta(days=1)
ONE, TWO = b'{"id":"1"}\n', b'{"id":"2"}\n{"id":"3"}\n'


@pytest.fixture
def log(written):
    return AccessLog(written)


@pytest.fixture
def three(log):
    """A log of three batches, of two spools."""
    log.append("a", 0, ONE, NOW)
    log.append("b", 0, TWO, NOW + timedelta(seconds=1))
    log.append("a", len(ONE), TWO, NOW + timedelta(seconds=2))
    return log


def test_a_log_begins_empty(log):
    assert (log.ended("a"), log.head(), list(log.lines()), log.verify()) == (0, Head(), [], Head(0, GENESIS))


def test_lines_are_moved_once_and_in_order(three):
    assert list(three.lines()) == [f'{{"id":"{i}"}}' for i in (1, 2, 3, 2, 3)]
    assert [(b.number, b.spool, b.start, b.end, b.count) for b in three.batches()] == [
        (1, "a", 0, 11, 1), (2, "b", 0, 22, 2), (3, "a", 11, 33, 2),
    ]  # fmt: skip
    assert (three.ended("a"), three.ended("b"), three.ended("c")) == (33, 22, 0)
    assert [b.at for b in three.batches()] == [NOW + timedelta(seconds=s) for s in range(3)]


def test_what_is_read_is_what_was_appended(log):
    first = log.append("a", 0, ONE, NOW)

    assert list(log.batches()) == [first]
    assert (first.previous, first.digest) == (GENESIS, first.computed)
    assert log.append("a", len(ONE), TWO, NOW).previous == first.digest


def test_reading_goes_on_after_a_batch(three):
    assert [b.number for b in three.batches(since=2)] == [3]
    assert list(three.lines(since=3)) == []


def test_many_batches_are_read_page_by_page(log):
    for at in range(40):
        log.append("a", at * len(ONE), ONE, NOW)

    assert [b.number for b in log.batches()] == list(range(1, 41))
    assert log.verify() == log.head()


@pytest.mark.parametrize(
    ("start", "lines", "added"),
    [
        pytest.param(0, ONE, None, id="the same again"),
        pytest.param(0, ONE + TWO, TWO, id="the same, and more"),
        pytest.param(len(ONE), TWO, TWO, id="what follows"),
        pytest.param(len(ONE), b"", None, id="nothing"),
    ],
)
def test_what_was_moved_already_is_left_out(log, start, lines, added):
    log.append("a", 0, ONE, NOW)

    batch = log.append("a", start, lines, NOW)

    assert (batch and batch.lines.encode()) == added
    assert log.ended("a") == len(ONE) + len(added or b"")
    log.verify()


def test_a_gap_is_refused_and_nothing_moved(log):
    log.append("a", 0, ONE, NOW)

    with pytest.raises(
        LedgerError, match=r"moved up to byte 11, and these lines begin at byte 12.*from byte 11"
    ):
        log.append("a", 12, TWO, NOW)

    assert log.head().number == 1


def test_a_last_line_without_an_end_counts(log):
    batch = log.append("a", 0, TWO + b'{"id', NOW)

    assert (batch.count, list(log.lines())[-1]) == (3, '{"id')


def test_bytes_that_no_text_has_are_moved_as_escapes(log):
    batch = log.append("a", 0, b"\xff\0\n", NOW)

    assert (batch.lines, batch.end) == ("\\xff\\x00\n", 3)
    assert log.verify() == Head(1, batch.digest)


def test_times_are_kept_in_utc(log):
    batch = log.append("a", 0, ONE, NOW.astimezone())

    assert batch.at.tzinfo is UTC
    assert next(log.batches()).at == NOW


def test_who_waits_too_long_for_another_writer_moves_nothing(url, written, log):
    with written.writing(), open_ledger(url, patience=0.05) as other, pytest.raises(
        UnreachableError, match=r"^No access event was moved into the ledger: another program"
    ):  # fmt: skip
        AccessLog(other).append("a", 0, ONE, NOW)

    assert log.head() == Head()


def test_of_several_who_move_the_same_lines_at_once_one_moves_each(url, written, log):
    lines = [f'{{"id":"{i}"}}\n'.encode() for i in range(20)]
    starts = [len(b"".join(lines[:at])) for at in range(20)]

    def move():
        with open_ledger(url, patience=30) as own:
            for start, line in zip(starts, lines, strict=True):
                AccessLog(own).append("a", start, line, NOW)

    threads = [threading.Thread(target=move) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [f"{line}\n".encode() for line in log.lines()] == lines
    assert log.verify().number == 20


def test_events_and_batches_do_not_touch_each_other(written, three, cast):
    assert written.read() == cast.events
    written.check_guards()


ALTERED = {
    "a line": (2, "UPDATE access SET lines = replace(lines, '3', '4') WHERE number = 2"),
    "the time": (2, "UPDATE access SET at = replace(at, '2026', '2025') WHERE number = 2"),
    "the same time, written otherwise": (2, "UPDATE access SET at = replace(at, 'T', ' ') WHERE number = 2"),
    "no time": (2, "UPDATE access SET at = 'soon' WHERE number = 2"),
    "the count": (3, "UPDATE access SET count = 1 WHERE number = 3"),
    "the end": (3, 'UPDATE access SET "end" = 34 WHERE number = 3'),
    "the spool": (1, "UPDATE access SET spool = 'c' WHERE number = 1"),
    "the digest": (1, "UPDATE access SET digest = previous WHERE number = 1"),
    "the one before": (2, "UPDATE access SET previous = digest WHERE number = 2"),
}


@pytest.mark.parametrize("what", ALTERED)
def test_a_batch_that_was_altered_is_named(three, unguarded, what):
    number, statement = ALTERED[what]
    unguarded(statement)

    with pytest.raises(LedgerError, match=rf"^Batch {number} of the access log was altered: its digest"):
        three.verify()


def test_a_batch_that_was_removed_is_named(three, unguarded):
    unguarded("DELETE FROM access WHERE number = 2")

    with pytest.raises(
        LedgerError, match=r"^Batch 2 of the access log was removed: batch 3 stands in its pl"
    ):
        three.verify()


def test_batches_that_changed_places_are_named(three, unguarded):
    for before, after in ((2, 9), (3, 2), (9, 3)):
        unguarded(f"UPDATE access SET number = {after} WHERE number = {before}")

    with pytest.raises(LedgerError, match=r"^Batch 2 of the access log was altered"):
        three.verify()


@SQLITE
def test_a_batch_of_bytes_is_named(three, unguarded):
    unguarded("UPDATE access SET lines = x'00ff' WHERE number = 3")

    with pytest.raises(LedgerError, match=r"^Batch 3 of the access log was altered"):
        three.verify()


@pytest.mark.parametrize("url", ["sqlite", "postgresql"], indirect=True)
def test_a_log_that_was_replaced_is_seen_where_it_leaves_the_chain(url, three, unguarded, sql, tmp_path):
    with create_ledger(f"sqlite:///{tmp_path}/other.db") as other:
        AccessLog(other).append("x", 0, ONE, NOW)
        forged = next(AccessLog(other).batches())
    unguarded(f"UPDATE access SET spool = 'x', digest = '{forged.digest}' WHERE number = 1")

    with pytest.raises(LedgerError, match=r"^Batch 2 of the access log does not follow what stands before"):
        three.verify()


@pytest.mark.parametrize(("start", "end"), [(20, 40), (40, 50), (33, 33), (33, 20)])
def test_a_batch_that_leaves_out_or_repeats_bytes_of_its_spool_is_named(three, sql, start, end):
    """Whoever writes the database can add one that follows, and so make the service skip lines."""
    batch = Batch(4, NOW, "a", start, end, 1, "{}", three.head().digest)
    at = NOW.isoformat(timespec="microseconds")
    told = f"4, '{at}', 'a', {start}, {end}, 1, '{{}}', '{batch.previous}', '{batch.computed}'"
    sql(f"INSERT INTO access VALUES ({told})")

    with pytest.raises(
        LedgerError, match=rf"^Batch 4 of the access log begins at byte {start} of its spool, o"
    ):
        three.verify()


def test_a_log_that_holds_what_was_anchored_is_believed(three):
    anchors = [Anchor(batch.number, batch.digest, NOW) for batch in three.batches()]

    assert three.verify(anchors).number == 3
    assert three.judged(anchors) == Judged(three.head(), tuple(anchors), ())


def misfits(log, *anchors):
    """Return in which lines a log says that it does not fit, the same both ways."""
    with pytest.raises(LedgerError) as wrong:
        log.verify(anchors)
    assert log.judged(anchors).misfits == tuple(str(wrong.value).split("\n"))
    return str(wrong.value).split("\n")


def test_an_end_that_was_cut_off_before_an_anchor_is_named(three, unguarded):
    anchored = Anchor(3, three.head().digest, NOW)
    unguarded("DELETE FROM access WHERE number = 3")

    assert three.verify().number == 2
    (line,) = misfits(three, anchored)
    assert line.startswith(
        "The access log ends at batch 2, and batch 3 was anchored among the events on 2026-"
    )
    assert "its end was cut off, or somebody who writes the database added that anchor" in line


def test_a_log_that_was_rewritten_before_an_anchor_is_named(three):
    (line,) = misfits(three, Anchor(2, BATCH, NOW))
    assert line.startswith(
        "Batch 2 of the access log is not the one that was anchored among the events on 20"
    )


def test_every_anchor_counts_and_not_the_last_alone(three):
    true = [Anchor(batch.number, batch.digest, NOW) for batch in three.batches()]

    lines = misfits(three, true[0], Anchor(2, BATCH, NOW), true[2], Anchor(9, BATCH, NOW))
    assert [line.split(" is not")[0].split(", and")[0] for line in lines] == [
        "Batch 2 of the access log", "The access log ends at batch 3",
    ]  # fmt: skip


def test_of_many_anchors_that_do_not_fit_some_are_told_and_the_rest_counted(three):
    lines = misfits(three, *(Anchor(number, BATCH, NOW) for number in range(1, 1_201)))

    assert len(lines) == 6
    assert lines[-1] == "The access log does not fit 1,195 more of its anchors."


def test_where_the_chain_breaks_only_anchors_before_it_are_told(three, unguarded):
    unguarded("UPDATE access SET count = 9 WHERE number = 3")

    with pytest.raises(
        LedgerError, match=r"^Batch 1 of .* anchored .*\nBatch 3 of the access log was altered"
    ):
        three.verify([Anchor(1, BATCH, NOW), Anchor(3, BATCH, NOW), Anchor(4, BATCH, NOW)])


def test_a_log_that_is_rewritten_whole_shows_by_a_true_anchor_whatever_is_anchored_after_it(three, unguarded):
    """Whoever writes the database makes all digests anew, and anchors the new end; the old anchor stands."""
    true = Anchor(2, list(three.batches())[1].digest, NOW)
    previous = GENESIS
    for batch in list(three.batches()):
        false = replace(batch, lines=batch.lines.replace("1", "7"), previous=previous)
        previous = false.computed
        told = f"lines = '{false.lines}', previous = '{false.previous}', digest = '{previous}'"
        unguarded(f"UPDATE access SET {told} WHERE number = {batch.number}")

    assert three.verify().digest == previous
    (line,) = misfits(three, true, Anchor(3, previous, NOW + timedelta(hours=1)))
    assert line.startswith("Batch 2 of the access log is not the one that was anchored")


def test_only_a_server_has_a_clock_of_its_own(url, log):
    if url.startswith("sqlite"):
        assert log.time() is None
    else:
        assert log.time().tzinfo is UTC


# ---- Any moves --------------------------------------------------------------------------------------


@SQLITE
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    moves=st.lists(
        st.tuples(st.sampled_from("ab"), st.integers(0, 12), st.integers(0, 6)), min_size=1, max_size=12
    )
)
def test_however_often_lines_are_moved_none_is_lost_or_doubled(tmp_path_factory, url, moves):
    spools = {name: [f"{name}{line}\n".encode() for line in range(12)] for name in "ab"}
    moved = dict.fromkeys("ab", 0)
    with create_ledger(f"sqlite:///{tmp_path_factory.mktemp('moves')}/ledger.db") as ledger:
        log = AccessLog(ledger)
        for name, first, count in moves:
            lines = spools[name][first : first + count]
            start = len(b"".join(spools[name][:first]))
            if first > moved[name]:
                with pytest.raises(LedgerError, match="missing"):
                    log.append(name, start, b"".join(lines), NOW)
                continue
            log.append(name, start, b"".join(lines), NOW)
            moved[name] = max(moved[name], first + len(lines))

        found = [line.encode() + b"\n" for line in log.lines()]
        for name, done in moved.items():
            assert [line for line in found if line.startswith(name.encode())] == spools[name][:done]
        log.verify()
