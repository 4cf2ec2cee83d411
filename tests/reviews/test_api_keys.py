"""An administrator issues a key, whose secret is nowhere but in what they are given."""

from datetime import UTC, datetime, timedelta

import pytest

from segmentation.errors import ReviewError
from segmentation.ledger.api_keys import token_parts
from segmentation.reviews.api_keys import ISSUE, REVOKE, check_may, issue_api_key, revoke_api_key
from segmentation.reviews.people import change_person
from tests.keys import opened

EXPIRES = datetime(2027, 3, 1, tzinfo=UTC)


def counted():
    """Return what gives other bytes each time, the same in each test."""
    calls = iter(range(1, 9))
    return lambda size: bytes([next(calls)]) * size


def issue(office, by="Adam", random=None, **changed):
    told = {"name": "billing", "scopes": ("predict",), "expires": EXPIRES, "per_second": 50, "reason": "R."}
    return issue_api_key(office.book, office.signer(by), **(told | changed), random=random or counted())


def test_a_key_is_issued_and_its_token_opens_it(any_office):
    token, record = issue(any_office)
    key_id, secret = token_parts(token)

    kept = any_office.book.history(afresh=True).api_keys[key_id].record
    assert kept == record
    assert (kept.name, kept.by, kept.expires, kept.per_second) == ("billing", "Adam", EXPIRES, 50)
    assert opened(any_office.book.history(), token, any_office.clock.now) == record
    assert secret not in kept.model_dump_json()


def test_no_event_holds_the_secret(office):
    _, secret = token_parts(issue(office)[0])

    assert all(secret not in repr(event) for event in office.book.history().events)


def test_an_id_that_was_given_already_is_drawn_again(office):
    _, first = issue(office, random=lambda size: b"\1" * size)
    draws = iter([b"\1" * 32, b"\1" * 6, b"\2" * 6])

    _, second = issue(office, random=lambda _: next(draws))

    assert (first.id, second.id) == ("01" * 6, "02" * 6)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"name": "x\ny"}, "The record cannot be written: name"),
        ({"scopes": ()}, "The record cannot be written: scopes"),
        ({"scopes": ("all",)}, "The record cannot be written: scopes"),
        ({"per_second": 0}, "The record cannot be written: per_second"),
        ({"reason": " "}, "The record cannot be written: reason"),
        ({"expires": EXPIRES + timedelta(days=900)}, "a key lasts two years"),
        ({"by": "Carol"}, "Carol signs as administrator and holds compliance"),
    ],
)
def test_what_cannot_be_issued_is_refused_and_recorded_nowhere(office, changed, told):
    with pytest.raises(ReviewError, match=told):
        issue(office, **changed)

    assert office.book.history().api_keys == {}


@pytest.mark.parametrize("who", ["Adam", "Carol", "Both"])
def test_a_key_is_revoked_by_one_person(any_office, who):
    _, record = issue(any_office)

    assert revoke_api_key(any_office.book, any_office.signer(who), record.id, "It was in a mail.") == record

    standing = any_office.book.history(afresh=True).api_keys[record.id]
    assert standing.revoked == any_office.book.history().head.at


@pytest.mark.parametrize(("key_id", "told"), [("0" * 12, "There is no API key 0{12}"), ("x", "written: id")])
def test_a_key_that_is_not_there_is_not_revoked(office, key_id, told):
    with pytest.raises(ReviewError, match=told):
        revoke_api_key(office.book, office.signer("Adam"), key_id, "It was in a mail.")


def test_who_may_not_revoke_is_refused(office):
    _, record = issue(office)

    with pytest.raises(ReviewError, match="Tina signs as compliance and holds trainer"):
        revoke_api_key(office.book, office.signer("Tina"), record.id, "It was in a mail.")


def test_who_may_is_told_before_anybody_signs(office):
    change_person(office.book, office.root, "Adam", no_training=True)
    history, now = office.book.history(), office.book.now()

    check_may(history, "Carol", REVOKE, now)
    check_may(history, "Adam", REVOKE, now)
    with pytest.raises(
        ReviewError, match=r"^Adam's training is not entered, and they may not issue an API k"
    ):
        check_may(history, "Adam", ISSUE, now)
    with pytest.raises(ReviewError, match=r"^As compliance nobody may issue an API key; ask administrator\."):
        check_may(history, "Carol", ISSUE, now)
    with pytest.raises(ReviewError, match="Nobody is entered as Eve"):
        check_may(history, "Eve", ISSUE, now)


def test_a_key_for_residents_who_are_named_says_for_which_purposes(office):
    _, record = issue(office, scopes=("store", "rights"), purposes=("service_planning",))

    assert (record.type, record.purposes) == ("api-key/2", ("service_planning",))
    assert issue(office, random=lambda size: b"\7" * size)[1].type == "api-key/1"


@pytest.mark.parametrize(
    ("scopes", "purposes", "told"),
    [
        (("resident",), (), "has the scope 'resident' and names no purpose"),
        (("predict", "store"), (), "has the scope 'store' and names no purpose"),
        (("rights",), ("planning", "planning"), "names a purpose twice"),
        (("rights",), ("Planning services",), "The record cannot be written: purposes"),
    ],
)
def test_a_key_without_sound_purposes_is_refused(office, scopes, purposes, told):
    with pytest.raises(ReviewError, match=told):
        issue(office, scopes=scopes, purposes=purposes)


def test_who_exercises_rights_alone_needs_no_purpose(office):
    assert issue(office, scopes=("rights",))[1].purposes == ()
