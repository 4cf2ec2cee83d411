"""Acting through the pages, from the form to the ledger: every act, by two people, in both languages."""

import json
import shutil
from datetime import date
from pathlib import Path

import pytest

from segmentation.errors import ReviewError
from segmentation.reviews.waivers import blocking_of
from serving.pages.deciding import deciding
from serving.pages.visit import Declined, Sent, Shown
from tests.serving.pages.acting import Acting, events, fields, state
from tests.serving.pages.made import MODEL, blocked

SCRIPT = "<script>alert(1)</script>"


def test_two_reviewers_bring_a_version_into_service_with_their_waivers_and_comments(desk_at):
    desk_at.office.submit(blocked(1))
    for name in ("Carol", "Bob"):
        one = Acting(desk_at, name, "approve")
        one.waive()
        one.note("comment", "verdict", f"{name} read it.")
        assert one.act(conditions="Only for a year\n\nReview in June") == Sent(
            "/review/versions/1", "approved"
        )
        assert one.notes() == ()

    history = desk_at.office.book.history()
    approvals = [one for _, one in history.records(MODEL, 1) if one.action == "approve"]
    assert state(desk_at) == "active"
    assert [one.by for one in approvals] == ["Carol", "Bob"]
    assert all(one.conditions == ("Only for a year", "Review in June") for one in approvals)
    assert {one.finding for one in approvals[0].waivers} == {one.key for one in blocking_of(blocked(1).card)}
    said = [comment.remarks[0].text for _, comment in history.comments(MODEL, 1)]
    assert said == ["Carol read it.", "Bob read it."]


@pytest.mark.parametrize(
    ("action", "name", "ends"),
    [
        ("request_changes", "Carol", "changes_requested"),
        ("reject", "Bob", "rejected"),
        ("revoke", "Carol", "revoked"),
    ],
)
def test_one_person_decides_about_a_version_that_was_submitted(desk, action, name, ends):
    desk.office.submit()

    sent = Acting(desk, name, action).act(reason="A reason.\nOn two lines.")

    assert (sent.to, state(desk)) == ("/review/versions/1", ends)
    last = desk.office.book.history().records(MODEL, 1)[-1][1]
    assert (last.reason, last.by) == ("A reason.\nOn two lines.", name)


def test_an_administrator_suspends_what_is_served_and_two_people_resume_it(desk):
    desk.office.activated()

    assert Acting(desk, "Adam", "suspend").act().notice == "suspended"
    assert state(desk) == "suspended"
    assert Acting(desk, "Carol", "resume").act().notice == "resumed"
    assert state(desk) == "suspended"
    assert Acting(desk, "Bob", "resume").act().notice == "resumed"
    assert state(desk) == "active"


def test_comments_are_signed_alone_and_those_that_were_left_out_stay(desk):
    desk.office.submit()
    tina = Acting(desk, "Tina", "comment")
    tina.note("comment", "verdict", "Kept.")
    tina.note("comment", "impact", "Signed.")

    sent = tina.sign(tina.preview({"comment": ("impact",)}))

    assert sent == Sent("/review/versions/1", "commented")
    assert [note.key for note in tina.notes()] == ["verdict"]
    [(_, comment)] = desk.office.book.history().comments(MODEL, 1)
    assert [(one.section, one.text) for one in comment.remarks] == [("impact", "Signed.")]


def test_who_signs_no_comment_is_asked_to_choose_one(desk):
    desk.office.submit()
    carol = Acting(desk, "Carol", "comment")
    carol.note("comment", "verdict", "Kept.")

    shown = carol.preview({"comment": ()})

    assert (shown.status, list(shown.page.slips)) == (422, ["comment"])


def test_what_is_shown_is_what_is_signed_to_the_byte(desk):
    desk.office.submit()
    carol = Acting(desk, "Carol", "approve")
    carol.note("comment", "verdict", "Beside it.")

    shown = carol.preview()
    carol.sign(shown)

    recorded = [one.draft.signed.document for one in desk.office.book.history().events[-2:]]
    assert recorded == [fields(shown)["remarks"], fields(shown)["payload"]]


def test_every_fault_is_told_at_once_beside_its_field_and_what_was_typed_stays(desk):
    desk.office.submit(blocked(1))
    carol = Acting(desk, "Carol", "approve")

    shown = carol.preview(reason=" ", until="2020-01-01", conditions="one\ttwo")

    assert shown.status == 422
    assert list(shown.page.slips) == ["waivers", "reason", "conditions", "until"]
    html = carol.html(shown)
    assert "one\ttwo" in html
    assert 'value="2020-01-01"' in html
    assert all(f'href="#field-{name}"' in html and f'id="field-{name}"' in html for name in shown.page.slips)
    assert events(desk) == 1 + len(desk.office.keys) + 1


def test_the_role_is_asked_of_who_has_two_and_the_chosen_one_is_signed(desk):
    desk.office.submit()
    both = Acting(desk, "Both", "approve")

    assert [role for role, _ in both.ask().page.roles] == ["compliance", "business"]
    assert list(both.preview().page.slips) == ["role"]
    assert list(both.preview(role="administrator").page.slips) == ["role"]
    both.sign(both.preview(role="business"))
    assert desk.office.book.history().records(MODEL, 1)[-1][1].role == "business"


