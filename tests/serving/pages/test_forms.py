"""What is read of a form or an address."""

from contextlib import suppress
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving.calls import Refused
from serving.pages.forms import MOST_FIELDS, fields_of, last_of

NAMES = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0\r"), min_size=1, max_size=20)


@given(st.lists(st.tuples(NAMES, NAMES), max_size=30))
def test_what_a_browser_sends_is_what_is_read(pairs):
    expected = {}
    for name, value in pairs:
        expected.setdefault(name, []).append(value)
    assert fields_of(urlencode(pairs).encode()) == {name: tuple(all_) for name, all_ in expected.items()}


@given(st.binary(max_size=300))
def test_anything_else_is_read_or_refused(body):
    found = {}
    with suppress(Refused):
        found = fields_of(body)
    assert "\0" not in "".join([*found, *(value for values in found.values() for value in values)])


def test_lines_end_in_a_line_feed_alone():
    assert fields_of(b"a=1%0D%0A2%0D3%0A4") == {"a": ("1\n2\n3\n4",)}


def test_the_last_value_counts_where_one_is_asked_for():
    assert last_of(fields_of(b"a=1&a=2&b=")) == {"a": "2", "b": ""}


@pytest.mark.parametrize(
    "body", [b"a=%00", b"%00=a", b"a=\0", b"a=%FF", b"a=\xff", b"a=%ED%A0%80", b"a=1&" * MOST_FIELDS]
)
def test_what_programs_stumble_over_is_refused(body):
    with pytest.raises(Refused, match=r"NUL|UTF-8"):
        fields_of(body)


def test_as_many_fields_as_there_may_be_are_read():
    assert len(fields_of(b"&".join(b"a%d=" % n for n in range(MOST_FIELDS)))) == MOST_FIELDS
