"""Consents from files: all of a sound file, once; nothing of one with a fault, and every fault by its row."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from segmentation.consents import import_consents
from segmentation.consents import importing as importing_module
from segmentation.errors import LedgerError, ResidentsError
from segmentation.ledger.access import AccessLog
from segmentation.ledger.personal.erasing import Erasures
from segmentation.ledger.personal.records import Records
from segmentation.ledger.personal.segments import By, Placed, Segments
from segmentation.ledger.personal.taken_back import opened
from segmentation.ledger.personal.tombstones import Tombstones
from segmentation.ledger.personal.verify import verify_personal
from segmentation.progress import Silent
from tests.consents.conftest import NOW, RING

AT = datetime(2026, 1, 5, 1, 30, tzinfo=UTC)


@pytest.fixture
def bring(records, file):
    """Import a table."""

    def bring(frame, name="consents.csv", **more):
        return import_consents(file(frame, name), records, by="Carol", now=NOW, processes=0, **more)

    return bring


@pytest.mark.parametrize("name", ["consents.csv", "consents.parquet"])
def test_every_row_is_on_record_with_what_it_says(bring, table, standing, consents, name):
    found = bring(table("R-1", "R-2", event_state=["given", "refused"]), name)

    assert (found.read, found.added, found.known, found.purposes) == (2, 2, 0, ("service_planning",))
    given = standing("R-1")
    assert (given.state, given.since, given.notice, given.language, given.channel) == (
        "given",
        AT,
        "2026-01",
        "zh",
        "app",
    )
    assert standing("R-2").state == "refused"
    (event,) = consents.events(RING.subject_of("R-1"), "service_planning")
    assert event.told.entity_id == "Carol"


def test_purposes_are_recorded_apart(bring, table, standing):
    bring(table("R-1", "R-1", purpose=["service_planning", "parcel_hints"], event_state=["given", "refused"]))

    assert standing("R-1").state == "given"
    assert standing("R-1", "parcel_hints").state == "refused"


def test_who_withdraws_in_a_table_is_not_placed_any_more(bring, table, records, sql):
    bring(table("R-1", "R-2", "R-3"))
    subjects = [RING.subject_of(f"R-{at}") for at in (1, 2, 3)]
    by = By("service_planning", "needs", 1, timedelta(days=100))
    for subject in subjects:
        Segments(records).keep(subject, Placed("S1", 0.5, borderline=False, decision=""), by, "Test", NOW)
    (sealed,) = sql("SELECT sealed FROM segments WHERE number = 1")[0]
    later = {"event_time": "2026-01-06T09:30:00+08:00"}
    bring(table("R-1", "R-2", event_state=["withdrawn", "objected"], **later))

    assert [len(Segments(records).history(one, "service_planning")) for one in subjects] == [0, 1, 1]
    path = records.ledger.place.path
    assert path is None or bytes(sealed) not in path.read_bytes()
    verify_personal(records.ledger, keyring=RING)


def test_a_withdrawal_before_the_consent_on_record_ends_nothing(bring, table, records):
    bring(table("R-1"))
    subject, by = RING.subject_of("R-1"), By("service_planning", "needs", 1, timedelta(days=100))
    Segments(records).keep(subject, Placed("S1", 0.5, borderline=False, decision=""), by, "Test", NOW)
    bring(table("R-1", event_state="withdrawn", event_time="2026-01-04T09:30:00+08:00"))

    assert len(Segments(records).history(subject, "service_planning")) == 1


def test_the_same_event_imported_twice_is_there_once_whoever_imports_it(
    bring, table, consents, records, file
):
    frame = table("R-1", "R-2")
    bring(frame)
    again = import_consents(file(frame), records, by="Bob", now=NOW, processes=0)

    assert (again.added, again.known) == (0, 2)
    more = bring(table("R-1", "R-2", "R-3"), "more.parquet")
    assert (more.added, more.known) == (1, 2)
    assert len(consents.events(RING.subject_of("R-1"), "service_planning")) == 1


def test_a_row_that_says_what_another_says_is_counted_once(bring, table):
    found = bring(table("R-1", "R-2", "R-1"))

    assert (found.read, found.added, found.doubled) == (3, 2, 1)


def test_all_faults_are_told_with_their_rows_and_nothing_is_written(bring, table, standing, sql):
    frame = table(*[f"R-{at}" for at in range(1, 10)])
    frame.loc[1, "pii_principal_id"] = None
    frame.loc[2, "pii_principal_id"] = "secret\x07name"
    frame.loc[[3, 5], "purpose"] = "Marketing!"
    frame.loc[4, "event_state"] = "maybe-secret"
    frame.loc[0, "event_time"] = "2026-01-05T09:30:00"
    frame.loc[6, "event_time"] = "yesterday-secret"
    frame.loc[7, "event_time"] = "2027-01-05T09:30:00Z"
    frame.loc[8, "event_time"] = None
    frame.loc[8, "language"] = "Chinese, secret"
    frame.loc[8, "privacy_notice"] = "n" * 65

    with pytest.raises(ResidentsError, match="10 faults") as caught:
        bring(frame)
    told = [fault.where for fault in caught.value.faults]
    assert told == [
        "column 'pii_principal_id', row 2",
        "column 'pii_principal_id', row 3",
        "column 'purpose', rows 4 and 6",
        "column 'event_state', row 5",
        "column 'event_time', row 9",
        "column 'event_time', row 7",
        "column 'event_time', row 1",
        "column 'event_time', row 8",
        "column 'privacy_notice', row 9",
        "column 'language', row 9",
    ]
    assert "secret" not in str(caught.value)
    assert "Marketing" not in str(caught.value)
    assert sql("SELECT count(*) FROM consents") == [(0,)]
    assert sql("SELECT count(*) FROM data_keys") == [(0,)]


def test_many_faulty_rows_are_counted(bring, table):
    frame = table(*[f"R-{at}" for at in range(20)], event_state="perhaps")

    with pytest.raises(ResidentsError, match="rows 1, 2, 3, 4, 5 and 15 more"):
        bring(frame)


def test_columns_that_are_missing_or_stand_twice_are_named_and_others_are_not_read(bring, table, tmp_path):
    with pytest.raises(ResidentsError, match="column 'event_time': is missing"):
        bring(table("R-1").drop(columns="event_time"))
    with pytest.raises(ResidentsError, match="column 'purpose': stands 2 times"):
        bring(pd.concat([table("R-1"), table("R-1")[["purpose"]]], axis="columns"))
    assert bring(table("R-1", telephone="13800000000")).unread == 1


def test_a_table_without_a_row_is_refused(bring, table):
    with pytest.raises(ResidentsError, match="has no row"):
        bring(table(), "empty.parquet")


@pytest.mark.parametrize(
    "times",
    [
        pytest.param("2026-01-05T09:30:00", id="wall time"),
        pytest.param("2026-01-05 09:30:00+08:00", id="with a zone"),
        pytest.param(pd.Timestamp("2026-01-05T09:30:00"), id="a time without a zone"),
        pytest.param(pd.Timestamp("2026-01-05T01:30:00Z"), id="a time with one"),
    ],
)
def test_times_are_read_in_the_zone_that_is_given(bring, table, standing, times):
    bring(table("R-1", event_time=times), "c.parquet", zone=ZoneInfo("Asia/Shanghai"))

    assert standing("R-1").since == AT


def test_only_purposes_that_may_be_recorded_are(bring, table):
    with pytest.raises(ResidentsError, match="is no purpose that may be recorded here"):
        bring(table("R-1"), purposes=["fairness_audit"])
    assert bring(table("R-1"), purposes=["service_planning"]).added == 1


def test_what_an_erased_resident_had_said_before_does_not_come_back(
    bring, table, records, standing, tmp_path
):
    bring(table("R-1", "R-2"))
    erasures = Erasures(records, Tombstones(tmp_path / "tombstones.jsonl"))
    erasures.erase([RING.subject_of("R-1")], "Carol", NOW - timedelta(days=1))

    found = bring(table("R-1", "R-2"))
    assert (found.known, found.erased) == (1, 1)
    assert standing("R-1").state is None
    assert bring(table("R-1", event_time="2026-11-20T09:31:00Z")).added == 1
    assert standing("R-1").state == "given"


def test_what_a_table_takes_back_is_kept_beside_the_tombstones_a_line_a_batch(
    bring, table, records, file, tmp_path
):
    graves = Tombstones(tmp_path / "tombstones.jsonl")
    frame = table("R-1", "R-2", "R-3", "R-4", event_state=["refused", "given", "withdrawn", "objected"])
    into = Records(records.ledger, lambda: RING, graves)
    for known in (0, 4):  # again, and nothing is added
        found = import_consents(file(frame, "consents.csv"), into, by="Carol", now=NOW, processes=0)
        assert (found.added, found.known) == (4 - known, known)

    (line,) = graves.read()
    assert {(one.subject, one.state) for one in opened(RING, line)} == {
        (RING.subject_of(reference), state)
        for reference, state in (("R-1", "refused"), ("R-3", "withdrawn"), ("R-4", "objected"))
    }
    verify_personal(records.ledger, graves, RING)


def test_an_import_that_was_cut_off_is_ended_by_the_next(bring, table, monkeypatch, records, sql):
    monkeypatch.setattr(importing_module, "ROWS", 2)
    seen = []

    class Stop(Silent):
        def part(self, what, done, total):
            seen.append((what, done, total))
            if done == 4:
                raise KeyboardInterrupt

    frame = table(*[f"R-{at}" for at in range(7)])
    with pytest.raises(KeyboardInterrupt):
        bring(frame, progress=Stop())
    assert seen == [("rows", done, 7) for done in (0, 2, 4)]
    found = bring(frame)
    assert found.known >= 4
    assert found.known + found.added == 7
    assert sql("SELECT count(*) FROM consents") == [(7,)]
    assert AccessLog(records.ledger).verify()


def test_batches_hold_all_of_a_resident(bring, table, monkeypatch, standing):
    monkeypatch.setattr(importing_module, "ROWS", 2)
    times = ["2026-01-05T09:30:00Z", "2026-01-06T09:30:00Z", "2026-01-07T09:30:00Z"]
    frame = table(*["R-1"] * 3, "R-2", event_time=[*times, times[0]])

    assert bring(frame).added == 4
    assert standing("R-1").since == datetime(2026, 1, 7, 9, 30, tzinfo=UTC)


def test_pseudonyms_are_residents_too(bring, table, standing):
    bring(table(f"pseudonym:{RING.subject_of('R-1').hex()}"))

    assert standing("R-1").state == "given"
    for digits in ("12", "z" * 32, "aa " * 10 + "aa"):
        with pytest.raises(ResidentsError, match="is no reference"):
            bring(table(f"pseudonym:{digits}"))


def test_a_database_that_refuses_is_told(bring, table, ledger):
    with ledger.writer("") as _, pytest.raises(LedgerError, match="another program has been writing"):
        bring(table("R-1"))


KILLED = """
import sys
from datetime import datetime
from pathlib import Path
from segmentation.consents import import_consents, importing
from segmentation.ledger.personal import sealing
from segmentation.ledger.personal.records import Records
from segmentation.ledger.store import open_ledger
from segmentation.progress import SILENT
from segmentation.vault import Keyring

