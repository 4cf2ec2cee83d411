"""Everything that people do about a version: it works for who may, and one sentence tells who may not why."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from segmentation.approved import load_approved
from segmentation.bundle import fetch
from segmentation.errors import BundleError, NotApprovedError, ReviewError
from segmentation.ledger.records import Waiver
from segmentation.reviews.desk import Desk
from segmentation.reviews.recording import activated
from segmentation.reviews.waivers import blocking_of
from segmentation.signing import sha256
from tests.card import made
from tests.reviews.office import MODEL, handed, policy


def loaded(office):
    return load_approved(MODEL, office.home, trust=office.trust, now=office.clock())


# ---- Submitting -------------------------------------------------------------------------------------


def test_a_submission_signs_what_the_files_say_and_publishes_them_for_review(office):
    one = handed()

    standing = office.submit(one)

    told = standing.submission
    assert (standing.state, standing.missing) == ("submitted", ("compliance", "business"))
    assert told.digests.card == one.card.digest == sha256(one.files["card.json"])
    assert told.digests.policy == one.policy.digest
    assert told.digests.model == one.model_files
    assert (told.verdict, told.blocking, told.review_days, told.trained_by) == ("kept", (), 180, ("Tina",))
    found = fetch(office.trust.bundles, MODEL, 1, told.digests.bundle, approved=False)
    assert found.files["card.json"] == one.files["card.json"]


def test_what_blocks_is_signed_with_the_submission(office):
    one = handed(audit=made.audit())

    told = office.submit(one).submission

    assert told.verdict == "broken"
    assert told.blocking == tuple(sorted(waiver.finding for waiver in one.waivers)) != ()


def shelves(office):
    return sorted(path.name for path in office.home.root.parent.glob("bundles/*/*/*"))


@pytest.mark.parametrize(
    ("told", "rule"),
    [
        ({"by": "Mona"}, "As monitor nobody may submit"),
        ({"trained_by": ("Zoe",)}, "Nobody is entered as Zoe"),
        ({"reason": ""}, "The record cannot be written: reason"),
    ],
)
def test_a_submission_that_is_refused_leaves_nothing_behind(office, told, rule):
    with pytest.raises(ReviewError, match=rule):
        office.submit(**told)
    assert shelves(office) == []

    office.submit()
    assert len(shelves(office)) == 1


def test_a_version_that_may_not_be_submitted_anew_keeps_only_what_the_ledger_knows(office):
    office.submit()
    office.desk.reject(MODEL, 1, signer=office.signer("Bob"), reason="No use.")
    before = shelves(office)

    with pytest.raises(ReviewError, match="register a new version"):
        office.submit(handed(contact={"en": "Another desk.", "zh": "另一服务台。"}))
    assert shelves(office) == before


# ---- Approving --------------------------------------------------------------------------------------


def test_two_people_approve_and_the_version_is_loaded(office):
    office.submit()
    first = office.approve("Carol")
    assert (first.state, first.missing) == ("submitted", ("business",))
    with pytest.raises(NotApprovedError):
        loaded(office)

    second = office.approve("Bob")

    assert (second.state, second.missing) == ("active", ())
    assert second.valid_until == office.clock.now.date() + timedelta(days=180)
    assert loaded(office).version == 1


def test_the_approved_bundle_carries_a_proof_that_verifies_without_the_ledger(office):
    standing = office.activated()

    place = fetch(office.trust.bundles, MODEL, 1, standing.submission.digests.bundle, approved=True)
    approval = loaded(office).proof.verified(office.root.public)

    assert place.digest == approval.digests.bundle
    assert [one.by for one in approval.approvals] == ["Carol", "Bob"]


@pytest.mark.parametrize(
    ("by", "rule"),
    [
        ("Tina", "Tina trained or submitted"),
        ("Adam", "who keeps the people may not approve"),
        ("Mona", "As monitor nobody may approve"),
    ],
)
def test_who_may_not_approve_is_told_why(office, by, rule):
    office.submit()

    with pytest.raises(ReviewError, match=rule):
        office.approve(by)


def test_a_reviewer_who_trained_the_version_may_not_approve_it(office):
    office.submit(trained_by=("Tina", "Trainer 2"))

    with pytest.raises(ReviewError, match="Trainer 2 trained or submitted"):
        office.approve("Trainer 2", role="compliance")
    assert office.approve("Carol").missing == ("business",)


def test_one_person_with_both_roles_is_not_two_people(office):
    office.submit()
    office.approve("Both", role="business")

    with pytest.raises(ReviewError, match="two signatures are by two people"):
        office.approve("Both")
    assert office.approve("Carol").state == "active"


def test_who_has_both_roles_signs_in_the_one_that_is_missing(office):
    office.submit()
    office.approve("Carol")

    assert office.approve("Both").state == "active"
    assert office.desk.standing(MODEL, 1).approvals[-1].role == "business"


def test_what_blocks_needs_a_waiver_each(office):
    one = handed(audit=made.audit())
    office.submit(one)

    with pytest.raises(ReviewError, match="association:tenure has none"):
        office.approve("Carol", waivers=[w for w in one.waivers if w.finding != "association:tenure"])
    office.approve("Carol", waivers=one.waivers)
    standing = office.approve("Bob", waivers=one.waivers, conditions=["Look again in May."])

    assert standing.state == "active"
    assert standing.valid_until == date(2026, 6, 30)
    assert standing.approvals[1].conditions == ("Look again in May.",)


def test_a_waiver_of_what_does_not_block_is_refused(office):
    office.submit()

    with pytest.raises(ReviewError, match="does not block"):
        office.approve("Carol", waivers=[Waiver(finding="x", reason="y", expires=date(2026, 6, 30))])


@pytest.mark.parametrize("days", [0, 180])
def test_an_approval_holds_as_long_as_it_says(office, days):
    office.submit()
    office.approve("Carol")
    until = office.clock.now.date() + timedelta(days=days)

    assert office.approve("Bob", valid_until=until).valid_until == until


@pytest.mark.parametrize("days", [-1, 181])
def test_an_approval_lasts_no_longer_than_the_policy_allows(office, days):
    office.submit()

    with pytest.raises(ReviewError, match="would hold until"):
        office.approve("Carol", valid_until=office.clock.now.date() + timedelta(days=days))


def test_a_bundle_that_was_altered_is_not_approved(office):
    office.submit()
    (card,) = office.home.root.parent.glob("bundles/reviews/*/*/card.json")
    card.write_bytes(card.read_bytes().replace(b"kept", b"kepT", 1))

    with pytest.raises(BundleError, match=r"card\.json is not what was signed"):
        office.approve("Carol")
    assert office.desk.standing(MODEL, 1).approvals == ()


def test_a_version_that_was_never_submitted_is_not_approved(office):
    with pytest.raises(ReviewError, match="version 7 was never submitted"):
        office.approve("Carol", 7)


def test_a_submission_that_told_less_than_its_files_is_not_approved(office, monkeypatch):
    one = handed(audit=made.audit())
    with monkeypatch.context() as patch:
        patch.setattr("segmentation.reviews.submission.blocking_of", lambda card: blocking_of(card)[:1])
        patch.setattr("segmentation.reviews.submission.limits_digest", lambda _: sha256(b"looser"))
        office.submit(one)

    with pytest.raises(ReviewError, match="told blocking and limits otherwise than its files do"):
        office.approve("Carol", waivers=one.waivers[:1])
    assert (
        office.desk.request_changes(
            MODEL, 1, signer=office.signer("Carol"), reason="Two findings are missing."
        ).state
        == "changes_requested"
    )


# ---- Holding, and taking out of use -----------------------------------------------------------------


def test_a_held_version_is_approved_and_served_once_it_is_activated(office):
    office.submit()
    office.approve("Carol")
    assert office.approve("Bob", hold=True).state == "approved"
    with pytest.raises(NotApprovedError):
        loaded(office)

    assert office.desk.activate(MODEL, 1).state == "active"
    assert loaded(office).version == 1


def test_what_is_not_approved_is_not_activated(office):
    office.submit()
    office.approve("Carol")

    with pytest.raises(ReviewError, match="is submitted, and only an approved version is activated"):
        office.desk.activate(MODEL, 1)


def test_what_somebody_wrote_into_the_database_as_active_is_published_by_activating_it(office):
    office.activated(1)
    office.submit(2)
    office.approve("Carol", 2)
    office.approve("Bob", 2, hold=True)
    bundle = office.desk.review(MODEL, 2).bundle
    office.book.record(lambda _, __: [activated(bundle)])
    with pytest.raises(BundleError, match="nothing is published"):
        loaded(office)
    before = office.book.history().events

    standing = office.desk.activate(MODEL, 2)

    assert (standing.state, loaded(office).version) == ("active", 2)
    assert standing.why.endswith("could not be loaded, and was published anew.")
    assert office.book.history().events == before


@pytest.mark.parametrize("harm", ["card.json", "decision.json", "manifest.json"])
@pytest.mark.parametrize("how", ["lost", "altered"])
def test_a_served_bundle_that_was_damaged_is_published_anew(office, harm, how):
    office.activated()
    (path,) = office.home.root.parent.glob(f"bundles/approved/*/*/{harm}")
    path.unlink() if how == "lost" else path.write_bytes(b"{}")
    with pytest.raises(BundleError):
        loaded(office)

    assert "published anew" in office.desk.activate(MODEL, 1).why
    assert loaded(office).version == 1


def test_an_active_version_that_can_be_loaded_is_not_activated_again(office):
    office.activated()

    with pytest.raises(ReviewError, match="is active, and only an approved version is activated"):
        office.desk.activate(MODEL, 1)


def test_the_next_version_takes_the_place_of_the_one_before(office):
    office.activated(1)
    office.activated(2)

    assert [(one.version, one.state) for one in office.desk.list()] == [(1, "superseded"), (2, "active")]
    assert office.desk.list("other_needs") == ()
    assert loaded(office).version == 2


@pytest.mark.parametrize(("act", "state"), [("revoke", "revoked"), ("suspend", "suspended")])
@pytest.mark.parametrize("by", ["Carol", "Bob", "Adam"])
def test_one_person_takes_a_version_out_of_use_at_once(office, act, state, by):
    office.activated()

    standing = getattr(office.desk, act)(MODEL, 1, signer=office.signer(by), reason="A complaint.")

    assert standing.state == state
    with pytest.raises(NotApprovedError):
        loaded(office)


def test_two_people_resume_what_a_monitor_suspended(office):
    office.activated()
    office.desk.suspend(MODEL, 1, signer=office.signer("Mona"), reason="Drift.")
    with pytest.raises(ReviewError, match="As monitor nobody may"):
        office.desk.revoke(MODEL, 1, signer=office.signer("Mona"), reason="Drift.")

    first = office.desk.resume(MODEL, 1, signer=office.signer("Bob"), reason="A holiday.")
    assert (first.state, first.missing) == ("suspended", ("compliance",))
    second = office.desk.resume(MODEL, 1, signer=office.signer("Carol"), reason="A holiday.")

    assert second.state == "active"
    assert loaded(office).version == 1


def test_taking_out_of_use_needs_no_bundle(office):
    office.activated()
    for path in office.home.root.parent.glob("bundles/reviews/*/*/card.json"):
        path.unlink()

    assert office.desk.revoke(MODEL, 1, signer=office.signer("Carol"), reason="Lost.").state == "revoked"


def test_a_rejected_version_is_not_submitted_again(office):
    office.submit()
    office.desk.reject(MODEL, 1, signer=office.signer("Bob"), reason="No use.")

    with pytest.raises(ReviewError, match="register a new version"):
        office.submit()


def test_changes_that_were_requested_are_submitted_anew_and_signed_anew(office):
    office.submit()
    office.approve("Carol")
    office.desk.request_changes(MODEL, 1, signer=office.signer("Bob"), reason="Say more.")

    again = office.submit(handed(contact={"en": "Another desk.", "zh": "另一服务台。"}))

    assert (again.state, again.missing) == ("submitted", ("compliance", "business"))


# ---- What reopens -----------------------------------------------------------------------------------


def test_an_active_version_is_approved_anew_before_it_expires(office):
    office.activated()
    office.clock.now += timedelta(days=100)
    before = loaded(office).proof.verified(office.root.public).valid_until
    office.approve("Carol")
    renewed = office.approve("Bob")

    assert renewed.state == "active"
    assert renewed.valid_until == before + timedelta(days=100)
    assert loaded(office).proof.verified(office.root.public).valid_until == renewed.valid_until


def test_an_approval_that_lapsed_is_given_anew_after_a_new_submission(office):
    office.activated()
    office.clock.now += timedelta(days=181)
    assert office.desk.standing(MODEL, 1).state == "expired"

    assert office.activated().state == "active"


def test_another_policy_reopens_the_approvals_that_rest_on_the_one_before(office):
    office.activated()

    (standing,) = office.desk.adopt(
        MODEL, policy(association=0.05), signer=office.signer("Carol"), reason="Stricter limits."
    )

    assert (standing.state, standing.missing) == ("submitted", ("compliance", "business"))
    assert "the audit limits differ" in standing.why
    with pytest.raises(NotApprovedError):
        loaded(office)


def test_the_same_policy_reopens_nothing(office):
    office.activated()

    (standing,) = office.desk.adopt(MODEL, policy(), signer=office.signer("Carol"), reason="As it was.")

    assert standing.state == "active"


def test_only_compliance_adopts_and_only_a_policy_of_that_model(office):
    with pytest.raises(ReviewError, match="As business nobody may adopt"):
        office.desk.adopt(MODEL, policy(), signer=office.signer("Bob"), reason="Mine.")
    with pytest.raises(ReviewError, match="is of small_needs, not of other_needs"):
        office.desk.adopt("other_needs", policy(), signer=office.signer("Carol"), reason="Mine.")


def test_another_catalogue_of_law_reopens_an_approval_until_two_people_sign_under_it(office):
    office.activated()
    newer = replace(office, desk=Desk(office.book, office.trust, sha256(b"newer law")))
    standing = newer.desk.standing(MODEL, 1)
    assert (standing.state, standing.missing) == ("submitted", ("compliance", "business"))
    assert "law catalogue" in standing.why

    assert newer.approve("Carol").state == "submitted"
    assert newer.approve("Bob").state == "active"


def test_two_approvals_under_two_catalogues_of_law_activate_nothing(office):
    office.activated(1)
    office.submit(2)
    office.approve("Carol", 2)
    newer = replace(office, desk=Desk(office.book, office.trust, sha256(b"newer law")))

    assert newer.approve("Bob", 2).missing == ("compliance",)
    assert office.desk.standing(MODEL, 1).state == "active"
    assert newer.approve("Carol", 2).state == "active"
