"""Who may decide what about which version; each rule with a case that it refuses and one that it allows."""

from datetime import date

import pytest

from segmentation.ledger.records import Waiver
from segmentation.signing import sha256
from tests.signed import DIGESTS, MODEL, Cast

NEW_LAW = sha256(b"new catalogue")
BLOCKING = ("association:age_band", "structure:does not repeat itself")


@pytest.fixture
def cast():
    return Cast.assembled()


@pytest.fixture
def submitted(cast):
    cast.decide("submit", "Tina")
    return cast


def waivers(*findings, expires=date(2026, 9, 1)):
    return tuple(Waiver(finding=f, reason="Known, and watched.", expires=expires) for f in findings)


def test_two_people_approve(submitted):
    submitted.decide("approve", "Carol")

    assert submitted.standing().state == "submitted"
    assert submitted.standing().missing == ("business",)

    submitted.decide("approve", "Bob")

    assert submitted.standing().state == "approved"
    assert submitted.standing().missing == ()


def test_cannot_approve_what_one_trained(cast):
    cast.join("Chen", "compliance", "trainer")
    cast.decide("submit", "Tina", 3, trained_by=("Chen",))
    cast.decide("approve", "Chen", 3, trained_by=("Chen",))

    assert cast.refusal == (
        "Chen trained or submitted version 3 of resident_needs and may not approve it; ask another "
        "compliance person."
    )


def test_cannot_approve_what_one_submitted(cast):
    cast.join("Chen", "trainer", "business")
    cast.decide("submit", "Chen", role="trainer")
    cast.decide("approve", "Chen", role="business")

    assert "Chen trained or submitted version 1" in cast.refusal


def test_who_neither_trained_nor_submitted_it_may_hold_the_trainers_role_too(cast):
    cast.join("Chen", "compliance", "trainer")
    cast.decide("submit", "Tina")
    cast.decide("approve", "Chen")

    assert cast.standing().missing == ("business",)


def test_cannot_resume_what_one_trained(cast):
    cast.join("Chen", "compliance", "trainer")
    cast.approve(trained_by=("Chen", "Tina"))
    cast.decide("suspend", "Mona", trained_by=("Chen", "Tina"))
    cast.decide("resume", "Chen", trained_by=("Chen", "Tina"))

    assert "Chen trained or submitted version 1 of resident_needs and may not resume it" in cast.refusal


def test_who_keeps_the_people_cannot_approve_in_any_role(submitted):
    submitted.enter("Adam", ("administrator", "compliance"))
    submitted.decide("approve", "Adam", role="compliance")

    assert submitted.refusal == (
        "Adam holds administrator, and who keeps the people may not approve; ask a compliance or business "
        "person who is no administrator."
    )


def test_one_person_with_both_roles_cannot_be_both(submitted):
    submitted.join("Dora", "compliance", "business")
    submitted.decide("approve", "Dora")
    submitted.decide("approve", "Dora", role="business")

    assert submitted.refusal == (
        "Dora approved it as compliance already, and the two signatures are by two people; ask another "
        "business person."
    )


def test_one_person_with_both_roles_can_be_either(submitted):
    submitted.join("Dora", "compliance", "business")
    submitted.decide("approve", "Dora", role="business")
    submitted.decide("approve", "Carol")

    assert submitted.standing().state == "approved"


def test_one_person_cannot_resume_in_both_roles(cast):
    cast.join("Dora", "compliance", "business")
    cast.approve()
    cast.decide("suspend", "Mona")
    cast.decide("resume", "Dora")

    assert cast.standing().state == "suspended"
    assert cast.standing().missing == ("business",)

    cast.decide("resume", "Dora", role="business")

    assert "Dora resumed it as compliance already" in cast.refusal


def test_two_of_one_role_are_no_pair(submitted):
    submitted.join("Chen", "compliance")
    submitted.decide("approve", "Carol")
    submitted.decide("approve", "Chen")

    assert submitted.standing().state == "submitted"
    assert [a.by for a in submitted.standing().approvals] == ["Chen"]


@pytest.mark.parametrize("days", [0, 180])
def test_an_approval_holds_from_today_to_the_next_review(submitted, days):
    submitted.decide("approve", "Carol", valid_until=date.fromordinal(submitted.now.toordinal() + days))

    assert submitted.standing().missing == ("business",)


