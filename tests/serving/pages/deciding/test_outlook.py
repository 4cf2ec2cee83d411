"""Who may not act is told why before they type, by the ledger's rules; who may is told what follows."""

from datetime import date, timedelta

import pytest

from segmentation.errors import BundleError
from segmentation.reviews.people import change_person
from tests.serving.pages.acting import Acting
from tests.serving.pages.made import MODEL


def form_of(desk, name, action, language="zh"):
    one = Acting(desk, name, action, language=language)
    shown = one.ask()
    return shown.page, one.html(shown)


def barred(desk, name, action):
    page, html = form_of(desk, name, action)
    assert "<textarea" not in html
    return page.barred


def test_who_may_act_finds_a_form_and_no_rule_against_it(desk):
    desk.office.submit()
    page, html = form_of(desk, "Carol", "approve")
    assert page.barred is None
    assert "<textarea" in html


def test_who_trained_a_version_may_not_approve_it(desk):
    desk.office.submit(trained_by=("Tina", "Trainer 2"))
    assert barred(desk, "Trainer 2", "approve") is not None
    assert form_of(desk, "Trainer 2", "reject")[0].barred is None


def test_whose_training_lapsed_may_not_approve_and_may_still_stop(desk):
    desk.office.submit()
    desk.office.clock.now += timedelta(days=600)
    assert barred(desk, "Carol", "approve") is not None
    assert form_of(desk, "Carol", "revoke")[0].barred is None


def test_who_signed_in_one_role_may_sign_in_it_anew_and_not_in_the_other(desk):
    desk.office.submit()
    desk.office.approve("Both", role="compliance")
    page, _ = form_of(desk, "Both", "approve")
    assert (page.barred, page.roles) == (None, ())


def test_a_state_that_leads_nowhere_is_told(desk):
    desk.office.submit()
    desk.office.desk.revoke(MODEL, 1, signer=desk.office.signer("Bob"), reason="It harms people.")
    for action in ("approve", "request_changes", "reject", "revoke", "suspend", "resume"):
        assert barred(desk, "Carol", action) is not None


def test_files_that_cannot_be_read_bar_an_approval_and_no_revocation(desk, monkeypatch):
    desk.office.submit()

    def missing(*_, **__):
        raise BundleError("The bundle is missing. Restore it from a backup.")

    monkeypatch.setattr(desk.pages, "version", missing)

    assert barred(desk, "Carol", "approve") is not None
    one = Acting(desk, "Carol", "revoke")
    assert one.act(reason="It harms people.").notice == "revoked"


def test_a_reason_in_chinese_is_given_to_who_reads_chinese(desk):
    desk.office.submit(trained_by=("Tina", "Trainer 2"))
    chinese, english = (
        form_of(desk, "Trainer 2", "approve", language)[0].barred for language in ("zh", "en")
    )
    assert chinese.english == ""
    assert chinese.text != english.text
    assert "trained or submitted" in english.text


@pytest.mark.parametrize(
    ("before", "name", "told"),
    [
        ((), "Carol", "first of the two"),
        (("Carol",), "Bob", "second signature"),
        (("Carol",), "Trainer 2", "takes its place"),
        (("Carol", "Bob"), "Carol", "renews the approval"),
    ],
)
def test_what_a_signature_brings_about_is_told_before_it(desk, before, name, told):
    desk.office.submit()
    for one in before:
        desk.office.approve(one)
    assert told in form_of(desk, name, "approve", "en")[0].effect


def test_a_signature_that_replaces_what_is_served_names_it(desk):
    desk.office.activated(1)
    desk.office.submit(2)
    desk.office.approve("Carol", 2)
    page = Acting(desk, "Bob", "approve", 2, "en").ask().page
    assert "in the place of version 1" in page.effect


def test_who_lost_their_roles_is_told_so(desk):
    desk.office.submit()
    shown = Acting(desk, "Carol", "approve").preview()
    change_person(desk.office.book, desk.office.root, "Carol", roles=(), training_until=date(2027, 6, 30))
    again = Acting(desk, "Carol", "approve").sign(shown)
    assert again.page.barred is not None
