"""What an adoption and an activation do to other versions, and what nobody needs to sign."""

from dataclasses import replace
from datetime import date

import pytest

from segmentation.ledger.event import Draft
from segmentation.signing import sha256
from tests.signed import DIGESTS, LIMITS, MODEL, Cast

OTHER = DIGESTS.model_copy(
    update={
        "policy": sha256(b"other policy"),
        "model": {"scorer.json": sha256(b"other scorer")},
        "bundle": sha256(b"other bundle"),
    }
)


@pytest.fixture
def cast():
    return Cast.assembled()


def states(cast):
    return {version: cast.standing(version).state for _, version in cast.history.versions(MODEL)}


def test_activating_supersedes_what_was_active(cast):
    cast.approve()
    cast.approve(2)

    assert states(cast) == {1: "superseded", 2: "active"}
    assert cast.history.active(MODEL, cast.now).version == 2
    assert cast.standing(1).why == "Version 2 took its place on 2026-07-01."


def test_one_version_is_active_of_each_model(cast):
    cast.approve()
    cast.decide("submit", "Tina", model="owner_needs")
    cast.decide("approve", "Carol", model="owner_needs")
    cast.decide("approve", "Bob", model="owner_needs")
    cast.add(Draft("activated", None, "owner_needs", 1, {"bundle": DIGESTS.bundle}))

    assert cast.history.active(MODEL, cast.now).version == 1
    assert cast.history.active("owner_needs", cast.now).version == 1
    assert cast.history.versions() == (("owner_needs", 1), (MODEL, 1))


def test_what_is_not_approved_is_not_activated(cast):
    cast.decide("submit", "Tina")
    cast.decide("approve", "Carol")
    cast.activate()

    assert cast.refusal.endswith("activate does not.")


def test_another_bundle_is_not_activated(cast):
    cast.approve()
    cast.events.pop()
    cast.activate(bundle=sha256(b"planted"))

    assert cast.refusal == (
        "The bundle that was published is not the one approved as version 1 of resident_needs; publish that "
        "one."
    )


@pytest.mark.parametrize("body", [None, {}, {"bundle": DIGESTS.bundle, "state": "active"}])
def test_the_note_says_the_bundle_and_nothing_else(cast, body):
    cast.approve()
    cast.events.pop()
    cast.add(Draft("activated", None, MODEL, 1, body))

    assert cast.refusal.startswith("The note that a bundle was published names its model, version and digest")


@pytest.mark.parametrize("changed", [{"model": None}, {"version": None}])
def test_the_note_names_a_model_and_a_version(cast, changed):
    event = cast.approve()
    cast.events.pop()
    cast.add(replace(event.draft, **changed))

    assert cast.refusal.startswith("The note that a bundle was published names its model, version and digest")


def test_the_note_is_signed_by_nobody(cast):
    event = cast.approve()
    cast.events.pop()
    cast.add(replace(event.draft, signed=cast.events[-1].draft.signed))

    assert cast.refusal.startswith("The note that a bundle was published names its model, version and digest")


@pytest.mark.parametrize("stopped", ["suspend", "revoke"])
def test_what_was_stopped_is_not_activated_again(cast, stopped):
    cast.approve()
    cast.decide(stopped, "Carol")
    cast.activate()

    assert "activate" in cast.refusal


def test_what_was_superseded_comes_back_by_two_people_alone(cast):
    cast.approve()
    cast.approve(2)
    cast.activate(1)

    assert cast.refusal.startswith("Version 1 of resident_needs is superseded.")

    cast.events.pop()
    cast.approve(1)

    assert states(cast) == {1: "active", 2: "superseded"}


def test_a_suspended_version_gives_way(cast):
    cast.approve()
    cast.decide("suspend", "Mona")
    cast.approve(2)

    assert states(cast) == {1: "superseded", 2: "active"}


def test_what_was_held_back_gives_way_to_what_was_approved_after_it(cast):
    """Else who writes the database, where nobody signs an activation, could roll back to it later."""
    cast.approve()
    cast.events.pop()
    cast.approve(2)

    assert states(cast) == {1: "superseded", 2: "active"}

    cast.activate(1)

    assert cast.refusal.startswith("Version 1 of resident_needs is superseded.")


def test_what_was_held_back_and_approved_later_stays_approved(cast):
    cast.approve()
    cast.events.pop()
    cast.approve(2)
    cast.events.pop()
    cast.activate(1)

    assert states(cast) == {1: "active", 2: "approved"}

    cast.activate(2)

    assert states(cast) == {1: "superseded", 2: "active"}


def test_what_is_suspended_gives_way_only_to_what_was_approved_after_it(cast):
    cast.approve()
    cast.events.pop()
    cast.approve(2)
    cast.events.pop()
    cast.decide("suspend", "Mona", 2)
    cast.activate(1)

    assert states(cast) == {1: "active", 2: "suspended"}


def test_a_renewal_makes_no_version_a_later_one(cast):
    cast.approve()
    cast.approve(2)
    cast.events.pop()
    cast.decide("approve", "Carol")
    cast.decide("approve", "Bob")
    cast.activate(2)

    assert states(cast) == {1: "superseded", 2: "active"}


def test_an_expired_version_is_not_superseded(cast):
    cast.approve(valid_until=date(2026, 8, 1))
    cast.wait(days=60)
    cast.approve(2)

    assert states(cast) == {1: "expired", 2: "active"}


