"""Who may issue and revoke API keys, and which keys there can be."""

from datetime import datetime, timedelta, timezone

import pytest

from segmentation.ledger.issuing import LONGEST
from segmentation.signing import PrivateKey, Signed
from tests.signed import KEY, MODEL, Cast


@pytest.fixture
def cast():
    return Cast.assembled()


@pytest.fixture
def issued(cast):
    cast.issue()
    return cast


def test_a_ledger_without_keys_has_none(cast):
    assert cast.history.api_keys == {}


def test_an_administrator_issues_a_key(issued):
    standing = issued.history.api_keys[KEY]

    assert (standing.record.name, standing.record.scopes, standing.revoked) == ("billing", ("predict",), None)
    assert standing.refusal(issued.now) is None


@pytest.mark.parametrize("who", ["Tina", "Carol", "Bob", "Mona"])
def test_nobody_else_issues_one(cast, who):
    cast.issue(who)

    assert cast.refusal.startswith(f"{who} signs as administrator and holds ")


def test_whose_training_lapsed_issues_none(cast):
    cast.enter("Adam", ("administrator",), None)
    cast.issue()

    assert cast.refusal.startswith(
        "Adam's training is not entered, and they may not issue an API key; enter the training"
    )


def test_a_key_that_another_key_signed_is_refused(cast):
    cast.issue(key=PrivateKey.generate())

    assert cast.refusal.startswith("Adam signed with a key that was never theirs")


def test_a_key_that_was_changed_after_it_was_signed_is_refused(cast):
    signed = cast.api_key().signed
    document = signed.document.replace('"predict"', '"review"')
    cast.add(cast.api_key().__class__("api_key", Signed(document, signed.signature)))

    assert "The signature is not one by Adam over this record" in cast.refusal


def test_a_key_is_of_one_ledger(cast):
    cast.issue(ledger="f" * 32)

    assert cast.refusal == "The record was signed for another ledger; sign one for this ledger."


def test_an_id_is_given_once_also_when_the_key_was_revoked(issued):
    issued.end_key()
    issued.issue(name="letters")

    assert issued.refusal == (
        f"There is, or was, an API key {KEY}, and an id is given once; issue a new one."
    )


def test_a_key_is_signed_with_the_ledger_in_sight(cast):
    cast.issue(previous="sha256:" + "9" * 64)

    assert cast.refusal.startswith("The record names an event, as the last that its signer saw, that is not")


@pytest.mark.parametrize("lasting", [timedelta(seconds=1), LONGEST])
def test_a_key_lasts_two_years_at_most(cast, lasting):
    cast.issue(expires=cast.now + lasting)

    assert KEY in cast.history.api_keys


@pytest.mark.parametrize(
    ("lasting", "told"),
    [
        (timedelta(0), "would expire at 2026-07-01 08:06 UTC, which is over; name a later day."),
        (LONGEST + timedelta(seconds=1), "two years (731 days) at most; name an earlier day."),
    ],
)
def test_a_key_that_is_over_or_would_never_be_is_refused(cast, lasting, told):
    cast.issue(expires=cast.now + lasting)

    assert cast.refusal.endswith(told)


def test_a_moment_of_another_zone_is_told_as_such(cast):
    cast.issue(expires=cast.now.astimezone(timezone(timedelta(hours=8))))

    assert "would expire at 2026-07-01 16:06 +08:00, which is over" in cast.refusal


def test_a_moment_beyond_the_calendar_of_utc_is_refused_in_a_sentence(cast):
    cast.issue(expires=datetime.max.replace(tzinfo=timezone(timedelta(hours=-10))))

    assert "would last until 9999-12-31" in cast.refusal


def test_a_scope_stands_once(cast):
    cast.issue(scopes=("predict", "predict"))

    assert cast.refusal == f"The API key {KEY} names a scope twice; name each once."


@pytest.mark.parametrize("add", ["issue", "end_key"])
def test_a_key_is_about_no_model(issued, add):
    getattr(issued, add)(**({"id": "f" * 12} if add == "issue" else {}))
    last = issued.events.pop()
    issued.add(last.draft.__class__(last.draft.kind, last.draft.signed, MODEL, 1))

    assert issued.refusal == (
        f"An {last.draft.kind.replace('_', ' ')} record is about no model; leave model and version out."
    )


@pytest.mark.parametrize("who", ["Adam", "Carol"])
def test_administrators_and_compliance_revoke_at_once(issued, who):
    at = issued.end_key(who).at

    assert issued.history.api_keys[KEY].revoked == at
    assert "was revoked" in issued.history.api_keys[KEY].refusal(at)


@pytest.mark.parametrize("who", ["Tina", "Bob", "Mona"])
def test_nobody_else_revokes(issued, who):
    issued.end_key(who)

    assert issued.refusal.startswith(f"{who} signs as administrator and holds ")


def test_revoking_does_not_wait_for_training(issued):
    issued.enter("Adam", ("administrator",), None)
    issued.end_key()

    assert issued.history.api_keys[KEY].revoked is not None


def test_a_key_is_revoked_once(issued):
    issued.end_key()
    issued.end_key("Carol")

    assert issued.refusal == f"The API key {KEY} was revoked on 2026-07-01 already; it stays so."


def test_a_key_that_nobody_issued_is_not_revoked(cast):
    cast.end_key()

    assert cast.refusal == (
        f"There is no API key {KEY} in this ledger; `segmentation keys list` shows those there are."
    )


def test_a_key_stays_when_who_issued_it_leaves(issued):
    issued.enter("Adam", ())

    assert issued.history.api_keys[KEY].refusal(issued.now) is None


def test_a_copy_of_a_history_goes_its_own_way(issued):
    before = issued.history
    after = before.copy()
    after.add(issued.end_key())

    assert (before.api_keys[KEY].revoked, after.api_keys[KEY].revoked) == (None, issued.events[-1].at)
