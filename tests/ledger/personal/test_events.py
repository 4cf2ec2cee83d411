"""Where consent stands is the newest word on it, and a row that says something else is named."""

from datetime import UTC, datetime

import pytest

from segmentation.errors import VaultError
from segmentation.ledger.personal.entries import Kept, micros
from segmentation.ledger.personal.events import Event, Told, decode, encode, event_of, is_same, standing_of

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
NEWER = b'{"event_state":"lent","language":"planted"}'


def test_of_two_events_of_one_moment_the_one_that_allows_less_holds():
    events = [Event(number, NOW, Told(state)) for number, state in enumerate(("withdrawn", "given"))]

    assert standing_of(events).state == standing_of(reversed(events)).state == "withdrawn"


def test_who_recorded_an_event_makes_it_no_other():
    one = Told("given", "v1", "zh", "app", "Carol")

    assert is_same(one, Told("given", "v1", "zh", "app", "0a1b2c3d4e5f"))
    assert not is_same(one, Told("given", "v1", "en", "app", "Carol"))


def test_an_event_is_read_as_it_was_said():
    told = Told("withdrawn", collection_method="paper")

    assert event_of(Kept(4, micros(NOW), (), encode(told))) == Event(4, NOW, told)
    assert decode(encode(told)) == told


def test_what_a_newer_version_wrote_is_told_and_not_repeated():
    with pytest.raises(VaultError, match="Row 4 of consents opens and holds no consent") as named:
        event_of(Kept(4, micros(NOW), (), NEWER))
    with pytest.raises(VaultError, match="A newer version wrote it") as unnamed:
        decode(NEWER)
    assert "lent" not in f"{named.value} {unnamed.value}"
