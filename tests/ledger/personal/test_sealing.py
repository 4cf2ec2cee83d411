"""Sealing beside: another process seals the same, tells what it cannot, and ends when nobody listens."""

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
from segmentation.ledger.personal import sealing
from segmentation.ledger.personal.rows import place_of
from segmentation.ledger.personal.sealing import Batch, Job, Sealer, packed, seal, work
from segmentation.ledger.personal.vouching import Numbers
from segmentation.vault import DataKey, Keyring, Wrapped

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
RING = Keyring.generate(NOW)
SUBJECTS = [RING.subject_of(reference) for reference in ("R-1", "R-2", "R-1")]
FIRST = 7
BATCH = Batch(SUBJECTS, [1, 2, 3], [b"one", b"two", b"three"])


def job(kept=None, ring=RING):
    return Job(ring, "consents", "service_planning", BATCH, kept or {}, FIRST)


def contents(sealed, kept=None):
    """Open what was sealed, by its place in the batch."""
    wrapped = dict(zip(sealed.made, (Wrapped(RING.active.id, data) for data in sealed.wrapped), strict=True))
    keys = {subject: DataKey(RING.unwrap(subject, own)) for subject, own in (wrapped | (kept or {})).items()}
    numbers = Numbers(RING, "consents")
    return {
        place: keys[SUBJECTS[place]].open(
            place_of("consents", "service_planning", BATCH.at[place], mark), numbers.loose(number, data)
        )
        for number, (place, mark, data) in enumerate(
            zip(sealed.places, sealed.marks, sealed.sealed, strict=True), start=FIRST
        )
    }


def test_a_resident_gets_one_key_and_all_of_their_rows_open_with_it():
    sealed = seal(job())

    assert sealed.made == SUBJECTS[:2]
    assert contents(sealed) == dict(enumerate(BATCH.contents))
    assert sealed.marks == sorted(sealed.marks)


def test_who_has_a_key_keeps_it():
    kept = {SUBJECTS[0]: RING.wrap(SUBJECTS[0], b"k" * 32)}
    sealed = seal(job(kept))

    assert sealed.made == [SUBJECTS[1]]
    assert contents(sealed, kept) == dict(enumerate(BATCH.contents))


def test_some_rows_of_a_batch_keep_their_columns_together():
    more = BATCH._replace(more=[("a",), ("b",), ("c",)])

    assert more.take([2, 0]) == Batch(
        [SUBJECTS[2], SUBJECTS[0]], [3, 1], [b"three", b"one"], [("c",), ("a",)]
    )
    assert BATCH.take([1]).more == ()


def test_a_program_seals_until_there_are_no_more_jobs_and_tells_what_it_cannot():
    lost = {SUBJECTS[0]: Keyring.generate(NOW).wrap(SUBJECTS[0], b"k" * 32)}
    out = io.BytesIO()
    jobs = [pickle.dumps(partial(packed, one)) for one in (job(), job(lost))]
    work(io.BytesIO(b"".join(jobs)), out)
    out.seek(0)

    assert contents(sealing._decode(pickle.load(out))) == dict(enumerate(BATCH.contents))
    assert isinstance(pickle.load(out), VaultError)


@pytest.fixture
def sealer(monkeypatch):
    monkeypatch.setattr(sealing, "FEW", 0)
    sealer = Sealer(1)
    yield sealer
    sealer.close()


def test_another_process_seals_and_ends_with_this_one(sealer):
    assert contents(sealer.begin(job()).result()) == dict(enumerate(BATCH.contents))
    (worker,) = [sealer._free.get()]
    sealer._free.put(worker)
    sealer.close()
    assert worker._process.poll() is not None


def test_a_process_that_is_ended_is_told_with_the_way_out(sealer):
    sealer.begin(job()).result()
    worker = sealer._free.get()
    os.kill(worker._process.pid, 9)
    worker._process.wait()
    sealer._free.put(worker)

    with pytest.raises(LedgerError, match="was ended by something else"):
        sealer.begin(job()).result()


def test_a_process_whose_starter_is_gone_ends(sealer):
    sealer.begin(job()).result()
    worker = sealer._free.get()
    worker._process.stdin.close()
    for _ in range(200):
        if worker._process.poll() is not None:
            break
        time.sleep(0.05)
    assert worker._process.poll() == 0
    sealer._free.put(worker)


def test_nothing_that_lies_in_the_working_folder_runs_where_the_keyring_is_sent(
    sealer, tmp_path, monkeypatch
):
    for name in ("secrets", "pickle", "cryptography", "sitecustomize", "segmentation"):
        (tmp_path / f"{name}.py").write_text(f"open({str(tmp_path / 'seen')!r}, 'w')\nraise SystemExit(9)\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(("", str(tmp_path))))
    monkeypatch.setattr("sys.path", ["", str(tmp_path), *sys.path])

    assert contents(sealer.begin(job()).result()) == dict(enumerate(BATCH.contents))
    assert not (tmp_path / "seen").exists()


def test_another_process_runs_the_same_code_as_this_one(sealer, tmp_path, monkeypatch):
    (tmp_path / "only_here.py").write_text("class Found: pass\n")
    monkeypatch.syspath_prepend(tmp_path)
    from only_here import Found

    sealer.begin(job()).result()
    worker = sealer._free.get()
    sealer._free.put(worker)
    assert worker.do(partial(getfile, sealing.Worker)) == getfile(sealing.Worker)
    assert worker.do(partial(getfile, Found)) == str(tmp_path / "only_here.py")


def test_few_rows_are_sealed_here():
    sealer = Sealer(1)
    assert sealer.begin(job()).done()
    assert sealer._threads is None
    sealer.close()
