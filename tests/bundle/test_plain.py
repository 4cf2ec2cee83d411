"""JSON that nobody vouches for is read where it is what this program writes, and refused where not."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmentation.bundle.plain import DEEPEST, check_depth, plain
from segmentation.errors import BundleError

LEAVES = st.none() | st.booleans() | st.integers() | st.text()
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20
)


@given(VALUES)
def test_plain_data_comes_back_as_it_was_written(value):
    assert plain(json.dumps(value).encode(), "it") == value
    assert plain(json.dumps(value, ensure_ascii=False, indent=1).encode(), "it") == value


@pytest.mark.parametrize("depth", [1, DEEPEST])
def test_nesting_up_to_the_limit_is_read(depth):
    assert json.dumps(plain(b"[" * depth + b"]" * depth, "it")) == "[" * depth + "]" * depth


@pytest.mark.parametrize("opened", [b"[", b'{"a":'])
def test_deeper_nesting_is_refused_before_it_is_parsed(opened):
    with pytest.raises(BundleError, match=r"^it nests deeper than 32 levels"):
        plain(opened * 1_000_000, "it")


def test_brackets_in_a_text_do_not_count():
    assert plain(rb'["[[[[\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["]', "it")[0].startswith("[[[[")


def test_brackets_after_a_text_that_ends_in_a_backslash_count():
    with pytest.raises(BundleError, match="nests deeper"):
        check_depth(rb'["\\"' + b",[" * DEEPEST, "it")


@pytest.mark.parametrize(
    "strange",
    [
        b"",
        b"{",
        b'{"a": 1, "a": 2}',
        b"[NaN]",
        b"[Infinity]",
        b'["\xff"]',
        b"\xef\xbb\xbf{}",
        b'"',
        b"1" * 5_000,
    ],
)
def test_what_this_program_does_not_write_is_refused(strange):
    with pytest.raises(BundleError, match=r"^it is not JSON as this program writes it"):
        plain(strange, "it")


def test_a_text_that_never_ends_is_looked_at_once():
    # Were each quotation mark in it tried anew, this would take hours.
    check_depth(b'"' + b'\\"' * 2_000_000, "it")
