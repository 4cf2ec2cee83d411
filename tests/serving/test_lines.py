"""Lines of a spool that are access events are taken as they are, and others leave a gap of their length."""

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving import lines as module
from serving.lines import sifted, whole_lines

TOLD = {
    "at": "2026-07-02T09:00:00Z", "id": "an id", "key": "000000000001", "route": "predict", "status": 200,
    "rows": 7, "model": "needs", "version": 3, "decision": None,
}  # fmt: skip
LINE = json.dumps(TOLD).encode() + b"\n"


def test_lines_that_are_access_events_stay_as_they_are():
    several = json.dumps(TOLD | {"requests": 4}).encode() + b"\n"
    assert sifted(LINE + several + LINE) == (LINE + several + LINE, b"")
    assert sifted(b"") == (b"", b"")


@pytest.mark.parametrize(
    "strange",
    [
        b"",
        b"{}",
        b"null",
        b"a,b\rc",
        b"\0\0\0",
        b"\xff",
        b"[" * 10_000,
        LINE[:-2],
        LINE[:-1] * 2,
        json.dumps(TOLD | {"age": 4}).encode(),
        json.dumps(TOLD | {"status": "200"}).encode(),
    ],
    ids=["nothing", "empty", "null", "csv", "zeros", "no text", "deep", "torn", "twice", "more", "a text"],
)
def test_a_line_that_is_none_is_told_apart_and_leaves_its_length(strange):
    sound, kept = sifted(LINE + strange + b"\n" + LINE)
    assert sound == LINE + b"-" * len(strange) + b"\n" + LINE
    assert kept == strange + b"\n"


@given(st.lists(st.one_of(st.just(LINE[:-1]), st.binary().filter(lambda one: b"\n" not in one))))
def test_whatever_lies_there_nothing_changes_its_place_and_nothing_is_lost(each):
    given = b"".join(one + b"\n" for one in each)
    sound, kept = sifted(given)
    assert len(sound) == len(given)
    assert sound.count(LINE[:-1]) == each.count(LINE[:-1])
    assert kept == b"".join(one + b"\n" for one in each if one != LINE[:-1])


def test_whole_lines_are_read_from_a_place_on_as_many_as_a_batch_takes(monkeypatch):
    monkeypatch.setattr(module, "BATCH", 10)
    file = io.BytesIO(b"1234\n5678\nx" + b"y" * 30 + b"\nhalf")
    assert whole_lines(file, 0) == b"1234\n5678\n"
    assert whole_lines(file, 10) == b"x" + b"y" * 30 + b"\n"
    assert whole_lines(file, 42) == b""
