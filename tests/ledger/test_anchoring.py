"""What a note of how far the access log goes must be, as nobody signs it, and when one is written."""

from datetime import timedelta

import pytest

from segmentation.ledger.access import AccessLog
from segmentation.ledger.anchoring import Anchored, anchor
from segmentation.ledger.book import Book
from segmentation.ledger.event import Draft
from segmentation.ledger.facts import Anchor
from segmentation.ledger.trust import Trust
from segmentation.signing import Signed, sha256
from tests.ledger.test_book import Clock
from tests.signed import MODEL, START, Cast

DIGEST = sha256(b"batch")
NOW = START + timedelta(days=1)
ONE = b'{"id":"1"}\n'


@pytest.fixture
def cast():
    return Cast.assembled()


@pytest.fixture
def log(written):
    return AccessLog(written)


@pytest.fixture
def three(log):
    """A log of three batches."""
    for spool in "abc":
        log.append(spool, 0, ONE, NOW)
    return log


@pytest.fixture
def clock():
    return Clock(NOW)


@pytest.fixture
def book(url, written, cast, clock, tmp_path):
    with Book(Trust(url, cast.root.public, tmp_path / "witness.json", "unused"), clock) as book:
        yield book


def forge(book, number, digest=DIGEST):
    """Add an anchor as whoever writes the database can."""
    body = {"log": "access", "number": number, "digest": digest}
    book.record(lambda *_: [Draft("anchored", body=body)])


def test_a_ledger_that_anchored_nothing_says_so(cast):
    assert cast.history.anchors == ()


@pytest.mark.parametrize("number", [5, 3, 2, 2**31 - 1])
def test_every_anchor_is_kept_whichever_batch_it_names(cast, number):
    """A false one of a batch far ahead must not be the last: others are anchored after it."""
    first, second = cast.anchor(3), cast.anchor(number, sha256(b"other"))

    assert cast.history.anchors == (
        Anchor(3, DIGEST, first.at), Anchor(number, sha256(b"other"), second.at)
    )  # fmt: skip


def test_an_anchor_says_something_new(cast):
    cast.anchor(3)
    cast.anchor(5)
    cast.anchor(3)

    assert cast.refusal == "The access log is anchored at this batch 3 already; anchor a later one."


@pytest.mark.parametrize("number", [0, -1, 2**31, 1.0, "1", None, True])
def test_an_anchor_names_a_batch(cast, number):
    cast.anchor(number)

    assert cast.refusal == "The number of an anchor is a whole number from 1 to 2147483647."


@pytest.mark.parametrize("digest", ["", "x", DIGEST.upper(), DIGEST + "\n", None, 7])
def test_an_anchor_has_a_digest(cast, digest):
    cast.anchor(digest=digest)

    assert "The digest of an anchor is" in cast.refusal


@pytest.mark.parametrize(
    "draft",
    [
        Draft("anchored"),
        Draft("anchored", body={"log": "other", "number": 1, "digest": DIGEST}),
        Draft("anchored", body={"log": "access", "number": 1}),
        Draft("anchored", body={"log": "access", "number": 1, "digest": DIGEST, "note": "x"}),
        Draft("anchored", Signed("{}", "x"), body={"log": "access", "number": 1, "digest": DIGEST}),
    ],
    ids=["nothing", "another log", "no digest", "more", "a signature"],
)
def test_an_anchor_says_that_and_nothing_else(cast, draft):
    cast.add(draft)

    assert cast.refusal.startswith("The note of how far a log goes is unsigned, and names the log `access`")


def test_an_anchor_is_about_no_model(cast):
    cast.add(Draft("anchored", None, MODEL, 1, {"log": "access", "number": 1, "digest": DIGEST}))

    assert cast.refusal == "An anchored record is about no model; leave model and version out."


# ---- Writing one ------------------------------------------------------------------------------------


def test_an_empty_log_is_not_anchored(book, log, clock):
    assert anchor(book, log, clock.now) == Anchored(None, ())
    assert book.history().anchors == ()


def test_the_head_is_anchored_among_the_events(book, three, clock):
    found = anchor(book, three, clock.now)

    assert found == Anchored(Anchor(3, three.head().digest, clock.now), ())
    assert book.history(afresh=True).anchors == (found.anchor,)
    assert three.verify(book.history().anchors) == three.head()


def test_a_log_is_anchored_once_a_day(book, three, clock):
    anchor(book, three, clock.now)
    three.append("b", len(ONE), ONE, NOW)

    clock.now += timedelta(hours=23)
    assert anchor(book, three, clock.now).anchor is None
    clock.now += timedelta(hours=1)
    assert anchor(book, three, clock.now).anchor.number == 4


def test_who_asks_for_it_anchors_at_once(book, three, clock):
    anchor(book, three, clock.now)
    assert anchor(book, three, clock.now, timedelta(0)).anchor is None

    three.append("b", len(ONE), ONE, NOW)
    assert anchor(book, three, clock.now, timedelta(0)).anchor.number == 4


def test_a_day_without_lines_is_not_anchored(book, three, clock):
    anchor(book, three, clock.now)
    clock.now += timedelta(days=9)

    assert anchor(book, three, clock.now).anchor is None
    assert len(book.history().anchors) == 1


def test_of_two_workers_one_anchors(book, three, clock, monkeypatch):
    judged = three.judged

    def slower(known):
        monkeypatch.setattr(three, "judged", judged)
        anchor(book, three, clock.now)
        return judged(known)

    monkeypatch.setattr(three, "judged", slower)
    anchor(book, three, clock.now)

    assert len(book.history().anchors) == 1


def test_a_log_that_lost_what_was_anchored_says_so_and_is_anchored_again(book, three, clock, unguarded):
    lost = anchor(book, three, clock.now).anchor
    unguarded("DELETE FROM access WHERE number = 3")
    clock.now += timedelta(days=1)
    found = anchor(book, three, clock.now)

    assert found.anchor == Anchor(2, three.head().digest, clock.now)
    assert [told[:46] for told in found.misfits] == ["The access log ends at batch 2, and batch 3 wa"]
    assert book.history().anchors == (lost, found.anchor)


@pytest.mark.parametrize("number", [2**31 - 1, 3, 1])
def test_a_false_anchor_is_told_and_puts_off_no_true_one(book, three, clock, number):
    forge(book, number)
    found = anchor(book, three, clock.now)

    assert found.anchor.number == 3
    assert len(found.misfits) == 1
    assert f"atch {number} " in found.misfits[0]


def test_an_anchor_of_an_early_batch_puts_off_no_later_one(book, three, clock):
    """Whoever writes the database may anchor what is true, at any time, and nothing that is new."""
    anchor(book, three, clock.now)
    three.append("d", 0, ONE, NOW)
    clock.now += timedelta(days=1)
    forge(book, 1, next(three.batches()).digest)

    assert anchor(book, three, clock.now) == Anchored(Anchor(4, three.head().digest, clock.now), ())


def test_what_is_rewritten_after_a_false_anchor_shows_beside_it(book, three, clock, unguarded):
    """Who adds a false anchor first does not make those worthless that come after it."""
    forge(book, 2**31 - 1)
    anchor(book, three, clock.now)
    unguarded("DELETE FROM access WHERE number > 1")
    three.append("x", 0, ONE, NOW)
    three.append("y", 0, ONE, NOW)

    assert [told.split(" is ")[0] for told in three.judged(book.history().anchors).misfits][1:] == [
        "Batch 3 of the access log"
    ]
