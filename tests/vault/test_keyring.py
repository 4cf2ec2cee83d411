"""A keyring marks residents differently for each purpose, opens what it wrapped, and never shows a key."""

import base64
import hmac
import json
import pickle
import unicodedata
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from hypothesis import given
from hypothesis import strategies as st

from segmentation.errors import SigningError, VaultError
from segmentation.vault import Keyring, Wrapped

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
RING = Keyring.generate(NOW)
CHEAP = {"iterations": 1, "lanes": 1, "memory_kib": 8}
PASSPHRASE = "a passphrase of the keyring"
READABLE = st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=50)


def test_a_pseudonym_is_half_an_hmac_under_a_key_of_its_own():
    key = HKDFExpand(SHA256(), 32, b"segmentation subject").derive(RING.marking)

    assert RING.subject_of("R-1") == hmac.digest(key, b"R-1", "sha256")[:16]


def test_a_purpose_has_pseudonyms_of_its_own_and_another_ledger_has_others():
    subject = RING.subject_of("R-1")
    marks = {RING.marker(purpose)(subject) for purpose in ("service_planning", "fairness_audit", "rights")}

    assert len(marks | {subject}) == 4
    assert RING.marker("rights")(subject) == RING.marker("rights")(RING.subject_of("R-1"))
    assert Keyring.generate(NOW).subject_of("R-1") != subject


@given(READABLE, READABLE)
def test_residents_are_told_apart(one, other):
    same = unicodedata.normalize("NFC", one) == unicodedata.normalize("NFC", other)
    assert (RING.subject_of(one) == RING.subject_of(other)) == same


def test_references_that_look_alike_are_one_resident():
    assert RING.subject_of("Jos\u00e9") == RING.subject_of("Jose\u0301")


@pytest.mark.parametrize("reference", ["", 201 * "R", "R\n1", "R\x00", "\ud800"], ids=ascii)
def test_what_cannot_be_a_reference_is_refused_and_not_repeated(reference):
    with pytest.raises(VaultError, match="1 to 200 letters that can be read") as told:
        RING.subject_of(reference)
    assert "R\n1" not in str(told.value)


def test_a_data_key_opens_for_its_resident_alone():
    subject, other, key = RING.subject_of("R-1"), RING.subject_of("R-2"), 32 * b"d"
    kept = RING.wrap(subject, key)

    assert RING.unwrap(subject, kept) == key
    assert kept.key == RING.active.id
    with pytest.raises(VaultError, match="does not open"):
        RING.unwrap(other, kept)
    with pytest.raises(VaultError, match="does not open"):
        RING.unwrap(subject, Wrapped(kept.key, kept.data[:-1] + b"\0"))


def test_a_rotated_keyring_opens_what_the_old_key_wrapped_and_wraps_with_the_new_one():
    subject, key = RING.subject_of("R-1"), 32 * b"d"
    kept = RING.wrap(subject, key)
    rotated = RING.rotated(NOW + timedelta(days=1))

    assert rotated.unwrap(subject, kept) == key
    assert rotated.wrap(subject, key).key == rotated.active.id != RING.active.id
    assert rotated.subject_of("R-1") == subject
    assert rotated.fingerprint == RING.fingerprint


def test_a_retired_key_opens_nothing_and_the_message_says_which_it_was():
    subject = RING.subject_of("R-1")
    kept = RING.wrap(subject, 32 * b"d")
    left = RING.rotated(NOW).without(RING.active.id)

    with pytest.raises(VaultError, match=f"lacks the wrapping key {RING.active.id}, .* Take the keyring of"):
        left.unwrap(subject, kept)


@pytest.mark.parametrize("key", [RING.active.id, "0" * 16], ids=["active", "strange"])
def test_only_a_key_that_is_there_and_not_active_is_retired(key):
    with pytest.raises(VaultError, match="Only a wrapping key that is no longer the active one"):
        RING.without(key)


def test_secrets_for_uses_of_their_own_are_apart():
    assert len({RING.secret_for("backup"), RING.secret_for("other"), RING.marking}) == 3
    assert len(RING.secret_for("backup")) == 32


def test_a_secret_under_a_wrapping_key_takes_both_it_and_the_one_of_pseudonyms():
    ring = RING.rotated(NOW)
    first, second = (ring.secret_under(one.id, "backup") for one in ring.wrapping)
    other = replace(ring, marking=b"x" * 32)
    swapped = replace(ring, wrapping=(replace(ring.wrapping[0], secret=b"x" * 32), ring.active))
    others = [one.secret_under(ring.wrapping[0].id, "backup") for one in (other, swapped)]
    assert len({first, second, *others, RING.secret_for("backup")}) == 5
    assert RING.secret_under(RING.active.id, "backup") == first
    with pytest.raises(VaultError, match="lacks the wrapping key that this was sealed with"):
        ring.without(RING.active.id).secret_under(RING.active.id, "backup")


def test_a_keyring_is_read_as_it_was_written():
    assert Keyring.from_text(RING.rotated(NOW).to_text() + "\n").wrapping[0] == RING.active
    assert Keyring.unsealed(RING.sealed(PASSPHRASE, CHEAP), PASSPHRASE) == RING
    assert pickle.loads(pickle.dumps(RING)) == RING  # as it goes to the processes that seal


def test_a_keyring_file_shows_its_fingerprint_and_no_key():
    text = RING.sealed(PASSPHRASE, CHEAP)

    assert json.loads(text)["fingerprint"] == RING.fingerprint
    for secret in (RING.marking, RING.active.secret):
        assert base64.b64encode(secret).decode() not in text
        assert secret.hex() not in text


def test_another_passphrase_does_not_open_it():
    with pytest.raises(SigningError, match="does not open the keyring"):
        Keyring.unsealed(RING.sealed(PASSPHRASE, CHEAP), "another passphrase")


def _without(name):
    content = json.loads(base64.b64decode(RING.to_text()))
    del content[name]
    return base64.b64encode(json.dumps(content).encode()).decode()


def _changed(**changed):
    content = json.loads(base64.b64decode(RING.to_text())) | changed
    return base64.b64encode(json.dumps(content).encode()).decode()


@pytest.mark.parametrize(
    "text",
    ["", "!", "e30=", _without("marking"), _without("wrapping"), _without("type"), _changed(wrapping=[]),
     _changed(marking="c2hvcnQ="), _changed(type="keyring/9"), _changed(wrapping=7)],
    ids=["empty", "no base64", "bare", "no marking", "no wrapping", "no type", "no key", "short", "new", "7"],
)  # fmt: skip
def test_what_is_no_keyring_is_refused(text):
    with pytest.raises(VaultError, match="What is given as the keyring is none"):
        Keyring.from_text(text)


def test_no_key_is_in_what_a_keyring_shows_of_itself():
    shown = f"{RING!r} {RING}"

    for secret in (RING.marking, RING.active.secret):
        assert repr(secret) not in shown
        assert secret.hex() not in shown
