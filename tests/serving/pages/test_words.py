"""The pages are said in both languages: nothing lacks its Chinese, is left over, or is said twice."""

import ast
from collections import Counter
from datetime import UTC, date, datetime
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

import serving
from serving.pages.words import speaker
from tests.wording.test_language import CATALOGUE, extracted, faults, translations

HERE = Path(serving.__file__).parent
SAYS = {"t": 1, "msg": 1, "tn": 2}
"""What says a text, and how many of its arguments are texts."""
FILES = sorted((HERE / "pages/locale/zh").glob("*.po"))
EN, ZH = speaker("en"), speaker("zh")


def wanted():
    """Every text of the pages that the catalogue of cards and reports does not have."""
    written = {
        message for file in (HERE / "pages").rglob("*.py") for message in said(file.read_text("utf-8"))
    }
    return (written | extracted(HERE / "templates")) - set(
        translations(CATALOGUE.read_text(encoding="utf-8"))
    )


def said(source):
    """Every text that Python says, and no key by which it looks one up: ``t(NAMES["key"])``."""
    for call in (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)):
        name = getattr(call.func, "attr", getattr(call.func, "id", ""))
        texts = [one.value for one in call.args[: SAYS.get(name, 0)] if isinstance(one, ast.Constant)]
        if texts:
            yield tuple(texts) if name == "tn" else texts[0]


def test_what_is_said_is_found_and_what_is_looked_up_is_not():
    source = 'r.t("a %(b)s", b=1); t(NAMES["c"]); tn("one", "many", n); told(msg("d" "e"), 1); msg(text)'

    assert set(said(source)) == {"a %(b)s", ("one", "many"), "de"}


def given():
    """What each file of the pages translates."""
    return {file.name: translations(file.read_text(encoding="utf-8")) for file in FILES}


def doubled(files):
    """Texts that stand in two files; singular and plural count by the singular."""
    count = Counter(
        message if isinstance(message, str) else message[0] for texts in files.values() for message in texts
    )
    return {message for message, times in count.items() if times > 1}


def test_every_text_has_a_translation_with_the_same_values_and_none_is_left_over():
    every = {message: text for texts in given().values() for message, text in texts.items()}
    lacking, left_over, shifted = faults(wanted(), every)

    assert len(every) > 100
    assert (lacking, left_over, shifted) == (set(), set(), set())


def test_no_text_stands_in_two_files():
    usual = {"wording.po": translations(CATALOGUE.read_text(encoding="utf-8"))}

    assert doubled(given() | usual) == set()


def test_a_text_in_two_files_is_found():
    assert doubled({"a.po": {"kept": "符合", ("n", "ns"): ("个",)}, "b.po": {"kept": "符合", "n": "个"}}) == {
        "kept",
        "n",
    }


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_nothing_is_fuzzy_doubled_or_commented_out(file):
    text = file.read_bytes()
    catalogue = read_po(BytesIO(text), locale="zh")
    told = [line for line in text.decode().splitlines() if line.startswith("msgid ")]

    assert [message.id for message in catalogue if message.id and message.fuzzy] == []
    assert dict(catalogue.obsolete) == {}
    assert [line for line, times in Counter(told).items() if times > 1 and line != 'msgid ""'] == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_chinese_is_written_with_the_marks_of_chinese(file):
    """A mark of English between two Chinese letters is a slip of the keyboard."""
    found = [
        text for texts in translations(file.read_text(encoding="utf-8")).values() for text in flat(texts)
    ]

    assert [text for text in found if slipped(text)] == []


def flat(texts):
    return (texts,) if isinstance(texts, str) else texts


def slipped(text):
    return any("一" <= before <= "鿿" and after in ",;:?!()" for before, after in pairwise(text))


def test_a_mark_of_english_after_a_chinese_letter_is_found():
    assert slipped("请登录,再试")
    assert not slipped("请登录，再试（UTC）, 3")


def test_the_catalogue_of_the_pages_comes_first_and_that_of_cards_after_it():
    assert (ZH.t("Sign out"), ZH.t("Kept"), ZH.t("nobody says this")) == (
        "退出登录",
        "符合",
        "nobody says this",
    )
    assert EN.t("As of %(at)s.", at="now") == "As of now."
    assert ZH.t("As of %(at)s.", at="1") == "页面生成时间：1。"


@pytest.mark.parametrize(
    ("n", "en", "zh"),
    [
        (
            1,
            "1 note of yours is not signed yet. It is signed with your next act.",
            "您有1条意见或豁免尚未签署，将随您的下一次签署一并签署。",
        ),
        (
            1204,
            "1,204 notes of yours are not signed yet. They are signed with your next act.",
            "您有1,204条意见或豁免尚未签署，将随您的下一次签署一并签署。",
        ),
    ],
)
def test_english_counts_one_and_many_apart(n, en, zh):
    one = "%(n)s note of yours is not signed yet. It is signed with your next act."
    many = "%(n)s notes of yours are not signed yet. They are signed with your next act."

    assert [voice.tn(one, many, n) for voice in (EN, ZH)] == [en, zh]
    assert EN.tn("%(n)s resident", "%(n)s residents", n).startswith(f"{n:,} resident")


def test_days_and_times_are_in_the_readers_form_and_said_to_be_in_utc():
    at = datetime(2026, 3, 2, 8, 5, tzinfo=UTC)

    assert (EN.day(date(2026, 3, 2)), ZH.day(date(2026, 3, 2))) == ("2026-03-02", "2026年3月2日")
    assert (EN.time(at), ZH.time(at)) == ("2026-03-02 08:05 UTC", "2026年3月2日 08:05（UTC）")