@pytest.mark.parametrize(
    ("until", "sentence"),
    [
        (date(2026, 6, 30), "The approval would hold until 2026-06-30, which is over; choose a later day."),
        (
            date(2026, 12, 29),
            (
                "The approval would hold until 2026-12-29, 181 days from now, and the policy reviews every "
                "180 days; choose an earlier day."
            ),
        ),
        (None, "An approval has a last day; say until when it holds."),
    ],
)
def test_an_approval_for_longer_or_for_the_past_is_refused(submitted, until, sentence):
    submitted.decide("approve", "Carol", valid_until=until)

    assert submitted.refusal == sentence


def test_each_finding_that_blocks_is_waived_on_its_own(cast):
    cast.approve(verdict="broken", blocking=BLOCKING, waivers=waivers(*BLOCKING))

    assert cast.standing().state == "active"
    assert cast.standing().valid_until == date(2026, 9, 1)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ((), f"needs a waiver of its own, and {', '.join(BLOCKING)} have none"),
        (waivers(BLOCKING[1]), f"and {BLOCKING[0]} has none; waive it with a reason and a day"),
        (
            waivers(*BLOCKING, "selection_ratio:sex"),
            "A waiver is for selection_ratio:sex, which does not block",
        ),
        (waivers(*BLOCKING, BLOCKING[0]), "A finding is waived twice; waive each once."),
        (
            waivers(*BLOCKING, expires=date(2026, 6, 30)),
            f"The waiver of {', '.join(BLOCKING)} has expired; give it a later day, or request changes.",
        ),
    ],
)
def test_a_waiver_that_is_missing_odd_doubled_or_over_is_refused(cast, given, sentence):
    cast.decide("submit", "Tina", verdict="broken", blocking=BLOCKING)
    cast.decide("approve", "Carol", verdict="broken", blocking=BLOCKING, waivers=given)

    assert sentence in cast.refusal


def test_of_many_findings_that_are_not_waived_a_few_are_named_and_the_rest_counted(cast):
    many = tuple(f"selection_ratio:sex:female:S{n}" for n in range(1, 8))
    cast.decide("submit", "Tina", verdict="broken", blocking=many)
    cast.decide("approve", "Carol", verdict="broken", blocking=many)

    assert f"{', '.join(many[:3])} and 4 more have none" in cast.refusal


def test_a_waiver_that_expires_today_holds_today(cast):
    cast.decide("submit", "Tina", verdict="broken", blocking=BLOCKING)
    given = waivers(*BLOCKING, expires=cast.now.date())
    cast.decide("approve", "Carol", verdict="broken", blocking=BLOCKING, waivers=given)

    assert cast.standing().missing == ("business",)


@pytest.mark.parametrize("extra", [{"valid_until": date(2026, 12, 1)}, {"waivers": waivers("x")}])
@pytest.mark.parametrize("action", ["submit", "request_changes", "reject", "revoke", "suspend", "resume"])
def test_only_an_approval_carries_waivers_and_a_last_day(cast, action, extra):
    if action in {"suspend", "resume"}:
        cast.approve()
    elif action != "submit":
        cast.decide("submit", "Tina")
    if action == "resume":
        cast.decide("suspend", "Mona")
    cast.decide(action, "Tina" if action == "submit" else "Carol", **extra)

    assert cast.refusal.startswith("Only an approval has waivers and a last day")


@pytest.mark.parametrize("action", ["approve", "request_changes", "reject", "revoke"])
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("digests", DIGESTS.model_copy(update={"card": sha256(b"other card")})),
        ("verdict", "undetermined"),
        ("blocking", ("x",)),
        ("trained_by", ("Tina", "Mona")),
        ("review_days", 365),
        ("limits", sha256(b"other limits")),
    ],
)
def test_a_decision_about_something_else_is_refused(submitted, action, field, value):
    submitted.decide(action, "Carol", **{field: value})

    assert submitted.refusal == (
        f"The decision is about something else than what was submitted as version 1 of {MODEL}: {field} "
        "differ; look at the submission again, and sign anew."
    )


