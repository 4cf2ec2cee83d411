"""Who may comment on what, that a comment changes no state, and that no forged one is believed."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentation.errors import LedgerError, ReviewError
from segmentation.ledger.checkpoint import checkpoint_of
from segmentation.ledger.comments import Comment
from segmentation.ledger.event import Draft
from segmentation.ledger.history import History
from segmentation.ledger.store import create_ledger, open_ledger
from segmentation.signing import PrivateKey, Signed, sha256
from tests.signed import DIGESTS, LEDGER, MODEL, Cast


@pytest.fixture
def cast():
    """A version that was submitted."""
    cast = Cast.assembled()
    cast.decide("submit", "Tina")
    return cast


# ---- Who ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["Tina", "Carol", "Bob", "Adam"])
def test_who_reads_versions_comments_on_them(cast, who):
    event = cast.say(who)

    ((found, comment),) = cast.history.comments(MODEL, 1)
    assert (found, comment.by, comment.remarks[0].section) == (event, who, "gaps")


def test_a_monitor_does_not(cast):
    cast.say("Mona")

    assert cast.refusal == (
        "As monitor nobody may comment; ask trainer, compliance, business or administrator."
    )


def test_nobody_needs_a_course_to_say_what_they_saw(cast):
    cast.enter("Carol", ("compliance",), None)
    cast.say("Carol")

    assert len(cast.history.comments(MODEL, 1)) == 1


def test_who_holds_no_role_any_more_does_not(cast):
    cast.enter("Carol", ())
    cast.say("Carol")

    assert cast.refusal.startswith("Carol holds no role any more and may sign nothing")


def test_a_role_that_somebody_does_not_hold_is_refused(cast):
    cast.say("Carol", role="business")

    assert cast.refusal.startswith("Carol signs as business and holds compliance")


# ---- About what ---------------------------------------------------------------------------------------


def test_a_version_without_comments_has_none(cast):
    assert cast.history.comments(MODEL, 1) == ()


def test_what_was_never_submitted_has_nothing_to_comment_on(cast):
    cast.say(version=2)

    assert cast.refusal.startswith(f"Version 2 of {MODEL} was never submitted, so there is nothing to")


def test_a_comment_on_another_submission_is_refused(cast):
    cast.say(bundle=sha256(b"another"))

    assert cast.refusal == (
        f"The comment is about something else than what was last submitted as version 1 of {MODEL}; look at "
        "it again, and sign anew."
    )


def test_what_was_said_of_an_earlier_submission_stays_and_cannot_be_said_anew(cast):
    cast.say("Carol")
    cast.decide("request_changes", "Carol")
    cast.decide("submit", "Tina", digests=DIGESTS.model_copy(update={"bundle": sha256(b"mended")}))
    assert len(cast.history.comments(MODEL, 1)) == 1

    cast.say("Bob")

    assert cast.refusal.startswith("The comment is about something else than what was last submitted")


def test_an_event_that_names_another_version_than_the_comment_is_refused(cast):
    cast.decide("submit", "Tina", version=2)
    cast.add(Draft("comment", cast.comment().signed, MODEL, 2))

    assert cast.refusal == f"The comment is about version 1 of {MODEL}, and the event names another one."


@pytest.mark.parametrize(
    "steps",
    [
        (),
        (("approve", "Carol"),),
        (("request_changes", "Carol"),),
        (("reject", "Carol"),),
        (("revoke", "Adam"),),
        (("approve", "Carol"), ("approve", "Bob")),
        (("approve", "Carol"), ("approve", "Bob"), "activate", ("suspend", "Mona"), ("resume", "Bob")),
    ],
)
def test_a_comment_changes_no_state_wherever_the_version_stands(cast, steps):
    for step in steps:
        cast.activate() if step == "activate" else cast.decide(*step)
    before = cast.history.standing(MODEL, 1, cast.now)

    cast.say("Carol")
    cast.say("Tina")

    after = cast.history
    assert after.standing(MODEL, 1, cast.now) == before
    assert [comment.by for _, comment in after.comments(MODEL, 1)] == ["Carol", "Tina"]


def test_an_approval_that_was_signed_before_a_comment_counts_after_it(cast):
    approval = cast.decision("approve", "Carol")
    cast.say("Carol")
    cast.add(approval)

    assert cast.standing().missing == ("business",)


def test_history_foresees_what_a_comment_would_be_refused_for(cast):
    history = cast.history
    history.foresee(Comment.of(cast.comment("Carol").signed), cast.now)

    with pytest.raises(ReviewError, match="As monitor nobody may comment"):
        history.foresee(Comment.of(cast.comment("Mona").signed), cast.now)
    with pytest.raises(ReviewError, match="Nobody is entered as Zoe"):
        history.foresee(Comment.of(cast.comment("Zoe", key=cast.keys["Bob"]).signed), cast.now)


# ---- Forged, altered, again ---------------------------------------------------------------------------


def test_a_comment_by_another_key_is_refused(cast):
    cast.say(key=PrivateKey.generate())

    assert cast.refusal.startswith("Carol signed with a key that was never theirs")


def test_a_comment_that_somebody_else_signed_under_a_name_is_refused(cast):
    record = Comment.of(cast.comment("Carol").signed)
    cast.add(Draft("comment", cast.keys["Bob"].sign(record.content()), MODEL, 1))

    assert cast.refusal.startswith("The signature is not one by Carol over this record")


def test_a_comment_that_nobody_signed_is_refused(cast):
    cast.add(Draft("comment", None, MODEL, 1, {"text": "As good as approved."}))

    assert cast.refusal == "A comment record is signed, and says nothing beside what is signed."


def test_a_comment_counts_once(cast):
    draft = cast.comment()
    cast.add(draft)
    cast.add(draft)

    assert cast.refusal.startswith("This record is already event ")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"ledger": LEDGER.replace("1", "2")}, "The record was signed for another ledger"),
        ({"previous": sha256(b"elsewhere")}, "The record names an event, as the last that its signer saw"),
    ],
)
def test_a_comment_of_another_ledger_is_refused(cast, change, told):
    cast.say(**change)

    assert cast.refusal.startswith(told)


def test_a_decision_does_not_pass_for_a_comment_nor_the_other_way_round(cast):
    for kind, signed in (
        ("comment", cast.decision("approve", "Carol").signed),
        ("decision", cast.comment().signed),
    ):
        cast.add(Draft(kind, signed, MODEL, 1))
        assert "cannot be read" in cast.refusal
        cast.events.pop()


def test_a_proof_leaves_comments_out_and_takes_none(cast):
    cast.say("Carol")
    cast.decide("approve", "Carol")
    cast.say("Bob")
    cast.decide("approve", "Bob")
    proof = cast.history.proof(MODEL, 1)

    assert proof.verified(cast.root.public).approvals[0].by == "Carol"
    assert {event.draft.kind for event in proof.events} == {"start", "person", "decision"}
    comment = next(event for event in cast.events if event.draft.kind == "comment")
    stuffed = type(proof)(MODEL, 1, tuple(sorted((*proof.events, comment), key=lambda event: event.seq)))
    with pytest.raises(LedgerError, match="has no place in a proof for version 1"):
        stuffed.verified(cast.root.public)


@settings(max_examples=10, deadline=None)
@given(st.lists(st.sampled_from(["Tina", "Carol", "Bob", "Adam"]), max_size=6), st.integers(0, 3))
def test_a_chain_with_comments_says_of_decisions_what_it_says_without_them(who, approvals):
    with_them, without = Cast.assembled(), Cast.assembled()
    for cast in (with_them, without):
        cast.decide("submit", "Tina")
        for name in who if cast is with_them else ():
            cast.say(name)
        for name in ("Carol", "Bob")[:approvals]:
            cast.decide("approve", name)

    assert [comment.by for _, comment in with_them.history.comments(MODEL, 1)] == who
    assert with_them.standing().state == without.standing().state
    assert with_them.standing().missing == without.standing().missing


# ---- In a database ------------------------------------------------------------------------------------


@pytest.fixture
def kept(url, cast):
    """A ledger with two comments, which somebody may write past the program."""
    cast.say("Carol")
    cast.say("Bob")
    with create_ledger(url, patience=0.2) as ledger:
        with ledger.writing() as pen:
            for event in cast.events:
                pen.append(event)
        yield ledger


def replayed(ledger, cast):
    return History.replayed(ledger.read(), cast.root.public)


@pytest.fixture
def past(url, kept, sql):
    """Run a statement without the triggers of comments and events."""
    if url.startswith("sqlite"):
        for (name,) in sql("SELECT name FROM sqlite_master WHERE type = 'trigger'"):
            sql(f"DROP TRIGGER {name}")
    else:
        for table in ("events", "comments"):
            sql(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
    return sql


def test_comments_are_read_as_they_were_written(kept, cast, url):
    with open_ledger(url) as again:
        assert again.read() == cast.events
    history = replayed(kept, cast)
    assert [comment.by for _, comment in history.comments(MODEL, 1)] == ["Carol", "Bob"]
    checkpoint_of(history).check(history)
    kept.check_guards()


@pytest.mark.parametrize(
    "change",
    [
        "document = replace(document, 'tenants', 'nobody')",
        "signature = 'AAAA'",
        "\"by\" = 'Tina'",
        "model = 'others'",
        "version = 2",
    ],
)
def test_an_altered_comment_is_named_by_replay(kept, past, cast, change):
    past(f"UPDATE comments SET {change} WHERE seq = 8")

    with pytest.raises(LedgerError, match=r"^Event 8 \(comment, resident_needs 1\) was altered"):
        replayed(kept, cast)
    with pytest.raises(LedgerError, match="comments_"):
        kept.check_guards()


def test_a_comment_taken_away_is_named_by_replay(kept, past, cast):
    past("DELETE FROM comments WHERE seq = 8")

    with pytest.raises(LedgerError, match=r"^Event 8 \(comment, resident_needs 1\) was altered"):
        replayed(kept, cast)


def test_a_comment_whose_digests_were_made_to_fit_lacks_its_signature(kept, cast):
    whole = cast.events[7]
    signed = Signed(whole.draft.signed.document.replace("tenants", "nobody"), whole.draft.signed.signature)
    del cast.events[7:]
    forged = cast.add(Draft("comment", signed, MODEL, 1), whole.at)

    with pytest.raises(
        LedgerError, match=r"Event 8 .* breaks the rules, .* The signature is not one by Carol"
    ):
        History.replayed([*cast.events[:7], forged], cast.root.public)


@pytest.mark.parametrize("how", ["nobody", "another key"])
def test_a_forged_comment_is_refused_whoever_owns_the_database(kept, cast, how):
    if how == "nobody":
        cast.add(Draft("comment", None, MODEL, 1))
    else:
        cast.say("Carol", key=PrivateKey.generate())
    with kept.writing() as pen:
        pen.append(cast.events[-1])

    with pytest.raises(LedgerError, match=r"^Event 10 \(comment, resident_needs 1\) breaks the rules"):
        replayed(kept, cast)


def test_a_row_of_a_comment_without_its_event_is_not_taken(kept, sql):
    from sqlalchemy.exc import DBAPIError

    with pytest.raises(DBAPIError, match="a row of comments belongs to the event just added, and only one"):
        sql("INSERT INTO comments VALUES (9, 'm', 1, 'Carol', 'x', 'x')")
