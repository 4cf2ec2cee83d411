"""What a note of how far the access log goes must be, as nobody signs it."""

import pytest

from segmentation.ledger.event import Draft
from segmentation.ledger.facts import Anchor
from segmentation.signing import Signed, sha256
from tests.signed import MODEL, Cast

DIGEST = sha256(b"batch")


@pytest.fixture
def cast():
    return Cast.assembled()


def test_a_ledger_that_anchored_nothing_says_so(cast):
    assert cast.history.anchored is None


def test_the_last_anchor_counts(cast):
    cast.anchor(3)
    event = cast.anchor(5, sha256(b"other"))

    assert cast.history.anchored == Anchor(5, sha256(b"other"), event.at)


@pytest.mark.parametrize("number", [2, 3])
def test_an_anchor_goes_further_than_the_one_before(cast, number):
    cast.anchor(3)
    cast.anchor(number)

    assert cast.refusal == "The access log is anchored at batch 3 already; anchor a later one."


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
