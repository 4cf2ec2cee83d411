"""A proof shows offline that two people approved a version; with anything in it changed, it shows nothing."""

import json
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentation.errors import LedgerError
from segmentation.ledger.event import linked
from segmentation.ledger.proof import Proof
from segmentation.signing import PrivateKey, Signed, canonical
from tests.signed import DIGESTS, LEDGER, MODEL, Cast


@pytest.fixture
def cast():
    cast = Cast.assembled()
    cast.approve()
    return cast


@pytest.fixture
def proof(cast):
    return cast.history.proof(MODEL, 1)


def told(proof, root):
    with pytest.raises(LedgerError) as error:
        proof.verified(root)
    return str(error.value)


def test_a_proof_shows_who_approved_what(cast, proof):
    approval = proof.verified(cast.root.public)

    assert (approval.model, approval.version, approval.ledger) == (MODEL, 1, LEDGER)
    assert approval.digests == DIGESTS
    assert [(a.by, a.role) for a in approval.approvals] == [("Carol", "compliance"), ("Bob", "business")]
    assert approval.valid_until == date(2026, 12, 1)
    assert approval.verdict == "kept"
    assert approval.submission.by == "Tina"
    assert sorted(approval.people) == ["Bob", "Carol", "Tina"]


def test_a_proof_holds_what_the_approval_rests_on_and_nothing_else(proof):
    assert [event.seq for event in proof.events] == [1, 2, 3, 4, 7, 8, 9]


def test_a_proof_is_the_same_after_a_journey(cast, proof):
    text = proof.to_json()

    assert Proof.from_json(text) == proof
    assert Proof.from_json(text.encode()).verified(cast.root.public)
    assert canonical(json.loads(text)).decode() == text


def test_a_proof_holds_earlier_records_of_its_people(cast):
    old, cast.keys["Carol"] = cast.keys["Carol"], PrivateKey.generate()
    cast.enter("Carol", ("compliance",))
    cast.approve(2)
    cast.enter("Carol", ())
    approval = cast.history.proof(MODEL, 2).verified(cast.root.public)

    assert approval.people["Carol"].serial == 2
    assert approval.people["Carol"].key != old.public.text


def test_a_proof_of_a_renewal_holds_the_last_word_of_each(cast):
    cast.wait(days=30)
    cast.decide("approve", "Carol", valid_until=date(2026, 12, 20))
    approval = cast.history.proof(MODEL, 1).verified(cast.root.public)

    assert approval.valid_until == date(2026, 12, 1)
    assert [a.valid_until for a in approval.approvals] == [date(2026, 12, 20), date(2026, 12, 1)]


@pytest.mark.parametrize("action", ["revoke", "suspend"])
def test_a_proof_does_not_show_what_happened_since(cast, action):
    cast.decide(action, "Carol")

    assert cast.history.proof(MODEL, 1).verified(cast.root.public)


def test_a_superseded_version_is_proven_as_well(cast):
    cast.approve(2)

    assert cast.history.proof(MODEL, 1).verified(cast.root.public).version == 1


def test_there_is_no_proof_of_what_is_not_approved(cast):
    cast.decide("submit", "Tina", 2)
    cast.decide("approve", "Carol", 2)
    with pytest.raises(
        LedgerError, match="Version 2 of resident_needs is submitted, and no two approvals of it count"
    ):
        cast.history.proof(MODEL, 2)
    with pytest.raises(LedgerError, match="Version 9 of resident_needs is draft"):
        cast.history.proof(MODEL, 9)


def test_there_is_no_proof_of_what_was_reopened_until_it_is_approved_again(cast):
    cast.adopt()
    with pytest.raises(LedgerError, match="nothing to prove"):
        cast.history.proof(MODEL, 1)
    cast.adopt(policy=DIGESTS.policy)
    cast.decide("approve", "Carol")
    cast.decide("approve", "Bob")
    proof = cast.history.proof(MODEL, 1)

    assert [event.seq for event in proof.events][-3:] == [7, 13, 14]
    assert proof.verified(cast.root.public)


def test_a_proof_of_another_root_shows_nothing(proof):
    assert told(proof, PrivateKey.generate().public).startswith(
        "Event 1 of the proof (start) breaks the rules: This ledger was begun by the root key"
    )


