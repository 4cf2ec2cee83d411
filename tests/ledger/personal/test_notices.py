"""What a notice covers: consent anew where purpose or features changed, and only there."""

from datetime import UTC, datetime

import pytest

from segmentation.errors import LedgerError, PurposeError, ReviewError
from segmentation.ledger.access import AccessLog
from segmentation.ledger.personal.notices import Counting, Notices, covers_of
from segmentation.ledger.personal.verify import verify_personal
from tests.policies import OPTIONAL, offer, small_policy

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
PURPOSE, AUDIT = "service_planning", "fairness_audit"
POLICY = small_policy()


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"features": {"parking": None}}, id="fewer features"),
        pytest.param({"features": {"repairs": {"source": "survey of habits"}}}, id="another source"),
        pytest.param({"purpose": {"text": {"en": "Plan prices", "zh": "定价"}}}, id="another purpose"),
        pytest.param({"purpose": {"legal_basis": "PIPL Art. 13(1)(2)"}}, id="another ground"),
    ],
)
def test_another_purpose_or_other_features_are_not_covered(changes):
    assert covers_of(small_policy(**changes), PURPOSE) != covers_of(POLICY, PURPOSE)


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"features": {"repairs": {"why": {"en": "Better said", "zh": "换个说法"}}}}, id="why"),
        pytest.param({"purpose": {"notice_versions": ["v9"]}}, id="the notice's name"),
        pytest.param({"retention_days": 30}, id="shorter retention"),
        pytest.param({"protected": {"sex": None}, "audit": {"intersections": []}}, id="the audit's data"),
    ],
)
def test_what_is_only_said_otherwise_is_covered(changes):
    assert covers_of(small_policy(**changes), PURPOSE) == covers_of(POLICY, PURPOSE)


def test_blanks_and_ends_of_lines_say_nothing_else():
    said = POLICY.purpose.text
    text = {"en": f"  {said.en.replace(' ', '  ')}\n", "zh": "\n ".join(said.zh)}
    basis = f" {POLICY.purpose.legal_basis.replace(' ', '  ')}"
    changed = POLICY.purpose.model_copy(update={"text": said.model_copy(update=text), "legal_basis": basis})

    assert covers_of(POLICY.model_copy(update={"purpose": changed}), PURPOSE) == covers_of(POLICY, PURPOSE)


def test_the_audit_is_covered_by_its_own_data():
    fewer = small_policy(protected={"sex": None}, audit={"intersections": []})

    assert covers_of(fewer, AUDIT) != covers_of(POLICY, AUDIT)
    assert covers_of(small_policy(features={"parking": None}), AUDIT) == covers_of(POLICY, AUDIT)


def test_an_optional_purpose_is_covered_by_its_words_and_the_features_that_it_names():
    def covers(**changes):
        return covers_of(small_policy(optional_purposes=[offer(**changes)]), OPTIONAL)

    alone = covers()
    assert covers(notice_versions=["v9"]) == alone
    assert covers_of(small_policy(features={"parking": None}, optional_purposes=[offer()]), OPTIONAL) == alone
    others = {covers(features=["repairs"]), covers(features=["repairs", "parking"]), covers(legal_basis="x")}
    assert len({*others, alone}) == 4
    named = {"features": {"repairs": {"source": "survey of habits"}}}
    changed = small_policy(**named, optional_purposes=[offer(features=["repairs"])])
    assert covers_of(changed, OPTIONAL) != covers(features=["repairs"])
    with_one = small_policy(optional_purposes=[offer()])
    assert covers_of(with_one, PURPOSE) == covers_of(POLICY, PURPOSE), "the others stay as they are"
    assert covers_of(with_one, AUDIT) == covers_of(POLICY, AUDIT)


def test_a_notice_of_an_optional_purpose_is_asked_for_as_of_the_others(ledger):
    policy, notices = small_policy(optional_purposes=[offer()]), Notices(ledger)
    (needed,) = notices.needed(policy, [OPTIONAL])

    assert f"for {OPTIONAL}" in needed
    assert notices.add(policy, OPTIONAL, "v1", "Test", NOW)
    assert notices.needed(policy, [OPTIONAL]) == ()
    assert notices.counting(policy, OPTIONAL).counts("v1")
    changed = small_policy(optional_purposes=[offer(features=["repairs"])])
    assert not notices.counting(changed, OPTIONAL).counts("v1")
    with pytest.raises(PurposeError, match=f"It states {PURPOSE}, {AUDIT}, {OPTIONAL}"):
        notices.add(policy, "marketing", "v1", "Test", NOW)


