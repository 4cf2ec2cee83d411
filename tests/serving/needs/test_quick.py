import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentation.scorer import Coded
from serving.calls import Refused
from serving.needs.quick import BLOCK, FEW_BYTES, is_crowded
from tests.serving.needs.made import by_column, by_row, needs, resident

MOST = 4


def quick(body, most=MOST):
    return needs()._quick.read(body, most)


def careful(body, most=MOST):
    try:
        return needs()._careful.read(body, most)
    except Refused:
        return None


def told(columns):
    """Return columns in a form that can be compared."""
    listed = {
        name: [None if code < 0 else column.values[code] for code in column.codes]
        if isinstance(column, Coded)
        else [None if math.isnan(value) else value for value in column.tolist()]
        for name, column in columns.arrays.items()
    }
    one = columns.one
    return columns.rows, columns.imputed, listed, one, columns.unused


def agree(body):
    """Check that what the quick reader takes the careful one takes as well, and reads the same from it."""
    found = quick(body)
    if found is not None:
        again = careful(body)
        assert again is not None
        assert told(found) == told(again)
    return found is not None


NEAR = {
    "count": [0, 2, 9, 60, 3.0, 1e0, -0.0],
    "number": [10, 500, 10.0, 1e12, -1e12, 9.99e9, 1e10],
    "share": [0, 1, 0.0, 1.0, 1e-300],
    "flag": [True, False, 0, 1, 0.0, 1.0],
    "ordinal": ["low", "high"],
    "category": ["app", "desk", "微信", "甲", 'say "now"', "a,[{b"],
}
STRANGE = [
    -1,
    61,
    3.5,
    1.0000001,
    1e13,
    "3",
    "",
    "low ",
    "Low",
    "true",
    [],
    {},
    [3],
    True,
    13800138000,
    10**50,
]


def values(need):
    sound = st.sampled_from([value for value in NEAR[need.feature.kind] if _fits(need, value)])
    return st.one_of(sound, sound, sound, st.none(), st.sampled_from(STRANGE + NEAR[need.feature.kind]))


def _fits(need, value):
    return value in need.values if need.is_listed else need.feature.low <= value <= need.feature.high


def residents():
    each = {need.name: values(need) for need in needs().all}
    required = {need.name: each.pop(need.name) for need in needs().all if need.required}
    return st.fixed_dictionaries(required, optional=each)


def sound_residents():
    each = {
        need.name: st.sampled_from([value for value in NEAR[need.feature.kind] if _fits(need, value)])
        for need in needs().all
    }
    required = {need.name: each.pop(need.name) for need in needs().all if need.required}
    return st.fixed_dictionaries(
        required, optional={name: st.one_of(st.none(), value) for name, value in each.items()}
    )


@settings(deadline=None, max_examples=60)
@given(st.lists(residents(), min_size=1, max_size=3), st.booleans())
def test_rows_that_the_quick_reader_takes_the_careful_one_reads_alike(rows, escaped):
    agree(json.dumps({"residents": rows}, ensure_ascii=escaped).encode())


@settings(deadline=None, max_examples=60)
@given(
    st.integers(1, 3).flatmap(
        lambda rows: st.fixed_dictionaries(
            {"repairs": st.lists(st.sampled_from([0, 5, 60, 61, None]), min_size=rows, max_size=rows)},
            optional={
                need.name: st.lists(values(need), min_size=rows, max_size=rows)
                for need in needs().all
                if need.name != "repairs"
            },
        )
    ),
    st.booleans(),
)
def test_columns_that_the_quick_reader_takes_the_careful_one_reads_alike(columns, escaped):
    agree(json.dumps({"columns": columns}, ensure_ascii=escaped).encode())


@settings(deadline=None, max_examples=60)
@given(st.lists(sound_residents(), min_size=1, max_size=3), st.booleans())
def test_sound_residents_are_taken_by_both_readers(rows, escaped):
    body = json.dumps({"residents": rows}, ensure_ascii=escaped).encode()
    assert careful(body) is not None
    # what has the digits of a phone, and escaped quotation marks, are left to the careful reader
    wide = [abs(row.get(name) or 0) for row in rows for name in ("wide", "unread_wide")]
    is_plain = b'\\"' not in body and all(value < 1e10 for value in wide)
    assert agree(body) == is_plain


@settings(deadline=None, max_examples=100)
@given(st.data())
def test_bodies_with_bytes_put_in_taken_out_or_doubled_are_read_alike(data):
    make = data.draw(st.sampled_from([by_row, by_column]))
    body = bytearray(make(resident(渠道="微信"), resident(channel=None)))
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(body)))
        until = data.draw(st.integers(at, min(at + 30, len(body))))
        piece = data.draw(
            st.sampled_from([b"", bytes(body[at:until]) * 2, b'"', b",", b"0", b"}", b"\\u0061", b"e3"])
        )
        body[at:until] = piece
    agree(bytes(body))


