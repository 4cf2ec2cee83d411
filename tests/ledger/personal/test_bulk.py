"""Writing many rows: as safe as writing one, whole batches, and nothing twice."""

from datetime import UTC, datetime
from threading import Event

import pytest
from sqlalchemy import delete

from segmentation.errors import LedgerError
from segmentation.ledger.access import AccessLog
from segmentation.ledger.personal import bulk as bulk_module
from segmentation.ledger.personal import sealing
from segmentation.ledger.personal.bulk import AHEAD, Bulk, Written
from segmentation.ledger.personal.entries import micros
from segmentation.ledger.personal.records import Records
from segmentation.ledger.personal.rows import COPIED
from segmentation.ledger.personal.sealing import Batch
from segmentation.ledger.personal.tables import consents, data_keys, segments
from segmentation.ledger.personal.verify import verify_personal
from segmentation.vault import Keyring

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
AT = micros(NOW)
PURPOSE = "service_planning"
RING = Keyring.generate(NOW)
SUBJECTS = sorted(RING.subject_of(f"R-{at}") for at in range(5))


def same(one, other):
    return one == other


@pytest.fixture
def records(ledger):
    return Records(ledger, lambda: RING)


@pytest.fixture
def bulk(records):
    return Bulk(records, consents, PURPOSE, "Test", same, processes=0)


def batch(*subjects, content=b"told", at=AT):
    return Batch(subjects, [at] * len(subjects), [content] * len(subjects))


def contents(records, subject, table=consents):
    return [row.content for row in records.of(table, PURPOSE, subject)]


def test_every_batch_is_one_line_and_its_rows_open(records, bulk, sql):
    two = [batch(*SUBJECTS[:3]), batch(*SUBJECTS[3:], content=b"also")]

    assert list(bulk.write(two, NOW)) == [Written(3), Written(2)]
    assert [contents(records, one) for one in SUBJECTS] == [[b"told"]] * 3 + [[b"also"]] * 2
    log = AccessLog(records.ledger)
    assert [line.count('"what":"write"') for line in log.lines()] == [1, 1]
    assert log.verify().number == 2
    assert [number for (number,) in sql("SELECT number FROM consents ORDER BY number")] == [1, 2, 3, 4, 5]


def test_enough_rows_for_a_copy_are_there_as_few_are(records, bulk):
    many = sorted(RING.subject_of(f"M-{at}") for at in range(COPIED + 1))

    assert list(bulk.write([batch(*many)], NOW)) == [Written(COPIED + 1)]
    assert contents(records, many[-1]) == [b"told"]


def test_what_is_there_already_is_left_out_and_what_says_otherwise_is_not(records, bulk):
    list(bulk.write([batch(*SUBJECTS[:2])], NOW))

    assert list(bulk.write([batch(*SUBJECTS[:3])], NOW)) == [Written(1, known=2)]
    assert list(bulk.write([batch(SUBJECTS[0], content=b"other")], NOW)) == [Written(1)]
    assert list(bulk.write([batch(SUBJECTS[0], at=AT + 1)], NOW)) == [Written(1)]
    assert contents(records, SUBJECTS[0]) == [b"told", b"other", b"told"]


def test_what_only_another_purpose_knows_is_written(records, bulk):
    list(bulk.write([batch(*SUBJECTS)], NOW))
    other = Bulk(records, consents, "fairness_audit", "Test", same, processes=0)

    assert list(other.write([batch(*SUBJECTS)], NOW)) == [Written(5)]


def test_columns_of_a_table_of_its_own_are_written(records):
    bulk = Bulk(records, segments, PURPOSE, "Test", processes=0)
    rows = Batch(SUBJECTS[:2], [AT, AT], [b"a", b"b"], [("needs", 3, AT + 1), ("needs", 4, AT + 2)])

    assert list(bulk.write([rows], NOW)) == [Written(2)]
    (row,) = records.of(segments, PURPOSE, SUBJECTS[1])
    assert (row.more, row.content) == (("needs", 4, AT + 2), b"b")


def between(*batches, do):
    """Do something after the first batch was sealed, and before it is written."""
    yield batches[0]
    do()
    yield from batches[1:]


def test_who_is_erased_while_theirs_is_being_written_is_left_out(records, bulk, ledger):
    records.ensured(SUBJECTS[:2], NOW)

    def erase():
        with ledger.writer("") as connection:
            connection.execute(delete(data_keys).where(data_keys.c.subject == SUBJECTS[0]))

    found = list(bulk.write(between(batch(*SUBJECTS[:3]), batch(SUBJECTS[4]), do=erase), NOW))

    assert found == [Written(2, erased=1), Written(1)]
    assert records.keys([SUBJECTS[0]]) == {}
    assert contents(records, SUBJECTS[1]) == [b"told"]


def test_whose_key_another_made_meanwhile_is_sealed_under_that(records, bulk):
    def make():
        list(bulk.write([batch(*SUBJECTS[:2])], NOW))

    found = list(bulk.write(between(batch(*SUBJECTS[:3]), do=make), NOW))

    assert found == [Written(1, known=2)]
    assert [contents(records, one) for one in SUBJECTS[:3]] == [[b"told"]] * 3


def numbers(sql):
    return [number for (number,) in sql("SELECT number FROM consents ORDER BY number")]


def test_rows_whose_numbers_another_took_meanwhile_get_those_behind(records, bulk, sql):
    def write_others():
        list(Bulk(records, consents, "fairness_audit", "Test", processes=0).write([batch(SUBJECTS[3])], NOW))

    found = list(bulk.write(between(batch(*SUBJECTS[:3]), batch(SUBJECTS[4]), do=write_others), NOW))

    assert found == [Written(3), Written(1)]
    assert [contents(records, one) for one in SUBJECTS] == [[b"told"]] * 3 + [[], [b"told"]]
    assert numbers(sql) == [1, 2, 3, 4, 5]
    verify_personal(records.ledger, keyring=RING)