def test_a_version_is_put_on_record_once_and_never_with_another_meaning(ledger):
    notices = Notices(ledger)

    assert notices.add(POLICY, PURPOSE, "v1", "Test", NOW)
    assert not notices.add(POLICY, PURPOSE, "v1", "Test", NOW)
    with pytest.raises(ReviewError, match="Give the notice a new version"):
        notices.add(small_policy(features={"parking": None}), PURPOSE, "v1", "Test", NOW)
    assert [(one.version, one.at) for one in notices.all()] == [("v1", NOW)]
    assert notices.all(AUDIT) == ()
    assert AccessLog(ledger).verify().number == 1


def test_the_digest_of_what_residents_read_is_kept_with_the_version_and_verified(ledger, sql):
    notices, texts = Notices(ledger), ("sha256:b", "sha256:a")

    assert notices.add(POLICY, PURPOSE, "v1", "Test", NOW, texts)
    assert not notices.add(POLICY, PURPOSE, "v1", "Test", NOW, texts)
    assert not notices.add(POLICY, PURPOSE, "v1", "Test", NOW)
    assert [one.text for one in notices.all()] == [("sha256:a", "sha256:b")]
    with pytest.raises(ReviewError, match="on record with another text"):
        notices.add(POLICY, PURPOSE, "v1", "Test", NOW, ["sha256:c"])
    verify_personal(ledger)
    sql("UPDATE notices SET text = 'sha256:c'")
    with pytest.raises(LedgerError, match="notices"):
        verify_personal(ledger)


def test_a_text_may_follow_the_version_that_it_is_of(ledger):
    notices = Notices(ledger)
    notices.add(POLICY, PURPOSE, "v1", "Test", NOW)

    assert notices.add(POLICY, PURPOSE, "v1", "Test", NOW, ["sha256:a"])
    assert [(one.version, one.text) for one in notices.all()] == [("v1", ()), ("v1", ("sha256:a",))]
    assert notices.counting(POLICY, PURPOSE).counts("v1")


@pytest.mark.parametrize("version", ["", " v1", "v\n1", "v" * 65])
def test_a_version_that_nobody_can_name_is_refused(ledger, version):
    with pytest.raises(ReviewError, match="1 to 64 letters"):
        Notices(ledger).add(POLICY, PURPOSE, version, "Test", NOW)


def test_a_purpose_that_the_policy_does_not_state_has_no_notice(ledger):
    with pytest.raises(PurposeError, match="does not state"):
        Notices(ledger).add(POLICY, "marketing", "v1", "Test", NOW)


def test_what_is_on_record_decides_and_what_is_listed_where_nothing_is():
    known = Counting(frozenset({"v1", "v2"}), frozenset({"v2"}), ("v1", "v3"))

    assert [known.counts(version) for version in ("v1", "v2", "v3", "v4")] == [False, True, True, False]
    assert Counting(frozenset(), frozenset(), ()).counts("any")
    assert not Counting(frozenset({"v1"}), frozenset(), ()).counts("any")


def test_a_policy_that_asks_for_something_else_than_was_told_needs_a_new_notice(ledger):
    notices, changed = Notices(ledger), small_policy(features={"parking": None})
    for key in (PURPOSE, AUDIT):
        notices.add(POLICY, key, "2026-01", "Test", NOW)
    assert not any("changed since" in told for told in notices.needed(POLICY, (PURPOSE, AUDIT)))

    (told,) = (one for one in notices.needed(changed, (PURPOSE, AUDIT)) if "changed since" in one)
    assert PURPOSE in told
    assert not notices.counting(changed, PURPOSE).counts("2026-01")


def test_a_notice_that_is_listed_and_not_on_record_is_told_until_it_is(ledger):
    notices = Notices(ledger)
    policy = small_policy(purpose={"notice_versions": ["v1", "v2"]})
    notices.add(policy, PURPOSE, "v1", "Test", NOW)

    assert any("Consents under v2 count" in told for told in notices.needed(policy, (PURPOSE, AUDIT)))
    notices.add(policy, PURPOSE, "v2", "Test", NOW)
    assert not any(PURPOSE in told for told in notices.needed(policy, (PURPOSE, AUDIT)))


def test_where_nothing_is_listed_and_nothing_on_record_that_is_told(ledger):
    policy = small_policy(purpose={"notice_versions": []})

    assert any("under every version" in told for told in Notices(ledger).needed(policy, (PURPOSE, AUDIT)))


def test_a_purpose_that_asks_for_no_consent_needs_no_notice(ledger):
    waived = {"consent": "not_required", "consent_reason": {"en": "By law", "zh": "依法"}}
    policy = small_policy(purpose=waived, audit_purpose=waived)

    assert Notices(ledger).needed(policy, (PURPOSE, AUDIT)) == ()
