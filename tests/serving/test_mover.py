import json
import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime
from io import StringIO

import msgspec
import pytest

from segmentation.errors import LedgerError, StorageError
from segmentation.ledger.access import AccessLog
from segmentation.ledger.store import open_ledger
from serving import lines as lines_module
from serving import mover as module
from serving.accesses import Access
from serving.logs import Log
from serving.mover import LOCK, Mover
from serving.spool import Spool, is_locked, spools

NOW = datetime(2026, 7, 1, 9, tzinfo=UTC)
BAD_ADDRESS = "postgresql+psycopg://somebody:hidden@127.0.0.1:1/nothing?connect_timeout=1"


@pytest.fixture
def written():
    return StringIO()


@pytest.fixture
def mover(office, written):
    return mover_of(office.settings(), office.clock, written)


def mover_of(settings, clock, written=None, **told):
    return Mover(settings, clock, Log(clock, written or StringIO()), **told)


def line(event):
    """Return an access event of that id."""
    told = Access(NOW, event, "0a1b2c3d4e5f", "predict", 200, 1, "resident_needs", 1, "sha256:ab")
    return msgspec.json.encode(told)


def lines(office):
    """Return the ids of the events in the ledger; a line that is none as it is."""
    with open_ledger(office.trust.ledger) as ledger:
        AccessLog(ledger).verify()
        return [_id(line) for line in AccessLog(ledger).lines()]


def _id(line):
    return json.loads(line)["id"] if line.startswith("{") else line


SIZE = len(line("one") + b"\n")


def batches(office):
    with open_ledger(office.trust.ledger) as ledger:
        return list(AccessLog(ledger).batches())


def fill(office, *events, **told):
    spool = Spool(office.settings().spool, **told)
    for event in events:
        spool.write(line(event))
    return spool


def logged(written):
    return [json.loads(line) for line in written.getvalue().splitlines()]


def test_lines_are_moved_on_each_kind_of_database(office_at):
    fill(office_at, "one", "two")
    mover = mover_of(office_at.settings(), office_at.clock)
    mover.move()
    assert lines(office_at) == ["one", "two"]
    assert mover.waiting() == 0


def test_a_spool_in_use_stays_and_only_what_is_new_is_moved(office, mover):
    spool = fill(office, "one")
    mover.move()
    spool.write(line("two"))
    mover.move()
    mover.move()
    assert lines(office) == ["one", "two"]
    assert [batch.start for batch in batches(office)] == [0, SIZE]
    assert len(spools(office.settings().spool)) == 1


def test_a_spool_whose_owner_is_gone_is_moved_and_removed(office, mover):
    fill(office, "one").close()
    mover.move()
    assert lines(office) == ["one"]
    assert spools(office.settings().spool) == ()


def test_an_empty_spool_of_the_dead_is_removed_and_leaves_nothing(office, mover):
    fill(office).close()
    mover.move()
    assert lines(office) == []
    assert spools(office.settings().spool) == ()


def test_a_rotated_spool_is_moved_whole(office, mover):
    fill(office, *"abcdef", limit=SIZE + 5)
    mover.move()
    assert sorted(lines(office)) == list("abcdef")
    assert len(spools(office.settings().spool)) == 1


def test_what_a_dead_process_wrote_of_a_line_is_kept_aside_counted_and_told(office, mover, written):
    fill(office, "whole").close()
    (one,) = spools(office.settings().spool)
    with one.path.open("ab") as file:
        file.write(b"half a li")
    mover.move()
    assert lines(office) == ["whole"]
    assert one.path.with_suffix(".torn").read_bytes() == b"half a li"
    assert mover.torn() == 1
    told = next(line for line in logged(written) if "torn" in line["event"])
    assert (told["bytes"], told["kept"]) == (9, 1)
    assert "half" not in written.getvalue()