@pytest.mark.parametrize("known", SUBJECTS[:3], ids=["first", "second", "third"])
def test_rows_beside_one_that_is_known_are_numbered_without_a_gap(records, bulk, sql, known):
    list(bulk.write([batch(known)], NOW))

    assert list(bulk.write([batch(*SUBJECTS[:3])], NOW)) == [Written(2, known=1)]
    assert [contents(records, one) for one in SUBJECTS[:3]] == [[b"told"]] * 3
    assert numbers(sql) == [1, 2, 3]
    verify_personal(records.ledger, keyring=RING)


def test_what_others_have_not_begun_with_is_sealed_here_meanwhile(records, monkeypatch):
    monkeypatch.setattr(sealing, "FEW", 0)
    here, may_go = [], Event()

    def slowly(job):
        assert may_go.wait(60)
        return sealing.packed(job)

    def sealed_here(job):
        here.append(job.batch.subjects)
        may_go.set()
        return sealing.sealed_here(job)

    monkeypatch.setattr(sealing, "Worker", lambda: Here(slowly))
    monkeypatch.setattr(bulk_module, "sealed_here", sealed_here)
    bulk = Bulk(records, consents, PURPOSE, "Test", same, processes=1)

    assert list(bulk.write([batch(one) for one in SUBJECTS], NOW)) == [Written(1)] * 5
    assert here[0] == (SUBJECTS[AHEAD],)
    assert [contents(records, one) for one in SUBJECTS] == [[b"told"]] * 5
    verify_personal(records.ledger, keyring=RING)


class Here:
    """A worker that is this process."""

    def __init__(self, do):
        self._do = do

    def do(self, job):
        return self._do(*job.args)

    def close(self):
        """End nothing."""


def test_a_resident_in_two_batches_has_one_key(records, bulk):
    assert list(bulk.write([batch(SUBJECTS[0]), batch(SUBJECTS[0], at=AT + 1)], NOW)) == [Written(1)] * 2
    assert contents(records, SUBJECTS[0]) == [b"told", b"told"]


def test_what_is_refused_leaves_whole_batches_and_the_next_run_ends_it(records, bulk, unwritable):
    list(bulk.write([batch(SUBJECTS[4])], NOW))
    with pytest.raises(LedgerError, match="Nothing was kept"):
        list(bulk.write(between(batch(SUBJECTS[0]), batch(SUBJECTS[1]), do=unwritable.begin), NOW))
    unwritable.end()

    assert sum(one.added for one in bulk.write([batch(*SUBJECTS)], NOW)) == 4
    assert AccessLog(records.ledger).verify()


@pytest.fixture
def unwritable(sql, url):
    """A table that can be read and not be written."""

    class Unwritable:
        def begin(self):
            sql("ALTER TABLE access RENAME TO hidden")

        def end(self):
            sql("ALTER TABLE hidden RENAME TO access")

    return Unwritable()


def test_other_processes_seal_the_same(records, monkeypatch):
    monkeypatch.setattr(sealing, "FEW", 0)
    bulk = Bulk(records, consents, PURPOSE, "Test", same, processes=1)

    assert list(bulk.write([batch(*SUBJECTS), batch(*SUBJECTS)], NOW)) == [Written(5), Written(0, known=5)]
    assert contents(records, SUBJECTS[4]) == [b"told"]


def test_what_was_sealed_under_a_key_that_is_retired_by_then_is_sealed_anew(ledger):
    rings = [RING]
    bulk = Bulk(Records(ledger, lambda: rings[-1]), consents, PURPOSE, "Test", same, processes=0)

    def batches():
        yield batch(*SUBJECTS[:3])
        rings.append(RING.rotated(NOW))
        rings.append(rings[-1].without(RING.active.id))

    assert list(bulk.write(batches(), NOW)) == [Written(3)]
    assert contents(bulk.records, SUBJECTS[0]) == [b"told"]


def test_who_comes_behind_everybody_and_who_does_not_are_told_apart(records, bulk, monkeypatch):
    monkeypatch.setattr("segmentation.ledger.personal.look.MANY", 1)

    assert list(bulk.write([batch(*SUBJECTS[:2])], NOW)) == [Written(2)]
    assert list(bulk.write([batch(*SUBJECTS[2:])], NOW)) == [Written(3)]
    assert list(bulk.write([batch(*SUBJECTS)], NOW)) == [Written(0, known=5)]
    assert [contents(records, one) for one in SUBJECTS] == [[b"told"]] * 5


def test_who_may_not_be_written_any_more_is_left_out_and_counted(records):
    asked = []

    def still(connection, subjects):
        assert connection.in_transaction()
        asked.append(list(subjects))
        return [SUBJECTS[1]]

    bulk = Bulk(records, consents, PURPOSE, "Test", same, processes=0, still=still)
    records.ensured(SUBJECTS[:3], NOW)

    assert list(bulk.write([batch(*SUBJECTS[:3])], NOW)) == [Written(2, refused=1)]
    assert asked == [SUBJECTS[:3]]
    assert [contents(records, one) for one in SUBJECTS[:3]] == [[b"told"], [], [b"told"]]


def test_rows_that_rest_on_a_consent_make_no_key(records):
    bulk = Bulk(records, consents, PURPOSE, "Test", processes=0, makes=False)
    records.ensured(SUBJECTS[:1], NOW)

    assert list(bulk.write([batch(*SUBJECTS[:2])], NOW)) == [Written(1, erased=1)]
    assert records.keys(SUBJECTS[:2]).keys() == {SUBJECTS[0]}
