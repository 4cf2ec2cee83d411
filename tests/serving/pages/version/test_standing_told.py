"""What may be done from here is what the ledger would take from this person, and nothing else is offered."""

import pytest

from segmentation.ledger.standing import TRANSITIONS
from segmentation.reviews.drafting import Ask
from segmentation.reviews.foreseeing import refusal_of
from segmentation.reviews.refusals import refusal_told
from serving.pages.table import ACTIONS
from serving.pages.version.standing_told import SERVES, acts, last_of, live, standing_of
from serving.pages.words import speaker
from tests.reviews.office import ROLES
from tests.serving.pages.made import blocked


def offered(desk, name, number=1, *, is_readable=True, comments=0):
    visit, history = desk.visit(name, path={"version": str(number)}), desk.pages.history()
    return acts(visit, history, standing_of(visit, history), is_readable=is_readable, comments=comments)


def refused(desk, name):
    """Why the ledger would not take an approval of version 1 by somebody."""
    office, history = desk.office, desk.pages.history()
    ask = Ask("approve", "small_needs", 1, name, "Fine.")
    return refusal_of(ask, history, office.clock(), desk.pages.catalogue)


READERS = sorted(name for name in ROLES if name != "Mona")
REVIEWER = ("approve", "request_changes", "reject", "revoke")


def test_of_a_version_that_waits_each_is_offered_what_is_for_their_role(desk):
    desk.office.submit()

    assert {name: offered(desk, name).allowed for name in READERS} == {
        "Tina": (),
        "Trainer 2": REVIEWER,
        "Carol": REVIEWER,
        "Bob": REVIEWER,
        "Both": REVIEWER,
        "Adam": ("revoke",),
    }


def test_nobody_is_offered_to_approve_their_own_version_and_is_told_why(desk):
    desk.office.submit(trained_by=("Tina", "Trainer 2"))
    found = offered(desk, "Trainer 2")

    assert "approve" not in found.allowed
    assert found.why_not == refusal_told(refused(desk, "Trainer 2"), "zh")
    assert "trained or submitted version 1" in str(refused(desk, "Trainer 2"))
    assert found.why_not.english == ""
    assert offered(desk, "Carol").why_not is None
    assert offered(desk, "Tina").why_not is None


def test_who_signed_already_is_told_that_another_person_is_missing(desk):
    desk.office.submit()
    desk.office.approve("Both", role="compliance")
    found = offered(desk, "Both")

    assert "approve" not in found.allowed
    assert found.why_not == refusal_told(refused(desk, "Both"), "zh")
    assert "the two signatures are by two people" in str(refused(desk, "Both"))


def test_findings_that_block_hide_no_approval_because_they_can_be_waived(seen):
    assert "approve" in offered(seen, "Carol", 2).allowed


def test_an_active_version_can_be_stopped_and_its_approval_renewed(seen):
    assert offered(seen, "Carol").allowed == ("approve", "revoke", "suspend")
    assert offered(seen, "Adam").allowed == ("revoke", "suspend")
    assert offered(seen, "Tina").allowed == ()


def test_a_suspended_version_can_be_resumed_or_revoked(desk):
    desk.office.activated()
    desk.office.desk.suspend("small_needs", 1, signer=desk.office.signer("Adam"), reason="Look into it.")

    assert offered(desk, "Carol").allowed == ("revoke", "resume")
    assert offered(desk, "Adam").allowed == ("revoke",)


def test_from_a_version_that_was_revoked_nothing_leads_on(desk):
    desk.office.activated()
    desk.office.desk.revoke("small_needs", 1, signer=desk.office.signer("Adam"), reason="It harms.")

    assert {name: offered(desk, name).allowed for name in READERS} == dict.fromkeys(READERS, ())


def test_of_files_that_nobody_can_read_only_the_end_is_offered(seen):
    assert offered(seen, "Carol", is_readable=False).allowed == ("revoke", "suspend")


def test_comments_that_wait_can_be_signed_by_themselves(seen):
    assert offered(seen, "Tina", 2, comments=2).allowed == ("comment",)
    assert offered(seen, "Tina", 2).allowed == ()


@pytest.mark.parametrize("name", ["Tina", "Carol", "Adam"])
def test_the_dossier_is_offered_to_those_who_may_take_it(seen, name):
    assert offered(seen, name).dossier is (name != "Tina")


def test_every_state_is_told_whether_it_serves():
    assert set(SERVES) == set(TRANSITIONS) - {"draft"}
    assert set(ACTIONS) > {"approve"}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_waivers_are_told_by_their_sentences_or_where_nobody_can_read_them_by_their_keys(desk, language):
    desk.office.submit(blocked())
    desk.office.approve("Carol", 2, waivers=blocked().waivers)
    visit, history = desk.visit(path={"version": "2"}), desk.pages.history()
    standing = standing_of(visit, history)
    keys = tuple(one.finding for one in blocked().waivers)
    (named,) = live(speaker(language), standing, {key: f"says {key}" for key in keys}).waived
    (bare,) = live(speaker(language), standing, {}).waived

    assert sorted(named.findings) == sorted(f"says {key}" for key in keys)
    assert sorted(bare.findings) == sorted(keys)
    assert (named.by, named.reason) == ("Carol", "Looked into; a visit is planned.")


def test_who_signed_is_told_so_and_owes_nothing_more(desk):
    desk.office.submit(blocked())
    desk.office.approve("Carol", 2, waivers=blocked().waivers)

    assert (offered(desk, "Carol", 2).signed, offered(desk, "Carol", 2).renews) == (True, False)
    assert (offered(desk, "Bob", 2).signed, offered(desk, "Bob", 2).renews) == (False, False)


def test_to_approve_what_is_in_service_is_to_renew_it(seen):
    assert offered(seen, "Carol").renews
    assert not offered(seen, "Carol", 2).renews


def test_of_files_that_nobody_can_read_no_comparison_and_no_dossier_is_offered(seen):
    found = offered(seen, "Carol", 2, is_readable=False)

    assert (found.beside, found.dossier) == (None, False)
    assert (offered(seen, "Carol", 2).beside, offered(seen, "Carol", 2).dossier) == (1, True)


@pytest.mark.parametrize(
    ("action", "name", "number"),
    [("suspend", "Adam", 1), ("revoke", "Carol", 1), ("request_changes", "Carol", 2), ("reject", "Bob", 2)],
)
def test_why_a_version_was_stopped_is_told_where_it_stands(desk, action, name, number):
    desk.office.activated(1)
    desk.office.submit(blocked())
    decide = getattr(desk.office.desk, action)
    decide("small_needs", number, signer=desk.office.signer(name), reason="It drifts.")
    history = desk.pages.history()
    standing = standing_of(desk.visit(path={"version": str(number)}), history)
    told = live(speaker("en"), standing, {}, last_of(history, standing))

    assert told.reason == "It drifts."
    assert live(speaker("en"), standing, {}).reason == ""


def test_of_what_was_not_stopped_no_reason_is_told(seen):
    history = seen.pages.history()

    for number in ("1", "2"):
        assert last_of(history, standing_of(seen.visit(path={"version": number}), history)) is None
