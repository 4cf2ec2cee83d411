"""Two programs that mean the same write the same bytes: RFC 8785, with the examples that it gives."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmentation.errors import SigningError
from segmentation.signing import canonical, is_digest, sha256

# RFC 8785, section 3.2.2 (numbers, text) and 3.2.3 (order of keys by UTF-16).
RFC_INPUT = r"""{
  "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
  "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
  "literals": [null, true, false]
}"""
RFC_OUTPUT = (
    r'{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
    r'"string":"€$\u000f\nA'
    r"'"
    r'B\"\\\\\"/"}'
)
RFC_ORDER = {
    "\u20ac": "Euro Sign", "\r": "Carriage Return", "\ufb33": "Hebrew Letter Dalet With Dagesh", "1": "One",
    "\U0001f600": "Emoji: Grinning Face", "\x80": "Control", "ö": "Latin Small Letter O With Diaeresis",
}  # fmt: skip
# RFC 8785, appendix B.
RFC_NUMBERS = {
    "0000000000000000": "0", "8000000000000000": "0", "0000000000000001": "5e-324",
    "7fefffffffffffff": "1.7976931348623157e+308", "4340000000000000": "9007199254740992",
    "444b1ae4d6e2ef4e": "999999999999999700000", "444b1ae4d6e2ef50": "1e+21",
    "3eb0c6f7a0b5ed8d": "0.000001", "3eb0c6f7a0b5ed8c": "9.999999999999997e-7",
    "41b3de4355555553": "333333333.3333332", "becbf647612f3696": "-0.0000033333333333333333",
}  # fmt: skip

plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner),
)


def test_the_rfcs_example_is_written_as_the_rfc_says():
    assert canonical(json.loads(RFC_INPUT)).decode() == RFC_OUTPUT


def test_keys_are_in_the_order_of_the_rfc():
    names = list(json.loads(canonical(RFC_ORDER)).values())

    assert names == [
        "Carriage Return", "One", "Control", "Latin Small Letter O With Diaeresis", "Euro Sign",
        "Emoji: Grinning Face", "Hebrew Letter Dalet With Dagesh",
    ]  # fmt: skip


@pytest.mark.parametrize(("bits", "written"), RFC_NUMBERS.items())
def test_numbers_are_written_as_the_rfc_says(bits, written):
    import struct

    (number,) = struct.unpack(">d", bytes.fromhex(bits))

    assert canonical(number).decode() == written


@given(plain)
def test_what_is_written_means_the_same_and_is_written_the_same_again(content):
    told = json.loads(canonical(content))

    assert told == content
    assert canonical(told) == canonical(content)


@given(st.dictionaries(st.text(st.characters(codec="utf-8")), st.integers(0, 9)))
def test_the_order_in_which_keys_were_given_does_not_matter(content):
    assert canonical(dict(reversed(content.items()))) == canonical(content)


@pytest.mark.parametrize(
    "content",
    [
        float("nan"),
        float("inf"),
        {"a": -float("inf")},
        2**53 + 1,
        {1: "a"},
        {"a": {1, 2}},
        b"bytes",
        "\ud800",
    ],
)
def test_what_has_no_canonical_json_is_refused_and_not_repeated(content):
    with pytest.raises(SigningError, match=r"^The document holds what has no canonical JSON\. Write texts"):
        canonical(content)


def test_a_digest_is_of_the_bytes():
    empty = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

    assert sha256(b"") == empty
    assert is_digest(empty)


@pytest.mark.parametrize(
    "text", ["", "sha256:", "sha256:" + "0" * 63, "sha256:" + "A" * 64, "md5:" + "0" * 64, sha256(b"") + "\n"]
)
def test_what_is_no_digest_is_told_from_one(text):
    assert not is_digest(text)
