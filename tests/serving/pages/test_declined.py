"""Pages that say no."""

from dataclasses import fields

from serving.pages.declined import KINDS, WHY, DeclinedPage
from serving.pages.entrance.plain import WORDS, plain
from serving.pages.notices import NOTICES
from serving.pages.render import rendered
from serving.pages.words import speaker
from serving.problems import PROBLEMS


def test_every_kind_has_a_title_in_both_languages_and_a_reason_where_it_may_have_none():
    assert set(WHY) <= set(KINDS)
    given = {"closed", "invalid", "not_allowed", "refused", "too_often"}
    assert {kind for kind in KINDS if kind not in WHY} == given
    for text in (*(kind.title for kind in KINDS.values()), *WHY.values(), *NOTICES.values()):
        assert speaker("zh").t(text) != text


def test_what_is_refused_while_a_form_arrives_has_a_kind_with_the_same_status():
    for slug in ("malformed", "too-slow", "too-large", "wrong-media", "busy", "not-found", "wrong-method"):
        assert KINDS[slug.replace("-", "_")].status == PROBLEMS[slug].status


def test_a_refusal_is_titled_by_what_it_refuses_and_tells_only_what_there_is(desk):
    page = DeclinedPage(KINDS["not_found"].title, "Gone.")
    html = rendered(page, desk.visit(language="en"), here="/review")
    assert "<title>There is nothing here" in html
    assert "Gone." in html
    assert "<pre" not in html
    assert 'lang="en">' not in html.partition("<main")[2]


def test_what_has_english_words_alone_is_marked_as_english(desk):
    page = DeclinedPage(KINDS["refused"].title, "原因如下：", "No <b>.", ("One.", "Two."))
    html = rendered(page, desk.visit(), here="/review")
    assert '<p lang="en">No &lt;b&gt;.</p>' in html
    assert html.count("<pre") == 2
    assert len(fields(page)) == 4


def test_a_plain_refusal_is_whole_without_a_template_and_loads_nothing():
    for kind, (status, zh, en) in WORDS.items():
        assert KINDS[kind].status == status
        reply = plain(kind)
        text = reply.body.decode()
        assert (reply.status, zh in text, en in text) == (status, True, True)
        assert "href" not in text
    assert (b"retry-after", b"1") in plain("busy").headers
    assert not any(name == b"retry-after" for name, _ in plain("failed").headers)
