"""Consents as a table: every event, under pseudonyms or known references, and back again."""

import errno
from datetime import timedelta

import pandas as pd
import pytest

from segmentation.consents import export_consents, import_consents
from segmentation.consents.exporting import STAGED
from segmentation.errors import StorageError
from segmentation.ledger.access import AccessLog
from segmentation.ledger.personal.events import Told
from segmentation.ledger.personal.records import Records
from segmentation.ledger.store import create_ledger
from segmentation.progress import Silent
from tests.consents.conftest import NOW, RING

PURPOSES = ("fairness_audit", "service_planning")


@pytest.fixture
def said(consents):
    """Three events of two residents."""
    one, two = (RING.subject_of(reference) for reference in ("R-1", "R-2"))
    told = Told("given", "2026-01", "zh", "app")
    consents.record(one, "service_planning", told, "Carol", NOW, NOW - timedelta(days=2))
    consents.record(one, "service_planning", Told("withdrawn"), "Carol", NOW, NOW - timedelta(days=1))
    consents.record(two, "fairness_audit", told, "Carol", NOW, NOW - timedelta(days=2))


@pytest.fixture
def take(records, tmp_path):
    """Export to a file, and read it."""

    def take(name="out.parquet", **more):
        path = tmp_path / name
        found = export_consents(path, records, by="Carol", now=NOW, **more)
        return found, pd.read_csv(path) if path.suffix == ".csv" else pd.read_parquet(path)

    return take


def test_every_event_is_a_row_with_the_names_of_the_standard(said, take):
    found, table = take()

    assert (found.events, found.residents) == (3, 2)
    assert list(table.columns) == [
        "schema_version",
        "pii_principal_id",
        "purpose",
        "event_state",
        "event_time",
        "privacy_notice",
        "language",
        "collection_method",
        "entity_id",
    ]
    own = table[table.pii_principal_id == f"pseudonym:{RING.subject_of('R-1').hex()}"]
    assert list(own.event_state) == ["given", "withdrawn"]
    assert list(own.event_time) == [NOW - timedelta(days=2), NOW - timedelta(days=1)]
    assert set(table.schema_version) == {"ISO/IEC TS 27560:2023"}


def test_who_brings_references_gets_those_residents_under_them(said, take):
    found, table = take("out.csv", references=["R-2", "R-9"])

    assert list(table.pii_principal_id) == ["R-2"]
    assert (found.events, found.residents) == (1, 1)


def test_some_purposes_alone_are_taken_out(said, take):
    assert set(take(purposes=["fairness_audit"])[1].purpose) == {"fairness_audit"}


@pytest.mark.parametrize("name", ["out.csv", "out.parquet"])
def test_what_was_taken_out_comes_back_the_same(said, take, records, tmp_path, name):
    _, first = take(name)
    again = import_consents(tmp_path / name, records, by="Bob", now=NOW, processes=0)
    assert (again.added, again.known) == (0, 3)

    with create_ledger(f"sqlite:///{tmp_path}/other.db") as other:
        import_consents(tmp_path / name, Records(other, lambda: RING), by="Bob", now=NOW, processes=0)
        path = tmp_path / f"again-{name}"
        export_consents(path, Records(other, lambda: RING), by="Bob", now=NOW)
    assert path.read_bytes() == (tmp_path / name).read_bytes() or pd.read_parquet(path).equals(first)


def test_taking_out_is_in_the_access_log_and_the_file_is_for_its_owner(said, take, records, tmp_path):
    take()

    reads = [line for line in AccessLog(records.ledger).lines() if '"what":"read"' in line]
    assert len(reads) == 2
    assert all('"by":"Carol"' in line and '"count":2' in line for line in reads), "residents, and not events"
    assert (tmp_path / "out.parquet").stat().st_mode & 0o777 == 0o600


@pytest.fixture
def folder(tmp_path):
    """An empty folder: a database lies beside it."""
    (tmp_path / "folder").mkdir()
    return tmp_path / "folder"


def test_what_an_export_left_that_was_killed_is_removed_by_the_next(said, records, folder):
    (folder / f"{STAGED}1a2b3c").write_text("R-1,service_planning,given\n")
    (folder / ".mine").touch()
    export_consents(folder / "out.csv", records, by="Carol", now=NOW)

    assert sorted(one.name for one in folder.iterdir()) == [".mine", "out.csv"]


def test_an_export_beside_another_leaves_that_alone_and_no_file_is_for_others_to_read(said, records, folder):
    modes = []

    class Beside(Silent):
        def part(self, what, done, total):
            assert (what, done, total) == ("residents", 2, 2)
            (staged,) = folder.glob(f"{STAGED}*")
            modes.append(staged.stat().st_mode & 0o777)
            export_consents(folder / "inner.csv", records, by="Carol", now=NOW)
            assert staged.exists()

    export_consents(folder / "outer.csv", records, by="Carol", now=NOW, progress=Beside())

    assert modes == [0o600]
    assert len(pd.read_csv(folder / "outer.csv")) == len(pd.read_csv(folder / "inner.csv")) == 3
    assert [path.stat().st_mode & 0o777 for path in folder.iterdir()] == [0o600] * 2


def test_nothing_on_record_is_a_table_without_rows(take):
    found, table = take()

    assert (found.events, len(table), "event_state" in table) == (0, 0, True)


def test_a_place_that_cannot_be_written_is_told(said, records, tmp_path):
    with pytest.raises(StorageError, match=r"neither \.parquet nor \.csv"):
        export_consents(tmp_path / "out.xlsx", records, by="Carol", now=NOW)
    with pytest.raises(StorageError, match="cannot be written"):
        export_consents(tmp_path / "nowhere" / "out.csv", records, by="Carol", now=NOW)


@pytest.mark.parametrize("name", ["out.csv", "out.parquet"])
def test_a_disk_that_is_full_leaves_what_was_there_and_nothing_else(said, records, folder, name):
    class Full(Silent):
        def part(self, *_told):
            raise OSError(errno.ENOSPC, "No space left on device")

    (folder / name).write_text("before")
    with pytest.raises(StorageError, match="no space left on device"):
        export_consents(folder / name, records, by="Carol", now=NOW, progress=Full())

    assert (folder / name).read_text() == "before"
    assert [path.name for path in folder.iterdir()] == [name]
