"""A book is believed as far as its rules go, goes on where it was, and keeps all of a record or none."""

import json
import threading
from datetime import UTC, timedelta, timezone

import pytest

from segmentation.errors import LedgerError, ReviewError, StorageError
from segmentation.ledger.book import Book, begin
from segmentation.ledger.history import History
from segmentation.ledger.store import open_ledger
from segmentation.ledger.trust import Trust
from segmentation.ledger.witness import Witness
from segmentation.signing import PrivateKey
from tests.signed import LEDGER, MODEL, START, Cast


class Clock:
    """A clock that a test sets."""

    def __init__(self, now):
        self.now = now

    def __call__(self):
        return self.now


@pytest.fixture
def clock(cast):
    return Clock(cast.now)


@pytest.fixture
def trust(url, cast, tmp_path):
    return Trust(url, cast.root.public, tmp_path / "seen" / "witness.json", "unused")


@pytest.fixture
def book(written, trust, clock):
    with Book(trust, clock, patience=0.2) as book:
        yield book


def revoke(cast):
    """What revokes the active version, signed when it is asked for."""

    def make(history, now):
        yield cast.decision("revoke", "Carol", at=now, previous=history.head.digest)

    return make


def test_a_book_tells_where_versions_stand(book, clock):
    assert book.history().standing(MODEL, 1, clock.now).state == "active"


def test_a_look_at_what_did_not_change_replays_nothing(book):
    history = book.history()

    assert book.history() is history


def test_only_what_was_added_is_replayed_and_what_was_given_stays(book, trust, clock, cast, monkeypatch):
    before = book.history()
    with Book(trust, clock) as other:
        other.record(revoke(cast))
    monkeypatch.setattr(History, "replayed", None)

    after = book.history()

    assert (before.head.seq, after.head.seq) == (10, 11)
    assert before.standing(MODEL, 1, clock.now).state == "active"
    assert after.standing(MODEL, 1, clock.now).state == "revoked"


def test_a_record_is_there_for_others(book, trust, clock, cast):
    history = book.record(revoke(cast))

    assert book.history() is history
    with Book(trust, clock) as other:
        assert other.history().events == history.events


def test_a_look_afresh_believes_what_is_still_what_was_replayed(book, monkeypatch):
    kept = book.history()
    monkeypatch.setattr(History, "replayed", None)

    assert book.history(afresh=True) is kept


def test_a_first_look_afresh_replays_all(book, cast):
    assert book.history(afresh=True).events == tuple(cast.events)


def test_a_look_afresh_replays_what_was_added(book, trust, clock, cast, monkeypatch):
    before = book.history()
    with Book(trust, clock) as other:
        other.record(revoke(cast))
    monkeypatch.setattr(History, "replayed", None)

    after = book.history(afresh=True)

    assert (before.head.seq, after.head.seq) == (10, 11)
    assert after.standing(MODEL, 1, clock.now).state == "revoked"


def test_a_look_afresh_refuses_what_was_added_against_the_rules(book, sql):
    book.history()
    sql(
        "INSERT INTO events (seq, at, kind, previous, digest) "
        "SELECT seq + 1, at, 'activated', digest, 'x' FROM events ORDER BY seq DESC LIMIT 1"
    )

    with pytest.raises(LedgerError, match=r"Event 11 .* was altered"):
        book.history(afresh=True)


def test_a_look_afresh_refuses_another_ledger_of_the_same_root(book, cast, url, unguarded, trust):
    book.history()
    trust.witness.unlink()
    other = Cast(cast.root, cast.keys)
    other.waited = timedelta(minutes=1)
    other.add(cast.events[0].draft)
    for table in ("decisions", "people", "events"):
        unguarded(f"DELETE FROM {table}")
    with open_ledger(url) as ledger, ledger.writing() as pen:
        pen.append(other.events[0])

    with pytest.raises(LedgerError, match="cut off, rewritten or replaced after event 0"):
        book.history(afresh=True)


def test_a_look_afresh_does_not_take_true_for_one(book, cast, unguarded, clock):
    """To Python they are the same, and so are the events that say the one and the other."""
    cast.anchor(1)
    book.record(lambda *_: [cast.events[-1].draft])
    unguarded("""UPDATE events SET body = replace(body, '"number":1', '"number":true') WHERE seq = 11""")

    with pytest.raises(LedgerError, match=r"^Event 11 .* was altered"):
        book.history(afresh=True)


