"""Who made a model and who approves it are others, and the two who approve are two, whatever the round."""

import pytest

from segmentation.signing import sha256
from tests.signed import CATALOGUE, DIGESTS, MODEL, Cast

NEW_LAW = sha256(b"new catalogue")
OTHER = DIGESTS.model_copy(
    update={"model": {"scorer.json": sha256(b"another scorer")}, "bundle": sha256(b"other bundle")}
)
TWIN = DIGESTS.model_copy(
    update={"model": {**DIGESTS.model, "notes.txt": sha256(b"notes")}, "bundle": sha256(b"twin bundle")}
)


@pytest.fixture
def cast():
    cast = Cast.assembled()
    cast.join("Dora", "compliance", "business")
    cast.join("Chen", "trainer", "compliance")
    return cast


def test_one_person_is_not_both_through_two_laws(cast):
    cast.decide("submit", "Tina")
    cast.decide("approve", "Dora")
    cast.decide("approve", "Carol", catalogue=NEW_LAW)
    cast.decide("approve", "Dora", role="business")

    assert cast.refusal == (
        "Dora approved it as compliance already, and the two signatures are by two people; ask another "
        "business person."
    )


def test_one_person_is_not_both_where_another_signed_in_their_place(cast):
    cast.decide("submit", "Tina")
    cast.decide("approve", "Dora")
    cast.decide("approve", "Carol")
    cast.decide("approve", "Dora", role="business", catalogue=NEW_LAW)

    assert cast.refusal.startswith("Dora approved it as compliance already")


def test_two_people_approve_under_two_laws_one_after_the_other(cast):
    cast.decide("submit", "Tina")
    for law in (CATALOGUE, NEW_LAW):
        cast.decide("approve", "Dora", catalogue=law)
        cast.decide("approve", "Bob", catalogue=law)

    assert cast.standing(catalogue=CATALOGUE).state == "approved"
    assert cast.standing(catalogue=NEW_LAW).state == "approved"


def test_a_new_round_may_be_signed_in_the_other_role(cast):
    cast.decide("submit", "Tina")
    cast.decide("approve", "Dora")
    cast.decide("request_changes", "Bob")
    cast.decide("submit", "Tina")
    cast.decide("approve", "Dora", role="business")

    assert cast.standing().missing == ("compliance",)


def test_one_person_does_not_resume_as_both_through_two_laws(cast):
    cast.approve()
    cast.decide("suspend", "Mona")
    cast.decide("resume", "Dora")
    cast.decide("resume", "Carol", catalogue=NEW_LAW)
    cast.decide("resume", "Dora", role="business")

    assert cast.refusal.startswith("Dora resumed it as compliance already")


def test_another_suspension_may_be_lifted_in_the_other_role(cast):
    cast.approve()
    cast.decide("suspend", "Mona")
    cast.decide("resume", "Dora")
    cast.decide("resume", "Bob")
    cast.decide("suspend", "Mona")
    cast.decide("resume", "Dora", role="business")
    cast.decide("resume", "Carol")

    assert cast.standing().state == "active"


@pytest.mark.parametrize("what", ["submitted", "trained"])
def test_who_made_an_earlier_round_does_not_approve_a_later_one(cast, what):
    by, trained = ("Chen", ("Tina",)) if what == "submitted" else ("Tina", ("Chen",))
    cast.decide("submit", by, role="trainer", trained_by=trained)
    cast.decide("request_changes", "Carol", trained_by=trained)
    cast.decide("submit", "Tina")
    cast.decide("approve", "Chen", role="compliance")

    assert cast.refusal == (
        "Chen trained or submitted version 1 of resident_needs, or the same model, in an earlier round or as "
        "another version, and may not approve it; ask another compliance person."
    )


@pytest.mark.parametrize("same", [DIGESTS, TWIN])
@pytest.mark.parametrize("model", [MODEL, "owner_needs"])
def test_who_made_the_same_model_under_another_number_does_not_approve_it(cast, model, same):
    cast.decide("submit", "Chen", role="trainer", trained_by=("Chen",), model=model)
    cast.decide("submit", "Tina", 2, digests=same)
    cast.decide("approve", "Chen", 2, role="compliance", digests=same)

    assert "or the same model, in an earlier round or as another version," in cast.refusal


def test_who_signed_half_a_pair_and_is_then_named_as_a_maker_counts_no_more(cast):
    cast.decide("submit", "Tina")
    cast.decide("approve", "Chen", role="compliance")
    cast.decide("submit", "Tina", 2, trained_by=("Chen",))
    cast.decide("approve", "Bob")

    assert cast.standing().missing == ("compliance",)
    assert cast.standing().why.startswith(
        "Tina submitted it on 2026-07-01. The signature of Chen (compliance) counts no more, as version 2 of "
        "resident_needs names them as a maker of it."
    )


@pytest.mark.parametrize("digests", [DIGESTS, OTHER])
def test_a_pair_stays_when_one_of_them_makes_another_version(cast, digests):
    cast.decide("submit", "Tina")
    cast.decide("approve", "Chen", role="compliance")
    cast.decide("approve", "Bob")
    cast.decide("submit", "Tina", 2, trained_by=("Chen",), digests=digests)

    assert cast.standing().state == "approved"
    assert [a.by for a in cast.standing().approvals] == ["Chen", "Bob"]


def test_half_a_pair_counts_on_when_its_signer_makes_another_model(cast):
    cast.decide("submit", "Tina")
    cast.decide("approve", "Chen", role="compliance")
    cast.decide("submit", "Tina", 2, trained_by=("Chen",), digests=OTHER)
    cast.decide("approve", "Bob")

    assert cast.standing().state == "approved"


def test_who_made_another_model_approves_this_one(cast):
    cast.decide("submit", "Chen", role="trainer", trained_by=("Chen",), digests=OTHER)
    cast.decide("submit", "Tina", 2)
    cast.decide("approve", "Chen", 2, role="compliance")

    assert cast.standing(2).missing == ("business",)


def test_who_made_it_may_still_stop_it(cast):
    cast.approve()
    cast.decide("submit", "Chen", 2, role="trainer", trained_by=("Chen",))
    cast.decide("revoke", "Chen", role="compliance")

    assert cast.standing().state == "revoked"
