"""Who writes the database without the keyring, and who comes with another one: nothing of theirs counts."""

import secrets
from datetime import timedelta

import msgspec
import pytest
from sqlalchemy import func, select, update

from segmentation.errors import VaultError
from segmentation.ledger.access import AccessLog
from segmentation.ledger.personal.consents import Consents
from segmentation.ledger.personal.entries import Line
from segmentation.ledger.personal.erasing import Erasures
from segmentation.ledger.personal.events import Told
from segmentation.ledger.personal.gate import Gate
from segmentation.ledger.personal.overrides import Overrides
from segmentation.ledger.personal.overrides import Told as Put
from segmentation.ledger.personal.records import Records, tell
from segmentation.ledger.personal.rows import digest_of, digest_of_rows, insert_rows, name_of, numbered
from segmentation.ledger.personal.segments import By, Placed, Segments
from segmentation.ledger.personal.tables import consents, overrides, segments
from segmentation.ledger.personal.verify import verify_personal
from segmentation.ledger.personal.vouching import Numbers, is_vouched, vouched
from segmentation.vault import Keyring
from tests.ledger.personal.planted import NOW, keep, told
from tests.policies import small_policy

PURPOSE = "service_planning"
LATER = NOW + timedelta(days=1)
BY = By(PURPOSE, "resident_needs", 1, timedelta(days=365))


def forge(ledger, table, row, **changed):
    """Write a row once more under the next number with a line that tells of it, without any keyring."""
    name = name_of(table)
    values = {**row._mapping, **changed}
    with ledger.writer("Not written") as connection:
        first = connection.execute(select(func.max(table.c.number))).scalar_one() + 1
        columns = [column.name for column in table.columns][1:-1]
        rows = numbered(name, [tuple(values[column] for column in columns)], first)
        insert_rows(connection, table, rows)
        digest = digest_of_rows(one[-1] for one in rows)
        tell(connection, [Line(LATER, secrets.token_hex(8), "x", "write", name, first, 1, digest)], None)


def row_of(ledger, table, number):
    with ledger.reading() as connection:
        return connection.execute(select(table).where(table.c.number == number)).one()


@pytest.fixture
def placed(records):
    """A resident of whom two segments are kept."""
    subject, kept = records.keyring.subject_of("R-1"), Segments(records)
    kept.keep(subject, Placed("S1", 0.5, False, "d"), BY, "k", NOW)
    kept.keep(subject, Placed("S2", 0.5, False, "d"), BY, "k", LATER)
    return subject


def test_an_old_segment_that_is_put_behind_the_newest_one_is_not_believed(placed, records, ledger):
    forge(ledger, segments, row_of(ledger, segments, 1))
    AccessLog(ledger).verify()
    verify_personal(ledger)

    with pytest.raises(VaultError, match="Row 3 of segments: What is sealed there was written for another"):
        Segments(records).current(placed, PURPOSE, "resident_needs", LATER)


@pytest.mark.parametrize("column", ["model", "version", "expires", "at"])
def test_a_seal_is_bound_to_everything_that_stands_beside_it_in_the_clear(placed, records, ledger, column):
    row = row_of(ledger, segments, 2)
    values = {**row._mapping, column: f"{row.model}_2" if column == "model" else row._mapping[column] + 1}
    digest = digest_of("segments", [values[one.name] for one in segments.columns][:-1])
    with ledger.writer("Not written") as connection:
        connection.execute(
            update(segments).where(segments.c.number == 2).values(**values | {"digest": digest})
        )

    with pytest.raises(VaultError, match="Row 2 of segments"):
        Segments(records).current(placed, PURPOSE, values["model"], LATER)


def test_an_override_that_was_lifted_does_not_come_back(records, ledger):
    subject, kept = records.keyring.subject_of("R-1"), Overrides(records)
    kept.set(subject, PURPOSE, "resident_needs", Put("S9", "why", "Carol"), NOW)
    kept.lift(subject, PURPOSE, "resident_needs", Put(None, "an error", "Carol"), LATER)
    forge(ledger, overrides, row_of(ledger, overrides, 1))

    with pytest.raises(VaultError, match="Row 3 of overrides"):
        kept.standing(subject, PURPOSE, "resident_needs")


