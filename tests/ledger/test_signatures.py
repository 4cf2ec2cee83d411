"""What holds for every signature: one valid key, and what a lost role, key or training does to it."""

from base64 import b64decode
from dataclasses import replace
from datetime import date, timedelta

import pytest

from segmentation.ledger.records import Decision
from segmentation.ledger.signatures import WHO
from segmentation.signing import PrivateKey, Signed, canonical, sha256
from tests.signed import ROLES, Cast

OF_VERSIONS = [action for action in WHO if not action.endswith("API_key") and action != "comment"]
"""What is done about versions; `test_issuing` has the rest."""
STATES = {"submit": "draft", "resume": "suspended", "suspend": "active"}


@pytest.fixture
def cast():
    return Cast.assembled()


@pytest.fixture
def submitted(cast):
    cast.decide("submit", "Tina")
    return cast


def reach(cast, action):
    """Bring version 1 to where an action leads on."""
    if action in {"suspend", "resume"}:
        cast.approve()
    elif action not in {"submit", "adopt"}:
        cast.decide("submit", "Tina")
    if action == "resume":
        cast.decide("suspend", "Mona")


def act(cast, action, who):
    return cast.adopt(who) if action == "adopt" else cast.decide(action, who)


@pytest.mark.parametrize("who", ROLES)
@pytest.mark.parametrize("action", OF_VERSIONS)
def test_each_role_may_do_what_is_its_own(cast, action, who):
    (role,) = ROLES[who]
    reach(cast, action)
    act(cast, action, who)

    if role in WHO[action]:
        assert len(cast.history.events) == len(cast.events)
    else:
        own = {"Tina": "Tina trained or submitted", "Adam": "Adam holds administrator"}
        apart = action in {"approve", "resume"} and who in own
        assert cast.refusal.startswith(own[who] if apart else f"As {role} nobody may")


def test_a_refusal_names_the_roles_that_may(submitted):
    submitted.decide("approve", "Mona")

    assert submitted.refusal == "As monitor nobody may approve; ask compliance or business."


def test_a_refusal_names_the_one_role_that_may(cast):
    cast.decide("submit", "Carol")

    assert cast.refusal == "As compliance nobody may submit; ask trainer."


def test_who_lost_the_role_may_sign_no_more(submitted):
    submitted.enter("Carol", ("monitor",))
    submitted.decide("approve", "Carol")

    assert submitted.refusal == (
        "Carol signs as compliance and holds monitor; ask somebody who is entered as compliance."
    )


def test_who_holds_no_role_may_sign_nothing(submitted):
    submitted.enter("Carol", ())
    submitted.decide("revoke", "Carol")

    assert submitted.refusal == "Carol holds no role any more and may sign nothing; ask somebody who does."


def test_what_two_signed_before_the_role_was_lost_stays(submitted):
    submitted.decide("approve", "Carol")
    submitted.decide("approve", "Bob")
    submitted.enter("Carol", ())

    assert submitted.standing().state == "approved"


def test_who_signs_as_what_another_is_entered_as_is_refused(submitted):
    submitted.decide("approve", "Bob", role="compliance")

    assert "Bob signs as compliance and holds business" in submitted.refusal


def test_a_former_key_signs_nothing_more(submitted):
    old, submitted.keys["Carol"] = submitted.keys["Carol"], PrivateKey.generate()
    submitted.enter("Carol", ("compliance",))
    submitted.decide("approve", "Carol", key=old)

    assert submitted.refusal.startswith(
        "Carol signed with a key that is no longer theirs; sign with the key "
    )
    assert submitted.refusal.endswith(f"{submitted.keys['Carol'].public.fingerprint}.")


def test_the_new_key_signs(submitted):
    submitted.keys["Carol"] = PrivateKey.generate()
    submitted.enter("Carol", ("compliance",))
    submitted.decide("approve", "Carol")

    assert submitted.standing().missing == ("business",)


def test_a_strangers_key_signs_nothing(submitted):
    submitted.decide("approve", "Carol", key=PrivateKey.generate())

    assert submitted.refusal.startswith("Carol signed with a key that was never theirs")


def test_a_stranger_signs_nothing(submitted):
    submitted.keys["Eve"] = PrivateKey.generate()
    submitted.decide("approve", "Eve")

    assert submitted.refusal.startswith("Nobody is entered as Eve; enter them with `segmentation people add`")


def test_who_claims_anothers_name_and_key_is_refused(submitted):
    honest = submitted.decision("approve", "Carol")
    record = Decision.of(honest.signed)
    forged = submitted.keys["Bob"].sign(record.content())
    submitted.add(replace(honest, signed=forged))

    assert submitted.refusal == (
        "The signature is not one by Carol over this record; one of the two was changed. Sign anew."
    )


@pytest.mark.parametrize("action", ["submit", "approve", "request_changes", "reject", "resume", "adopt"])
@pytest.mark.parametrize(
    ("until", "sentence"),
    [(date(2026, 6, 30), "training counted until 2026-06-30"), (None, "training is not entered")],
)
def test_lapsed_training_blocks_signing(cast, action, until, sentence):
    reach(cast, action)
    who = "Tina" if action == "submit" else "Carol"
    cast.enter(who, ROLES[who], until)
    act(cast, action, who)

    assert sentence in cast.refusal
    assert "enter the training with `segmentation people change`" in cast.refusal


@pytest.mark.parametrize("action", ["submit", "approve", "request_changes", "reject", "resume", "adopt"])
def test_training_counts_on_its_last_day(cast, action):
    reach(cast, action)
    who = "Tina" if action == "submit" else "Carol"
    cast.enter(who, ROLES[who], cast.now.date())
    act(cast, action, who)

    assert len(cast.history.events) == len(cast.events)


