"""Who may be scored by the consents on record, and by which policy a table is read."""

from datetime import timedelta

import pytest

from segmentation.errors import VaultError
from segmentation.ledger.personal.consents import Consents
from segmentation.ledger.personal.events import Told
from segmentation.ledger.personal.gate import Gate, unheard
from tests.ledger.personal.conftest import NOW
from tests.policies import small_policy

POLICY = small_policy()


@pytest.fixture
def gate(records):
    return Gate(records, POLICY)


def test_without_consents_on_record_there_is_no_gate(records, gate):
    other = Told("given", "2025-01")
    Consents(records).record(records.keyring.subject_of("R-1"), "fairness_audit", other, "Test", NOW)

    assert not gate.is_there
    assert gate.policy == POLICY


def test_a_purpose_is_unheard_of_until_its_first_event(records, consent):
    assert unheard(records, ["service_planning", "fairness_audit"]) == ("service_planning", "fairness_audit")
    consent("R-1", "withdrawn")
    assert unheard(records, ["service_planning", "fairness_audit"]) == ("fairness_audit",)


def test_where_there_are_consents_on_record_those_of_the_table_are_not_read(consent, gate):
    consent("R-1", "given")

    assert gate.is_there
    assert gate.is_needed
    assert gate.policy.purpose.consent == "not_required"
    assert POLICY.purpose.consent == "required"


def test_each_resident_is_judged_by_what_is_on_record(records, consent, gate):
    told = {
        consent("R-1", "given"): None,
        consent("R-2", "given", "withdrawn"): "consent_withdrawn",
        consent("R-3", "refused"): "consent_refused",
        consent("R-4", "given", "objected"): "consent_objected",
        consent("R-5", "given", "objected", "objection_lifted"): None,
        consent("R-6", "given", notice="2019-01"): "consent_other_notice",
        consent("R-7", "objection_lifted"): "consent_missing",
        records.keyring.subject_of("R-8"): "consent_missing",
    }

    assert gate.refused(list(told)) == {subject: why for subject, why in told.items() if why}


def test_an_objection_counts_where_no_consent_is_needed(records, consent):
    purpose = POLICY.purpose.model_copy(update={"consent": "not_required"})
    gate = Gate(records, POLICY.model_copy(update={"purpose": purpose}))
    objecting, silent = consent("R-1", "objected"), records.keyring.subject_of("R-2")

    assert gate.is_there
    assert not gate.is_needed
    assert gate.refused([objecting, silent]) == {objecting: "consent_objected"}


def test_what_was_given_later_counts_whenever_it_is_asked(records, consent, gate):
    subject = consent("R-1", "withdrawn")
    later = NOW + timedelta(days=1)
    Consents(records).record(subject, POLICY.purpose.key, Told("given", "2025-01"), "Test", later)

    assert gate.refused([subject]) == {}


def test_a_consent_that_does_not_open_is_named(records, consent, gate):
    subject = consent("R-1", "given")
    with records.ledger.writer("") as connection:
        connection.exec_driver_sql("UPDATE consents SET at = at + 1")

    with pytest.raises(VaultError, match="Row 1 of consents"):
        gate.refused([subject])
