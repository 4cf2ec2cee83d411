"""A gate that is asked in another process says what it says here."""

import pytest

from segmentation.ledger.personal.asking import asking
from tests.policies import small_policy

POLICY = small_policy()


@pytest.mark.parametrize("processes", [0, pytest.param(1, marks=pytest.mark.slow)])
def test_who_may_not_be_scored_is_told(records, consent, processes):
    subjects = [consent("R-1", "given"), consent("R-2", "withdrawn")]

    with asking(records, POLICY, 2, processes) as ask:
        told = [ask([subject]) for subject in subjects]
        assert [one.result() for one in told] == [{}, {subjects[1]: "consent_withdrawn"}]


def test_without_consents_on_record_nobody_is_left_out(records):
    with asking(records, POLICY, 2) as ask:
        assert ask([records.keyring.subject_of("R-1")]).result() == {}
