"""Whose pseudonyms these are is found among those who have a key."""

from segmentation.ledger.personal.behind import subjects_behind
from tests.ledger.personal.conftest import NOW


def test_subjects_are_found_by_the_pseudonyms_of_one_purpose(records, ledger, keyring):
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
