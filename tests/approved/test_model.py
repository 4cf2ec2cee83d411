"""An approved version tells which one it is, on whose word and until when; and cannot be changed."""

from dataclasses import FrozenInstanceError

import pytest


def test_it_shows_itself_in_one_line(office, folder):
    found = office.load()
    told = "2 segments, by Carol and Bob until 2026-12-01"
    assert repr(found) == f"Approved('resident_needs' version 1, {told}, {found.digest[:15]}…)"


def test_it_cannot_be_changed(office, folder):
    with pytest.raises(FrozenInstanceError):
        office.load().version = 2
