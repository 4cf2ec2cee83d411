"""The chain as a text file: each line is what its digest is of, and nothing else is read."""

from typing import get_args

import pytest

from segmentation.errors import LedgerError
from segmentation.ledger.event import GENESIS, Kind
from segmentation.reviews.dossier.chain import read_chain, write_chain
from segmentation.signing import sha256
from tests.reviews.dossier import made


def test_what_was_written_is_read():
    events = made.history(made.approved()).events

    assert read_chain(write_chain(events)) == events


def test_every_kind_of_event_is_read_as_it_was_written():
    cast = made.approved()
    cast.say(bundle=made.digests().bundle)
    cast.issue()
    cast.end_key()
    cast.adopt()
    cast.anchor(40, sha256(b"batch 40"))
    events = made.history(cast).events

    assert {event.draft.kind for event in events} == set(get_args(Kind))
    assert read_chain(write_chain(events)) == events


@pytest.mark.parametrize("number", [b"40.0", b"true", b'{"of": 40}'])
def test_a_number_of_a_note_that_is_none_is_refused(number):
    cast = made.approved()
    cast.anchor(40, sha256(b"batch 40"))

    with pytest.raises(LedgerError, match=r"Line \d+ of chain\.jsonl"):
        read_chain(write_chain(cast.events).replace(b'"number":40', b'"number":' + number))


def test_each_line_names_the_digest_of_the_line_before():
    previous = GENESIS
    for line in write_chain(made.approved().events).splitlines():
        assert f'"previous":"{previous}"'.encode() in line
        previous = sha256(line)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'{"at":', b'{ "at":'),
        (b'"kind":"activated"', b'"kind":"other"'),
        (b'"body":{', b'"more":1,"body":{'),
        (b"+00:00", b"+00:01"),
        (b"\n", b"\r\n"),
        (b'"seq":2', b'"seq":2.0'),
        (b'{"at":', b'{"at":"2026-07-01T08:00:00.000000+00:00","at":'),
    ],
)
def test_a_line_that_is_written_in_another_way_is_refused(old, new):
    text = write_chain(made.approved().events)

    with pytest.raises(LedgerError, match=r"Line \d+ of chain\.jsonl"):
        read_chain(text.replace(old, new, 1))


def test_a_file_without_its_last_line_feed_is_refused():
    events = made.approved().events

    with pytest.raises(LedgerError, match=f"Line {len(events)} "):
        read_chain(write_chain(events)[:-1])


def test_no_lines_are_no_events():
    assert read_chain(b"") == ()
