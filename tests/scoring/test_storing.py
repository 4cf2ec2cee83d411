"""Scoring into the classification table: everybody once, nobody who may not be, and nothing in the clear."""

from datetime import UTC, datetime, time, timedelta

import pandas as pd
import pytest

from segmentation.errors import ResidentsError, StorageError
from segmentation.ledger.personal.bulk import Bulk
from tests.scoring.conftest import AS_OF, rows


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


def test_no_reference_is_written_anywhere(store, source, made, tmp_path):
    store(source)
    references = [one.encode() for one in made.residents["resident_ref"].head(50)]
    for path in tmp_path.rglob("*"):
        if path.is_file() and path != source:
            content = path.read_bytes()
            assert not any(one in content for one in references), path.name
