"""Consent of many at once: what a build sees is what the ledger says of each, and not what the table says."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from segmentation.consents import ConsentLedger
from segmentation.ledger.access import AccessLog
from segmentation.ledger.personal.events import Told
from segmentation.ledger.personal.notices import Notices
from segmentation.residents import read_needs, read_residents, residents_from, store_residents
from tests.consents.conftest import NOW, RING
from tests.policies import small_policy, small_residents

POLICY = small_policy()
PURPOSE, AUDIT = "service_planning", "fairness_audit"
AS_OF = date(2025, 6, 30)
LONG_AGO = datetime(2025, 1, 2, tzinfo=UTC)


@pytest.fixture
def say(consents):
    """Record what a resident says."""

    def say(reference, state, purpose=PURPOSE, at=LONG_AGO, notice="2025-01"):
        consents.record(RING.subject_of(reference), purpose, Told(state, notice), "Test", NOW, at)

    return say


@pytest.fixture
def everybody(say):
    """Record consent of 40 residents to both purposes, and what some of them said since."""
    for at in range(1, 41):
        say(f"R{at:06d}", "given")
        say(f"R{at:06d}", "given", AUDIT)
    say("R000001", "withdrawn", at=NOW)
    say("R000002", "objected", at=NOW)
    say("R000003", "given", at=NOW - timedelta(hours=1))
    say("R000004", "given", at=NOW, notice="2024-01")
    say("R000005", "refused", at=NOW)
    say("R000006", "withdrawn", AUDIT, at=NOW)


def bare(n=41):
    """Residents whose table says nothing of consent; the last of them never consented."""
    table = small_residents(n)
    return table.drop(columns=[name for name in table if name.startswith("consent_")])


def test_there_is_a_ledger_for_the_purposes_that_it_has_consents_to(records, say):
    assert ConsentLedger.of(records, POLICY) is None
    say("R000001", "refused", "another_purpose")
    assert ConsentLedger.of(records, POLICY) is None
    say("R000001", "refused", AUDIT)
    assert ConsentLedger.of(records, POLICY).purposes == (AUDIT,)


def test_columns_say_what_stands_in_the_order_of_the_references(records, everybody):
    ledger = ConsentLedger.of(records, POLICY)
    asked = ["R000002", None, "nobody", "x\x07", "R000001", "R000004", "R000010", "R000010"]
    found = ledger.columns(asked, [PURPOSE])

    assert found["consent_service_planning"].tolist() == [0, -1, -1, -1, 2, 0, 0, 0]
    assert found["consent_service_planning_notice"].tolist() == [0, -1, -1, -1, 0, -1, 0, 0]
    assert found["consent_service_planning_objected"].tolist() == [True] + 7 * [False]
    times = found["consent_service_planning_at"]
    assert np.isnat(times).tolist() == [False, True, True, True, False, False, False, False]
    assert times[6] == np.datetime64("2025-01-02T00:00:00")
    assert not any(name.startswith("consent_fairness_audit") for name in found)


def test_nobody_is_a_table_without_rows(records, everybody):
    found = ConsentLedger.of(records, POLICY).columns([])

    assert {len(column) for column in found.values()} == {0}
    assert len(found) == 8


@pytest.mark.parametrize("form", ["frame", "csv", "parquet", "stored"])
def test_every_way_of_reading_takes_consent_from_the_ledger(records, everybody, tmp_path, form):
    consents, table = ConsentLedger.of(records, POLICY), bare()
    path = tmp_path / ("residents.csv" if form == "csv" else "residents.parquet")
    table.to_csv(path, index=False) if form == "csv" else table.to_parquet(path)
    if form == "frame":
        residents = residents_from(table, POLICY, as_of=AS_OF, consents=consents)
    elif form == "stored":
        with store_residents(path, POLICY, as_of=AS_OF, consents=consents) as residents:
            pass
    else:
        residents = read_residents(path, POLICY, as_of=AS_OF, consents=consents)

    reasons = {"missing": 1, "refused": 1, "withdrawn": 1, "later": 2, "objected": 1}
    assert dict(residents.intake.left_out) == {f"consent_{name}": rows for name, rows in reasons.items()}
    assert (len(residents), residents.intake.protected_withheld) == (35, 1)
    assert residents.intake.consent_ledger == (PURPOSE, AUDIT)
    assert residents.intake.to_dict()["consent_ledger"] == [PURPOSE, AUDIT]


def test_what_the_table_says_of_consent_does_not_count(records, everybody):
    table = small_residents(41)
    table["consent_service_planning"] = "withdrawn"
    residents = residents_from(table, POLICY, as_of=AS_OF, consents=ConsentLedger.of(records, POLICY))

    assert len(residents) == 35
    assert "consent_service_planning" not in residents.intake.extra_columns


def test_for_a_purpose_that_the_ledger_does_not_know_the_table_is_asked(records, say):
    for at in range(1, 41):
        say(f"R{at:06d}", "given")
    consents = ConsentLedger.of(records, POLICY)

    residents = residents_from(small_residents(41), POLICY, as_of=AS_OF, consents=consents)
    assert residents.intake.consent_ledger == (PURPOSE,)
    assert (len(residents), residents.intake.protected_withheld) == (40, 0)


def test_scoring_reads_the_purpose_alone(records, everybody, tmp_path):
    bare().to_csv(tmp_path / "needs.csv", index=False)
    consents = ConsentLedger.of(records, POLICY)

    found = read_needs(tmp_path / "needs.csv", POLICY, as_of=AS_OF, consents=consents)
    assert (len(found), found.intake.consent_ledger) == (35, (PURPOSE,))


def test_a_withdrawal_takes_effect_at_the_next_build(records, everybody, say):
    def build():
        return residents_from(bare(), POLICY, as_of=AS_OF, consents=ConsentLedger.of(records, POLICY))

    assert len(build()) == 35
    say("R000020", "withdrawn", at=NOW)
    assert len(build()) == 34


def test_an_objection_counts_where_no_consent_is_needed(records, everybody):
    free = small_policy(purpose={"consent": "not_required", "consent_reason": {"en": "Survey", "zh": "调查"}})

    residents = residents_from(bare(), free, as_of=AS_OF, consents=ConsentLedger.of(records, free))
    assert dict(residents.intake.left_out) == {"consent_objected": 1}


def test_a_new_notice_counts_where_it_covers_the_same_and_only_there(records, ledger, everybody):
    renamed = small_policy(
        purpose={"notice_versions": ["2026-01"]}, audit_purpose={"notice_versions": ["2026-01"]}
    )
    assert dict(left_out(records, renamed))["consent_other_notice"] > 30

    for purpose in (PURPOSE, AUDIT):
        Notices(ledger).add(POLICY, purpose, "2025-01", "Test", NOW)
    assert "consent_other_notice" not in left_out(records, renamed)
    other = small_policy(features={"parking": None})
    assert dict(left_out(records, other))["consent_other_notice"] > 30


def left_out(records, policy):
    from segmentation.residents.consent import REASONS, USABLE, lacks_consent

    columns = ConsentLedger.of(records, policy).columns([f"R{at:06d}" for at in range(1, 41)])
    found = lacks_consent(columns, 40, policy.purpose, AS_OF)
    names = [list(REASONS)[one] for one in found if one != USABLE]
    return {name: names.count(name) for name in names}


def test_what_was_looked_at_is_told_in_the_access_log(records, everybody):
    consents = ConsentLedger.of(records, POLICY)
    consents.columns(["R000001", "R000002"])
    consents.tell("segmentation build", NOW)

    reads = [line for line in AccessLog(records.ledger).lines() if '"what":"read"' in line]
    assert len(reads) == 2
    assert all('"count":2' in line and '"by":"segmentation build"' in line for line in reads)
    assert consents.looked_at == 0
