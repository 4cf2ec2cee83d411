"""Whose pseudonyms these are is found among those who have a key."""

from datetime import UTC, datetime

from segmentation.ledger.personal.behind import subjects_behind
from segmentation.ledger.personal.records import Records
from segmentation.vault import Keyring

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


def test_subjects_are_found_by_the_pseudonyms_of_one_purpose(ledger):
    keyring = Keyring.generate(NOW)
    records = Records(ledger, lambda: keyring)
    subjects = [keyring.subject_of(f"R-{at}") for at in range(3)]
    records.ensured(subjects[:2], NOW)
    mark = keyring.marker("rights")
    marks = [mark(one) for one in subjects]

    with ledger.reading() as connection:
        assert subjects_behind(connection, keyring, "rights", marks) == dict(
            zip(marks[:2], subjects[:2], strict=True)
        )
        assert subjects_behind(connection, keyring, "service_planning", marks) == {}
        assert subjects_behind(connection, keyring, "rights", []) == {}
