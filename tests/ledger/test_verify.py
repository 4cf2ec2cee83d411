"""What is said of a chain that was changed by somebody who can write the database."""

from dataclasses import replace
from datetime import timedelta, timezone

import pytest

from segmentation.errors import LedgerError
from segmentation.ledger.event import Draft, linked
from segmentation.ledger.history import History
from segmentation.ledger.verify import DOUBT, broken_link, label
from segmentation.signing import Signed
from tests.signed import MODEL, Cast


@pytest.fixture
def cast():
    cast = Cast.assembled()
    cast.approve(3)
    return cast


def told(cast, events):
    with pytest.raises(LedgerError) as error:
        History.replayed(events, cast.root.public)
    return str(error.value)


def test_nothing_is_said_of_a_chain_that_holds(cast):
    pairs = zip((None, *cast.events), cast.events, strict=False)

    assert [broken_link(before, [event]) for before, event in pairs] == [None] * 10


def test_an_altered_event_is_named(cast):
    event = cast.events[7]
    cast.events[7] = replace(event, at=event.at + timedelta(seconds=1))

    assert told(cast, cast.events) == (
        "Event 8 (decision, approve of resident_needs 3) was altered: its digest does not match what it "
        "says. Everything after it is in doubt; compare with a checkpoint or a backup."
    )


def test_a_removed_event_is_named(cast):
    del cast.events[7]

    assert told(cast, cast.events) == (
        "Event 8 was removed: event 9 (decision, approve of resident_needs 3) stands in its place. " + DOUBT
    )


def test_a_start_that_was_removed_is_named(cast):
    assert told(cast, cast.events[1:]).startswith("Event 1 was removed: event 2 (person, Tina) stands in its")


def test_events_that_were_reordered_are_named(cast):
    cast.events[6], cast.events[7] = cast.events[7], cast.events[6]

    assert told(cast, cast.events) == (
        "Event 7 (decision, submit of resident_needs 3) was moved: event 8 stands in its place, so the "
        "events were "
        "reordered. " + DOUBT
    )


def test_an_event_that_stands_twice_is_named(cast):
    cast.events.insert(7, cast.events[6])

    assert told(cast, cast.events) == (
        "Event 7 (decision, submit of resident_needs 3) stands once more, after event 7: events were "
        "doubled or "
        "reordered. " + DOUBT
    )


def test_an_event_of_another_chain_is_named(cast):
    other = Cast.assembled()
    other.approve(3)

    assert told(cast, [*cast.events[:6], other.events[6]]).startswith(
        "Event 7 (decision, submit of resident_needs 3) does not follow what stands before it: event 6 was "
        "replaced"
    )


def test_a_first_event_that_names_another_is_named(cast):
    first = replace(cast.events[0], previous=cast.events[3].digest)
    first = replace(first, digest=first.computed)

    assert "is the first: those before it were removed" in told(cast, [first])


@pytest.mark.parametrize("at", [timedelta(seconds=-1), timedelta(days=-400)])
def test_a_time_that_goes_back_is_named(cast, at):
    last = cast.events.pop()
    cast.events.append(linked(last.draft, cast.events[-1].at + at, cast.events[-1]))

    assert "a clock was set back, or a time altered. " + DOUBT in told(cast, cast.events)


def test_two_events_may_be_of_one_moment(cast):
    last = cast.events.pop()
    cast.events.append(linked(last.draft, cast.events[-1].at, cast.events[-1]))

    assert cast.history.head.seq == 10


def test_a_time_of_another_zone_is_refused(cast):
    last = cast.events.pop()
    cast.events.append(linked(last.draft, last.at.astimezone(timezone(timedelta(hours=8))), cast.events[-1]))

    assert "The time of an event is in UTC, and this one is not." in told(cast, cast.events)


@pytest.mark.parametrize(
    "changed",
    [
        {"body": {"bundle": float("nan")}},
        {"body": {"bundle": object()}},
        {"body": 7},
        {"model": "\ud800"},
        {"version": 2**60},
    ],
)
def test_what_has_no_digest_was_altered(cast, changed):
    last = cast.events.pop()
    cast.events.append(replace(last, draft=replace(last.draft, **changed)))

    assert "was altered: its digest does not match" in told(cast, cast.events)


def test_a_label_says_what_an_event_is_about(cast):
    assert [label(event.draft) for event in cast.events[:1] + cast.events[4:8] + cast.events[-1:]] == [
        "start",
        "person, Adam",
        "person, Mona",
        f"decision, submit of {MODEL} 3",
        f"decision, approve of {MODEL} 3",
        f"activated, {MODEL} 3",
    ]


@pytest.mark.parametrize("document", ["", "[]", "7", "[" * 100_000, '{"action": "\\u001b[2J"}', "9" * 5000])
def test_a_label_repeats_no_more_than_short_printable_words(document):
    draft = Draft("decision", Signed(document, ""), "\x1b[2J", 1)

    assert label(draft) in {"decision, ? 1", "decision, ? of ? 1"}


def test_a_label_repeats_no_long_words():
    assert label(Draft("decision", None, "m" * 64, 1)) == f"decision, {'m' * 64} 1"
    assert label(Draft("decision", None, "m" * 65, 1)) == "decision, ? 1"
