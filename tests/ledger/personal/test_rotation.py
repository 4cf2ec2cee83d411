"""Data keys go under a new key while everybody reads and writes, and the old key leaves when it is bare."""

from datetime import timedelta
from threading import Event, Thread

import pytest

from segmentation.errors import LedgerError, StorageError, VaultError
from segmentation.ledger.access import AccessLog
from segmentation.ledger.personal.records import Records
from segmentation.ledger.personal.rotation import add_key, counts, retire, rewrap
from segmentation.ledger.personal.verify import verify_personal
from segmentation.ledger.store import open_ledger
from tests.ledger.personal.planted import NOW, keep, keep_all, told

REFERENCES = [f"R-{at}" for at in range(7)]


@pytest.fixture
def rings(keyring):
    """The keyring as it was written, each time it was."""
    return [keyring]


@pytest.fixture
def records(ledger, rings):
    return Records(ledger, lambda: rings[-1])


def clock():
    return NOW + timedelta(days=1)


def rotate(records, rings, batch=3):
    add_key(records, rings.append, "Adam", NOW)
    return list(rewrap(records, "Adam", clock, batch))


def test_every_data_key_goes_under_the_new_key_and_opens_what_it_opened(records, rings):
    subjects = keep_all(records, *REFERENCES)
    old = rings[0].active.id

    assert rotate(records, rings) == [3, 3, 1]

    assert counts(records.ledger) == {rings[-1].active.id: 7}
    assert [told(records, one) for one in subjects] == [4 * [f"told of {one}".encode()] for one in REFERENCES]
    assert [one.id for one in rings[-1].wrapping] == [old, rings[-1].active.id]


def test_a_rotation_of_nothing_wraps_nothing(records, rings):
    assert rotate(records, rings) == []


def test_a_rotation_is_told_in_the_access_log(records, rings):
    keep(records, *REFERENCES)
    rotate(records, rings)

    lines = [line for line in AccessLog(records.ledger).lines() if '"what":"rotate"' in line]
    assert [line.split('"count":')[1].split(",")[0] for line in lines] == ["0", "3", "3", "1"]
    verify_personal(records.ledger)


def test_a_rotation_that_was_stopped_goes_on_where_it_was(records, rings):
    keep(records, *REFERENCES)
    add_key(records, rings.append, "Adam", NOW)
    stopped = rewrap(records, "Adam", clock, 3)
    assert next(stopped) == 3
    stopped.close()

    assert len(told(records, rings[0].subject_of("R-6"))) == 1
    assert list(rewrap(records, "Adam", clock, 3)) == [3, 1]


def test_who_is_erased_meanwhile_stays_erased(records, rings, erasures):
    subjects = keep(records, *REFERENCES)
    add_key(records, rings.append, "Adam", NOW)
    running = rewrap(records, "Adam", clock, 3)
    next(running)
    erasures.erase(subjects, "Carol", NOW)

    assert list(running) == []
    assert counts(records.ledger) == {}


def test_a_key_is_not_retired_while_a_resident_is_under_it(records, rings):
    keep(records, *REFERENCES)
    old = rings[0].active.id
    add_key(records, rings.append, "Adam", NOW)

    with pytest.raises(VaultError, match=rf"^7 data keys are still under .* {old}, .*--continue"):
        retire(records, old, rings.append, "Adam", NOW)
    assert len(rings) == 2


def test_the_active_key_is_never_retired(records, rings):
    with pytest.raises(VaultError, match="no longer the active one"):
        retire(records, rings[0].active.id, rings.append, "Adam", NOW)


def test_a_bare_key_is_retired_and_everything_still_opens(records, rings):
    (subject,) = keep(records, "R-1")
    old = rings[0].active.id
    rotate(records, rings)

    left = retire(records, old, rings.append, "Adam", NOW)

    assert rings[-1] == left
    assert [one.id for one in left.wrapping] == [rings[1].active.id]
    assert told(records, subject) == [b"told of R-1"]


def test_a_keyring_that_cannot_be_written_changes_nothing(records, rings):
    def full(_):
        raise StorageError("The keyring cannot be written.")

    keep(records, "R-1")
    before = AccessLog(records.ledger).head()
    with pytest.raises(StorageError):
        add_key(records, full, "Adam", NOW)
    assert AccessLog(records.ledger).head() == before


def test_a_data_key_under_a_lost_key_is_told(records, rings):
    keep(records, "R-1")
    lost = rings[0].active.id
    rings.append(rings[0].rotated(NOW).without(lost))

    with pytest.raises(VaultError, match=f"lacks the wrapping key {lost}"):
        list(rewrap(records, "Adam", clock))


@pytest.mark.slow
def test_who_reads_and_writes_during_a_rotation_notices_nothing(url, ledger, records, rings):
    """Others begin while a key is added, data keys move and the old key leaves, again and again."""
    keep(records, *REFERENCES)
    done, failed, kept = Event(), [], []

    def work(name):
        try:
            with open_ledger(url, patience=30) as own:
                mine = Records(own, lambda: rings[-1])
                at = 0
                while not done.is_set() or at < 3:
                    reference = f"{name}-{at}"
                    (subject,) = keep(mine, reference)
                    kept.append((subject, reference))
                    assert told(mine, rings[-1].subject_of("R-1")) == [b"told of R-1"]
                    at += 1
        except BaseException as error:  # noqa: BLE001 - whatever it is, the test is to tell it
            failed.append(error)

    threads = [Thread(target=work, args=(name,)) for name in ("A", "B")]
    for thread in threads:
        thread.start()
    try:
        for _ in range(4):
            with open_ledger(url, patience=30) as own:
                mine = Records(own, lambda: rings[-1])
                rotate(mine, rings)
                while True:
                    try:
                        retire(mine, rings[-1].wrapping[0].id, rings.append, "Adam", NOW)
                    except VaultError:  # somebody began before the key was added
                        list(rewrap(mine, "Adam", clock))
                    else:
                        break
    finally:
        done.set()
        for thread in threads:
            thread.join()

    assert failed == []
    assert len(kept) >= 6
    assert [told(records, subject) for subject, _ in kept] == [
        [f"told of {reference}".encode()] for _, reference in kept
    ]
    assert set(counts(ledger)) == {rings[-1].active.id}
    verify_personal(ledger)


def test_a_database_that_refuses_is_told_and_can_be_asked_again(records, rings, url):
    keep(records, *REFERENCES)
    add_key(records, rings.append, "Adam", NOW)
    with (
        open_ledger(url) as other,
        other.writer("Not written"),
        pytest.raises(LedgerError, match=r"^The data keys stay .* another program has been writing"),
    ):
        list(rewrap(records, "Adam", clock))

    assert sum(rewrap(records, "Adam", clock)) == 7
