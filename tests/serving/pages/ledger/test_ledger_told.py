"""Which events are asked for: what the ledger does not know is told and asked for no more; pages stay put."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmentation.ledger.event import Draft, Event
from serving.pages.ledger.ledger_told import KINDS, PAGE, UNKNOWN, Filter, asked, place, row, sliced, versions
from serving.pages.words import speaker
from tests.reviews.office import START
from tests.serving.pages.made import PageOffice, blocked


@pytest.fixture(scope="module")
def two(first_page_office, tmp_path_factory):
    """A version in service and one that waits, to be read alone."""
    made = PageOffice(first_page_office.copied(tmp_path_factory.mktemp("two")))
    made.office.activated(1)
    made.office.submit(blocked(2))
    yield made
    made.pages.close()
    made.office.book.close()


@pytest.fixture(scope="module")
def history(two):
    return two.office.book.history()


def found(history, **query):
    question = asked(query, history)
    return [one.seq for one in history.events if question.filter.takes(one)]


def everything(history):
    return [one.seq for one in history.events]


def test_a_filter_leaves_out_what_is_not_asked_for(history):
    assert found(history, kind="approve") == [10, 11]
    assert found(history, kind="decision") == [9, 10, 11, 13]
    assert found(history, kind="activated") == [12]
    assert found(history, kind="approve", person="Bob") == [11]
    assert found(history, version="small_needs 1") == [9, 10, 11, 12]
    assert found(history, version="small_needs") == [9, 10, 11, 12, 13]


def test_a_person_is_found_where_they_are_entered_sign_or_trained(history):
    assert found(history, person="Tina") == [2, 9, 13]
    assert found(history, person="Bob") == [4, 11]


def test_days_are_in_utc_and_both_included(history):
    day = START.date()
    assert found(history, **{"from": f"{day}", "to": f"{day}"}) == everything(history)
    assert found(history, **{"from": f"{day + timedelta(days=1)}"}) == []
    assert found(history, to=f"{day - timedelta(days=1)}") == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("kind", "approved"),
        ("kind", "<script>"),
        ("person", "Nobody"),
        ("person", "tina"),
        ("version", "small_needs 99"),
        ("version", "other"),
        ("from", "2026-02-30"),
        ("from", "2026-W01-1"),
        ("to", "yesterday"),
        ("to", "20260302"),
    ],
)
def test_what_the_ledger_does_not_know_is_told_and_ignored(history, name, value):
    question = asked({name: value}, history)
    assert question.unknown == (name,)
    assert not question.filter.is_set
    assert found(history, **{name: value}) == everything(history)


def test_days_in_the_wrong_order_are_told(history):
    question = asked({"from": "2026-03-03", "to": "2026-03-02"}, history)
    assert question.unknown == ("days",)
    assert asked({"from": "2026-03-02", "to": "2026-03-02"}, history).unknown == ()


def test_a_filter_stands_in_an_address_as_it_was_asked_for(history):
    query = {"kind": "approve", "person": "Bob", "version": "small_needs 1", "from": "2026-03-01"}
    told = asked(query, history).filter
    assert {name: value for name, value in told.query.items() if value} == query
    assert Filter(first=date(2026, 3, 1)).is_set
    assert not Filter().is_set


def test_versions_follow_their_model_newest_first(history):
    assert versions(history) == ("small_needs", "small_needs 2", "small_needs 1")


@pytest.mark.parametrize("strange", ["-1", "1.5", "٣", "x", "9" * 40])
def test_a_page_that_begins_at_no_number_is_the_newest_and_that_is_told(strange):
    assert place({"before": strange}) == (None, None, ("before",))
    assert place({"after": strange}) == (None, None, ("after",))
    assert place({"before": "12", "after": ""}) == (12, None, ())


def events(n):
    return [Event(seq, START, Draft("activated"), "", "") for seq in range(1, n + 1)]


def numbers(page):
    return [one.seq for one in page.events]


def test_pages_go_on_by_the_number_of_an_event_whatever_is_added():
    before, more = events(250), events(260)
    first = sliced(before, None, None)
    assert (numbers(first)[0], numbers(first)[-1], first.older, first.newer) == (250, 151, 151, None)
    for known in (before, more):
        second = sliced(known, first.older, None)
        assert (numbers(second)[0], numbers(second)[-1], second.older, second.newer) == (150, 51, 51, 150)
    last = sliced(before, 51, None)
    assert (len(last.events), last.older, last.newer) == (50, None, 50)
    assert numbers(sliced(before, None, 50)) == list(range(150, 50, -1))


def test_a_page_beyond_the_last_event_is_empty():
    assert sliced(events(3), 1, None) == sliced((), None, None) == sliced(events(3), None, 99)


@given(st.integers(0, 450))
def test_older_pages_hold_every_event_once(n):
    known, seen = events(n), []
    page = sliced(known, None, None)
    while page.events:
        seen += numbers(page)
        assert len(page.events) <= PAGE
        if page.older is None:
            break
        page = sliced(known, page.older, None)
    assert seen == list(range(n, 0, -1))


def test_a_row_names_the_key_that_signed_or_that_nobody_did(history, two):
    r = speaker("en")
    root, ours = history.root.fingerprint, frozenset(history.versions("small_needs"))
    told = {one.seq: row(one, root, ours, r) for one in history.events}
    assert (told[2].by_root, told[2].signer) == (True, root)
    assert (told[11].by_root, told[11].signer) == (False, two.office.keys["Bob"].public.fingerprint)
    assert told[12].signer == ""
    assert (told[11].is_ours, told[2].is_ours) == (True, False)
    assert not row(history.events[10], root, frozenset({("other_model", 1)}), r).is_ours


def test_every_word_has_a_chinese_one():
    r = speaker("zh")
    assert [one for one in (*KINDS.values(), *UNKNOWN.values()) if r.t(one) == one] == []
