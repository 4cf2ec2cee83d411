"""Another process: does what it is sent, tells what it cannot, and ends when nobody listens."""

import io
import os
import pickle
import sys
import time
from datetime import UTC, datetime
from functools import partial
from inspect import getfile

import pytest

from segmentation.errors import LedgerError, VaultError
from segmentation.ledger.personal.worker import Worker, work
from segmentation.vault import Keyring

RING = Keyring.generate(datetime(2026, 11, 20, 9, 30, tzinfo=UTC))
JOB = partial(RING.subject_of, "R-1")
SUBJECT = RING.subject_of("R-1")


@pytest.fixture
def worker():
    worker = Worker()
    yield worker
    worker.close()


def test_a_program_does_jobs_until_there_are_no_more_and_tells_what_it_cannot():
    out = io.BytesIO()
    jobs = [JOB, partial(RING.subject_of, ""), JOB]
    work(io.BytesIO(b"".join(map(pickle.dumps, jobs))), out)
    out.seek(0)

    assert pickle.load(out) == SUBJECT
    assert isinstance(pickle.load(out), VaultError)
    assert pickle.load(out) == SUBJECT
    assert not out.read()


def test_what_it_cannot_do_is_raised_here_and_it_goes_on(worker):
    with pytest.raises(VaultError, match="1 to 200 letters"):
        worker.do(partial(RING.subject_of, ""))
    assert worker.do(JOB) == SUBJECT


def test_one_that_is_closed_is_gone(worker):
    assert worker.do(JOB) == SUBJECT
    worker.close()
    assert worker._process.poll() is not None


def test_one_that_is_ended_is_told_with_the_way_out(worker):
    os.kill(worker._process.pid, 9)
    worker._process.wait()

    with pytest.raises(LedgerError, match="was ended by something else"):
        worker.do(JOB)


def test_one_whose_starter_is_gone_ends(worker):
    worker.do(JOB)
    worker._process.stdin.close()
    for _ in range(200):
        if worker._process.poll() is not None:
            break
        time.sleep(0.05)
    assert worker._process.poll() == 0


def test_nothing_that_lies_in_the_working_folder_runs_where_the_keyring_is_sent(tmp_path, monkeypatch):
    for name in ("secrets", "pickle", "cryptography", "sitecustomize", "segmentation"):
        (tmp_path / f"{name}.py").write_text(f"open({str(tmp_path / 'seen')!r}, 'w')\nraise SystemExit(9)\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(("", str(tmp_path))))
    monkeypatch.setattr("sys.path", ["", str(tmp_path), *sys.path])
    worker = Worker()

    assert worker.do(JOB) == SUBJECT
    worker.close()
    assert not (tmp_path / "seen").exists()


def test_it_runs_the_same_code_as_this_process(tmp_path, monkeypatch):
    (tmp_path / "only_here.py").write_text("class Found: pass\n")
    monkeypatch.syspath_prepend(tmp_path)
    from only_here import Found

    worker = Worker()
    assert worker.do(partial(getfile, Worker)) == getfile(Worker)
    assert worker.do(partial(getfile, Found)) == str(tmp_path / "only_here.py")
    worker.close()