def test_who_changes_something_finds_the_form_as_it_was(desk):
    desk.office.submit()
    carol = Acting(desk, "Carol", "approve")
    carol.note("comment", "verdict", "Chosen.")
    carol.note("comment", "impact", "Left out.")
    shown = carol.preview({"comment": ("verdict",)}, reason="My reason.", conditions="One.\nTwo.")

    again = carol.send(step="change", **fields(shown))

    typed = again.page.typed
    assert (typed.reason, typed.conditions) == ("My reason.", "One.\nTwo.")
    assert {one.key: one.chosen for one in again.page.comments} == {"verdict": True, "impact": False}


def test_the_last_day_is_the_longest_that_the_policy_allows_unless_another_is_chosen(desk):
    desk.office.submit()
    carol = Acting(desk, "Carol", "approve")

    form = carol.ask().page

    assert form.typed.until == form.terms.latest.isoformat()
    carol.sign(carol.preview(until="2026-05-01"))
    assert desk.office.book.history().records(MODEL, 1)[-1][1].valid_until == date(2026, 5, 1)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("action", ["approve", "request_changes", "reject", "revoke", "suspend", "comment"])
def test_what_people_wrote_comes_out_as_text(desk, language, action):
    desk.office.submit(blocked(1))
    carol = Acting(desk, "Carol", action, language=language)
    carol.note("comment", "verdict", SCRIPT)
    if action == "approve":
        carol.waive(reason=SCRIPT)
    form = {"reason": SCRIPT, "conditions": SCRIPT}
    pages = [carol.ask(), carol.preview(**form), carol.preview(**form | {"reason": "", "until": SCRIPT})]

    for shown in pages:
        html = carol.html(shown)
        assert SCRIPT not in html
        assert SCRIPT.replace("<", "&lt;").replace(">", "&gt;") in html or action == "suspend"


def test_a_script_that_was_let_through_would_be_seen(desk, monkeypatch):
    from serving.pages import render

    desk.office.submit()
    carol = Acting(desk, "Carol", "comment")
    carol.note("comment", "verdict", SCRIPT)
    unescaped = render._environment().overlay(autoescape=False)
    monkeypatch.setattr(render, "_environment", lambda: unescaped)

    assert SCRIPT in carol.html(carol.ask())


@pytest.mark.parametrize("step", ["", "approve", "signed"])
def test_a_form_without_a_step_that_there_is_is_declined(desk, step):
    desk.office.submit()
    with pytest.raises(Declined) as declined:
        Acting(desk, "Carol", "approve").send(step=step)
    assert declined.value.kind == "malformed"


@pytest.mark.parametrize("version", [2, 2**31, 9999999999])
def test_a_version_that_there_is_not_is_not_found(desk, version):
    desk.office.submit()
    with pytest.raises(Declined) as declined:
        Acting(desk, "Carol", "approve", version).ask()
    assert declined.value.kind == "not_found"


def test_what_cannot_be_written_is_told_on_the_form(desk, monkeypatch):
    desk.office.submit()
    carol = Acting(desk, "Carol", "approve")

    def refuse(*_, **__):
        raise ReviewError("The record cannot be written: reason: it is odd.")

    monkeypatch.setattr(desk.pages.desk, "payload", refuse)
    shown = carol.preview(reason="Kept as typed.")

    assert (shown.status, shown.page.typed.reason) == (409, "Kept as typed.")
    assert shown.page.refused is not None


def test_what_would_not_fit_into_a_form_is_told_before_the_passphrase(desk, monkeypatch):
    desk.office.submit()
    monkeypatch.setattr("serving.pages.deciding.writing.MOST_BYTES", 5_000)

    shown = Acting(desk, "Carol", "approve").preview(reason="长" * 300)

    assert (shown.status, type(shown.page).__name__) == (422, "AskApproval")
    assert json.dumps(shown.page.refused.text)


def test_the_form_of_a_get_is_shown_and_nothing_is_recorded(desk):
    desk.office.submit()
    before = events(desk)
    assert isinstance(deciding.ask(Acting(desk, "Carol", "approve").visit()), Shown)
    assert events(desk) == before


def test_the_last_day_is_that_of_the_waivers_where_they_end_before(desk):
    desk.office.submit(blocked(1))
    carol = Acting(desk, "Carol", "approve")
    carol.waive()
    form = carol.ask().page

    assert form.typed.until == form.terms.ends.isoformat() < form.terms.latest.isoformat()


def test_a_form_about_files_that_are_gone_names_no_path_of_the_service(desk):
    desk.office.submit()
    bundles = Path(desk.office.trust.bundles)
    shutil.rmtree(bundles)
    carol = Acting(desk, "Carol", "approve")
    shown = carol.ask()

    assert shown.page.barred is not None
    assert str(bundles) not in carol.html(shown)