def test_half_a_line_of_a_living_process_waits_for_its_end(office, mover):
    fill(office, "whole")
    (one,) = spools(office.settings().spool)
    with one.path.open("ab") as file:
        file.write(line("more")[:4])
        file.flush()
        mover.move()
        assert (lines(office), mover.waiting(), mover.torn()) == (["whole"], 4, 0)
        file.write(line("more")[4:] + b"\n")
    mover.move()
    assert lines(office) == ["whole", "more"]


def test_lines_go_into_the_ledger_in_batches_and_one_longer_than_a_batch_does_too(office, mover, monkeypatch):
    monkeypatch.setattr(lines_module, "BATCH", 2 * len(line("1234")) + 4)
    events = ["1234", "5678", "x" * 400, "9"]
    fill(office, *events)
    mover.move()
    assert lines(office) == events
    assert [batch.count for batch in batches(office)] == [2, 1, 1]


def test_another_mover_goes_on_where_one_died_after_it_moved_and_before_it_knew(office, mover):
    fill(office, "one", "two").close()
    (one,) = spools(office.settings().spool)
    with open_ledger(office.trust.ledger) as ledger:
        AccessLog(ledger).append(one.name, 0, line("one") + b"\n", office.clock())
    mover.move()
    assert lines(office) == ["one", "two"]


def test_only_one_mover_works_at_a_time(office, mover):
    fill(office, "one")
    with (office.settings().spool / LOCK).open("ab") as file:
        assert is_locked(file.fileno())
        mover.move()
        assert lines(office) == []
    mover.move()
    assert lines(office) == ["one"]


def test_a_ledger_that_is_down_keeps_the_lines_where_they_are_and_is_told_once(office, written):
    fill(office, "one").close()
    away = replace(office.trust, ledger=BAD_ADDRESS)
    mover = mover_of(office.settings(trust=away), office.clock, written)
    mover.look()
    mover.look()
    assert mover.waiting() == SIZE
    (told,) = logged(written)
    assert told["event"] == "access events wait"
    assert "hidden" not in written.getvalue()
    mover_of(office.settings(), office.clock).look()
    assert lines(office) == ["one"]


def test_a_ledger_that_somebody_else_writes_is_waited_for_briefly_and_tried_again(office, monkeypatch):
    monkeypatch.setattr(module, "PATIENCE", 0.05)
    mover = mover_of(office.settings(), office.clock)
    fill(office, "one")
    with open_ledger(office.trust.ledger) as other, other.writing(), pytest.raises(LedgerError):
        mover.move()
    mover.look()
    assert lines(office) == ["one"]


def test_a_fault_of_the_program_is_told_and_does_not_end_the_mover(office, mover, written, monkeypatch):
    fill(office, "one")
    with monkeypatch.context() as patch:
        patch.setattr(AccessLog, "append", lambda *_: {}["a resident's value"])
        mover.look()
    (told,) = logged(written)
    assert (told["event"], told["error"]) == ("failed", "KeyError")
    assert "resident" not in written.getvalue()
    mover.look()
    assert lines(office) == ["one"]


def test_a_thread_moves_and_stopping_moves_the_rest(office):
    mover = mover_of(office.settings(), office.clock, interval=0.01)
    mover.start()
    spool = fill(office, "one")
    until = time.monotonic() + 20
    while lines(office) != ["one"] and time.monotonic() < until:
        time.sleep(0.01)
    spool.write(line("two"))
    spool.close()
    mover.stop()
    assert lines(office) == ["one", "two"]
    assert spools(office.settings().spool) == ()


# ---- What is no spool, or no access event ------------------------------------------------------------