def test_a_round_begins_anew_with_a_submission(submitted):
    submitted.decide("approve", "Carol")
    submitted.decide("request_changes", "Bob")
    submitted.decide("submit", "Tina")

    assert submitted.standing().approvals == ()

    submitted.decide("approve", "Bob")

    assert submitted.standing().missing == ("compliance",)


def test_an_approval_signed_before_the_version_was_submitted_anew_is_refused(submitted):
    early = submitted.decision("approve", "Carol")
    submitted.decide("request_changes", "Bob")
    submitted.decide("submit", "Tina")
    submitted.add(early)

    assert submitted.refusal == (
        "Carol signed before version 1 of resident_needs was submitted or reopened (event 9), and cannot "
        "have known; sign anew."
    )


@pytest.mark.parametrize("action", ["request_changes", "reject"])
def test_what_was_signed_against_an_earlier_round_stops_no_later_one(submitted, action):
    early = submitted.decision(action, "Carol")
    submitted.decide("request_changes", "Bob")
    submitted.decide("submit", "Tina")
    submitted.add(early)

    assert submitted.refusal == (
        "Carol signed before version 1 of resident_needs was submitted (event 9), and cannot have known; "
        "sign anew."
    )


@pytest.mark.parametrize(
    ("action", "state"), [("request_changes", "changes_requested"), ("reject", "rejected")]
)
def test_what_was_signed_against_this_round_stops_it_also_when_it_was_reopened(submitted, action, state):
    submitted.decide("approve", "Bob")
    early = submitted.decision(action, "Carol")
    submitted.adopt()
    submitted.add(early)

    assert submitted.standing().state == state


@pytest.mark.parametrize(("action", "state"), [("revoke", "revoked"), ("suspend", "suspended")])
def test_what_ends_or_suspends_a_version_works_whenever_it_was_signed(cast, action, state):
    early = cast.decision(action, "Carol")
    cast.approve()
    cast.add(early)

    assert cast.standing().state == state


@pytest.mark.parametrize("action", ["request_changes", "reject"])
def test_what_looks_submitted_by_a_new_law_is_stopped_by_who_revokes_or_suspends_it(cast, action):
    cast.approve()
    assert cast.standing(catalogue=NEW_LAW).state == "submitted"

    cast.decide(action, "Carol", catalogue=NEW_LAW)

    assert cast.refusal == (
        "Version 1 of resident_needs is active under the law catalogue it was approved under; revoke or "
        "suspend it."
    )


@pytest.mark.parametrize("action", ["request_changes", "reject"])
def test_what_is_active_by_the_law_of_who_asks_is_refused_with_the_steps_that_lead_on(cast, action):
    cast.approve()
    cast.decide(action, "Carol")

    assert cast.refusal.startswith("Version 1 of resident_needs is active. From active these steps lead on")


@pytest.mark.parametrize("days", [3650, 1])
def test_a_period_of_review_is_ten_years_at_most(cast, days):
    cast.decide("submit", "Tina", review_days=days)

    assert cast.standing().state == "submitted"


def test_two_reviewers_may_sign_at_once(submitted):
    both = [submitted.decision("approve", name) for name in ("Carol", "Bob")]
    for draft in both:
        submitted.add(draft)

    assert submitted.standing().state == "approved"


def test_a_resume_signed_before_the_suspension_is_refused(cast):
    cast.approve()
    cast.decide("suspend", "Mona")
    early = cast.decision("resume", "Carol")
    cast.decide("resume", "Bob")
    cast.join("Chen", "compliance")
    cast.decide("resume", "Chen")
    cast.decide("suspend", "Mona")
    cast.add(early)

    assert cast.refusal.startswith("Carol signed before version 1 of resident_needs was suspended (event 15)")


def test_two_people_resume_what_was_suspended(cast):
    cast.approve()
    cast.decide("suspend", "Mona")
    cast.decide("resume", "Bob")

    assert cast.standing().state == "suspended"
    assert cast.standing().why == (
        "Mona (monitor) suspended it on 2026-07-01. Bob (business) resumed it; the signature for compliance "
        "is missing."
    )

    cast.decide("resume", "Carol")

    assert cast.standing().state == "active"


