"""Every page and its template hold each other: fields, help, forms, labels, and nothing that is not ours."""

import importlib
import pkgutil
import re
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import ClassVar

import pytest
from jinja2 import DictLoader, Environment, meta, nodes

import serving.pages
from serving.pages.page import Page, help_of, msg, told
from serving.pages.render import SHARED

FOLDER = Path(serving.__file__).parent / "templates"
SOURCES = {
    str(path.relative_to(FOLDER)): path.read_text(encoding="utf-8") for path in sorted(FOLDER.rglob("*.j2"))
}
SKIPPED = {"base.html.j2", "macros.html.j2"}
"""What every page stands in; they know no field of any page."""


def pages():
    """Every page that there is."""
    for module in pkgutil.walk_packages(serving.pages.__path__, "serving.pages."):
        importlib.import_module(module.name)
    found, left = [], [Page]
    while left:
        more = left.pop().__subclasses__()
        left += more
        found += [page for page in more if page.__module__.startswith("serving.")]
    return sorted(set(found), key=lambda page: (page.__module__, page.__name__))


def trees(template, sources):
    """A template and all that it extends, includes and imports, parsed, by name."""
    environment = Environment(loader=DictLoader(sources), autoescape=True)
    found, left = {}, [template]
    while left:
        name = left.pop()
        if name in found:
            continue
        found[name] = environment.parse(sources[name])
        others = list(meta.find_referenced_templates(found[name]))
        assert None not in others, f"{name} includes what cannot be known before it is written"
        left += others
    return found


def bound(tree):
    """Names that a template gives a meaning itself: what it sets, loops over, imports or is a macro of."""
    yield from (name.name for name in tree.find_all(nodes.Name) if name.ctx != "load")
    yield from (macro.name for macro in tree.find_all(nodes.Macro))
    for imported in tree.find_all(nodes.FromImport):
        yield from (name if isinstance(name, str) else name[1] for name in imported.names)


def faults(page, sources):
    """Fields that no template of a page uses, and names that they use and nobody gives."""
    parsed, wanted = trees(page.TEMPLATE, sources), {one.name for one in fields(page)}
    asked = set().union(*(meta.find_undeclared_variables(tree) for tree in parsed.values()))
    own = {name for tree in parsed.values() for name in bound(tree)}
    return wanted - asked, asked - wanted - own - SHARED


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.__name__)
def test_a_template_uses_every_field_of_its_page_and_nothing_else(page):
    assert faults(page, SOURCES) == (set(), set())


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.__name__)
def test_every_field_of_a_page_has_a_title_and_a_line_of_help(page):
    helped = help_of(page)

    assert page.TITLE
    assert all(helped[one.name].title and helped[one.name].help.endswith(".") for one in fields(page))


def test_every_template_belongs_to_a_page_or_is_part_of_one():
    assert set(SOURCES) == {name for page in pages() for name in trees(page.TEMPLATE, SOURCES)}


@dataclass(frozen=True)
class Small(Page):
    """A page of these tests."""

    TEMPLATE: ClassVar[str] = "small"
    TITLE: ClassVar[str] = msg("Version")
    rows: tuple = field(default=(), metadata=told("Rows", "Each of them."))
    total: int = field(default=0, metadata=told("Total", "Of all rows."))


@pytest.mark.parametrize(
    ("template", "wrong"),
    [
        ("{% for row in rows %}{{ t(row) }}{% endfor %}{{ total }}", (set(), set())),
        (
            "{% from 'part' import told %}{% block main %}{{ told(rows) }}{{ total }}{% endblock %}",
            (set(), set()),
        ),
        ("{% include 'part' %}{{ total }}{{ rows }}", (set(), set())),
        ("{{ rows }}", ({"total"}, set())),
        ("{% include 'part' %}{{ rows }}", ({"total"}, set())),
        ("{{ rows }}{{ total }}{{ visit }}", (set(), {"visit"})),
        ("{% block main %}{{ rows }}{{ total }}{{ secret }}{% endblock %}", (set(), {"secret"})),
    ],
)
def test_a_field_that_is_not_used_and_a_name_that_is_not_there_are_found(template, wrong):
    assert faults(Small, {"small": template, "part": "{% macro told(one) %}{{ one }}{% endmacro %}"}) == wrong


def test_a_field_without_help_is_found():
    @dataclass(frozen=True)
    class Untold(Small):
        more: int = 0

    with pytest.raises(KeyError):
        help_of(Untold)


# ---- What no template may hold -----------------------------------------------------------------------