importing.ROWS, sealing.FEW = 100, 0
url, table, ring, now = sys.argv[1:4] + [datetime.fromisoformat(sys.argv[4])]
keyring = Keyring.from_text(ring)
with open_ledger(url) as ledger:
    records = Records(ledger, lambda: keyring)
    class Tell(type(SILENT)):
        def part(self, what, done, total):
            print(done, flush=True)
    import_consents(Path(table), records, by="Carol", now=now, progress=Tell(), processes=1)
"""


@pytest.mark.slow
@pytest.mark.parametrize("batches", [1, 4, 9])
def test_an_import_that_is_killed_leaves_whole_batches_and_the_next_ends_it(
    url, bring, table, file, records, sql, batches
):
    frame = table(*[f"R-{at}" for at in range(3000)])
    words = (url, file(frame), RING.to_text(), NOW.isoformat())
    with subprocess.Popen([sys.executable, "-c", KILLED, *map(str, words)], stdout=subprocess.PIPE) as killed:
        for _ in range(batches + 1):
            killed.stdout.readline()
        killed.kill()

    ((there,),) = sql("SELECT count(*) FROM consents")
    assert there >= 100 * batches
    assert there % 100 == 0
    assert sql("SELECT count(*) FROM data_keys") == [(there,)]
    found = bring(frame)
    assert (found.known, found.added) == (there, 3000 - there)
    assert AccessLog(records.ledger).verify()


def test_who_is_erased_while_others_are_imported_does_not_come_back(
    bring, table, records, standing, tmp_path, monkeypatch
):
    erasures = Erasures(records, Tombstones(tmp_path / "tombstones.jsonl"))
    bring(table("R-1", event_time="2026-11-01T09:00:00Z"))
    sorted_, gone = importing_module._erased, []

    def meanwhile(*words):
        found = sorted_(*words)
        gone.append(erasures.erase([RING.subject_of("R-1")], "Carol", NOW))
        return found

    monkeypatch.setattr(importing_module, "_erased", meanwhile)
    found = bring(table("R-1", "R-2"))

    assert (found.added, found.erased) == (1, 1)
    assert standing("R-1").state is None
