"""Scoring into the classification table: everybody once, nobody who may not be, and nothing in the clear."""

from datetime import UTC, datetime, time, timedelta

import pandas as pd
import pytest
from sqlalchemy import delete

from segmentation.errors import ResidentsError, StorageError
from segmentation.ledger.personal.bulk import Bulk
from segmentation.ledger.personal.entries import Entry, micros
from segmentation.ledger.personal.events import Told, encode
from segmentation.ledger.personal.segments import Segments
from segmentation.ledger.personal.tables import consents, data_keys
from tests.scoring.conftest import AS_OF, NOW


@pytest.fixture
def kept(made, records):
    """The segments that are kept of residents, the oldest first."""

    def segments_of(reference):
        subject = records.keyring.subject_of(reference)
        return Segments(records).history(subject, made.policy.purpose.key)

    return segments_of


@pytest.fixture
def given(made, records):
    """Put a consent of each of these on record."""

    def record(references):
        subjects = list(map(records.keyring.subjects(), references))
        entries = [Entry(one, micros(NOW), encode(Told("given", "2026-01"))) for one in subjects]
        keys = records.ensured(subjects, NOW)
        records.append(consents, made.policy.purpose.key, entries, keys, "Test", NOW)

    return record


def rows(records):
    with records.ledger.reading() as connection:
        return connection.exec_driver_sql("SELECT count(*) FROM segments").scalar_one()


def test_everybody_who_consented_is_kept_with_what_a_file_would_say(made, store, source, kept, records):
    expected = made.expected(source)
    done = store(source)

    assert done.kept == rows(records) == len(expected)
    assert done.segments == expected["segment"].value_counts().sort_index().to_dict()
    assert done.intake.left_out
    for reference, segment in expected.sample(20, random_state=0).itertuples(index=False):
        (one,) = kept(reference)
        assert (one.segment, one.version, one.decision) == (segment, 3, "sha256:d")
        assert one.borderline == (one.margin < made.scorer.borderline)
        assert one.expires - one.at <= timedelta(days=made.policy.retention_days)


@pytest.mark.parametrize("form", ["parquet", "csv"])
def test_a_segment_expires_with_the_row_that_it_was_made_of(made, store, kept, tmp_path, form):
    days = [AS_OF, AS_OF - timedelta(days=1), AS_OF - timedelta(days=made.policy.retention_days)]
    frame = made.residents.head(600).assign(
        collected_on=[pd.Timestamp(days[at % 3]) + pd.Timedelta(hours=7) for at in range(600)]
    )
    path = tmp_path / f"residents.{form}"
    frame.to_parquet(path) if form == "parquet" else frame.to_csv(path, index=False)
    assert store(path).kept > 300
    found = {at % 3: kept(one)[0] for at, one in enumerate(frame["resident_ref"]) if kept(one)}

    retention = timedelta(days=made.policy.retention_days)
    assert found[0].expires == found[0].at + retention, "and never longer than so many days from now"
    midnight = datetime.combine(AS_OF, time(), UTC)
    assert found[1].expires == midnight + retention, "to the end of its last day"
    assert found[2].expires == midnight + timedelta(days=1), "it was used on the last day that it may be"


def test_where_the_table_does_not_say_when_the_days_count_from_now(made, store, kept, source):
    table = made.policy.residents.model_copy(update={"collected_on": None})
    policy = made.policy.model_copy(update={"residents": table})
    store.func(made.scorer, policy, source, **store.keywords)
    (one,) = kept(made.expected(source)["resident_ref"].iloc[0])

    assert one.expires == one.at + timedelta(days=made.policy.retention_days)


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


def test_another_input_does_not_go_on_with_an_unfinished_run(store, source, made, monkeypatch):
    def stopped(_self, batches, _now):
        next(iter(batches))
        raise KeyboardInterrupt
        yield

    with monkeypatch.context() as patch:
        patch.setattr(Bulk, "write", stopped)
        with pytest.raises(KeyboardInterrupt):
            store(source)
    made.residents.head(600).to_parquet(source)
    with pytest.raises(StorageError, match="unfinished run on another input"):
        store(source)
    assert store(source, discard=True).kept > 0


def test_who_is_erased_meanwhile_is_counted_and_not_kept(store, source, given, made, records, monkeypatch):
    reference = made.residents["resident_ref"].iloc[0]
    given(made.residents["resident_ref"])
    subject, begun = records.keyring.subject_of(reference), Bulk._begun

    def erased_meanwhile(self, *words):
        task = begun(self, *words)
        with records.ledger.writer("") as connection:
            connection.execute(delete(data_keys).where(data_keys.c.subject == subject))
        return task

    monkeypatch.setattr(Bulk, "_begun", erased_meanwhile)
    done = store(source)
    assert done.erased == 1
    assert done.kept == rows(records) == len(made.residents) - 1


def test_ids_that_stand_twice_are_left_out_before_anybody_is_kept(store, source, made, kept):
    frame = made.residents.copy()
    twice = frame["resident_ref"].iloc[3]
    frame.loc[1_000, "resident_ref"] = twice
    frame.to_parquet(source)
    done = store(source)

    assert done.intake.quarantined_rows == 2
    assert kept(twice) == ()


def test_a_table_that_does_not_fit_keeps_nobody(store, source, made, records):
    made.residents.assign(repair_requests=-1).to_parquet(source)

    with pytest.raises(ResidentsError):
        store(source)
    assert rows(records) == 0


def test_an_id_that_cannot_be_a_reference_is_refused_before_anybody_is_kept(store, source, made, records):
    frame = made.residents.copy()
    frame.loc[700, "resident_ref"] = "x" * 201
    frame.to_parquet(source)

    with pytest.raises(ResidentsError, match="longer than 200 letters"):
        store(source)
    assert rows(records) == 0


def test_a_table_that_changes_meanwhile_stops_the_run(store, source, made, monkeypatch):
    def changed(step):
        if step == "Storing":
            made.residents.head(300).to_parquet(source)

    with pytest.raises(ResidentsError, match="changed while it was scored"):
        store(source, progress=changed)


def test_a_csv_file_and_a_folder_are_stored_alike(store, source, made, tmp_path):
    kept = store(source).segments
    made.residents.to_csv(tmp_path / "residents.csv", index=False)
    (tmp_path / "folder").mkdir()
    made.residents.iloc[:700].to_parquet(tmp_path / "folder" / "a.parquet")
    made.residents.iloc[700:].to_parquet(tmp_path / "folder" / "b.parquet")

    assert store(tmp_path / "residents.csv").segments == kept
    assert store(tmp_path / "folder").segments == kept


def test_neither_references_nor_segments_are_written_anywhere(store, source, made, tmp_path, request):
    store(source)
    references = [one.encode() for one in made.residents["resident_ref"].head(50)]
    for path in tmp_path.rglob("*"):
        if path.is_file() and path != source:
            content = path.read_bytes()
            assert not any(one in content for one in references), path.name


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

    def taken_back(self, *words):
        task = begun(self, *words)
        if not done:
            done.append(consent(reference, state))
        return task

    monkeypatch.setattr(Bulk, "_begun", taken_back)
    told = store(source)
    assert told.refused == {f"consent_{state}": 1}
    assert told.kept == rows(records) == len(references) - 1
    assert kept(reference) == ()
