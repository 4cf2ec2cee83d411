"""A resident's key that was taken away or altered is missed, and one that was destroyed by us is not."""

import pytest

from segmentation.errors import LedgerError, VaultError
from segmentation.ledger.personal.owners import Owned, verify_owners
from segmentation.ledger.personal.records import Records
from segmentation.vault import Keyring
from tests.ledger.personal.planted import NOW, keep, keep_all


def said(records):
    with pytest.raises(LedgerError) as told:
        verify_owners(records)
    *faults, way_out = str(told.value).split("\n")
    assert way_out == "Take the keyring of this ledger, or restore the ledger from a backup."
    return faults


def test_every_row_of_who_is_kept_has_its_key(records, erasures):
    first, *_ = keep_all(records, "R-1", "R-2", "R-3")
    assert verify_owners(records) == Owned(3)

    erasures.erase([first], "Carol", NOW)
    assert verify_owners(records) == Owned(2)


def test_an_empty_ledger_lacks_nothing(records):
    assert verify_owners(records) == Owned(0)


def test_a_key_that_was_taken_away_is_missed_by_the_rows_under_it(records, sql):
    keep(records, "R-0")
    keep(records, "R-1", "R-1", "R-2")
    keep(records, "R-1")
    sql(f"DELETE FROM data_keys WHERE subject = {literal(records.keyring.subject_of('R-1'), sql)}")

    assert said(records) == [
        "Rows 2 to 3 of consents: the key is gone, and nobody was erased.",
        "Row 5 of consents: the key is gone, and nobody was erased.",
    ]


def test_many_places_are_counted(records, sql):
    for at in range(12):
        keep(records, f"R-{at % 2}")
    sql(f"DELETE FROM data_keys WHERE subject = {literal(records.keyring.subject_of('R-1'), sql)}")

    *_, last = said(records)
    assert last == "So it is with 1 more places of consents."


def test_a_key_that_was_altered_is_told(records, sql):
    keep(records, "R-1", "R-2")
    sql("UPDATE data_keys SET wrapped = subject")

    assert said(records) == [
        "The keys of 2 residents do not open: the keyring lacks what they are under, or they were altered."
    ]


def test_the_keyring_of_another_ledger_is_told(records, ledger):
    keep(records, "R-1")

    with pytest.raises(VaultError, match="This ledger's residents are under the keyring"):
        verify_owners(Records(ledger, lambda: Keyring.generate(NOW)))


def literal(value, sql):
    """Return bytes as a statement of this database has them."""
    try:
        sql("SELECT sqlite_version()")
    except Exception:  # noqa: BLE001 - it is the other one
        return f"'\\x{value.hex()}'"
    return f"x'{value.hex()}'"
