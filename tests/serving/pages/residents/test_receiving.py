"""Entering what residents ask for: in an officer's name, and done at once where the law says so."""

import pytest

from segmentation.ledger.personal.consents import Consents
from serving.pages.render import rendered
from serving.pages.residents import receiving
from serving.pages.table import address
from serving.pages.visit import Declined, Sent
from tests.serving.pages.residents.kept import AUDIT, PURPOSE

FORM = {"right": "access", "channel": "letter", "language": "zh", "text": "请告诉我。"}


def enter(keeping, **form):
    return receiving.receive(keeping.visit(route="receive_request", form=FORM | form))


def requests(keeping):
    return keeping.residents.requests.of(keeping.subject)


def standing(keeping, purpose=PURPOSE):
    return Consents(keeping.records).standing(keeping.subject, purpose)


def test_a_request_is_entered_in_the_name_of_who_is_signed_in(keeping):
    assert enter(keeping) == Sent(address("resident", subject=keeping.subject.hex()), "entered")
    (found,) = requests(keeping)
    told = found.steps[0].told
    assert (found.right, found.state) == ("access", "received")
    assert (told.by, told.text, told.channel, told.language) == ("Carol", "请告诉我。", "letter", "zh")


@pytest.mark.parametrize(
    ("form", "slip"),
    [
        ({"right": "nothing"}, "right"),
        ({"channel": "<b>"}, "channel"),
        ({"language": ""}, "language"),
        ({"text": "x" * 2001}, "text"),
    ],
)
def test_what_cannot_be_taken_is_told_where_it_was_typed(keeping, form, slip):
    shown = enter(keeping, **form)

    assert (shown.status, list(shown.page.receiving.slips)) == (422, [slip])
    assert requests(keeping) == ()
    html = rendered(shown.page, keeping.visit(), here="/review")
    assert f'id="field-{slip}-error"' in html


@pytest.mark.parametrize(
    ("language", "told"), [("en", "The same was asked for before"), ("zh", "同类请求（查阅）")]
)
def test_the_same_request_is_not_entered_twice(keeping, language, told):
    enter(keeping)
    shown = receiving.receive(keeping.visit(language=language, form=FORM))

    assert shown.status == 409
    assert told in shown.page.receiving.slips["right"]
    assert shown.page.receiving.text == FORM["text"]
    assert len(requests(keeping)) == 1


def test_an_objection_holds_at_once_for_the_purpose_for_which_residents_are_placed(keeping):
    keeping.desk.office.activated(1)
    keeping.consent()
    keeping.consent(AUDIT)

    assert enter(keeping, right="objection").notice == "at_once"
    assert (standing(keeping).objected is not None, standing(keeping, AUDIT).objected) == (True, None)
    assert enter(keeping, right="withdrawal").notice == "at_once"
    assert {standing(keeping).state, standing(keeping, AUDIT).state} == {"withdrawn"}


def test_where_no_version_is_in_use_all_are_meant_for_which_anything_is_kept(keeping):
    keeping.consent(AUDIT)

    enter(keeping, right="withdrawal")
    assert standing(keeping, AUDIT).state == "withdrawn"


@pytest.mark.parametrize("what", ["withdrawal", "objection"])
def test_withdrawing_and_objecting_ask_nothing_and_count_once(keeping, what):
    keeping.consent()
    form = {"what": what, "purpose": PURPOSE}
    found = [receiving.say(keeping.visit(form=form)).notice for _ in range(2)]

    assert found == ["at_once", "said_before"]
    (request,) = requests(keeping)
    assert (request.right, request.state, request.steps[0].told.by) == (what, "done", "Carol")
    told = standing(keeping)
    assert told.state == "withdrawn" if what == "withdrawal" else told.objected is not None


def test_an_objection_is_taken_back_where_one_stands_and_counts_once(keeping):
    keeping.consent()
    form = {"what": "lift", "purpose": PURPOSE}
    assert receiving.say(keeping.visit(form=form)).notice == "said_before"
    receiving.say(keeping.visit(form=form | {"what": "objection"}))
    assert standing(keeping).objected is not None

    assert [receiving.say(keeping.visit(form=form)).notice for _ in range(2)] == ["at_once", "said_before"]
    told = standing(keeping)
    assert (told.state, told.objected) == ("given", None)
    assert [one.right for one in requests(keeping)] == ["objection"], "it is an event, and no request"


@pytest.mark.parametrize(
    "form", [{}, {"what": "erasure", "purpose": PURPOSE}, {"what": "objection", "purpose": "x"}]
)
def test_a_form_of_nothing_that_there_is_does_nothing(keeping, form):
    keeping.consent()
    with pytest.raises(Declined, match="malformed"):
        receiving.say(keeping.visit(form=form))
    assert requests(keeping) == ()


def test_entering_is_no_reading_and_a_form_that_comes_back_is(keeping):
    object.__setattr__(keeping.residents.settings, "residents_an_hour", 1)
    for right in ("access", "copy", "correction"):
        visit = keeping.visit(form=FORM | {"right": right})
        assert receiving.receive(visit).notice == "entered"
        assert visit.about.subject
    assert enter(keeping, right="nothing").status == 422
    with pytest.raises(Declined, match="too_often"):
        enter(keeping, right="nothing")
    assert enter(keeping, right="review").notice == "entered"