@pytest.mark.parametrize(("action", "who"), [("revoke", "Carol"), ("suspend", "Carol"), ("suspend", "Mona")])
def test_what_stops_a_version_needs_no_training(cast, action, who):
    cast.approve()
    cast.enter(who, ROLES[who], None)
    cast.decide(action, who)

    assert cast.standing().state in {"revoked", "suspended"}


@pytest.mark.parametrize("hours", [-25, 25])
def test_a_record_of_another_day_is_refused(submitted, hours):
    submitted.decide("approve", "Carol", at=submitted.now + timedelta(hours=hours))

    assert "more than a day from 2026-07-01" in submitted.refusal
    assert submitted.refusal.endswith("set the clock, or sign anew.")


@pytest.mark.parametrize("hours", [-24, 24])
def test_a_record_may_be_signed_some_hours_earlier_or_by_another_clock(submitted, hours):
    submitted.decide("approve", "Carol", at=submitted.now + timedelta(hours=hours))

    assert submitted.standing().missing == ("business",)


def test_backdating_does_not_bring_training_back(submitted):
    submitted.enter("Carol", ("compliance",), submitted.now.date())
    submitted.wait(days=1)
    submitted.decide("approve", "Carol", at=submitted.now - timedelta(hours=20))

    assert "Carol's training counted until 2026-07-01" in submitted.refusal


def test_a_record_for_another_ledger_is_refused(submitted):
    submitted.decide("approve", "Carol", ledger="f" * 32)

    assert submitted.refusal == "The record was signed for another ledger; sign one for this ledger."


def test_a_record_whose_signer_saw_another_ledger_is_refused(submitted):
    submitted.decide("approve", "Carol", previous=sha256(b"another head"))

    assert submitted.refusal.startswith("The record names an event, as the last that its signer saw")


@pytest.mark.parametrize("kind", ["person", "adoption"])
def test_a_person_or_an_adoption_that_rests_on_another_ledger_is_refused(cast, kind):
    other = Cast(root=cast.root, keys=cast.keys, serials=cast.serials)
    if kind == "person":
        cast.add(other.person("Carol", ()))
    else:
        cast.adopt(previous=other.head)

    assert cast.refusal.startswith("The record names an event, as the last that its signer saw")


def test_a_record_counts_once(submitted):
    event = submitted.decide("approve", "Carol")
    submitted.add(event.draft)

    assert submitted.refusal == "This record is already event 8, and counts once; sign a new one."


def test_a_record_that_could_be_read_in_two_ways_is_refused(submitted):
    record = Decision.of(submitted.decision("approve", "Carol").signed)
    document = canonical(record.content()).decode().replace('{"action"', '{ "action"')
    key = submitted.keys["Carol"]
    signed = Signed(document, key.sign(record.content()).signature)
    submitted.add(replace(submitted.decision("approve", "Carol"), signed=signed))

    assert submitted.refusal.startswith("The record is not written as canonical JSON (RFC 8785)")


@pytest.mark.parametrize("document", ["", "[]", "{}", "\ud800", '{"type": "decision/1"}', "[" * 100_000])
def test_what_is_no_record_is_refused(submitted, document):
    draft = submitted.decision("approve", "Carol")
    before = submitted.history
    with pytest.raises(Exception, match=r"cannot be read|canonical") as error:
        before.permit(replace(draft, signed=replace(draft.signed, document=document)), submitted.now)

    assert type(error.value).__name__ == "ReviewError"


def test_a_signed_record_says_nothing_beside_what_is_signed(submitted):
    submitted.add(replace(submitted.decision("approve", "Carol"), body={"state": "approved"}))

    assert submitted.refusal == "A decision record is signed, and says nothing beside what is signed."


def test_a_record_without_a_signature_is_refused(submitted):
    submitted.add(replace(submitted.decision("approve", "Carol"), signed=None))

    assert submitted.refusal == "A decision record is signed, and says nothing beside what is signed."


def test_a_signature_is_written_in_one_way(submitted):
    """The last letter of its base64 holds bits of which nothing comes; others would make another digest."""
    event = submitted.decide("approve", "Carol")
    signature = event.draft.signed.signature
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    other = signature[:85] + letters[letters.index(signature[85]) + 1] + "=="
    submitted.events.pop()
    submitted.add(replace(event.draft, signed=replace(event.draft.signed, signature=other)))

    assert b64decode(other) == b64decode(signature)
    assert submitted.refusal.startswith("The signature is not one by Carol over this record")


@pytest.mark.parametrize("signature", ["", "AAAA", "A" * 86 + "=="])
def test_what_is_no_signature_is_refused(submitted, signature):
    draft = submitted.decision("approve", "Carol")
    submitted.add(replace(draft, signed=replace(draft.signed, signature=signature)))

    assert submitted.refusal.startswith("The signature is not one by Carol")


@pytest.mark.parametrize(
    "reason", ["Wie besprochen: Ümlaut, 同意。", 'Signs < and > and "quotes"\\', "A line\nand another"]
)
@pytest.mark.parametrize("spoiled", [None, ('{"action"', '{ "action"'), ('"by"', '"\\u0062y"')])
def test_words_of_any_script_are_signed_in_one_form(submitted, reason, spoiled):
    draft = submitted.decision("approve", "Carol", reason=reason)
    if spoiled is None:
        submitted.add(draft)
        assert submitted.standing().missing == ("business",)
        return
    document = draft.signed.document.replace(*spoiled)
    assert document != draft.signed.document
    submitted.add(replace(draft, signed=replace(draft.signed, document=document)))

    assert submitted.refusal.startswith("The record is not written as canonical JSON (RFC 8785)")
