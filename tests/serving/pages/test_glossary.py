"""The page of words tells every term in both languages, each with what it means."""

import re

import pytest

from serving.pages.glossary import words
from serving.pages.render import rendered
from serving.pages.table import address


@pytest.fixture
def page(desk):
    def shown(language):
        visit = desk.visit("Tina", language)
        return rendered(words(visit).page, visit, here=address("words"))

    return shown


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", ("candidate", "PIPL Art. 24", "GB/T 35273-2020, 7.4", "proxy", "Resume", "objection")),
        (
            "zh",
            ("候选版本", "《个人信息保护法》第二十四条", "代理变量", "恢复使用", "业务负责人", "无法判定"),
        ),
    ],
)
def test_terms_states_roles_actions_and_articles_are_told(page, language, told):
    html = page(language)

    assert [word for word in told if word not in html] == []
    assert html.count("<dt>") == html.count("<dd>") > 80
    assert "<dd></dd>" not in html


def test_chinese_is_chinese_throughout(page):
    """But for names, units and the switch: no line without a Chinese letter."""
    lines = re.findall(r"<dd>(.*?)</dd>", page("zh"))

    assert [line for line in lines if not re.search(r"[一-鿿]", line)] == []


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_section_is_reached_from_the_top(page, language):
    html = page(language)

    assert set(re.findall(r'href="#(\w+)"', html)) - {"main"} == set(re.findall(r'<section id="(\w+)"', html))
