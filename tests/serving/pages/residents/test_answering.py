"""Answering a request: done, refused with the reason, extended once; an answer stays."""

import re

import pytest

from segmentation.ledger.personal.identity import WAYS
from serving.pages.render import rendered
from serving.pages.residents import answering
from serving.pages.table import address
from serving.pages.visit import Declined, Sent
from tests.serving.pages.residents.kept import WORDS
from tests.serving.pages.test_render import faults


def visit(keeping, request, language="en", **form):
    path = {"subject": keeping.subject.hex(), "request": request.id}
    return keeping.visit(language=language, path=path, form=form)


def state(keeping, request):
    return keeping.residents.requests.one(request.id).state


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_request_is_shown_with_its_words_and_what_may_be_said_of_it(keeping, language):
    asked = keeping.ask(text=f"{WORDS}<script>x</script>")
    at = visit(keeping, asked, language)
    page = answering.request(at).page
    html = rendered(page, at, here=address("request", subject=keeping.subject.hex(), request=asked.id))

    assert [key for key, _ in page.ways] == ["done", "refused", "extended"]
    assert faults(html) == []
    assert WORDS in html
    assert "<script" not in html


@pytest.mark.parametrize(
    ("what", "text"), [("done", ""), ("refused", "It is another company's."), ("extended", "Many asked.")]
)
def test_an_answer_is_recorded_in_the_name_of_who_gives_it(keeping, what, text):
    asked = keeping.ask()
    found = answering.answer(visit(keeping, asked, what=what, text=text, identity="code"))

    assert found == Sent(address("resident", subject=keeping.subject.hex()), "answered")
    (request,) = keeping.residents.requests.of(keeping.subject)
    told = request.steps[-1].told
    assert (request.state, told.by, told.text, told.identity) == (what, "Carol", text, "code")


@pytest.mark.parametrize(
    ("form", "slips"),
    [
        ({}, {"what", "text"}),
        ({"what": "erased", "text": "x"}, {"what"}),
        ({"what": "refused", "text": " "}, {"text"}),
        ({"what": "extended"}, {"text"}),
        ({"what": "done", "text": "x" * 2001, "identity": "login"}, {"text"}),
        ({"what": "done"}, {"identity"}),
        ({"what": "done", "identity": "410103198001011234"}, {"identity"}),
        ({"what": "refused", "text": "x", "identity": "410103198001011234"}, {"identity"}),
    ],
)
def test_what_cannot_be_taken_is_told_and_nothing_is_recorded(keeping, form, slips):
    asked = keeping.ask()
    at = visit(keeping, asked, **form)
    shown = answering.answer(at)
    html = rendered(shown.page, at, here="/review")

    assert (shown.status, set(shown.page.slips)) == (422, slips)
    assert all(f'id="field-{slip}-error"' in html for slip in slips)
    assert state(keeping, asked) == "received"


def test_it_is_extended_once(keeping):
    asked = keeping.ask()
    answering.answer(visit(keeping, asked, what="extended", text="Many asked."))

    assert [key for key, _ in answering.request(visit(keeping, asked)).page.ways] == ["done", "refused"]
    assert answering.answer(visit(keeping, asked, what="extended", text="Again.")).status == 422


def test_what_was_checked_when_it_was_received_is_not_asked_again(keeping):
    asked = keeping.ask(identity="login")

    assert answering.request(visit(keeping, asked)).page.identity == ()
    assert isinstance(answering.answer(visit(keeping, asked, what="done")), Sent)


@pytest.mark.parametrize("right", ["correction", "review", "erasure"])
def test_who_asks_is_checked_where_something_is_handed_over(keeping, right):
    assert answering.request(visit(keeping, keeping.ask(right))).page.identity == ()
    assert len(answering.request(visit(keeping, keeping.ask("copy"))).page.identity) == len(WAYS)


def test_what_has_working_days_by_law_is_not_extended(keeping):
    asked = keeping.ask("correction", channel="app")

    assert [key for key, _ in answering.request(visit(keeping, asked)).page.ways] == ["done", "refused"]
    assert answering.answer(visit(keeping, asked, what="extended", text="Many asked.")).status == 422
    assert state(keeping, asked) == "received"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_an_answer_stays(keeping, language):
    asked = keeping.ask()
    answering.answer(visit(keeping, asked, what="done", identity="in_person"))
    at = visit(keeping, asked, language, what="refused", text="After all.")
    shown = answering.answer(at)

    assert shown.status == 409
    assert asked.id in re.sub(r"<[^>]+>", "", rendered(shown.page, at, here="/review"))
    assert shown.page.ways == ()
    assert state(keeping, asked) == "done"


@pytest.mark.parametrize("what", ["", "erased"])
def test_a_form_that_says_nothing_of_what_was_answered_already_is_shown_again(keeping, what):
    asked = keeping.ask()
    answering.answer(visit(keeping, asked, what="done", identity="code"))
    shown = answering.answer(visit(keeping, asked, what=what, text="After all."))

    assert (shown.status, set(shown.page.slips)) == (422, {"what"})
    assert state(keeping, asked) == "done"


def test_a_request_leads_to_what_an_override_may_answer_and_no_other_does(keeping):
    for right, leads in (("review", True), ("correction", True), ("explanation", False), ("copy", False)):
        asked = keeping.ask(right)
        at = visit(keeping, asked)
        to = address("override", subject=keeping.subject.hex(), query={"request": asked.id})
        assert (to in rendered(answering.request(at).page, at, here="/review")) == leads


def test_an_erasure_is_done_by_erasing_alone(keeping):
    asked = keeping.ask("erasure", channel="letter")

    assert [key for key, _ in answering.request(visit(keeping, asked)).page.ways] == ["refused", "extended"]
    assert answering.answer(visit(keeping, asked, what="done")).status == 422


def test_a_request_of_another_resident_is_not_found(keeping):
    asked = keeping.ask(ref="another")
    for handler in (answering.request, answering.answer):
        with pytest.raises(Declined, match="not_found"):
            handler(visit(keeping, asked, what="done"))
    assert state(keeping, asked) == "received"
