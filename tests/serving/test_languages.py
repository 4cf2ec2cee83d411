"""Which language a browser is answered in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving.languages import LANGUAGES, preferred


def language(*values):
    return preferred([(b"accept", b"zh"), *((b"accept-language", value) for value in values)])


@pytest.mark.parametrize(
    "value",
    [
        b"zh", b"zh-CN,zh;q=0.9,en;q=0.8", b"ZH-Hant-TW", b"fr, zh;q=0.5", b"en;q=0.3, zh ; q=0.4",
        b"en;q=0,zh;q=0.001", b"zh;q=1.000,en", b"*;q=0.1,zh;q=0.2",
    ],
    ids=range(8),
)  # fmt: skip
def test_who_prefers_chinese_gets_chinese(value):
    assert language(value) == "zh"


@pytest.mark.parametrize(
    "value",
    [
        b"", b"en", b"en-US,en;q=0.9,zh;q=0.8", b"fr", b"*", b"zh;q=0", b"zh;q=2", b"zh;level=1", b"zha",
        b"*,zh;q=0.5", b"\xff\xfe",
    ],
    ids=range(11),
)  # fmt: skip
def test_who_does_not_gets_english(value):
    assert language(value) == "en"


def test_who_says_nothing_gets_english():
    assert language() == "en"


def test_a_header_on_two_lines_is_one_list():
    assert language(b"en;q=0.5", b"zh") == "zh"


@given(st.binary(max_size=200))
def test_whatever_is_sent_is_answered(value):
    assert language(value) in LANGUAGES
