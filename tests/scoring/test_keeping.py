"""Each stretch is kept in one transaction: everybody once, and nobody who may not be when it is written."""

import pandas as pd
import pytest
from sqlalchemy import delete

from segmentation.ledger.personal.bulk import Bulk
from segmentation.ledger.personal.tables import data_keys
from tests.scoring.conftest import rows


def test_a_stretch_is_one_line_of_the_access_log(store, source, records):
    store(source)

    with records.ledger.reading() as connection:
        lines = connection.exec_driver_sql("SELECT lines FROM access ORDER BY number").scalars().all()
    written = [line for line in lines if '"table":"segments"' in line]
    assert len(written) == 4
    assert all('"by":"segmentation score"' in line for line in written)


def test_consents_on_record_count_and_those_of_the_table_do_not(made, store, source, given, consent, records):
    frame = made.residents.drop(columns=[name for name in made.residents if name.startswith("consent_")])
    frame.to_parquet(source)
    references = frame["resident_ref"].tolist()
    given(references[:500])
    consent(references[0], "withdrawn")
    consent(references[1], "objected")
    done = store(source)

    assert done.kept == rows(records) == 498
    assert done.refused == {
        "consent_missing": len(frame) - 500,
        "consent_objected": 1,
        "consent_withdrawn": 1,
    }
    with records.ledger.reading() as connection:
        keys = connection.exec_driver_sql("SELECT count(*) FROM data_keys").scalar_one()
    assert keys == 500


def test_nobody_is_kept_twice_by_the_same_run(store, source, records, given, made):
    first = store(source)
    again = store(source)

    assert (again.kept, again.there) == (0, first.kept)
    assert rows(records) == first.kept
    assert store(source, discard=True).kept == first.kept


def test_scoring_anew_keeps_history(made, store, source, kept):
    identity = {"model": made.policy.name, "version": "4", "decision": "sha256:e"}
    store(source)
    store(source, identity=identity)
    reference = made.expected(source)["resident_ref"].iloc[0]

    assert [one.version for one in kept(reference)] == [3, 4]


@pytest.mark.parametrize("after", [0, 2, 4])
def test_a_run_goes_on_after_one_that_was_stopped(store, source, records, monkeypatch, after):
    class StoppedError(Exception):
        pass

    write = Bulk.write

    def stopped(self, batches, now):
        for done, written in enumerate(write(self, batches, now)):
            if done == after:
                raise StoppedError  # it is kept, and nobody has noted it
            yield written
        raise StoppedError

    with monkeypatch.context() as patch:
        patch.setattr(Bulk, "write", stopped)
        with pytest.raises(StoppedError):
            store(source)
    before = rows(records)
    done = store(source)

    assert done.resumed == after * 300
    assert done.kept + before == rows(records)
    assert done.there == max(0, before - rows_up_to(store, records, done.resumed))
    assert store(source).there == rows(records)


def rows_up_to(store, records, resumed):
    """How many were kept of the rows that a run noted as done."""
    with records.ledger.reading() as connection:
        found = connection.exec_driver_sql("SELECT at, count(*) FROM segments GROUP BY at ORDER BY at").all()
    return sum(count for _, count in found[: resumed // 300])


def test_who_is_erased_meanwhile_is_counted_and_not_kept(store, source, given, made, records, monkeypatch):
    reference = made.residents["resident_ref"].iloc[0]
    given(made.residents["resident_ref"])
    subject, begun = records.keyring.subject_of(reference), Bulk._begun

    def erased_meanwhile(self, *words, **more):
        task = begun(self, *words, **more)
        with records.ledger.writer("") as connection:
            connection.execute(delete(data_keys).where(data_keys.c.subject == subject))
        return task

    monkeypatch.setattr(Bulk, "_begun", erased_meanwhile)
    done = store(source)
    assert done.erased == 1
    assert done.kept == rows(records) == len(made.residents) - 1


def test_what_is_shown_of_a_run_names_no_segment(store, source):
    done = store(source)

    assert repr(done) == f"Stored({done.kept} of 1200 rows kept, 4 segments)"
    assert pd.Series(done.segments).sum() == done.kept


@pytest.mark.slow
def test_other_processes_judge_and_seal_the_same(store, source, given, made, records, kept, monkeypatch):
    for module in ("sealing", "asking"):
        monkeypatch.setattr(f"segmentation.ledger.personal.{module}.FEW", 0)
    expected = made.expected(source)
    given(expected["resident_ref"].iloc[5:])
    done = store(source)

    assert done.kept == rows(records) == len(expected) - 5
    reference, segment = expected.iloc[-1][["resident_ref", "segment"]]
    assert [one.segment for one in kept(reference)] == [segment]
    assert kept(expected["resident_ref"].iloc[0]) == ()


@pytest.mark.parametrize("state", ["withdrawn", "objected"])
def test_who_takes_it_back_before_their_stretch_is_written_is_not_kept(
    store, source, given, consent, records, kept, monkeypatch, state
):
    references = pd.read_parquet(source)["resident_ref"]
    reference = references.iloc[0]
    given(references)
    begun, done = Bulk._begun, []

    def taken_back(self, *words, **more):
        task = begun(self, *words, **more)
        if not done:
            done.append(consent(reference, state))
        return task

    monkeypatch.setattr(Bulk, "_begun", taken_back)
    told = store(source)
    assert told.refused == {f"consent_{state}": 1}
    assert told.kept == rows(records) == len(references) - 1
    assert kept(reference) == ()
