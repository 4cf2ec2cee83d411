"""A history exists only of events that nobody changed: what somebody tries who can write the database.

They can insert, delete, reorder and rewrite whatever they like and compute every digest anew; they lack the
private keys. Each attack is refused with one sentence, and the honest ledger is believed first.
"""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentation.errors import LedgerError, ReviewError
from segmentation.ledger.checkpoint import checkpoint_of
from segmentation.ledger.event import Draft, linked
from segmentation.ledger.history import History
from segmentation.ledger.records import Decision, Person
from segmentation.ledger.witness import Witness
from segmentation.signing import PrivateKey, sha256
from tests.signed import DIGESTS, LEDGER, MODEL, Cast


@pytest.fixture
def cast():
    cast = Cast.assembled()
    cast.approve()
    assert cast.history.active(MODEL, cast.now).version == 1
    return cast


def relinked(events):
    """Compute every number and digest anew, as whoever rewrites the whole table would."""
    chain = []
    for event in events:
        chain.append(linked(event.draft, event.at, chain[-1] if chain else None))
    return chain


def told(cast, events):
    with pytest.raises(LedgerError) as error:
        History.replayed(events, cast.root.public)
    return str(error.value)


def test_an_empty_ledger_is_not_believed(cast):
    assert told(cast, []).startswith("The ledger holds no events, not even its start")


def test_relinking_an_honest_ledger_changes_nothing(cast):
    assert relinked(cast.events) == cast.events


def test_a_signer_who_was_added_is_refused(cast):
    eve = PrivateKey.generate()
    record = Person(
        ledger=LEDGER,
        name="Eve",
        roles=("compliance",),
        key=eve.public.text,
        training_until=None,
        serial=1,
        at=cast.now,
        previous=cast.head,
    )
    cast.add(Draft("person", eve.sign(record.content())))

    assert "Event 11 (person, Eve) breaks the rules" in told(cast, cast.events)
    assert "not signed by the root key that is pinned here" in told(cast, cast.events)


def test_a_revocation_that_was_removed_shows_in_what_was_signed_after_it(cast):
    cast.decide("revoke", "Carol")
    cast.join("Chen", "compliance")
    del cast.events[10]

    assert "signer saw, that is not in this ledger" in told(cast, relinked(cast.events))


def test_a_record_that_was_altered_is_refused_though_every_digest_is_new(cast):
    draft = cast.events[7].draft
    longer = draft.signed.document.replace("2026-12-01", "2026-12-02")
    cast.events[7] = replace(
        cast.events[7], draft=replace(draft, signed=replace(draft.signed, document=longer))
    )

    assert "Event 8 (decision, approve of resident_needs 1) breaks the rules" in told(
        cast, relinked(cast.events)
    )
    assert "The signature is not one by Carol over this record" in told(cast, relinked(cast.events))


def test_signatures_that_were_swapped_are_refused(cast):
    one, other = (cast.events[place].draft.signed for place in (7, 8))
    for place, signed in (
        (7, replace(one, signature=other.signature)),
        (8, replace(other, signature=one.signature)),
    ):
        cast.events[place] = replace(
            cast.events[place], draft=replace(cast.events[place].draft, signed=signed)
        )

    assert "The signature is not one by Carol" in told(cast, relinked(cast.events))


def test_records_that_were_swapped_are_refused_though_every_digest_is_new(cast):
    cast.events[6], cast.events[7] = cast.events[7], cast.events[6]

    assert "Event 7 (decision, approve of resident_needs 1) breaks the rules" in told(
        cast, relinked(cast.events)
    )


def test_an_old_approval_is_not_replayed_into_a_new_round(cast):
    old = cast.events[7].draft
    cast.decide("submit", "Tina", 2)
    cast.decide("approve", "Bob", 2)
    cast.add(replace(old, version=2))

    assert "This record is already event 8" in cast.refusal