@pytest.mark.parametrize(
    ("missing", "sentence"),
    [
        (0, "Event 2 of the proof (person, Tina) breaks the rules: A ledger begins with its start"),
        (
            2,
            (
                "Event 8 of the proof (decision, approve of resident_needs 1) breaks the rules: Nobody is "
                "entered as Carol"
            ),
        ),
        (4, "From draft these steps lead on: submit; approve does not."),
        (5, "does not show that version 1 of resident_needs was approved: it leads to submitted."),
        (6, "does not show that version 1 of resident_needs was approved: it leads to submitted."),
    ],
)
def test_a_proof_that_lacks_something_shows_nothing(cast, proof, missing, sentence):
    events = proof.events[:missing] + proof.events[missing + 1 :]

    assert sentence in told(replace(proof, events=events), cast.root.public)


def test_an_empty_proof_shows_nothing(cast):
    assert "it leads to draft" in told(Proof(MODEL, 1, ()), cast.root.public)


def test_a_proof_is_of_its_version(cast, proof):
    assert "has no place in a proof for version 2" in told(replace(proof, version=2), cast.root.public)


def test_a_proof_with_a_revocation_shows_nothing(cast, proof):
    revoked = cast.decide("revoke", "Carol")

    assert "it leads to revoked" in told(replace(proof, events=(*proof.events, revoked)), cast.root.public)


def test_a_proof_holds_no_note_of_a_bundle(cast, proof):
    assert "Event 10 of the proof (activated, resident_needs 1) has no place" in told(
        replace(proof, events=(*proof.events, cast.events[9])), cast.root.public
    )


def test_a_proof_of_reordered_events_shows_nothing(cast, proof):
    events = list(proof.events)
    events[5], events[6] = events[6], events[5]

    assert "stands after one that came later" in told(replace(proof, events=tuple(events)), cast.root.public)


def test_a_proof_by_the_trainer_shows_nothing(cast):
    cast.join("Chen", "compliance", "trainer")
    cast.decide("submit", "Tina", 2, trained_by=("Chen",))
    forged = cast.decide("approve", "Chen", 2, trained_by=("Chen",))
    other = cast.decide("approve", "Bob", 2, trained_by=("Chen",))
    people = [cast.events[n] for n in (0, 1, 3, 10, 11)]

    assert "Chen trained or submitted version 2" in told(
        Proof(MODEL, 2, (*people, forged, other)), cast.root.public
    )


def test_lapsed_training_shows_in_a_proof(cast):
    cast.enter("Bob", ("business",), date(2026, 6, 1))
    events = [*cast.events[:4], cast.events[10], cast.events[6], cast.events[7], cast.events[8]]
    chain = [linked(event.draft, cast.events[10].at, None) for event in events]
    chain = [replace(e, seq=n, digest="") for n, e in enumerate(chain, 1)]
    chain = tuple(replace(e, digest=e.computed) for e in chain)

    assert "Bob's training counted until 2026-06-01" in told(Proof(MODEL, 1, chain), cast.root.public)


@pytest.mark.parametrize("form", ["T08:00:00.000000-00:00", "T08:00:00Z", " 08:00:00.000000+00:00"])
def test_a_proof_is_written_in_one_way(proof, form):
    text = proof.to_json()
    assert "T08:00:00.000000+00:00" in text

    with pytest.raises(LedgerError, match=r"The proof cannot be read: events\.0\.at"):
        Proof.from_json(text.replace("T08:00:00.000000+00:00", form, 1))


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"format": "proof/2"}', "\ud800", b"\xff"])
def test_what_is_no_proof_is_refused(text):
    with pytest.raises(LedgerError, match="The proof cannot be read"):
        Proof.from_json(text)


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_any_changed_letter_of_a_proof_is_refused(data):
    place = data.draw(st.integers(0, len(TEXT) - 1))
    letter = data.draw(st.characters(codec="utf-8").filter(lambda c: c != TEXT[place]))
    changed = TEXT[:place] + letter + TEXT[place + 1 :]
    with pytest.raises(LedgerError):
        Proof.from_json(changed).verified(ROOT)


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_a_changed_document_is_refused_though_every_digest_is_new(data):
    proof = Proof.from_json(TEXT)
    n = data.draw(st.integers(0, len(proof.events) - 1))
    event = proof.events[n]
    document = event.draft.signed.document
    place = data.draw(st.integers(0, len(document) - 1))
    letter = data.draw(st.sampled_from("0123456789abc ").filter(lambda c: c != document[place]))
    signed = Signed(document[:place] + letter + document[place + 1 :], event.draft.signed.signature)
    changed = replace(event, draft=replace(event.draft, signed=signed))
    changed = replace(changed, digest=changed.computed)

    assert "breaks the rules" in told(
        replace(proof, events=(*proof.events[:n], changed, *proof.events[n + 1 :])), ROOT
    )


def example():
    cast = Cast.assembled()
    cast.approve()
    return cast.history.proof(MODEL, 1).to_json(), cast.root.public


TEXT, ROOT = example()
