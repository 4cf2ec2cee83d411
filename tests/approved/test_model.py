"""An approved version tells which one it is, on whose word and until when; and cannot be changed."""

from dataclasses import FrozenInstanceError

import pandas as pd
import pytest

from segmentation.errors import ScorerError


def test_it_shows_itself_in_one_line(office, folder):
    found = office.load()
    told = "2 segments, by Carol and Bob until 2026-12-01"
    assert repr(found) == f"Approved('resident_needs' version 1, {told}, {found.digest[:15]}…)"


def test_it_cannot_be_changed(office, folder):
    with pytest.raises(FrozenInstanceError):
        office.load().version = 2


def test_it_gives_residents_their_segments_in_the_order_of_their_rows(office, folder):
    needs = pd.DataFrame({"repairs": [4, 0], "channel": ["phone", "app"], "unread": [1, 2]}, index=[7, 3])

    found = office.load().segments_of(needs)

    expected = office.load().scorer.predict({name: needs[name].to_numpy() for name in ("repairs", "channel")})
    assert found.index.tolist() == [7, 3]
    assert found.cat.codes.tolist() == expected.tolist() == [1, 0]
    assert found.cat.categories.tolist() == ["S1", "S2"]


def test_a_table_without_a_need_is_refused(office, folder):
    with pytest.raises(ScorerError, match="channel"):
        office.load().segments_of(pd.DataFrame({"repairs": [1]}))