def test_an_approval_that_was_taken_out_is_not_put_into_a_new_round(cast):
    """It is moved, not doubled, so that it stands once; but its signer had not seen the new submission."""
    cast = Cast.assembled()
    cast.decide("submit", "Tina")
    approval = cast.decision("approve", "Carol")
    cast.decide("request_changes", "Bob")
    cast.decide("submit", "Tina")
    cast.add(approval)

    assert "Carol signed before version 1 of resident_needs was submitted" in cast.refusal


def test_an_approval_is_not_replayed_for_another_version(cast):
    cast.decide("submit", "Tina", 2)
    moved = replace(cast.events[7].draft, version=2)
    events = relinked([*cast.events[:7], cast.events[10], replace(cast.events[7], draft=moved)])

    assert "breaks the rules" in told(cast, events)


def test_a_note_of_a_bundle_that_nobody_approved_is_refused(cast):
    cast.events.pop()
    cast.activate(bundle=sha256(b"planted"))

    assert "is not the one approved as version 1" in cast.refusal


def test_a_ledger_of_another_root_is_refused(cast):
    other = Cast.assembled()
    other.approve()

    assert other.history.active(MODEL, other.now)
    assert told(cast, other.events).startswith(
        "Event 1 (start) breaks the rules, so nothing from it on is believed: This ledger was begun by "
        f"the root key {other.root.public.fingerprint}, and {cast.root.public.fingerprint} is pinned here"
    )


def test_records_of_another_ledger_of_the_same_root_are_refused(cast):
    other = Cast(root=cast.root, keys=cast.keys)
    start = Draft(
        "start",
        cast.root.sign(
            {
                "type": "start/1",
                "ledger": "f" * 32,
                "root": cast.root.public.text,
                "at": "2026-07-01T08:00:00Z",
            }
        ),
    )
    other.add(start)

    assert other.history.ledger == "f" * 32
    assert "was signed for another ledger" in told(cast, relinked([*other.events, *cast.events[1:]]))


def test_an_event_of_an_unknown_kind_is_refused(cast):
    cast.add(Draft("state", None, MODEL, 1, {"state": "active"}))

    assert "of a kind that this version of the program does not know" in cast.refusal


# What events alone cannot show, and what shows it.


def test_a_cut_end_is_seen_by_witness_and_checkpoint_alone(cast, tmp_path):
    cast.decide("revoke", "Carol")
    witness, checkpoint = Witness(tmp_path / "witness.json"), checkpoint_of(cast.history)
    witness.note(cast.history, cast.now)
    cast.events.pop()

    assert cast.history.active(MODEL, cast.now).version == 1
    with pytest.raises(LedgerError, match="its end was cut off"):
        witness.check(cast.history, cast.now)
    with pytest.raises(LedgerError, match="its end was cut off"):
        checkpoint.check(cast.history)


def test_an_end_that_was_replaced_is_seen_by_witness_and_checkpoint_alone(cast, tmp_path):
    cast.decide("revoke", "Carol")
    witness, checkpoint = Witness(tmp_path / "witness.json"), checkpoint_of(cast.history)
    witness.note(cast.history, cast.now)
    cast.events.pop()
    cast.decide("approve", "Carol")

    with pytest.raises(LedgerError, match="the ledger was rewritten"):
        witness.check(cast.history, cast.now)
    with pytest.raises(LedgerError, match="the ledger was rewritten"):
        checkpoint.check(cast.history)


def test_another_ledger_of_the_same_root_is_seen_by_witness_and_checkpoint_alone(cast, tmp_path):
    witness, checkpoint = Witness(tmp_path / "witness.json"), checkpoint_of(cast.history)
    witness.note(cast.history, cast.now)
    other = Cast(root=cast.root)
    content = {
        "type": "start/1",
        "ledger": "e" * 32,
        "root": cast.root.public.text,
        "at": "2026-07-01T08:00:00Z",
    }
    other.add(Draft("start", cast.root.sign(content)))

    with pytest.raises(LedgerError, match="another one than the one that was seen"):
        witness.check(other.history, cast.now)
    with pytest.raises(LedgerError, match="of another ledger"):
        checkpoint.check(other.history)


