"""The consent ledger: the newest event holds, a past moment can be asked for, and a refusal says why."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete

from segmentation.errors import LedgerError, PurposeError, ReviewError
from segmentation.ledger.access import AccessLog
from segmentation.ledger.personal.consents import Consents
from segmentation.ledger.personal.erasing import Erasures
from segmentation.ledger.personal.events import Told
from segmentation.ledger.personal.notices import Notices
from segmentation.ledger.personal.records import Records
from segmentation.ledger.personal.tables import data_keys
from tests.policies import small_policy

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)
PURPOSE, AUDIT = "service_planning", "fairness_audit"
POLICY = small_policy()


@pytest.fixture
def consents(records):
    return Consents(records)


@pytest.fixture
def resident(keyring):
    return keyring.subject_of("R-1")


@pytest.fixture
def say(consents, resident):
    """Record what one resident says, at some hour or now."""

    def say(state, hour=None, purpose=PURPOSE, now=NOW, **told):
        at = None if hour is None else NOW + hour * HOUR
        told = {"privacy_notice": "2025-01"} | told
        return consents.record(resident, purpose, Told(state, **told), "Test", now, at)

    return say


def reason(consents, resident, purpose=PURPOSE, policy=POLICY):
    with pytest.raises(PurposeError) as caught:
        consents.check(resident, purpose, policy)
    return caught.value.reason


def test_the_newest_event_holds_and_every_past_moment_can_be_asked_for(consents, resident, say):
    say("withdrawn", -1)
    say("given", -3, privacy_notice="v1", language="zh", collection_method="app")

    assert consents.standing(resident, PURPOSE).state == "withdrawn"
    assert consents.standing(resident, PURPOSE, NOW - 4 * HOUR).state is None
    was = consents.standing(resident, PURPOSE, NOW - 2 * HOUR)
    assert (was.state, was.since, was.notice, was.language, was.channel) == (
        "given",
        NOW - 3 * HOUR,
        "v1",
        "zh",
        "app",
    )


def test_purposes_are_separate_consents(consents, resident, say):
    say("given")

    assert consents.check(resident, PURPOSE, POLICY).state == "given"
    assert reason(consents, resident, AUDIT) == "consent_missing"
    say("given", purpose=AUDIT)
    say("withdrawn")
    assert reason(consents, resident) == "consent_withdrawn"
    assert consents.check(resident, AUDIT, POLICY).state == "given"


@pytest.mark.parametrize("state", ["refused", "withdrawn"])
def test_a_refusal_says_why_and_that_contract_service_goes_on(consents, resident, say, state):
    say(state)

    assert reason(consents, resident) == f"consent_{state}"
    with pytest.raises(PurposeError, match="the standard service goes on as the contract says"):
        consents.check(resident, PURPOSE, POLICY)


def test_a_purpose_that_the_policy_does_not_state_is_refused_without_naming_it(consents, resident):
    with pytest.raises(PurposeError, match="does not state this purpose") as caught:
        consents.check(resident, "marketing", POLICY)
    assert caught.value.reason == "purpose_other"
    assert "marketing" not in str(caught.value)


def test_an_objection_stands_beside_consent_until_it_is_lifted(consents, resident, say):
    say("given")
    say("objected")

    assert reason(consents, resident) == "consent_objected"
    standing = consents.standing(resident, PURPOSE)
    assert (standing.state, standing.objected is not None) == ("given", True)
    say("objection_lifted")
    assert consents.check(resident, PURPOSE, POLICY).objected is None


def test_an_objection_counts_where_no_consent_is_needed(consents, resident, say):
    free = small_policy(purpose={"consent": "not_required", "consent_reason": {"en": "Survey", "zh": "调查"}})

    assert consents.check(resident, PURPOSE, free).state is None
    say("objected")
    assert reason(consents, resident, policy=free) == "consent_objected"


def test_what_is_recorded_now_holds_though_the_clock_was_set_back(consents, resident, say):
    say("given")
    say("withdrawn", now=NOW - 5 * HOUR)

    assert reason(consents, resident) == "consent_withdrawn"


def test_an_event_of_a_time_to_come_is_refused(consents, resident, say):
    with pytest.raises(LedgerError, match="of a time to come"):
        say("given", 1)
    assert consents.events(resident, PURPOSE) == ()


def test_the_same_event_is_on_record_once(consents, resident, say):
    assert say("given", -1, privacy_notice="v1")
    assert not say("given", -1, privacy_notice="v1")
    assert say("given", -1, privacy_notice="v2")
    assert len(consents.events(resident, PURPOSE)) == 2


def test_consent_to_a_notice_of_other_features_does_not_count_and_of_another_wording_does(
    ledger, consents, resident, say
):
    listed = small_policy(purpose={"notice_versions": ["v2"]})
    say("given", privacy_notice="v1")
    assert reason(consents, resident, policy=listed) == "consent_other_notice"

    Notices(ledger).add(listed, PURPOSE, "v1", "Test", NOW)
    assert consents.check(resident, PURPOSE, listed).notice == "v1"
    other = small_policy(features={"parking": None}, purpose={"notice_versions": ["v1"]})
    assert reason(consents, resident, policy=other) == "consent_other_notice"


def test_every_event_is_a_line_of_the_access_log_that_names_nobody(consents, say):
    say("given")

    (line,) = AccessLog(consents._records.ledger).lines()
    assert '"table":"consents"' in line
    assert "R-1" not in line


def test_a_withdrawal_comes_after_the_consent_that_it_withdraws_whatever_a_clock_says(
    consents, resident, say
):
    say("given")
    behind = NOW - timedelta(seconds=30)
    assert consents.record(resident, PURPOSE, Told("withdrawn"), "Test", NOW, behind, last=True)

    assert consents.standing(resident, PURPOSE).state == "withdrawn"
    assert not consents.record(resident, PURPOSE, Told("given", "2025-01"), "Test", NOW, NOW, last=True)


def erased(consents, resident, tombstones, now=NOW):
    Erasures(consents._records, tombstones).erase([resident], "Carol", now)


def test_what_was_said_before_an_erasure_does_not_come_back(consents, resident, say, tombstones):
    say("given", -3)
    erased(consents, resident, tombstones)
    with pytest.raises(ReviewError, match="nothing of that comes back"):
        say("given", -1)
    assert consents._records.keys([resident]) == {}

    say("given")
    assert consents.standing(resident, PURPOSE).since == NOW + timedelta(microseconds=1)


def test_who_is_erased_while_an_event_is_written_does_not_come_back(
    consents, resident, say, tombstones, monkeypatch
):
    ensured, done = Records.ensured, []

    def meanwhile(self, subjects, now):
        keys = ensured(self, subjects, now)
        if not done:
            done.append(erased(consents, resident, tombstones))
        return keys

    monkeypatch.setattr(Records, "ensured", meanwhile)
    with pytest.raises(ReviewError, match="nothing of that comes back"):
        say("given", 0)
    assert consents._records.keys([resident]) == {}


@pytest.mark.parametrize("often", [1, 2])
def test_an_event_is_not_lost_where_the_key_is_destroyed_in_that_moment(
    consents, resident, say, ledger, monkeypatch, often
):
    ensured, done = Records.ensured, []

    def meanwhile(self, subjects, now):
        keys = ensured(self, subjects, now)
        done.append(subjects)
        if len(done) <= often:
            with ledger.writer("") as connection:
                connection.execute(delete(data_keys))
        return keys

    monkeypatch.setattr(Records, "ensured", meanwhile)
    if often == 1:
        assert say("objected")
        assert consents.standing(resident, PURPOSE).objected is not None
    else:
        with pytest.raises(LedgerError, match="Say it again"):
            say("objected")
