"""Chinese is complete, agrees with the English source, and numbers are in the reader's form."""

import re
from importlib import resources
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import segmentation
from segmentation.errors import SegmentationError
from segmentation.wording.language import Voice

FOLDERS = [
    Path(segmentation.__file__).parent / name for name in ("wording", "audit", "card", "impact", "reviews")
]
CATALOGUE = resources.files("segmentation.wording") / "locale/zh/LC_MESSAGES/wording.po"
EN, ZH = Voice("en"), Voice("zh")


def sources():
    """Every text of the sources that is translated, as one or as singular and plural."""
    return {message for folder in FOLDERS for message in extracted(folder)}


def extracted(folder):
    found = extract_from_dir(
        folder,
        method_map=[("**.py", "python"), ("**.j2", "jinja2.ext:babel_extract")],
        options_map={"**.j2": {"trim_blocks": "true", "lstrip_blocks": "true"}},
        keywords={"t": None, "tn": (1, 2), "msg": None},
    )
    return {message for _, _, message, _, _ in found}


def translations(text):
    return {
        message.id: message.string for message in read_po(BytesIO(text.encode()), locale="zh") if message.id
    }


def places(text):
    return sorted(re.findall(r"%\(\w+\)s|%(?!\()", text))


def faults(wanted, given):
    """What a catalogue lacks, holds in vain, or fills with other values than its source."""
    lacking = {message for message in wanted if not "".join(given.get(message, ""))}
    shifted = {
        message
        for message in wanted - lacking
        if places("".join(given[message])) != places(message[-1] if isinstance(message, tuple) else message)
    }
    return lacking, set(given) - wanted, shifted


def test_every_text_has_a_translation_with_the_same_values_and_none_is_left_over():
    wanted = sources()

    assert len(wanted) > 250
    assert faults(wanted, translations(CATALOGUE.read_text(encoding="utf-8"))) == (set(), set(), set())


def test_a_planted_fault_of_each_kind_is_found():
    text = 'msgid "kept"\nmsgstr ""\n\nmsgid "old"\nmsgstr "旧"\n\nmsgid "n %(size)s"\nmsgstr "n=%(sizes)s"\n'

    assert faults({"kept", "n %(size)s"}, translations(text)) == ({"kept"}, {"old"}, {"n %(size)s"})


def test_nothing_is_fuzzy_or_commented_out():
    catalogue = read_po(BytesIO(CATALOGUE.read_bytes()), locale="zh")

    assert [message.id for message in catalogue if message.id and message.fuzzy] == []
    assert dict(catalogue.obsolete) == {}


@pytest.mark.parametrize(
    ("en", "zh"),
    [
        ("kept", "符合"),
        ("broken", "违反"),
        ("undetermined", "无法判定"),
        ("segment", "分群"),
        ("need", "需求"),
        ("protected attribute", "受保护属性"),
        ("proxy", "代理变量"),
        ("finding", "审计结论"),
        ("service plan", "服务方案"),
        ("resident", "住户"),
        ("interval", "置信区间"),
    ],
)
def test_the_words_of_the_field_are_used(en, zh):
    assert (EN.t(en), ZH.t(en)) == (en, zh)


@pytest.mark.parametrize(
    ("n", "en", "zh"),
    [(0, "0 residents", "0名住户"), (1, "1 resident", "1名住户"), (1204, "1,204 residents", "1,204名住户")],
)
def test_english_counts_one_and_many_apart(n, en, zh):
    told = [voice.tn("%(n)s resident", "%(n)s residents", n) for voice in (EN, ZH)]

    assert told == [en, zh]


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (EN.integer(1234567), "1,234,567"),
        (EN.number(4.5), "4.5"),
        (EN.number(4.0), "4"),
        (EN.number(12.345), "12.3"),
        (EN.mean(4.5), "4.50"),
        (EN.mean(45.67), "45.7"),
        (EN.mean(4567.8), "4,568"),
        (EN.ratio(0.8), "0.80"),
        (EN.ratio(12.34), "12.3"),
        (EN.ratio(-0.00001), "0.00"),
        (EN.small(0.01234), "0.012"),
        (EN.small(0.00052), "0.0005"),
        (EN.small(0.0), "0.000"),
        (EN.percent(0.30481), "30.5%"),
        (EN.percent(-0.0004), "0.0%"),
        (EN.whole_percent(0.95), "95%"),
        (EN.whole_percent(0.995), "99.5%"),
        (EN.p(0.0123), "0.012"),
        (EN.p(1e-30), "< 0.001"),
        (EN.p(1.0), "1.000"),
        (ZH.ratio_interval((1.8, 2.04)), "[1.80, 2.04]"),
        (ZH.percent_interval((0.291, 0.319)), "[29.1%, 31.9%]"),
    ],
)
def test_numbers_are_told_as_precisely_as_they_are_read(told, expected):
    assert told == expected


def test_what_is_said_by_the_way_stands_in_the_marks_of_the_language():
    assert (EN.aside("by the way"), ZH.aside("顺便")) == (" (by the way)", "（顺便）")
    assert EN.aside("") == ZH.aside("") == ""


def test_a_quoted_name_that_quotes_is_quoted_once():
    assert ZH.quoted("偏好“电话”") == "“偏好‘电话’”"


def test_what_is_empty_is_not_joined():
    assert EN.join("clause", ("a", "", "b")) == "a; b"
    assert ZH.join("list", ("a", "b")) == "a、b"


def test_another_language_is_refused():
    with pytest.raises(SegmentationError, match="A text is in en or zh; got 'fr'"):
        Voice("fr").t("kept")
