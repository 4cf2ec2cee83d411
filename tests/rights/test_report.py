"""An account in words: complete in both languages, and safe whatever somebody wrote."""

import re

import pytest

from segmentation.answers import Texts
from segmentation.rights.account import Account, Override, Purpose
from segmentation.rights.report import Names, page, text
from segmentation.rights.sections import sections
from segmentation.wording import Voice
from serving.residents.examples import ACCOUNT, AT
from tests.serving.made import policy

NAMES = Names.of(policy(), {"S1": Texts("Often in need of repairs", "维修需求较多")})


@pytest.mark.parametrize("language", ["en", "zh"])
def test_everything_is_told_in_the_language(language):
    told = text(ACCOUNT, NAMES, language)

    for value in ("R0a1b2c3d4e5f", "0a1b2c3d4e5f", "2026-1", ACCOUNT.segments[0].decision, "S1"):
        assert value in told
    assert ("维修需求较多" in told) == (language == "zh")
    assert ("Often in need of repairs" in told) == (language == "en")
    if language == "en":
        assert told.replace("–", "-").isascii()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_has_every_line_of_the_text(language):
    whole = page(ACCOUNT, NAMES, language)
    lines = [line for section in sections(ACCOUNT, NAMES, Voice(language)) for line in section.lines]

    assert len(re.findall("<li>", whole)) == len(lines) > 6
    assert whole.count("<section") == 6
    assert "<script" not in whole


def test_where_nothing_is_kept_each_section_says_so():
    empty = Account(AT, (), (), (), (), (), ())

    assert text(empty, Names(), "en").count("Nothing is kept here.") == 6
    assert page(empty, Names(), "zh").count("此处没有保存任何内容。") == 6


def test_what_somebody_wrote_is_escaped_and_no_format():
    told = Override("planning", "needs", "S1", "<b>{by}</b> %s", "Carol", "", AT)
    account = Account(AT, (), (), (), (told,), (), ())

    assert "&lt;b&gt;{by}&lt;/b&gt; %s" in page(account, Names(), "en")
    assert "<b>{by}</b> %s" in text(account, Names(), "en")


def test_an_objection_is_told_beside_the_consent():
    one = Purpose("planning", "given", AT, "1", AT)
    (line,) = sections(Account(AT, (one,), (), (), (), (), ()), Names(), Voice("zh"))[0].lines

    assert line.startswith("planning：您已同意")
    assert "您对自动化决策提出异议" in line


def test_a_purpose_is_told_as_the_notice_states_it():
    stated = policy().purpose.text.zh.rstrip("。")

    assert f"{stated}：您已同意" in text(ACCOUNT, NAMES, "zh")
