"""Sealing beside: another process seals the same, and tells what it cannot."""

from datetime import UTC, datetime

import pytest

from segmentation.errors import VaultError
from segmentation.ledger.personal import sealing
from segmentation.ledger.personal.rows import place_of
from segmentation.ledger.personal.sealing import Batch, Job, Sealer, packed, seal
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


def test_a_batch_is_the_same_after_it_was_packed_for_another_process():
    assert contents(sealing._decode(packed(job()))) == dict(enumerate(BATCH.contents))


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


def test_what_another_process_cannot_seal_is_told_here(sealer):
    lost = {SUBJECTS[0]: Keyring.generate(NOW).wrap(SUBJECTS[0], b"k" * 32)}

    with pytest.raises(VaultError, match="lacks the wrapping key"):
        sealer.begin(job(lost)).result()
    assert contents(sealer.begin(job()).result()) == dict(enumerate(BATCH.contents))


def test_few_rows_are_sealed_here():
    sealer = Sealer(1)
    assert sealer.begin(job()).done()
    assert sealer._threads is None
    sealer.close()