def test_a_consent_that_was_withdrawn_does_not_come_back_for_many_either(records, ledger, consent):
    subject = consent("R-1", "given", "withdrawn")
    gate = Gate(records, small_policy())
    assert set(gate.refused([subject])) == {subject}

    forge(ledger, consents, row_of(ledger, consents, 1), at=row_of(ledger, consents, 2).at + 1)
    with pytest.raises(VaultError, match="Row 3 of consents"):
        gate.refused([subject])


def test_a_number_is_that_of_one_row_of_one_table_and_keyring(keyring):
    numbers = Numbers(keyring, "consents")
    kept = numbers.bound(3, b"sealed")

    assert numbers.loose(3, kept) == b"sealed"
    for other, number in (
        (numbers, 4),
        (Numbers(keyring, "segments"), 3),
        (Numbers(Keyring.generate(NOW), "consents"), 3),
    ):
        with pytest.raises(VaultError):
            other.loose(number, kept)
    with pytest.raises(VaultError):
        numbers.loose(3, b"")


def test_a_line_is_vouched_for_as_it_is_and_by_one_keyring(keyring):
    line = vouched(keyring, Line(NOW, "0", "Carol", "erase", "consents", 1, 2, "sha256:0"))
    rotated = keyring.rotated(LATER)

    assert line.keyring == keyring.fingerprint
    assert is_vouched(keyring, line)
    assert is_vouched(rotated, line)
    assert not is_vouched(Keyring.generate(NOW), line)
    assert not is_vouched(keyring, msgspec.structs.replace(line, count=3))
    assert not is_vouched(keyring, msgspec.structs.replace(line, mac=""))


@pytest.fixture
def strange(ledger):
    """The same ledger with the keyring of another one."""
    other = Keyring.generate(NOW)
    return Records(ledger, lambda: other)


def acts(records, tombstones):
    subject = Keyring.generate(NOW).subject_of("R-1")
    return {
        "read": lambda: Consents(records).standing(subject, PURPOSE),
        "keys": lambda: records.ensured([subject], LATER),
        "write": lambda: Consents(records).record(subject, PURPOSE, Told("withdrawn"), "k", LATER),
        "erase": lambda: Erasures(records, tombstones).erase([subject], "Carol", LATER),
        "name": lambda: records.keyring,
    }


@pytest.mark.parametrize("act", ["read", "keys", "write", "erase", "name"])
def test_another_ledgers_keyring_is_refused_and_nothing_is_written(
    records, strange, ledger, tombstones, act, sql
):
    (subject,) = keep(records, "R-1")
    before = sql("SELECT count(*) FROM access")

    with pytest.raises(VaultError, match=f"under the keyring {records.keyring.fingerprint}, and "):
        acts(strange, tombstones)[act]()
    assert sql("SELECT count(*) FROM access") == before
    assert not tombstones.path.exists()
    assert told(records, subject) == [b"told of R-1"]


def test_who_wrote_first_is_known_even_to_who_looked_before(records, strange, ledger, tombstones):
    assert Consents(strange).standing(strange.keyring.subject_of("R-1"), PURPOSE).state is None
    keep(records, "R-1")

    with pytest.raises(VaultError):
        acts(strange, tombstones)["write"]()


def test_a_keyring_that_was_rotated_is_still_the_ledgers(records, ledger, keyring):
    (subject,) = keep(records, "R-1")
    rotated = keyring.rotated(LATER)

    assert told(Records(ledger, lambda: rotated), subject) == [b"told of R-1"]


def test_a_ledger_in_which_nothing_is_kept_of_residents_takes_any_keyring(strange, ledger):
    with ledger.writer("Not written") as connection:
        tell(connection, [Line(NOW, "0", "Carol", "read", "consents", 0, 3, "")], None)

    assert keep(strange, "R-1")
