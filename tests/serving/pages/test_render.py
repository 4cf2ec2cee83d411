"""The frame of every page and the macros: links, ids, labels and tokens, and text that stays text."""

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from itertools import pairwise
from typing import ClassVar, get_args

import pytest
from jinja2 import ChoiceLoader, DictLoader, UndefinedError

from segmentation.ledger.standing import State
from serving.pages import render
from serving.pages.page import Page, msg, told
from serving.pages.render import SHARED, context, rendered
from serving.pages.terms import MEANINGS

IMPORTS = (
    '{% extends "base.html.j2" %}{% from "macros.html.j2" import action_word, area_field, button, '
    "check_field, chip, choice_field, date_field, day, digest, empty, error_list, field_head, form, heads, "
    "hidden_field, link_button, password_field, radio_field, role_words, search, section, short_digest, "
    "state_chip, status_chip, table, term, text_field, version_link, warning, when with context %}"
)
ODD = "<script>alert(1)</script>\"' onclick=x"
AT = datetime(2026, 3, 2, 8, 5, tzinfo=UTC)


@dataclass(frozen=True)
class Made(Page):
    """A page of these tests."""

    TEMPLATE: ClassVar[str] = "made.html.j2"
    TITLE: ClassVar[str] = msg("Version")
    thing: object = field(default=None, metadata=told(msg("State"), msg("Roles")))


@pytest.fixture
def show(desk, monkeypatch):
    """Write a page of a template of its own."""
    environment = render._environment.__wrapped__()
    monkeypatch.setattr(render, "_environment", lambda: environment)
    usual = environment.loader

    def shown(main="", thing=None, name="Carol", language="en", here="/review", more="", notice=""):
        made = IMPORTS + more + "{% block main %}" + main + "{% endblock %}"
        environment.cache.clear()
        environment.loader = ChoiceLoader([DictLoader({"made.html.j2": made}), usual])
        return rendered(Made(thing), desk.visit(name, language), here=here, notice=notice)

    return shown


class Outline(HTMLParser):
    """What a page holds: tags with their attributes, and what stands open."""

    VOID: ClassVar = {"meta", "link", "input", "br", "wbr", "path", "circle", "rect"}

    def __init__(self, html):
        super().__init__()
        self.tags, self.open, self.wrong = [], [], []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)

    def all(self, *names):
        return [attrs for tag, attrs in self.tags if tag in names]

    @property
    def ids(self):
        return [attrs["id"] for _, attrs in self.tags if "id" in attrs]


def faults(html):
    """What is wrong with a page whoever wrote it: tags, ids, labels, references, tokens, headings."""
    page = Outline(html)
    known, labelled = set(page.ids), {attrs.get("for") for attrs in page.all("label")}
    found = [*page.wrong, *page.open]
    found += [one for one in page.ids if page.ids.count(one) > 1]
    found += [
        attrs.get("name")
        for attrs in page.all("input", "select", "textarea")
        if attrs.get("type") != "hidden" and attrs.get("id") not in labelled
    ]
    for _, attrs in page.tags:
        refs = " ".join(attrs.get(name) or "" for name in ("aria-describedby", "aria-labelledby", "for"))
        refs += " " + (attrs.get("href", "")[1:] if attrs.get("href", "").startswith("#") else "")
        found += [one for one in refs.split() if one not in known]
    for form in re.findall(r"<form.*?</form>", html, flags=re.DOTALL):
        if ('method="post"' in form) != ('name="csrf"' in form):
            found.append("csrf")
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch(r"h[1-6]", tag)]
    found += ["h1"] * (levels.count(1) != 1)
    found += [f"h{after}" for before, after in pairwise(levels) if after > before + 1]
    return found