def test_adopting_a_policy_reopens_what_rests_on_another(cast):
    cast.approve()
    cast.adopt()

    standing = cast.standing()
    assert standing.state == "submitted"
    assert standing.missing == ("compliance", "business")
    assert standing.approvals == ()
    assert standing.valid_until is None
    assert standing.since == cast.events[-1].at
    assert standing.why == (
        "Carol adopted another policy on 2026-07-01: the audit limits differ. Its approvals count no more."
    )
    assert cast.history.active(MODEL, cast.now) is None


def test_it_says_that_the_limits_are_the_same_where_they_are(cast):
    cast.approve()
    cast.adopt(limits=LIMITS)

    assert "the audit limits are the same, the rest differs" in cast.standing().why


@pytest.mark.parametrize("model", [MODEL, "owner_needs"])
def test_adopting_leaves_alone_what_rests_on_that_policy_and_other_models(cast, model):
    cast.approve()
    cast.adopt(model=model, policy=DIGESTS.policy if model == MODEL else sha256(b"other policy"))

    assert cast.standing().state == "active"


def test_half_an_approval_is_reopened_too(cast):
    cast.decide("submit", "Tina")
    cast.decide("approve", "Carol")
    cast.adopt()
    cast.adopt(policy=DIGESTS.policy)
    cast.decide("approve", "Bob")

    assert cast.standing().missing == ("compliance",)


def test_what_nobody_approved_is_not_reopened(cast):
    cast.decide("submit", "Tina")
    cast.adopt()

    assert cast.standing().why == "Tina submitted it on 2026-07-01."


def test_a_version_whose_policy_is_adopted_again_waits_for_two_new_approvals(cast):
    cast.approve()
    cast.adopt()
    cast.adopt(policy=DIGESTS.policy)

    assert cast.standing().state == "submitted"
    assert cast.standing().missing == ("compliance", "business")
    assert (
        cast.standing().why == "Carol adopted its policy on 2026-07-01; approvals from before count no more."
    )


def test_an_approval_signed_before_the_adoption_does_not_count_after_it(cast):
    cast.approve()
    early = cast.decision("approve", "Carol")
    cast.adopt()
    cast.add(early)

    assert cast.refusal.startswith("Carol signed before version 1 of resident_needs was submitted")


@pytest.mark.parametrize("version", [1, 2])
def test_an_adopted_policy_stays_in_force(cast, version):
    cast.approve()
    cast.adopt()
    if version == 2:
        cast.decide("submit", "Tina", 2)
    cast.decide("approve", "Carol", version)

    assert cast.refusal == (
        f"Version {version} of resident_needs rests on another policy than the one that Carol adopted on "
        "2026-07-01 (event 11); build a version under that policy, or adopt the policy of this one with "
        "`segmentation review adopt`."
    )


def test_a_version_under_the_policy_that_was_adopted_is_approved(cast):
    cast.adopt(policy=OTHER.policy)
    cast.approve(digests=OTHER)

    assert cast.standing().state == "active"


def test_a_policy_that_was_adopted_for_another_model_binds_that_one_alone(cast):
    cast.adopt(model="owner_needs")
    cast.approve()

    assert cast.standing().state == "active"


def test_an_activation_adopts_no_policy_for_those_who_come_after(cast):
    cast.approve(digests=OTHER)
    cast.approve(2)

    assert states(cast) == {1: "superseded", 2: "active"}


def test_an_adoption_that_was_kept_back_until_after_another_one_is_refused(cast):
    early = cast.adopt()
    cast.events.pop()
    cast.adopt(policy=DIGESTS.policy)
    cast.add(early.draft)

    assert cast.refusal == (
        "Carol signed before Carol adopted another policy for resident_needs (event 7), and cannot have "
        "known; sign anew."
    )


def test_an_adoption_by_who_saw_the_last_one_takes_its_place(cast):
    cast.adopt()
    cast.adopt(policy=DIGESTS.policy)
    cast.approve()

    assert cast.standing().state == "active"


def test_what_was_reopened_is_approved_and_activated_again(cast):
    cast.approve()
    cast.adopt()
    cast.adopt(policy=DIGESTS.policy)
    cast.decide("approve", "Carol")
    cast.decide("approve", "Bob")

    assert cast.standing().state == "approved"

    cast.activate()

    assert cast.standing().state == "active"


def test_a_suspended_version_is_reopened(cast):
    cast.approve()
    cast.decide("suspend", "Mona")
    cast.adopt()

    assert cast.standing().state == "submitted"

    cast.decide("resume", "Carol")

    assert cast.refusal.startswith("Version 1 of resident_needs is submitted.")


def test_activating_a_version_of_another_policy_reopens_the_others(cast):
    cast.approve()
    cast.decide("submit", "Tina", 2)
    cast.decide("approve", "Carol", 2)
    cast.approve(3, digests=OTHER)

    assert states(cast) == {1: "superseded", 2: "submitted", 3: "active"}
    assert cast.standing(2).approvals == ()
    assert cast.standing(2).why.startswith("Version 3, of another policy, was activated on 2026-07-01:")


def test_activating_a_version_of_the_same_policy_reopens_nothing(cast):
    cast.decide("submit", "Tina", 2)
    cast.decide("approve", "Carol", 2)
    cast.approve(3)

    assert cast.standing(2).missing == ("business",)


@pytest.mark.parametrize("about", [{"model": "owner_needs"}, {"version": 1}])
def test_an_adoption_that_names_something_else_than_its_record_is_refused(cast, about):
    event = cast.adopt()
    cast.events.pop()
    cast.add(replace(event.draft, **about))

    assert cast.refusal == "The record is about resident_needs, and the event names something else."
