from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentation.residents import twice
from segmentation.residents.twice import Keyed, rows_twice


def stretches(ids, cut=3):
    """Return a table of ids in stretches, as it is read."""
    found = pa.array(ids, pa.large_string())
    rows = np.arange(1, len(ids) + 1)
    return lambda: [(rows[at : at + cut], found[at : at + cut]) for at in range(0, len(ids), cut)]


@settings(max_examples=50, deadline=None)
@given(st.lists(st.text("ab住", max_size=3), max_size=30), st.integers(1, 9))
def test_every_row_of_an_id_that_stands_twice_is_found_and_no_other(ids, cut):
    expected = [row for row, one in enumerate(ids, 1) if ids.count(one) > 1]
    assert rows_twice(stretches(ids, cut)).tolist() == expected


@pytest.mark.parametrize("same", [0, 2**64 - 1])
def test_ids_that_only_share_a_hash_are_different(same):
    def hashed(ids):
        return np.full(len(ids), same, dtype=np.uint64)

    assert rows_twice(stretches(["a", "b", "c", "d"]), hashed).tolist() == []
    assert rows_twice(stretches(["a", "b", "c", "b"]), hashed).tolist() == [2, 4]


def test_more_hashes_than_are_held_at_once_are_found_all_the_same(monkeypatch):
    monkeypatch.setattr(twice, "_HELD", 4)
    monkeypatch.setattr(twice, "_SUSPECTS", 2)
    ids = [f"R{at % 37}" for at in range(60)]
    expected = [row for row, one in enumerate(ids, 1) if ids.count(one) > 1]
    assert rows_twice(stretches(ids)).tolist() == expected


def test_a_hash_depends_on_every_letter_the_length_and_the_secret():
    ids = pa.array(["abcdefgh", "abcdefgi", "bbcdefgh", "abcdefg", "abcdefg\0", "", "\0"], pa.large_string())
    keyed = Keyed()
    assert len(set(keyed(ids).tolist())) == len(ids)
    assert keyed(ids).tolist() == keyed(pa.concat_arrays([ids[:3], ids[3:]])).tolist()
    assert keyed(ids[2:5]).tolist() == keyed(ids).tolist()[2:5]
    assert keyed(ids).tolist() != Keyed()(ids).tolist()