def test_what_was_suspended_before_it_was_active_is_approved_again(submitted):
    submitted.decide("approve", "Carol")
    submitted.decide("approve", "Bob")
    submitted.decide("suspend", "Adam")
    submitted.decide("resume", "Bob")
    submitted.decide("resume", "Carol")

    assert submitted.standing().state == "approved"


def test_resumes_of_an_earlier_suspension_do_not_count(cast):
    cast.approve()
    cast.decide("suspend", "Mona")
    cast.decide("resume", "Bob")
    cast.decide("resume", "Carol")
    cast.decide("suspend", "Mona")
    cast.decide("resume", "Bob")

    assert cast.standing().state == "suspended"


@pytest.mark.parametrize("who", ["Carol", "Bob", "Adam"])
def test_one_person_revokes_at_once(cast, who):
    cast.approve()
    cast.decide("revoke", who)

    assert cast.standing().state == "revoked"
    assert cast.history.active(MODEL, cast.now) is None


def test_who_trained_it_must_be_entered(cast):
    cast.decide("submit", "Tina", trained_by=("Tina", "Eve"))

    assert cast.refusal.startswith("Nobody is entered as Eve, who trained the version")


def test_a_broken_verdict_names_what_is_broken(cast):
    cast.decide("submit", "Tina", verdict="broken")

    assert cast.refusal.startswith("The verdict is broken, and the submission names no finding that blocks")


def test_a_blocking_finding_is_named_once(cast):
    cast.decide("submit", "Tina", verdict="broken", blocking=("x", "x"))

    assert cast.refusal == "The submission names a blocking finding twice; name each once."


def test_a_version_is_one_model_for_ever(cast):
    cast.approve()
    cast.approve(2)
    other = DIGESTS.model_copy(update={"model": {"scorer.json": sha256(b"another scorer")}})
    cast.decide("submit", "Tina", digests=other)

    assert cast.refusal == (
        "Version 1 of resident_needs was submitted with other model files before; register what changed as "
        "a new version."
    )


def test_a_version_may_be_submitted_anew_with_a_better_assessment(cast):
    cast.decide("submit", "Tina")
    cast.decide("request_changes", "Carol")
    better = DIGESTS.model_copy(update={"impact": sha256(b"better"), "bundle": sha256(b"better bundle")})
    cast.approve(digests=better)

    assert cast.history.active(MODEL, cast.now).submission.digests == better


def test_an_event_that_names_another_version_than_its_record_is_refused(submitted):
    draft = submitted.decision("approve", "Carol")
    submitted.add(type(draft)(draft.kind, draft.signed, draft.model, 2))

    assert (
        submitted.refusal
        == "The record is about version 1 of resident_needs, and the event names another one."
    )


def test_an_active_version_is_renewed_by_two_more_approvals(cast):
    cast.approve(valid_until=date(2026, 8, 1))
    cast.wait(days=20)
    cast.decide("approve", "Carol", valid_until=date(2026, 11, 1))

    assert cast.standing().valid_until == date(2026, 8, 1)
    assert cast.standing().why == (
        "Carol (compliance) and Bob (business) approved it, Carol anew on 2026-07-21; it holds until "
        "2026-08-01, as long as the approval for business."
    )

    cast.decide("approve", "Bob", valid_until=date(2026, 10, 1))

    assert cast.standing().valid_until == date(2026, 10, 1)
    assert cast.standing().state == "active"
    assert cast.standing().why == (
        "Carol (compliance) and Bob (business) approved it, Bob anew on 2026-07-21; it holds until "
        "2026-10-01, as long as the approval for business."
    )


def test_a_renewal_that_waits_for_another_person_says_so(cast):
    cast.approve()
    cast.enter("Bob", ())
    cast.decide("approve", "Carol", valid_until=date(2026, 11, 1))

    assert cast.standing().state == "active"
    assert cast.standing().why.endswith(
        "Carol (compliance) renewed it; the signature for business is missing."
    )


def test_who_resumed_a_version_already_is_told_whose_signature_is_missing(cast):
    cast.approve()
    cast.decide("suspend", "Mona")
    cast.decide("resume", "Bob")
    cast.decide("resume", "Bob")

    assert cast.refusal == (
        "Bob resumed version 1 of resident_needs as business already; the signature for compliance is "
        "missing."
    )