def test_events_are_of_the_clock_in_utc_and_never_before_the_last(book, clock, cast):
    head = cast.events[-1].at
    clock.now = (head + timedelta(hours=1)).astimezone(timezone(timedelta(hours=8)))
    first = book.record(revoke(cast)).head
    clock.now = head + timedelta(minutes=57)

    later = book.record(lambda *_: [cast.person("Mona", ())]).head

    assert (first.at, first.at.tzinfo) == (head + timedelta(hours=1), UTC)
    assert later.at == first.at


def test_a_clock_that_was_set_back_is_refused(written, book, trust, clock, cast):
    clock.now = cast.events[-1].at - timedelta(minutes=6)

    with pytest.raises(LedgerError, match=r"The clock says 2026-07-01 .* set the clock"):
        book.record(revoke(cast))

    assert written.read() == cast.events


def test_drafts_of_a_generator_see_the_ones_before(book, cast):
    heads = []

    def make(history, now):
        for _ in range(2):
            heads.append(history.head.seq)
            cast.serials["Mona"] = cast.serials["Mona"] + len(heads) - 1
            yield cast.person("Mona", ())

    assert book.record(make).head.seq == 12
    assert heads == [10, 11]


def test_what_the_rules_refuse_is_recorded_neither_alone_nor_in_part(written, book, cast, clock):
    drafts = [*revoke(cast)(book.history(), clock.now), cast.decision("approve", "Bob")]

    with pytest.raises(ReviewError):
        book.record(lambda *_: drafts)

    assert written.read() == cast.events
    assert book.history().standing(MODEL, 1, clock.now).state == "active"


def test_what_comes_before_the_commit_sees_the_new_and_can_stop_it(written, book, cast, clock):
    told = []

    def refuse(history):
        told.append(history.standing(MODEL, 1, clock.now).state)
        raise OSError("the object store is away")

    with pytest.raises(OSError, match="the object store is away"):
        book.record(revoke(cast), before_commit=refuse)

    assert told == ["revoked"]
    assert written.read() == cast.events
    assert book.history().head == cast.events[-1]
    assert book.record(revoke(cast)).head.seq == 11


def test_nobody_else_writes_before_the_commit(book, trust, clock, cast):
    def try_it(history):
        with Book(trust, clock, patience=0.05) as other, pytest.raises(LedgerError, match="another program"):
            other.record(revoke(cast))

    assert book.record(revoke(cast), before_commit=try_it).head.seq == 11


