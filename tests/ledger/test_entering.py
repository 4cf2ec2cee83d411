"""Only the pinned root begins a ledger and enters people."""

import json
from base64 import b64decode
from dataclasses import replace
from datetime import date

import pytest

from segmentation.errors import LedgerError, ReviewError
from segmentation.ledger.event import Draft
from segmentation.ledger.history import History
from segmentation.ledger.records import Start
from segmentation.signing import PrivateKey, sha256
from tests.signed import LEDGER, Cast


@pytest.fixture
def cast():
    return Cast.assembled()


def start(cast, **changed):
    told = {"ledger": LEDGER, "root": cast.root.public.text, "at": cast.now} | changed
    return Draft("start", cast.root.sign(Start(**told).content()))


def test_a_ledger_begins_with_its_start():
    cast = Cast()
    History(cast.root.public).permit(start(cast), cast.now)
    cast.add(start(cast))

    assert cast.history.ledger == LEDGER
    assert cast.history.head.seq == 1


def test_a_ledger_begins_with_nothing_else():
    cast = Cast()
    cast.enter("Tina", ("trainer",))

    assert cast.refusal == "A ledger begins with its start, signed by the root key; begin it first."


def test_a_ledger_begins_once(cast):
    cast.add(start(cast, ledger="f" * 32))

    assert cast.refusal == "The ledger has begun, and begins once; begin another one in another place."


def test_a_start_by_another_root_is_refused_by_both_fingerprints():
    cast, pinned = Cast(), PrivateKey.generate().public
    cast.add(start(cast))
    both = f"begun by the root key {cast.root.public.fingerprint}, and {pinned.fingerprint} is pinned here"
    with pytest.raises(LedgerError, match=both):
        History.replayed(cast.events, pinned)


def test_a_start_that_names_the_pinned_root_and_is_signed_by_another_key_is_refused():
    cast = Cast()
    cast.add(Draft("start", PrivateKey.generate().sign(json.loads(start(cast).signed.document))))

    assert "not signed by the root key that is pinned here" in cast.refusal


@pytest.mark.parametrize("by", ["Adam", "Carol"])
def test_only_the_root_enters_people(cast, by):
    cast.keys["Eve"] = PrivateKey.generate()
    cast.add(cast.person("Eve", ("compliance",), by=cast.keys[by]))

    assert cast.refusal.startswith("The record of Eve is not signed by the root key that is pinned here")


def test_the_latest_record_of_a_person_counts(cast):
    cast.enter("Carol", ("compliance", "business"))

    assert cast.history.people["Carol"].roles == ("compliance", "business")
    assert cast.history.people["Carol"].serial == 2


def test_an_earlier_record_of_a_person_does_not_come_back(cast):
    earlier = cast.events[2].draft
    cast.enter("Carol", ())
    cast.add(earlier)

    assert cast.refusal.startswith("This record is already event 3")


def test_a_record_that_skips_a_number_is_refused(cast):
    cast.serials["Carol"] = 4
    cast.enter("Carol", ("business",))

    assert cast.refusal == (
        "The record of Carol has number 5, and their next one has number 2; sign it with that number."
    )


@pytest.mark.parametrize("whose", ["Carol", "root"])
def test_a_key_is_one_persons(cast, whose):
    key = cast.root if whose == "root" else cast.keys[whose]
    cast.add(cast.person("Eve", ("business",), key=key))

    assert cast.refusal == "The key of Eve is or was somebody else's; make a new one for them."


def test_a_key_that_was_somebodys_stays_theirs(cast):
    old, cast.keys["Carol"] = cast.keys["Carol"], PrivateKey.generate()
    cast.enter("Carol", ("compliance",))
    cast.add(cast.person("Eve", ("business",), key=old))

    assert "somebody else's" in cast.refusal

    cast.events.pop()
    cast.add(cast.person("Carol", ("compliance",), key=old))

    assert cast.history.people["Carol"].key == old.public.text


def test_a_start_is_about_no_model():
    cast = Cast()
    cast.add(replace(start(cast), model="resident_needs"))

    assert cast.refusal == "A start record is about no model; leave model and version out."


@pytest.mark.parametrize("about", [{"model": "resident_needs"}, {"version": 1}])
def test_a_record_of_a_person_is_about_no_model(cast, about):
    cast.add(replace(cast.person("Carol", ("compliance",)), **about))

    assert cast.refusal == "A person record is about no model; leave model and version out."


def test_a_key_is_written_in_one_way(cast):
    key = PrivateKey.generate().public.text
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    other = key[:-2] + letters[letters.index(key[-2]) + 1] + "="
    assert b64decode(other.removeprefix("ed25519:")) == b64decode(key.removeprefix("ed25519:"))
    cast.add(Draft("person", cast.root.sign(cast_content(cast) | {"key": other})))

    assert cast.refusal.startswith("A public key is written ed25519: and the base64 of 32 bytes")

    cast.events.pop()
    cast.add(Draft("person", cast.root.sign(cast_content(cast) | {"key": key})))

    assert cast.history.people["Eve"].key == key


