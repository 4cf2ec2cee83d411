"""What waits for whom, at every step that a version takes, by the rules of the real ledger."""

from datetime import date, timedelta

import pytest

from segmentation.ledger.notes import Note
from segmentation.reviews.people import change_person
from serving.pages.home.needs import needs_of
from tests.reviews.office import MODEL
from tests.serving.pages.made import blocked


@pytest.fixture
def office(desk):
    return desk.office


@pytest.fixture
def needs(desk):
    """What needs somebody now, as short as it can be told."""

    def found(name):
        visit = desk.visit(name)
        history = desk.pages.history()
        return needs_of(visit, history, desk.pages.standings(history, visit.now))

    return found


def told(found):
    return [(one.kind, one.version, one.mine) for one in found]


def days(office, number):
    office.clock.now += timedelta(days=number)


def decide(office, action, name, version=1, **more):
    getattr(office.desk, action)(MODEL, version, signer=office.signer(name), reason="So it is.", **more)


@pytest.mark.parametrize(
    ("name", "roles"),
    [
        ("Carol", ("compliance",)),
        ("Bob", ("business",)),
        ("Both", ("compliance", "business")),
        ("Trainer 2", ("compliance",)),
        ("Tina", None),
        ("Adam", None),
    ],
)
def test_a_submitted_version_needs_both_reviewers_and_nobody_who_may_not_sign(office, needs, name, roles):
    office.submit()
    found = needs(name)

    assert [one.roles for one in found] == ([] if roles is None else [roles])
    assert [(one.kind, one.by) for one in found] == ([] if roles is None else [("sign", "Tina")])


def test_who_signed_once_is_not_asked_for_the_other_role(office, needs):
    office.submit()
    office.approve("Both", role="compliance")

    assert needs("Both") == ()
    assert [one.roles for one in needs("Bob")] == [("business",)]
    assert needs("Carol") == ()


def test_who_trained_or_submitted_a_version_is_not_asked_to_sign_it(office, needs):
    office.submit(by="Trainer 2", trained_by=("Tina", "Bob"))

    assert needs("Trainer 2") == needs("Bob") == ()
    assert told(needs("Carol")) == [("sign", 1, True)]


def test_a_version_with_findings_that_block_still_waits_for_its_reviewers(office, needs):
    office.submit(blocked(2))

    assert told(needs("Carol")) == [("sign", 2, True)]


def test_an_approved_version_needs_nobody_until_thirty_days_before_its_end(office, needs):
    office.activated()
    days(office, 149)
    assert needs("Carol") == ()

    days(office, 1)
    ((carol,), (tina,)) = needs("Carol"), needs("Tina")

    assert (carol.kind, carol.mine, carol.roles) == ("ending", True, ("compliance",))
    assert (tina.kind, tina.mine, tina.roles) == ("ending", False, ("compliance", "business"))
    assert carol.day == date(2026, 8, 29)
    assert not carol.is_waiver


def test_who_renewed_is_not_asked_again_and_the_other_still_is(office, needs):
    office.activated()
    days(office, 160)
    office.approve("Carol")

    assert [(one.mine, one.roles) for one in needs("Carol")] == [(False, ("business",))]
    assert [(one.mine, one.roles) for one in needs("Bob")] == [(True, ("business",))]

    office.approve("Bob")
    assert needs("Carol") == needs("Bob") == ()


def test_a_waiver_that_ends_first_is_told_as_a_waiver(office, needs):
    one = blocked(2)
    office.submit(one)
    for name in ("Carol", "Bob"):
        office.approve(name, 2, waivers=one.waivers)
    days(office, 100)
    (found,) = needs("Carol")

    assert (found.kind, found.is_waiver, found.day) == ("ending", True, date(2026, 6, 30))


def test_a_suspension_by_a_monitor_needs_the_reviewers_and_is_told_to_the_others(office, needs):
    office.activated()
    decide(office, "suspend", "Mona")

    for name, mine in {"Carol": True, "Bob": True, "Tina": False, "Adam": False}.items():
        (found,) = needs(name)
        assert (found.kind, found.by, found.role, found.mine) == ("suspended", "Mona", "monitor", mine)


def test_who_resumed_waits_for_the_other(office, needs):
    office.activated()
    decide(office, "suspend", "Adam")
    decide(office, "resume", "Bob")

    assert [(one.kind, one.mine, one.roles) for one in needs("Carol")] == [("resume", True, ("compliance",))]
    assert [(one.kind, one.mine, one.roles) for one in needs("Bob")] == [("resume", False, ("compliance",))]

    decide(office, "resume", "Carol")
    assert needs("Carol") == needs("Bob") == ()


def test_changes_are_asked_of_who_made_the_version_alone(office, needs):
    office.submit(by="Trainer 2")
    decide(office, "request_changes", "Bob")

    assert [(one.kind, one.by, one.role) for one in needs("Tina")] == [("changes", "Bob", "business")]
    assert told(needs("Trainer 2")) == [("changes", 1, True)]
    assert needs("Carol") == needs("Bob") == ()


@pytest.mark.parametrize("action", ["reject", "revoke"])
def test_what_is_refused_or_revoked_needs_nobody(office, needs, action):
    office.submit()
    decide(office, action, "Carol")

    assert [needs(name) for name in ("Carol", "Bob", "Tina", "Adam")] == [()] * 4


def test_notes_that_are_not_signed_are_told_to_their_author_about_what_stands(office, desk, needs):
    office.submit()
    standing = desk.pages.standings(desk.pages.history(), office.clock())[0]
    for key, bundle in {
        "gaps": standing.submission.digests.bundle,
        "needs": standing.submission.digests.bundle,
        "limits": "sha256:" + "0" * 64,
    }.items():
        note = Note("comment", key, "Why so?", None, office.clock(), bundle)
        desk.pages.notes.put("Tina", MODEL, 1, note)

    assert [(one.kind, one.version, one.n) for one in needs("Tina")] == [("notes", 1, 2)]
    assert told(needs("Carol")) == [("sign", 1, True)]


@pytest.mark.parametrize(
    ("until", "is_told", "is_over"),
    [
        (date(2026, 3, 1), True, True),
        (date(2026, 3, 2), True, False),
        (date(2026, 4, 1), True, False),
        (date(2026, 4, 2), False, False),
        (None, True, True),
    ],
)
def test_training_that_ended_or_ends_within_thirty_days_is_told(office, needs, until, is_told, is_over):
    change_person(office.book, office.root, "Carol", training_until=until, no_training=until is None)
    office.submit()
    found = [one for one in needs("Carol") if one.kind == "training"]

    assert [(one.day, one.is_over) for one in found] == ([(until, is_over)] if is_told else [])
    assert ("sign" in {one.kind for one in needs("Carol") if one.mine}) == (not is_over)


def test_who_lacks_training_sees_that_a_version_waits_for_others(office, needs):
    office.submit()
    change_person(office.book, office.root, "Carol", roles=("compliance",), training_until=date(2026, 1, 1))

    assert told(needs("Carol")) == [("training", None, True), ("sign", 1, False)]
    assert told(needs("Tina")) == []


def test_a_suspended_version_that_ends_soon_is_told_once(office, needs):
    one = blocked(2)
    office.submit(one)
    for name in ("Carol", "Bob"):
        office.approve(name, 2, waivers=one.waivers)
    days(office, 100)
    assert [one.kind for one in needs("Carol")] == ["ending"]
    decide(office, "suspend", "Adam", 2)

    assert [one.kind for one in needs("Carol")] == ["suspended"]