EVERYTHING = """
{% call section("thing") %}
{% for one in thing.states %}{{ state_chip(one) }}{% endfor %}
{% for one in ("kept", "broken", "undetermined", "unknown") %}{{ status_chip(one) }}{% endfor %}
{% for one in ("kept", "broken", "undetermined", "waiting", "held") %}{{ chip(one, thing.odd) }}{% endfor %}
{{ role_words(("compliance", "business")) }} {{ action_word("comment") }}
{{ term("proxy") }} {{ term("proxy", "-2") }}
{{ empty(thing.odd) }}{{ warning(thing.odd) }}{{ digest(thing.digest) }}{{ short_digest(thing.digest) }}
{{ when(thing.at) }}{{ when(none) }}{{ day(thing.day) }}{{ day(none) }}
{{ version_link(3) }}{{ version_link(3, thing.odd) }}
{% call table(thing.odd) %}{{ heads(("a", thing.odd), (1,)) }}
<tbody><tr><th scope="row">x</th><td>y</td></tr></tbody>{% endcall %}
{% call form(link("leave"), "one") %}
{{ error_list({"reason": thing.odd}) }}{{ error_list([("reason", thing.odd), ("", "all")]) }}
{{ error_list({}) }}
{{ text_field("who", "Who", thing.odd, help="h", error=thing.odd, required=true, autocomplete="username") }}
{{ area_field("reason", "Why", thing.odd, error="e") }}
{{ date_field("until", "Until", least="2026-03-02", latest="2026-04-02") }}
{{ choice_field("which", "Which", [("a", "A"), (thing.odd, thing.odd)], thing.odd, help="h") }}
{{ radio_field("role", "As", [("a", "A"), ("b", "B")], "b", error="e") }}
{{ check_field("sure", "Sure", checked=true, help="h") }}
{{ password_field("passphrase", "Passphrase", error="e") }}{{ hidden_field("payload", thing.odd) }}
{{ button("Go") }}{{ button("Go", "danger", "step", "sign") }}{{ link_button("Back", link("start")) }}
{% endcall %}
{% call form(link("leave")) %}{{ text_field("who", "Who", key="-2") }}{{ button("Go") }}{% endcall %}
{% call search(link("ledger"), "Filter") %}{{ text_field("who", "Who", key="-3") }}{{ button("Go") }}
{% endcall %}
{% endcall %}
"""


@dataclass(frozen=True)
class Everything:
    states: tuple = get_args(State)
    odd: str = ODD
    digest: str = "sha256:" + "0123456789abcdef" * 4
    at: datetime = AT
    day: date = date(2026, 3, 2)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_macro_writes_what_holds_together_and_text_that_stays_text(show, language):
    html = show(EVERYTHING, Everything(), language=language)

    assert faults(html) == []
    assert "<script" not in html
    assert not any(name.startswith("on") for _, attrs in Outline(html).tags for name in attrs)


@pytest.mark.parametrize(
    ("main", "fault"),
    [
        ('<input name="a">', "a"),
        ('<p id="main"></p>', "main"),
        ("<h1>Again</h1>", "h1"),
        ("<h3>Too deep</h3>", "h3"),
        ("<p><b></p>", "p"),
        ('<p aria-describedby="nobody"></p>', "nobody"),
        ('<form method="post"></form>', "csrf"),
    ],
)
def test_what_does_not_hold_together_is_found(show, main, fault):
    assert fault in faults(show(main + "{{ thing }}"))


@pytest.mark.parametrize("digest", ["sha256:" + "0123456789abcdef" * 4, "a1b2c3d4" * 8, "ed25519:abc=", ""])
def test_a_digest_is_whole_once_copied(show, digest):
    html = show("<p>{{ digest(thing) }}</p>{{ short_digest(thing) }}", digest)
    codes = re.findall(r'<code class="digest">(.*?)</code>', html)

    assert [re.sub(r"<[^>]+>", "", code) for code in codes] == [digest, digest]
    assert f"<summary><code>{digest.rpartition(':')[2][:12]}…</code></summary>" in html


def test_every_state_has_an_icon_of_its_own_and_a_word(show):
    html = show(
        "{% for one in thing %}{{ state_chip(one) }}{% endfor %}{{ status_chip('kept') }}", get_args(State)
    )
    chips = re.findall(r'<span class="chip[^>]*>(<svg.*?</svg>)<span class="word">([^<]+)</span>', html)

    assert len(chips) == len({icon for icon, _ in chips}) == len({word for _, word in chips}) == 11