FORBIDDEN = {
    "style": r"\sstyle\s*=|<style",
    "script": r"<script|javascript:",
    "handler": r"\son[a-z]+\s*=\s*[\"'{]",
    "unescaped": r"\|\s*safe\b|\bMarkup\b|autoescape",
    "elsewhere": r"https?:|[\"'(]//|\ssrc(set)?\s*=|@import",
    "address": r"(href|action)=\"/|(href|action)=\"[a-z]",
    "order": r"tabindex=\"[1-9]",
}
"""Addresses are made with `link`, so that a proxy's prefix stands before each."""


def held(source):
    """Which of the forbidden things a template holds; comments are not looked at."""
    told = re.sub(r"\{#.*?#\}", "", source, flags=re.DOTALL)
    return {name for name, pattern in FORBIDDEN.items() if re.search(pattern, told)}


def unsent(source):
    """Forms that say no method, that post without the field ``csrf``, or that put it into an address."""
    told = re.sub(r"\{#.*?#\}", "", source, flags=re.DOTALL)
    for head, body in re.findall(r"<form([^>]*)>(.*?)</form>", told, flags=re.DOTALL):
        method = re.search(r'method="(post|get)"', head)
        if method is None or (method[1] == "post") != ("csrf()" in body):
            yield head


def unlabelled(source):
    """Controls that have no label and need one, and buttons that do not say what they do."""
    told = re.sub(r"\{#.*?#\}", "", source, flags=re.DOTALL)
    labels = set(re.findall(r'for="([^"]+)"', told))
    labels |= {"{{ id }}"} if "label_of(id" in told else set()
    for tag in re.findall(r"<(?:input|select|textarea)\b[^>]*(?:\{\{[^}]*\}\}[^>]*)*>", told):
        name = re.search(r'\sid="([^"]+)"', tag)
        if 'type="hidden"' not in tag and "aria-label" not in tag and (name is None or name[1] not in labels):
            yield tag
    yield from (
        tag for tag in re.findall(r"<button\b[^>]*>", told) if not re.search(r'type="(submit|button)"', tag)
    )


@pytest.mark.parametrize("name", SOURCES)
def test_a_template_holds_no_style_script_handler_raw_text_or_address_of_its_own(name):
    assert held(SOURCES[name]) == set()


@pytest.mark.parametrize("name", SOURCES)
def test_every_form_says_how_it_is_sent_and_posts_with_the_token(name):
    assert list(unsent(SOURCES[name])) == []


@pytest.mark.parametrize("name", SOURCES)
def test_every_control_has_a_label_and_every_button_says_what_it_does(name):
    assert list(unlabelled(SOURCES[name])) == []


@pytest.mark.parametrize(
    ("planted", "found"),
    [
        ('<p style="color: red">', {"style"}),
        ("<style>p {}</style>", {"style"}),
        ("<script>1</script>", {"script"}),
        ('<a href="javascript:1">', {"script", "address"}),
        ('<p onclick="go()">', {"handler"}),
        ("<p onfocus={{ rows }}>", {"handler"}),
        ("{{ rows|safe }}", {"unescaped"}),
        ("{% autoescape false %}{% endautoescape %}", {"unescaped"}),
        ('<a href="https://example.org/">', {"elsewhere", "address"}),
        ('<img src="{{ rows }}">', {"elsewhere"}),
        ('<a href="//example.org/">', {"elsewhere", "address"}),
        ('<a href="/review">', {"address"}),
        ('<p tabindex="2">', {"order"}),
        ('<a href="{{ link("start") }}">Style on the page = safe</a>{# http: #}', set()),
    ],
)
def test_what_no_template_may_hold_is_found(planted, found):
    assert held(planted) == found


@pytest.mark.parametrize(
    ("planted", "count"),
    [
        ('<form method="post">{{ csrf() }}</form>', 0),
        ('<form method="get"><button type="submit"></form>', 0),
        ('<form method="post"></form>', 1),
        ("<form>{{ csrf() }}</form>", 1),
        ('<form method="get">{{ csrf() }}</form>', 1),
    ],
)
def test_a_form_without_method_or_token_is_found(planted, count):
    assert len(list(unsent(planted))) == count


@pytest.mark.parametrize(
    ("planted", "count"),
    [
        ('<label for="a">A</label><input id="a" name="a">', 0),
        ('<input type="hidden" name="a" value="{{ b }}">', 0),
        ('<select id="b" name="a"></select><label for="a">A</label>', 1),
        ('<textarea name="a"></textarea>', 1),
        ("<button>Go</button>", 1),
        ('<button type="submit">Go</button>', 0),
    ],
)
def test_a_control_without_a_label_is_found(planted, count):
    assert len(list(unlabelled(planted))) == count