# The interface.


def test_an_event_that_is_refused_changes_nothing(cast):
    history = cast.history
    cast.decide("approve", "Tina")
    with pytest.raises(LedgerError):
        history.add(cast.events[-1])

    assert history.events == tuple(cast.events[:-1])
    assert history.standing(MODEL, 1, cast.now).state == "active"


def test_permitting_adds_nothing(cast):
    history = cast.history
    history.permit(cast.decision("revoke", "Carol"), cast.now)

    assert history.head == cast.events[-1]
    assert history.active(MODEL, cast.now).version == 1


def test_nothing_is_permitted_before_the_last_event(cast):
    with pytest.raises(ReviewError, match=r"a clock was set back.*Set the clock\."):
        cast.history.permit(cast.decision("revoke", "Carol"), cast.events[-1].at - timedelta(seconds=1))


def test_what_the_rules_would_refuse_is_foreseen_before_it_is_signed(cast):
    history, unsigned = cast.history, Decision.of(cast.decision("revoke", "Carol").signed)
    history.foresee(unsigned, cast.now)

    assert history.head == cast.events[-1]
    with pytest.raises(ReviewError, match="Carol signs as business and holds compliance"):
        history.foresee(unsigned.model_copy(update={"role": "business"}), cast.now)
    with pytest.raises(ReviewError, match="Nobody is entered as Eve"):
        history.foresee(unsigned.model_copy(update={"by": "Eve"}), cast.now)


def test_a_copy_goes_its_own_way(cast):
    history = cast.history
    twin = history.copy()
    twin.add(cast.decide("revoke", "Carol"))

    assert twin.standing(MODEL, 1, cast.now).state == "revoked"
    assert history.standing(MODEL, 1, cast.now).state == "active"
    assert len(history.records(MODEL, 1)) == 3
    assert len(twin.records(MODEL, 1)) == 4


def test_a_history_goes_on_from_where_it_was_replayed(cast):
    history = cast.history
    history.add(cast.decide("suspend", "Mona"))

    assert history.standing(MODEL, 1, cast.now) == cast.standing()
    assert history.events == cast.history.events


def test_records_are_told_with_their_events(cast):
    records = cast.history.records(MODEL, 1)

    assert [(event.seq, decision.action, decision.by) for event, decision in records] == [
        (7, "submit", "Tina"),
        (8, "approve", "Carol"),
        (9, "approve", "Bob"),
    ]
    assert cast.history.records(MODEL, 2) == ()


def test_a_track_tells_who_resumed_and_of_what_nobody_submitted_nothing(cast):
    cast.decide("suspend", "Mona")
    cast.decide("resume", "Bob")

    assert [one.by for one in cast.history.track(MODEL, 1).resumes] == ["Bob"]
    assert cast.history.track(MODEL, 7).signed == ()


def test_an_empty_history_has_no_head(cast):
    history = History(cast.root.public)

    assert history.ledger == ""
    with pytest.raises(LedgerError, match="has not begun"):
        _ = history.head


def test_it_says_which_version_was_activated_last_whatever_became_of_it(cast):
    cast.decide("revoke", "Carol")

    assert cast.history.activated(MODEL) == 1
    assert cast.history.active(MODEL, cast.now) is None
    assert cast.history.activated("owner_needs") is None


