"""Putting a segment in the place of the computed one, and lifting that: with a reason and a passphrase."""

import pytest

from segmentation.ledger.personal.overrides import Overrides
from serving.pages.render import rendered
from serving.pages.residents import overriding
from serving.pages.table import address
from serving.pages.visit import Sent
from tests.serving.pages.made import PASSPHRASE
from tests.serving.pages.residents.kept import MODEL, PURPOSE, REF, wrong

FORM = {"segment": "S2", "reason": "Works at night.", "passphrase": PASSPHRASE}


@pytest.fixture
def kept(keeping):
    """A resident in S1 of the version in use."""
    keeping.desk.office.activated(1)
    keeping.consent()
    keeping.place("S1")
    return keeping


def decide(keeping, name="Carol", language="en", **form):
    return overriding.decide_override(keeping.visit(name, language, form=FORM | form))


def standing(keeping):
    return Overrides(keeping.records).standing(keeping.subject, PURPOSE, MODEL)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_form_shows_what_holds_and_what_may_be_chosen(kept, language):
    asked = kept.ask("review")
    visit = kept.visit(language=language, query={"request": asked.id})
    page = overriding.override(visit).page
    html = rendered(page, visit, here=address("override", subject=kept.subject.hex()))

    assert [key for key, _ in page.segments] == ["S1", "S2"]
    assert [key for key, _ in page.requests] == ["", asked.id]
    assert page.decided.request == asked.id
    assert wrong(html) == []
    assert REF not in html


def test_a_decision_is_recorded_with_its_reason_and_answers_the_request(kept):
    asked = kept.ask("review")

    to = address("resident", subject=kept.subject.hex())
    assert decide(kept, request=asked.id) == Sent(to, "overridden")
    found = standing(kept)
    assert (found.segment, found.reason, found.by, found.request) == ("S2", FORM["reason"], "Carol", asked.id)
    (request,) = kept.residents.requests.of(kept.subject)
    assert (request.state, request.steps[-1].told.text) == ("done", FORM["reason"])


def test_it_is_lifted_where_it_stands_and_nowhere_else(kept):
    assert decide(kept, segment="computed").page.slips.keys() == {"segment"}
    decide(kept)

    assert decide(kept, segment="computed").notice == "override_lifted"
    assert standing(kept) is None


@pytest.mark.parametrize(
    ("form", "slip"),
    [
        ({"segment": ""}, "segment"),
        ({"segment": "S9"}, "segment"),
        ({"reason": " "}, "reason"),
        ({"reason": "x" * 2001}, "reason"),
        ({"request": "R" + "0" * 12}, "request"),
        ({"passphrase": ""}, "passphrase"),
    ],
)
def test_what_cannot_be_taken_is_told_and_nothing_is_recorded(kept, form, slip):
    shown = decide(kept, **form)
    html = rendered(shown.page, kept.visit(), here="/review")

    assert (shown.status, set(shown.page.slips)) == (422, {slip})
    assert f'id="field-{slip}-error"' in html
    assert standing(kept) is None


def test_another_passphrase_decides_nothing_and_five_of_them_lock_the_name(kept):
    found = [decide(kept, passphrase="not the passphrase") for _ in range(6)]

    assert [shown.status for shown in found] == [403, 403, 403, 403, 429, 429]
    assert found[0].page.decided.reason == FORM["reason"]
    assert "not the passphrase" not in rendered(found[0].page, kept.visit(), here="/review")
    assert decide(kept).status == 429
    assert standing(kept) is None


def test_a_key_that_is_not_the_persons_decides_nothing(kept):
    from segmentation.reviews.keyfiles import key_file

    home = kept.desk.office.home
    key_file(home, "Carol").write_text(key_file(home, "Bob").read_text("utf-8"), encoding="utf-8")
    shown = decide(kept)

    assert shown.status == 409
    assert "not the one that the ledger has of you" in shown.page.slips["passphrase"]
    assert standing(kept) is None


@pytest.mark.parametrize("language", ["en", "zh"])
def test_without_a_version_there_is_nothing_to_choose(keeping, language):
    visit = keeping.visit(language=language)
    page = overriding.override(visit).page

    assert page.segments == ()
    assert wrong(rendered(page, visit, here="/review")) == []
    assert decide(keeping).page.slips.keys() == {"segment"}
