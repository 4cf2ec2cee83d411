"""Where nothing may be served, a message says which version stood last, since when, why, and the way on."""

from datetime import timedelta

import pytest

from segmentation.approved import standing_of
from segmentation.approved.refusals import AWAITED, signed_of, told_outside
from segmentation.errors import NotApprovedError
from segmentation.ledger.standing import TRANSITIONS
from segmentation.signing import sha256
from tests.approved.made import NOW, bundle_of, digests_of
from tests.signed import MODEL


@pytest.fixture
def refused(office):
    """Say why nothing is served."""

    def told(**more):
        with pytest.raises(NotApprovedError) as caught:
            office.load(**more)
        return str(caught.value)

    return told


@pytest.fixture
def decide(office, bundle):
    """Let somebody decide about version 1."""
    told = {"digests": digests_of(bundle), "catalogue": office.catalogue}
    return lambda action, by, **more: office.cast.decide(action, by, **told | more)


def test_the_active_version_stands(office, folder):
    standing = standing_of(office.history, MODEL, NOW, office.catalogue)
    assert (standing.state, standing.version) == ("active", 1)
    assert signed_of(standing).bundle == office.load().digest


def test_a_model_that_nobody_submitted_is_named_beside_those_that_were(office, folder, refused):
    assert refused(name="other") == (
        "No version of 'other' was ever submitted for review, so none may be served. Models with "
        "submissions: resident_needs."
    )
    with pytest.raises(NotApprovedError, match="Nobody has submitted version 7 of resident_needs"):
        signed_of(office.history.standing(MODEL, 7, NOW))


def test_an_empty_ledger_has_no_submissions(refused):
    assert refused().endswith("Models with submissions: none.")


@pytest.mark.parametrize("name", ["../resident_needs", "", "Resident_Needs", "resident_needs\n"])
def test_a_name_that_is_none_leads_nowhere(office, folder, refused, name):
    assert "was ever submitted" in refused(name=name)


def test_a_submitted_version_waits_for_reviewers(decide, refused):
    decide("submit", "Tina")
    told = refused()
    assert told.startswith(
        "No version of resident_needs may be served: version 1 is submitted since 2026-07-01 08:"
    )
    assert told.endswith("Two reviewers approve it, one for the law and one for the business.")


def test_one_signature_is_not_enough(decide, refused):
    decide("submit", "Tina")
    decide("approve", "Carol")
    assert "is submitted since" in refused()


def test_an_approved_version_that_was_not_activated_is_not_served(office, bundle, refused):
    office.sign(bundle)
    office.publish(bundle)
    told = refused()
    assert "version 1 is approved since" in told
    assert told.endswith(AWAITED["approved"])


@pytest.mark.parametrize(
    ("action", "by", "state"),
    [
        ("revoke", "Adam", "revoked"),
        ("revoke", "Carol", "revoked"),
        ("suspend", "Mona", "suspended"),
    ],
)
def test_one_person_stops_what_is_served(office, folder, decide, refused, action, by, state):
    assert office.load().version == 1
    decide(action, by)
    told = refused()
    assert f"version 1 is {state} since 2026-07-01 08:" in told
    assert by in told
    assert told.endswith(AWAITED[state])


@pytest.mark.parametrize(
    ("action", "state"), [("reject", "rejected"), ("request_changes", "changes requested")]
)
def test_what_reviewers_refused_is_not_served(decide, refused, action, state):
    decide("submit", "Tina")
    decide(action, "Carol")
    assert f"version 1 is {state} since" in refused()


def test_what_was_suspended_is_served_again_once_two_people_resume_it(office, folder, decide, refused):
    decide("suspend", "Mona")
    decide("resume", "Carol")
    assert "suspended" in refused()
    decide("resume", "Bob")
    assert office.load().version == 1


def test_an_approval_holds_on_its_last_day_and_not_on_the_next(office, folder, refused):
    last = NOW.replace(month=12, day=1, hour=23, minute=59)
    assert office.load(now=last).version == 1
    told = refused(now=last + timedelta(minutes=1))
    assert "version 1 is expired since 2026-12-02 00:00 UTC" in told
    assert told.endswith(AWAITED["expired"])


def test_an_older_version_does_not_come_back_when_the_newer_one_is_revoked(office, folder, refused):
    newer = bundle_of(2, start=2.0)
    office.approve(newer)
    assert office.load().version == 2
    office.cast.decide("revoke", "Adam", 2, digests=digests_of(newer), catalogue=office.catalogue)
    assert "version 2 is revoked since" in refused()


def test_a_newer_submission_does_not_hide_why_the_active_version_stopped(office, folder, decide, refused):
    decide("revoke", "Adam")
    office.cast.decide(
        "submit", "Tina", 2, digests=digests_of(bundle_of(2, start=2.0)), catalogue=office.catalogue
    )
    assert "version 1 is revoked" in refused()


def test_another_catalogue_of_law_reopens_what_was_approved(office, folder, refused):
    office.catalogue = sha256(b"a newer edition")
    told = refused()
    assert "version 1 is submitted" in told
    assert "The law catalogue changed" in told


def test_what_is_approved_anew_under_the_newer_law_is_served_again(office, folder, decide):
    before = office.load().decision
    office.catalogue = sha256(b"a newer edition")
    for by in ("Carol", "Bob"):
        with pytest.raises(NotApprovedError):
            office.load()
        decide("approve", by, catalogue=office.catalogue)
    assert office.load().decision != before


def test_another_policy_that_is_adopted_reopens_what_was_approved(office, folder, refused):
    assert office.load().version == 1
    office.cast.adopt(policy=sha256(b"other"))
    assert "version 1 is submitted" in refused()


def test_every_state_but_the_active_one_has_a_way_on():
    assert set(AWAITED) == set(TRANSITIONS) - {"active"}


# ---- As who asks from outside is told -----------------------------------------------------------------


@pytest.mark.parametrize(("action", "by"), [("suspend", "Mona"), ("revoke", "Adam")])
def test_outside_nobody_is_named_and_nothing_that_they_wrote(office, folder, refused, decide, action, by):
    decide(action, by, reason="Tell nobody.")
    told = told_outside(office.history, MODEL, NOW, office.catalogue)
    state = {"suspend": "suspended", "revoke": "revoked"}[action]
    assert told.startswith(f"No version of {MODEL} may be served: version 1 is {state} since 2026-07-01")
    assert told.endswith(AWAITED[state])
    assert not any(name in told for name in office.cast.keys)
    assert by in refused()


def test_outside_other_models_are_not_named(office, folder):
    told = told_outside(office.history, "other", NOW, office.catalogue)
    assert told == "No version of 'other' was ever submitted for review, so none may be served."