def test_importing_it_imports_no_database_and_no_table():
    import subprocess
    import sys

    code = (
        "import sys, segmentation.ledger; "
        "print(sorted({'sqlalchemy', 'pandas', 'sklearn', 'mlflow', 'alembic'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)

    assert done.stdout.strip() == "[]"


# Whatever is changed, it shows.


def chain():
    cast = Cast.assembled()
    cast.approve()
    cast.decide("suspend", "Mona")
    cast.decide("resume", "Carol")
    cast.decide("resume", "Bob")
    cast.adopt()
    return cast


CHAIN = chain()
LAST = len(CHAIN.events) - 1


def flipped(text, place):
    at = place % len(text)
    return text[:at] + ("0" if text[at] != "0" else "1") + text[at + 1 :]


def fields(event):
    """What may be changed in a row of the database, by name."""
    draft = event.draft
    signed = draft.signed
    changes = {
        "seq": lambda n: replace(event, seq=event.seq + n % 3 + 1),
        "at": lambda n: replace(event, at=event.at + timedelta(microseconds=n + 1)),
        "kind": lambda _: replace(
            event, draft=replace(draft, kind="adoption" if draft.kind != "adoption" else "person")
        ),
        "model": lambda _: replace(event, draft=replace(draft, model=f"{draft.model}x")),
        "version": lambda n: replace(event, draft=replace(draft, version=(draft.version or 0) + n + 1)),
        "body": lambda n: replace(event, draft=replace(draft, body={"bundle": flipped(DIGESTS.bundle, n)})),
        "previous": lambda n: replace(event, previous=flipped(event.previous, n)),
        "digest": lambda n: replace(event, digest=flipped(event.digest, n)),
    }
    if signed is not None:
        changes["document"] = lambda n: replace(
            event, draft=replace(draft, signed=replace(signed, document=flipped(signed.document, n)))
        )
        changes["signature"] = lambda n: replace(
            event, draft=replace(draft, signed=replace(signed, signature=flipped(signed.signature, n)))
        )
    return changes


@given(st.integers(0, LAST), st.data(), st.integers(0, 5000))
@settings(max_examples=150, deadline=None)
def test_a_single_changed_field_is_refused_and_named(place, data, n):
    event = CHAIN.events[place]
    changes = fields(event)
    changed = changes[data.draw(st.sampled_from(sorted(changes)))](n)
    events = [*CHAIN.events[:place], changed, *CHAIN.events[place + 1 :]]

    assert told(CHAIN, events).startswith(f"Event {changed.seq} (")


@given(st.integers(0, LAST), st.data(), st.integers(0, 5000))
@settings(max_examples=150, deadline=None)
def test_a_single_changed_field_of_what_is_signed_is_refused_though_every_digest_is_new(place, data, n):
    event = CHAIN.events[place]
    changes = fields(event)
    names = sorted(set(changes) & {"kind", "model", "version", "body", "document", "signature"})
    changed = changes[data.draw(st.sampled_from(names))](n)
    events = relinked([*CHAIN.events[:place], changed, *CHAIN.events[place + 1 :]])

    assert "breaks the rules" in told(CHAIN, events)


@given(st.integers(0, LAST - 1), st.booleans())
@settings(max_examples=30, deadline=None)
def test_a_removed_event_is_refused(place, anew):
    events = [*CHAIN.events[:place], *CHAIN.events[place + 1 :]]

    assert told(CHAIN, relinked(events) if anew else events)


@given(st.integers(0, LAST - 1), st.booleans())
@settings(max_examples=30, deadline=None)
def test_neighbours_that_were_swapped_are_refused(place, anew):
    events = list(CHAIN.events)
    events[place], events[place + 1] = events[place + 1], events[place]

    assert told(CHAIN, relinked(events) if anew else events)


@given(st.integers(0, LAST), st.integers(0, LAST), st.booleans())
@settings(max_examples=50, deadline=None)
def test_an_event_that_stands_twice_is_refused(place, where, anew):
    events = list(CHAIN.events)
    events.insert(where, events[place])

    assert told(CHAIN, relinked(events) if anew else events)


@given(st.integers(1, LAST + 1))
@settings(max_examples=20, deadline=None)
def test_a_cut_end_alone_is_not_seen(length):
    assert len(History.replayed(CHAIN.events[:length], CHAIN.root.public).events) == length