def test_a_line_that_is_no_access_event_is_kept_aside_and_moves_no_other(office_at, written):
    office = office_at
    mover = mover_of(office.settings(), office.clock, written)
    spool = fill(office, "one")
    strange = [b"name,age", b"\xff\0", line("x")[:-1] + b',"note":"private"}', b"[]", b"{}"]
    for one in strange:
        spool.write(one)
    spool.write(line("two"))
    mover.move()
    spool.write(b"private too")
    mover.move()
    assert lines(office) == ["one", *("-" * len(one) for one in strange), "two", "-" * 11]
    (one,) = spools(office.settings().spool)
    assert one.path.with_suffix(".torn").read_bytes() == b"\n".join([*strange, b"private too", b""])
    told = [line for line in logged(written) if "aside" in line["event"]]
    assert [line["bytes"] for line in told] == [sum(map(len, strange)) + 5, 12]
    assert "private" not in written.getvalue()


@pytest.mark.parametrize("kind", ["link", "pipe", "folder", "another's", "dangling"])
def test_what_is_no_file_of_its_own_is_left_alone_and_told(office, mover, written, tmp_path, kind):
    fill(office, "one").close()
    (tmp_path / "other").write_bytes(line("not ours") + b"\n")
    stray = office.settings().spool / "00.spool"
    match kind:
        case "link":
            stray.symlink_to(tmp_path / "other")
        case "dangling":
            stray.symlink_to(tmp_path / "nothing")
        case "pipe":
            os.mkfifo(stray)
        case "folder":
            stray.mkdir()
        case "another's":
            if os.geteuid() != 0:
                pytest.skip("only an administrator gives files away")
            stray.write_bytes(line("not ours") + b"\n")
            os.chown(stray, 12_345, -1)
    mover.look()
    mover.look()
    assert lines(office) == ["one"]
    assert stray.lstat()
    assert (tmp_path / "other").read_bytes() == line("not ours") + b"\n"
    (told,) = logged(written)
    assert (told["event"], told["entries"]) == ("no spool of this service: left alone", 1)


def test_a_spool_that_cannot_be_moved_is_told_and_stops_no_other(office, mover, written, monkeypatch):
    fill(office, "bad", name=lambda: "00").close()
    fill(office, "one").close()
    opened = module.opened

    def refusing(spool):
        if spool.name == "00":
            raise StorageError("The spool cannot be read.")
        return opened(spool)

    monkeypatch.setattr(module, "opened", refusing)
    mover.look()
    assert lines(office) == ["one"]
    (told,) = logged(written)
    assert (told["event"], told["why"]) == ("access events wait", "The spool cannot be read.")
    monkeypatch.undo()
    mover.move()
    assert lines(office) == ["one", "bad"]


KILLED = """
import sys
from datetime import datetime
from pathlib import Path
from segmentation.ledger.trust import Trust
from segmentation.signing import PublicKey
from serving import lines as lines_module
from serving import lines
from serving.mover import Mover
from serving.settings import Settings
lines.BATCH = 900
url, root, folder = sys.argv[1:]
folder = Path(folder)
trust = Trust(url, PublicKey(root), folder / "witness.json", str(folder / "bundles"))
now = datetime.fromisoformat("2026-07-01T09:00Z")
mover = Mover(Settings("resident_needs", trust, folder / "spool"), lambda: now)
print("ready", flush=True)
while True:
    mover.move()
"""


@pytest.mark.slow
def test_a_mover_that_is_killed_at_any_moment_loses_and_doubles_nothing(office_at):
    office, told, rng = office_at, [], random.Random(6)
    command = [sys.executable, "-c", KILLED, office.trust.ledger, office.trust.root.text, str(office.folder)]
    for turn in range(20):
        spool = fill(office, *(one := [f"{turn}-{n}-{'x' * rng.randrange(60)}" for n in range(400)]))
        told += one
        if rng.random() < 0.7:
            spool.close()
        process = subprocess.Popen(command, stdout=subprocess.PIPE, env=os.environ | {"PYTHONPATH": "src:."})
        process.stdout.readline()
        time.sleep(rng.random() * 0.15)
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
    spool.close()
    mover_of(office.settings(), office.clock).move()
    assert sorted(lines(office)) == sorted(told)
