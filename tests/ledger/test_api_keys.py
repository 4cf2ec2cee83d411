"""Tokens as they are written, and what a key's day makes of it."""

from datetime import timedelta

import pytest
from pydantic import ValidationError

from segmentation.ledger.api_keys import ApiKey, ApiKeyStanding, token_of, token_parts
from tests.keys import opened
from tests.signed import KEY, SECRET, Cast


@pytest.fixture(scope="module")
def record():
    return ApiKey.of(Cast.assembled().api_key().signed)


def test_a_token_is_its_id_and_its_secret():
    assert token_parts(token_of(KEY, SECRET)) == (KEY, SECRET)


@pytest.mark.parametrize("secret", ["_" * 43, "-" * 43, "A_" * 21 + "9"])
def test_a_secret_may_hold_what_divides_a_token(secret):
    assert token_parts(token_of(KEY, secret)) == (KEY, secret)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "sgk_",
        f"sgk_{KEY}",
        f"sgk_{KEY}_{SECRET[:-1]}",
        f"sgk_{KEY}_{SECRET}s",
        f"sgk_{KEY}_{SECRET}\n",
        f"SGK_{KEY}_{SECRET}",
        f"sgk_{KEY.upper()}_{SECRET}",
        f"sgk_{KEY}_{SECRET[:-1]}é",
        f"sgk_{'٠' * 12}_{SECRET}",
        f"Bearer sgk_{KEY}_{SECRET}",
    ],
)
def test_what_is_written_otherwise_is_no_token(text):
    assert token_parts(text) is None


@pytest.mark.parametrize(("key", "secret", "opens"), [
    (KEY, SECRET, True), (KEY, SECRET[:-1] + "t", False), ("0" * 12, SECRET, False),
])  # fmt: skip
def test_a_token_opens_the_key_whose_secret_it_has(record, key, secret, opens):
    cast = Cast.assembled()
    cast.issue()
    found = opened(cast.history, token_of(key, secret), cast.now)

    assert (found is not None) == opens


def test_a_key_opens_until_the_moment_at_which_it_expires(record):
    standing = ApiKeyStanding(record)

    assert standing.refusal(record.expires - timedelta(microseconds=1)) is None
    assert standing.refusal(record.expires) == (
        f"The API key expired on {record.expires:%Y-%m-%d %H:%M} UTC; ask an administrator for another."
    )


def test_a_key_that_was_revoked_opens_nothing_at_any_time(record):
    standing = ApiKeyStanding(record, revoked=record.at)

    for now in (record.at, record.at - timedelta(days=1), record.expires):
        assert standing.refusal(now).startswith("The API key was revoked on 2026-07-01 08:06 UTC; ")


# ---- Keys for residents who are named -----------------------------------------------------------------


def test_a_key_of_the_first_kind_is_signed_as_it_always_was(record):
    assert "purposes" not in record.content()
    assert record.content().keys() == ApiKey.model_fields.keys() - {"purposes"}


def test_a_key_of_the_second_kind_names_its_purposes():
    cast = Cast.assembled()
    purposes = ("service_planning", "fairness_audit")
    cast.issue(type="api-key/2", scopes=("resident", "predict"), purposes=purposes)

    found = cast.history.api_keys[KEY].record
    assert (found.type, found.purposes) == ("api-key/2", purposes)
    assert ApiKey.of(cast.events[-1].draft.signed).content()["purposes"] == list(purposes)


@pytest.mark.parametrize("changed", [{"scopes": ("rights",)}, {"purposes": ("service_planning",)}])
def test_a_key_of_the_first_kind_has_nothing_of_the_second(record, changed):
    with pytest.raises(ValidationError, match="api-key/1 has no purposes"):
        ApiKey(**record.model_dump() | changed)
