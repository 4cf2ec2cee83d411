"""The keyring: pseudonyms that nobody else makes, data keys that open for their own resident alone."""

import hmac
import pickle
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmentation.errors import VaultError
from segmentation.vault import Keyring

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
RING = Keyring.generate(NOW)


@given(st.binary(max_size=200))
def test_a_mark_is_the_start_of_an_hmac_under_the_key_of_its_purpose(message):
    key = RING._derived("purpose rights")

    assert RING.marker("rights")(message) == hmac.digest(key, message, "sha256")[:16]


def test_purposes_and_rings_mark_a_resident_differently():
    subject = RING.subject_of("R-1")
    marks = {RING.marker(purpose)(subject) for purpose in ("service_planning", "fairness_audit")}

    assert len(marks | {subject, Keyring.generate(NOW).subject_of("R-1")}) == 4
    assert RING.subjects()("R-1") == subject


def test_references_that_look_alike_are_one_resident():
    assert RING.subject_of("Zo\u00eb") == RING.subject_of("Zoe\u0308")


@pytest.mark.parametrize("reference", ["", "R\n1", "R" * 201])
def test_what_cannot_be_a_reference_is_refused_without_being_quoted(reference):
    with pytest.raises(VaultError, match="1 to 200 letters") as caught:
        RING.subject_of(reference)
    assert "R\n1" not in str(caught.value)


def test_a_data_key_opens_for_its_resident_alone_also_after_a_rotation():
    subject, other = RING.subject_of("R-1"), RING.subject_of("R-2")
    kept = RING.wrap(subject, b"k" * 32)
    rotated = RING.rotated(NOW)

    assert rotated.unwrap(subject, kept) == b"k" * 32
    with pytest.raises(VaultError, match="altered or moved"):
        rotated.unwrap(other, kept)
    assert rotated.wrap(subject, b"k" * 32).key == rotated.active.id != kept.key


def test_a_key_that_is_not_on_the_ring_is_named():
    kept = RING.wrap(b"s" * 16, b"k" * 32)

    with pytest.raises(VaultError, match=f"lacks the wrapping key {kept.key}"):
        Keyring.generate(NOW).unwrap(b"s" * 16, kept)


def test_only_a_key_that_is_not_active_is_retired():
    rotated = RING.rotated(NOW)

    assert rotated.without(RING.active.id).wrapping == (rotated.active,)
    for key in (rotated.active.id, "unknown"):
        with pytest.raises(VaultError, match="no longer the active one"):
            rotated.without(key)


def test_a_ring_is_the_same_after_it_was_written():
    assert Keyring.from_text(RING.to_text()) == RING == pickle.loads(pickle.dumps(RING))
    assert "secret" not in repr(RING)
    with pytest.raises(VaultError, match="is none"):
        Keyring.from_text("bm90aGluZw==")
