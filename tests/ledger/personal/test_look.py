"""A look finds the rows of one resident or of many, under their keys, as of one moment."""

import pytest
from sqlalchemy import update

from segmentation.errors import LedgerError
from segmentation.ledger.personal import look as module
from segmentation.ledger.personal.look import opened, wrapped_keys
from segmentation.ledger.personal.tables import consents
from tests.ledger.personal.planted import NOW, keep

PURPOSE = "service_planning"


def test_rows_of_many_are_told_with_whose_they_are(records):
    first, second = keep(records, "R-1", "R-2")
    keep(records, "R-1")
    keep(records, "R-2", purpose="fairness_audit")

    with records.looking() as look:
        nobody = records.keyring.subject_of("R-9")
        found = sorted(
            (row.number, subject, row.content)
            for subject, row in look.of_many(consents, PURPOSE, [first, second, nobody])
        )
    assert found == [(1, first, b"told of R-1"), (2, second, b"told of R-2"), (3, first, b"told of R-1")]


def test_a_look_sees_nothing_that_is_written_after_it_began(records):
    (subject,) = keep(records, "R-1")
    with records.looking() as look:
        assert len(look.of(consents, PURPOSE, subject)) == 1
        keep(records, "R-1")
        assert len(look.of(consents, PURPOSE, subject)) == 1
    assert len(records.of(consents, PURPOSE, subject)) == 2


def test_keys_of_many_who_come_behind_everybody_are_not_looked_for(records, ledger, monkeypatch):
    monkeypatch.setattr(module, "MANY", 1)
    subjects = sorted(records.keyring.subject_of(f"R-{at}") for at in range(4))
    keys = records.ensured(subjects[:2], NOW)

    with ledger.reading() as connection:
        assert wrapped_keys(connection, subjects[2:]) == {}
        assert opened(records.keyring, wrapped_keys(connection, subjects)) == keys


def test_a_row_with_a_pseudonym_and_nothing_sealed_is_named(records, ledger):
    (subject,) = keep(records, "R-1")
    with ledger.writer("Not written") as connection:
        connection.execute(update(consents).values(sealed=None))

    with pytest.raises(LedgerError, match="Row 1 of consents has a pseudonym and nothing sealed"):
        records.of(consents, PURPOSE, subject)
