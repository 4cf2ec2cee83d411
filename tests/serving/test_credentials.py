"""Who asks: every way to show a key, and what somebody learns who guesses."""

import hmac
from base64 import b64encode
from datetime import timedelta

import pytest

from segmentation.ledger.api_keys import SCOPES
from serving import credentials
from serving.calls import Refused
from serving.credentials import CHALLENGE, NONE_SENT, UNKNOWN, Credentials, check_allowed
from tests.serving.asgi import NOW, Looker, issued, token

RIGHT = token(1)


def looker(*keys):
    return Looker({one.record.id: one for one in keys or (issued(1),)})


def caller(sent, *keys, now=NOW):
    return Credentials(looker(*keys)).caller(sent, now)


def basic(user, password):
    return b"Basic " + b64encode(f"{user}:{password}".encode())


@pytest.mark.parametrize(
    "sent",
    [
        {b"authorization": b"Bearer " + RIGHT.encode()},
        {b"authorization": b"bearer   " + RIGHT.encode() + b" "},
        {b"x-api-key": RIGHT.encode()},
        {b"authorization": basic("anybody", RIGHT)},
        {b"authorization": basic("", RIGHT)},
    ],
    ids=["bearer", "spaces", "header", "basic", "nameless"],
)
def test_a_key_is_known_however_it_is_shown(sent):
    found = caller(sent)
    assert (found.key.id, found.refusal) == ("000000000001", None)


@pytest.mark.parametrize(
    ("sent", "why"),
    [
        ({}, NONE_SENT),
        ({b"authorization": b"Digest abc"}, NONE_SENT),
        ({b"authorization": b""}, NONE_SENT),
        ({b"authorization": b"Bearer"}, UNKNOWN),
        ({b"authorization": b"Bearer \xff\xfe"}, UNKNOWN),
        ({b"authorization": b"Basic not-base64!"}, UNKNOWN),
        ({b"authorization": basic("user", "password")}, UNKNOWN),
        ({b"authorization": b"Basic " + b64encode(b"no colon")}, UNKNOWN),
        ({b"x-api-key": b"sgk_1_2"}, UNKNOWN),
        ({b"x-api-key": RIGHT.upper().encode()}, UNKNOWN),
        ({b"x-api-key": RIGHT.encode() + b"\n"}, UNKNOWN),
        ({b"x-api-key": token(2).encode()}, UNKNOWN),
        ({b"x-api-key": token(1, "y" * 43).encode()}, UNKNOWN),
    ],
    ids=[
        "none",
        "other-scheme",
        "empty",
        "bare",
        "no-text",
        "no-base64",
        "no-token",
        "no-colon",
        "short",
        "upper-case",
        "line-break",
        "unknown",
        "wrong-secret",
    ],
)
def test_what_is_no_known_key_is_nobodys(sent, why):
    found = caller(sent)
    assert (found.key, found.refusal.slug, found.refusal.detail) == (None, "no-key", why)
    assert found.refusal.headers == CHALLENGE


def test_each_way_to_show_a_key_has_a_line_of_its_own_for_browsers():
    schemes = [value.partition(b" ")[0] for name, value in CHALLENGE if name == b"www-authenticate"]
    assert schemes == [b"Basic", b"Bearer"]


def test_an_unknown_id_and_a_wrong_secret_take_the_same_work_and_the_same_words(monkeypatch):
    compared = []

    def compare(*both):
        compared.append([len(one) for one in both])
        return hmac.compare_digest(*both)

    monkeypatch.setattr(credentials, "compare_digest", compare)
    found = [caller({b"x-api-key": shown.encode()}) for shown in (token(2), token(1, "y" * 43))]
    assert compared == [[64, 64], [64, 64]]
    assert found[0].refusal.detail == found[1].refusal.detail
    assert found[0].refusal.headers == found[1].refusal.headers


def test_a_key_without_a_ledger_entry_opens_nothing_whatever_its_secret():
    found = caller({b"x-api-key": RIGHT.encode()}, issued(2))
    assert found.key is None


def test_an_expired_or_revoked_key_is_told_so_only_to_who_has_its_secret():
    late = issued(1, expires=NOW)
    gone = issued(2)
    gone.revoked = NOW - timedelta(days=1)
    for number, key, why in ((1, late, "The API key has expired."), (2, gone, "The API key was revoked.")):
        right = caller({b"x-api-key": token(number).encode()}, key)
        wrong = caller({b"x-api-key": token(number, "y" * 43).encode()}, key)
        assert (right.key.id, right.refusal.detail) == (key.record.id, why)
        assert (wrong.key, wrong.refusal.detail) == (None, UNKNOWN)


def test_keys_are_numbered_as_they_were_issued_and_anew_when_the_ledger_goes_on():
    watch = looker(issued(5), issued(3))
    known = Credentials(watch)
    assert known.caller({b"x-api-key": token(3).encode()}, NOW).slot == 1
    watch.standings = watch.standings | {one.record.id: one for one in (issued(4),)}
    assert [known.caller({b"x-api-key": token(n).encode()}, NOW).slot for n in (5, 3, 4)] == [0, 1, 2]


def test_nobody_is_known_while_the_ledger_cannot_be_trusted():
    watch = looker()
    watch.refused = Refused("not-trusted", "The ledger was altered.")
    found = Credentials(watch).caller({b"x-api-key": RIGHT.encode()}, NOW)
    assert (found.key, found.refusal) == (None, watch.refused)


@pytest.mark.parametrize("scope", SCOPES)
def test_a_key_opens_what_it_was_issued_for_and_nothing_else(scope):
    right = caller({b"x-api-key": RIGHT.encode()}, issued(1, [scope]))
    assert check_allowed(right, scope) is right.key
    others = caller({b"x-api-key": RIGHT.encode()}, issued(1, set(SCOPES) - {scope}))
    with pytest.raises(Refused) as caught:
        check_allowed(others, scope)
    assert caught.value.slug == "not-allowed"
    assert repr(scope) in caught.value.detail
