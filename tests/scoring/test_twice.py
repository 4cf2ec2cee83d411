"""An id that stands twice is noticed wherever it stands, and different ids are different."""

import tempfile
from collections import Counter
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentation.scoring import twice
from segmentation.scoring.twice import bucketed, keys, repeats

TEXTS = st.text(st.characters(codec="utf-8"), max_size=20) | st.sampled_from(
    ["a", "b", "12345678", "123456789"]
)


def any_twice(parts, folder):
    files = [Path(folder, str(at)) for at in range(len(parts))]
    for file, part in zip(files, parts, strict=True):
        bucketed(keys(pa.array(part, pa.string()))).tofile(file)
    return repeats(files)


@settings(deadline=None)
@given(st.lists(st.lists(TEXTS | st.none(), max_size=30), max_size=5))
def test_an_id_that_stands_twice_is_noticed_and_nothing_else(parts):
    counts = Counter(text for part in parts for text in part if text is not None)
    with tempfile.TemporaryDirectory() as folder:
        assert any_twice(parts, folder) == any(count > 1 for count in counts.values())


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string()])
def test_a_key_is_of_the_text_wherever_it_stands(kind):
    ids = pa.array(["r-1", None, "", "longer than eight", "住户一二三四五六七"] * 2, kind)
    found = keys(ids)
    assert (found[:4] == found[4:]).all()
    assert len(np.unique(found)) == 4
    assert (keys(ids.slice(5)) == found[4:]).all()


def test_keys_tell_near_texts_apart():
    near = ["", "\0", "\0\0", "a", "a\0", "a" * 8, "a" * 9, "a" * 8 + "\0", "b" + "a" * 7]
    assert len(np.unique(keys(pa.array(near)))) == len(near)


@pytest.mark.parametrize("at_once", [1, 7, 1_000, 2**17])
def test_keys_looked_at_a_few_or_many_at_a_time_tell_the_same(tmp_path, monkeypatch, at_once):
    monkeypatch.setattr(twice, "AT_ONCE", at_once)
    parts = [[f"r-{at}" for at in range(low, low + 400)] for low in range(0, 4_000, 400)]
    assert not any_twice(parts, tmp_path)
    assert any_twice([*parts, ["r-17"]], tmp_path)
    assert any_twice([*parts, ["new", "new"]], tmp_path)


@pytest.mark.parametrize("parts", [[], [[]], [[], ["a"], []]])
def test_where_there_is_nothing_nothing_stands_twice(tmp_path, parts):
    assert not any_twice(parts, tmp_path)