@pytest.mark.parametrize(
    "pair",
    [
        '"repairs":1,"repairs":2',
        '"repairs":1,"\\u0072epairs":2',
        '"channel":null,"channel":"app","repairs":1',
    ],
)
@pytest.mark.parametrize(
    "form", ['{"residents":[{%s,"class":true}]}', '{"residents":[{%s,"class":true},{"repairs":1,"class":0}]}']
)
def test_a_key_that_stands_twice_is_left_to_the_careful_reader(form, pair):
    assert quick((form % pair).encode()) is None
    assert (
        quick(
            (
                form
                % pair.rsplit(",", 1)[-1]
                .replace('"repairs":2', '"repairs":1')
                .replace("\\u0072epairs", "repairs")
            ).encode()
        )
        is not None
    )


def test_a_key_that_stands_twice_in_place_of_one_that_is_missing_is_noticed():
    body = b'{"residents":[{"repairs":1,"class":true,"wide":5,"wide":6}]}'
    assert quick(body) is None
    assert quick(body.replace(b'"wide":6', b'"home_area":60')) is not None
    assert quick(b'{"columns":{"repairs":[1,1],"class":[1,0],"wide":[5,5],"wide":[6,6]}}') is None
    assert quick(b'{"residents":[],"residents":[{"repairs":1,"class":true}]}') is None


def test_a_body_with_escaped_letters_is_read_quickly():
    body = json.dumps({"residents": [resident(渠道="电话")]}).encode()
    assert b"\\u" in body
    assert quick(body).one["渠道"] == "电话"


def test_a_body_with_more_parts_than_its_residents_need_is_not_decoded():
    body = b'{"residents":[' + b"{}," * FEW_BYTES + b"{}]}"
    assert is_crowded(body, needs().all, MOST)
    assert not is_crowded(by_row(*[resident()] * MOST), needs().all, MOST)
    assert not is_crowded(by_row(*[resident(渠道="a,[{b", channel="app")] * 10_000), needs().all, 10_000)
    assert quick(body) is None


def test_columns_of_other_lengths_too_many_or_no_rows_are_left_to_the_careful_reader():
    assert quick(b'{"columns":{"repairs":[1,2],"class":[1]}}') is None
    assert quick(b'{"columns":{"repairs":[],"class":[]}}') is None
    assert quick(b'{"residents":[]}') is None
    assert quick(by_row(*[resident()] * (MOST + 1))) is None
    assert quick(by_row(*[resident()] * MOST)) is not None


def test_columns_that_are_left_out_are_missing_for_everybody():
    found = quick(b'{"columns":{"repairs":[1,2],"class":[1,0],"channel":["app",null]}}')
    given = {"repairs", "class", "channel"}
    lacks = tuple(need.name for need in needs().all if need.is_read and need.name not in given)
    assert set(found.imputed[0]) == set(lacks)
    assert set(found.imputed[1]) == {*lacks, "channel"}
    assert np.isnan(found.arrays["wide"]).all()


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize("form", [by_row, by_column])
def test_what_is_not_read_is_thrown_away_and_named(form, rows):
    plain = quick(form(*[resident(channel=None)] * rows))
    found = quick(form(*[resident(channel=None, 不读="乙", unread=0.5, unread_wide=None)] * rows))
    assert found.unused == ("unread", "不读", "unread_wide")
    assert plain.unused == ()
    assert told(found)[:-1] == told(plain)[:-1]
    assert found.imputed == (("channel",),) * rows


def test_what_one_of_many_sends_that_is_not_read_is_named():
    assert quick(by_row(resident(), resident(不读="甲"), resident())).unused == ("不读",)


@pytest.mark.parametrize("form", [by_row, by_column])
@pytest.mark.parametrize("changed", [{"unread": 2}, {"不读": "丙"}, {"unread_wide": 13800138000}])
def test_what_is_not_read_is_held_to_the_policy_as_well(form, changed):
    assert quick(form(resident(), resident(**dict.fromkeys(changed)))) is not None
    assert quick(form(resident(**dict.fromkeys(changed)), resident(**changed))) is None
    assert quick(form(resident(**changed))) is None


def test_a_key_of_what_is_not_read_that_stands_twice_is_left_to_the_careful_reader():
    for pair in (b'"unread":0,"unread":1', '"不读":"甲","不读":"乙"'.encode()):
        assert quick(b'{"residents":[{"repairs":1,"class":true,%b}]}' % pair) is None
        once = pair.partition(b",")[0]
        assert quick(b'{"residents":[{"repairs":1,"class":true,%b}]}' % once) is not None
    assert quick(b'{"columns":{"repairs":[1],"class":[1],"unread":[0],"unread":[1]}}') is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@settings(deadline=None, max_examples=60)
@given(st.sampled_from(["residents", "columns", "strange"]), JSON, st.binary(max_size=3))
def test_whatever_is_sent_is_taken_or_refused(key, content, tail):
    agree(json.dumps({key: content}).encode() + tail)
    agree(json.dumps({key: [content]}).encode())
    agree(json.dumps({key: {"repairs": content}}).encode())
    agree(tail)


def test_a_key_that_stands_twice_is_noticed_in_a_body_of_any_length():
    people = [resident()] * (2 * BLOCK // len(by_row(resident())))
    body = by_row(*people)
    assert len(body) > BLOCK
    assert quick(body, len(people)).rows == len(people)
    for at in (body.index(b"{", 1), body.rindex(b"{")):
        key = body[at + 1 : body.index(b",", at) + 1]
        assert quick(body[: at + 1] + key + body[at + 1 :], len(people)) is None