def test_two_who_decide_at_once_follow_each_other(written, trust, clock, cast):
    def add(name):
        with Book(trust, clock) as own:
            own.record(lambda _, now: [cast.decision("suspend", name, at=now)])

    refused = []

    def suspend(name):
        try:
            add(name)
        except ReviewError as error:
            refused.append(str(error))

    threads = [threading.Thread(target=suspend, args=(name,)) for name in ("Carol", "Bob")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(written.read()) == 11
    assert len(refused) == 1


def test_an_altered_event_is_named(book, unguarded):
    unguarded("UPDATE decisions SET document = replace(document, 'As asked', 'As told') WHERE seq = 8")

    with pytest.raises(LedgerError, match=r"[Ee]vent 8\b"):
        book.history()


def test_an_event_that_is_altered_after_it_was_read_is_seen_afresh(book, unguarded):
    book.history()
    unguarded("UPDATE decisions SET document = replace(document, 'As asked', 'As told') WHERE seq = 8")

    assert book.history().head.seq == 10
    with pytest.raises(LedgerError, match=r"[Ee]vent 8\b"):
        book.history(afresh=True)


@pytest.mark.parametrize(
    "statements",
    [
        ("UPDATE events SET digest = previous WHERE seq = 10",),
        ("UPDATE events SET at = replace(at, '08', '09') WHERE seq = 10",),
        ("DELETE FROM decisions WHERE seq = 9", "DELETE FROM events WHERE seq = 9"),
    ],
)
def test_a_past_that_was_rewritten_after_it_was_read_is_seen_at_once(book, unguarded, statements):
    book.history()
    for statement in statements:
        unguarded(statement)

    with pytest.raises(LedgerError, match=r"[Ee]vent (9|10)"):
        book.history()


def test_an_end_that_was_cut_off_after_it_was_read_is_seen_without_a_witness(book, trust, unguarded):
    book.history()
    trust.witness.unlink()
    unguarded("DELETE FROM events WHERE seq = 10")

    with pytest.raises(LedgerError, match="cut off, rewritten or replaced after event 9"):
        book.history()


def test_an_end_that_was_cut_off_before_is_seen_by_the_witness(book, trust, clock, unguarded):
    book.history()
    unguarded("DELETE FROM events WHERE seq = 10")

    with Book(trust, clock) as other, pytest.raises(LedgerError, match=r"ends at event 9.*cut off"):
        other.history()
    with Book(trust, clock) as other, pytest.raises(LedgerError, match=r"ends at event 9.*cut off"):
        other.record(lambda *_: [])


def test_another_root_key_is_not_believed(written, trust, clock):
    other = Trust(trust.ledger, PrivateKey.generate().public, trust.witness, "unused")

    with Book(other, clock) as book, pytest.raises(LedgerError, match="root"):
        book.history()

    assert not trust.witness.exists()


def test_the_witness_notes_what_was_read_and_what_was_recorded(book, trust, cast):
    book.history()
    assert Witness(trust.witness).seen().seq == 10

    book.record(revoke(cast))
    assert Witness(trust.witness).seen().seq == 11


def test_a_witness_that_cannot_be_kept_does_not_undo_what_is_recorded(written, book, cast, monkeypatch):
    def refuse(*_):
        raise StorageError("the disk is full.")

    monkeypatch.setattr(Witness, "note", refuse)

    with pytest.raises(
        StorageError, match="It is recorded, but the witness of it could not be kept: the disk"
    ):
        book.record(revoke(cast))

    assert len(written.read()) == 11


def test_a_closed_book_opens_again(book):
    history = book.history()

    book.close()

    assert book.history() is history


def test_a_ledger_that_is_away_is_told_when_it_is_read(tmp_path, clock, cast):
    book = Book(Trust(f"sqlite:///{tmp_path}/no.db", cast.root.public, tmp_path / "w.json", "unused"), clock)

    with pytest.raises(LedgerError, match="There is no ledger at"):
        book.history()


def test_beginning_makes_a_ledger_that_its_root_believes(url, cast, trust):
    start = begin(url, cast.root, START, ledger=LEDGER)

    history = Book(trust, Clock(START)).history()
    assert (history.ledger, history.events, start.at) == (LEDGER, (start,), START)
    assert json.loads(start.draft.signed.document)["root"] == cast.root.public.text


def test_each_ledger_has_an_id_of_its_own(tmp_path, cast):
    starts = [begin(f"sqlite:///{tmp_path}/{name}.db", cast.root, START) for name in ("one", "two")]

    assert len({json.loads(start.draft.signed.document)["ledger"] for start in starts}) == 2


def test_a_ledger_begins_once(url, cast, trust):
    begin(url, cast.root, START)

    with pytest.raises(LedgerError, match=r"A ledger has begun already at .*Use it, or choose another place"):
        begin(url, cast.root, START)

    with open_ledger(url) as ledger:
        assert len(ledger.read()) == 1


# ---- What is noted, and what is told --------------------------------------------------------------------


def test_a_book_that_notes_nothing_still_holds_what_it_reads_against_the_witness(written, trust, clock, cast):
    with Book(trust, clock, notes=False) as book:
        book.history()
        assert Witness(trust.witness).seen() is None
    with Book(trust, clock) as book:
        book.history()
    seen = Witness(trust.witness).seen()
    with Book(trust, lambda: clock.now + timedelta(days=90), notes=False) as book:
        book.record(revoke(cast))
    assert Witness(trust.witness).seen() == seen
    with (
        Book(trust, lambda: clock.now - timedelta(days=1), notes=False) as book,
        pytest.raises(LedgerError, match="set the clock"),
    ):
        book.history()


@pytest.mark.parametrize("act", ["look", "record"])
def test_a_first_look_at_more_than_a_start_is_told_once(written, trust, clock, cast, act):
    told = []
    for _ in range(2):
        with Book(trust, clock, first_sight=told.append) as book:
            for _ in range(2):
                book.history() if act == "look" else book.record(lambda *_: ())

    assert [history.head.seq for history in told] == [10]


def test_there_is_nothing_to_believe_of_a_ledger_that_has_just_begun(url, trust, clock, cast):
    told, root = [], PrivateKey.generate()
    begin(url, root, clock.now)
    trust = Trust(url, root.public, trust.witness, "unused")
    with Book(trust, clock, first_sight=told.append) as book:
        book.history()

    assert told == []