def test_a_key_that_is_no_key_is_refused(cast):
    short = "ed25519:" + "A" * 43 + "="
    content = {**cast_content(cast), "key": short[:-2] + "=="}
    with pytest.raises(ReviewError, match="key is not what this version writes there"):
        cast.history.permit(Draft("person", cast.root.sign(content)), cast.now)


def cast_content(cast):
    return {
        "type": "person/1",
        "ledger": LEDGER,
        "name": "Eve",
        "roles": [],
        "training_until": None,
        "serial": 1,
        "at": "2026-07-01T08:00:00Z",
        "previous": cast.head,
    }


@pytest.mark.parametrize("roles", [(), ("business",), ("compliance", "administrator")])
def test_half_a_pair_counts_no_more_when_its_signer_may_not_sign_it_any_more(cast, roles):
    cast.decide("submit", "Tina")
    cast.decide("approve", "Carol")
    cast.enter("Carol", roles)

    assert cast.standing().missing == ("compliance", "business")

    cast.decide("approve", "Bob")

    assert cast.standing().state == "submitted"
    assert cast.standing().missing == ("compliance",)
    assert cast.standing().why == (
        "Tina submitted it on 2026-07-01. The signature of Carol (compliance) counts no more, as their roles "
        "or key changed on 2026-07-01; it must be made anew. Bob (business) approved it; the signature for "
        "compliance is missing."
    )


def test_half_a_pair_is_signed_anew_with_the_new_key(cast):
    cast.decide("submit", "Tina")
    cast.decide("approve", "Carol")
    cast.keys["Carol"] = PrivateKey.generate()
    cast.enter("Carol", ("compliance",))
    cast.decide("approve", "Bob")
    assert cast.standing().missing == ("compliance",)

    cast.decide("approve", "Carol")
    assert cast.standing().state == "approved"


def test_who_comes_back_signs_anew(cast):
    cast.decide("submit", "Tina")
    cast.decide("approve", "Carol")
    cast.enter("Carol", ())
    cast.enter("Carol", ("compliance",))
    cast.decide("approve", "Bob")

    assert cast.standing().missing == ("compliance",)


@pytest.mark.parametrize("roles", [("compliance",), ("trainer", "compliance")])
def test_half_a_pair_counts_on_where_its_signer_may_sign_it_still(cast, roles):
    cast.decide("submit", "Tina")
    cast.decide("approve", "Carol")
    cast.enter("Carol", roles, date(2028, 6, 30))
    cast.decide("approve", "Bob")

    assert cast.standing().state == "approved"
    assert "counts no more" not in cast.standing().why


def test_half_a_resumption_counts_no_more_either(cast):
    cast.approve()
    cast.decide("suspend", "Mona")
    cast.decide("resume", "Carol")
    cast.enter("Carol", ())
    cast.decide("resume", "Bob")

    assert cast.standing().state == "suspended"
    assert cast.standing().missing == ("compliance",)
    assert "The signature of Carol (compliance) counts no more" in cast.standing().why

    cast.join("Chen", "compliance")
    cast.decide("resume", "Chen")
    assert cast.standing().state == "active"


def test_a_pair_stays_when_one_of_them_leaves_and_is_renewed_by_two_who_are_there(cast):
    cast.approve(valid_until=date(2026, 8, 1))
    cast.enter("Bob", ())
    cast.join("Chen", "business")
    cast.decide("approve", "Carol", valid_until=date(2026, 11, 1))

    assert cast.standing().valid_until == date(2026, 8, 1)
    assert [a.by for a in cast.standing().approvals] == ["Carol", "Bob"]

    cast.decide("approve", "Chen", role="business", valid_until=date(2026, 10, 1))

    assert cast.standing().valid_until == date(2026, 10, 1)
    assert [a.by for a in cast.standing().approvals] == ["Carol", "Chen"]
    assert "counts no more" not in cast.standing().why


def test_half_a_renewal_by_who_left_makes_the_pair_no_longer(cast):
    cast.approve(valid_until=date(2026, 8, 1))
    cast.enter("Bob", ("business",))
    cast.decide("approve", "Carol", valid_until=date(2026, 11, 1), catalogue=sha256(b"new law"))
    cast.enter("Carol", ())
    cast.decide("approve", "Bob", valid_until=date(2026, 11, 1), catalogue=sha256(b"new law"))

    assert cast.standing().valid_until == date(2026, 8, 1)
    assert cast.standing(catalogue=sha256(b"new law")).missing == ("compliance",)
    assert "The signature of Carol (compliance) counts no more" in cast.standing().why


def test_of_what_is_over_nothing_is_taken_back(cast):
    cast.decide("submit", "Tina")
    cast.decide("approve", "Carol")
    cast.decide("reject", "Bob")
    before = cast.standing()
    cast.enter("Carol", ())

    assert cast.standing() == before
