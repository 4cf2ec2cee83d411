"""Versions that placed residents are made ready once, and never from what is not what was signed."""

import shutil

import msgspec
import pytest

from segmentation.errors import BundleError
from segmentation.ledger.personal.segments import Segment
from serving.residents.former import Formers
from tests.serving.made import MODEL, START, residents, scorer


@pytest.fixture
def kept(office):
    """A segment that version 1 gave."""
    with office.book() as book:
        (*_, (event, _)) = (one for one in book.history().records(MODEL, 1) if one[1].action == "approve")
    return Segment(1, START, START, MODEL, 1, "S1", 0.5, False, event.draft.signed.digest, ())


def history(office):
    with office.book() as book:
        return book.history()


def test_a_version_reads_needs_and_knows_segments_and_words_of_its_own(office, kept):
    office.approve(2)
    found = Formers(office.trust).of(history(office), kept)

    assert found.approved.scorer.digest == scorer(1).digest != scorer(2).digest
    assert found.segments.keys() == set(scorer(1).segments)
    assert found.words.policy == found.approved.policy
    body = msgspec.json.encode({"residents": residents(1)})
    assert found.needs.read(body, 1).one.keys() == set(scorer(1).features)


def test_it_is_read_once_and_what_is_gone_is_not_kept(office, kept):
    formers, told = Formers(office.trust), history(office)
    found = formers.of(told, kept)
    shutil.rmtree(office.folder / "bundles" / "approved")

    assert formers.of(told, kept) is found
    for _ in range(2):
        with pytest.raises(BundleError):
            Formers(office.trust).of(told, kept)
    office.publish(1)
    assert Formers(office.trust).of(told, kept).segments == found.segments