@pytest.mark.parametrize(
    ("name", "links"),
    [
        ("Carol", {"Start", "Compare", "Ledger", "Words"}),
        ("Adam", {"Start", "Compare", "Ledger", "Words"}),
        ("Tina", {"Start", "Compare", "Words"}),
        (None, set()),
    ],
)
def test_the_navigation_has_what_the_roles_may_see(show, name, links):
    html = show("{{ thing }}", name=name)

    assert {word for word in ("Start", "Compare", "Ledger", "Words") if f">{word}</a>" in html} == links
    assert ("Sign out" in html) == (name is not None)


@pytest.mark.parametrize(
    ("here", "current"),
    [("/review", "Start"), ("/review/compare?before=1", "Compare"), ("/review/versions/3", None)],
)
def test_the_page_that_is_open_is_marked(show, here, current):
    found = re.findall(r'aria-current="page">(\w+)<', show("{{ thing }}", here=here))

    assert found == ([] if current is None else [current])


def test_the_switch_names_each_language_in_itself_and_comes_back(show):
    html = show("{{ thing }}", here="/review/ledger?by=Tina&page=2")

    assert '<html lang="en">' in html
    assert '<span lang="en" aria-current="true">English</span>' in html
    assert 'lang="zh-CN" hreflang="zh-CN"' in html
    assert "language=zh&amp;back=%2Freview%2Fledger%3Fby%3DTina%26page%3D2" in html
    assert '<html lang="zh-CN">' in show("{{ thing }}", language="zh")


def test_the_frame_says_who_is_signed_in_when_the_page_was_made_and_what_was_done(show):
    text = re.sub(
        r"\s+", " ", re.sub(r"<[^>]+>", " ", show("{{ thing }}", notice="Kept <b>.", language="zh"))
    )

    assert "Carol （合规负责人）" in text
    assert "页面生成时间：2026年3月2日 08:00（UTC）。" in text
    assert "Kept &lt;b&gt;." in text


def test_the_way_back_stands_above_a_page_that_has_one(show):
    crumb = "{% block breadcrumb %}<li aria-current='page'>Version 3</li>{% endblock %}"

    assert 'class="crumbs"' in show("{{ thing }}", more=crumb)
    assert 'class="crumbs"' not in show("{{ thing }}")


def test_addresses_stand_behind_the_prefix_of_a_proxy(desk, show):
    plain = show("{{ thing }}{{ link('version', version=3) }}")
    desk.pages.settings = desk.settings(root_path="/segments")
    html = show("{{ thing }}{{ link('version', version=3) }}")

    assert "/segments/review/versions/3" in html
    addresses = re.findall(r'(?:href|action)="(/[^"]*)"', html)
    assert len(addresses) == len(re.findall(r'(?:href|action)="(/[^"]*)"', plain)) > 8
    assert all(one.startswith("/segments/review") for one in addresses)


def test_files_that_a_browser_may_keep_are_told_by_what_they_hold(show):
    assert re.search(r'href="/review/static/pages\.css\?v=[0-9a-f]{16}"', show("{{ thing }}"))


def test_a_name_that_nobody_gave_is_no_empty_text(show):
    with pytest.raises(UndefinedError):
        show("{{ thing }}{{ another }}")


def test_what_is_shared_is_what_every_template_gets(desk):
    visit = desk.visit("Carol")
    frame = render.Frame("m", visit.person, "en", "en", "T", "", "", "/", AT)

    assert set(context(Made(1), frame, render.speaker("en"))) == SHARED | {"thing"}


def test_a_help_popover_has_the_line_of_the_words_page(show):
    html = show("{{ thing }}{{ term('segment') }}")

    assert 'popovertarget="term-segment"' in html
    assert f'id="term-segment" popover>{MEANINGS["segment"]}</span>' in html
