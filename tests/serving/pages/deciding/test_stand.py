"""Who signed what is still open is told with the last day of what they signed."""

from datetime import timedelta

import pytest

from serving.pages.deciding.matter import matter_of
from serving.pages.deciding.stand import stand_of
from tests.reviews.office import MODEL
from tests.serving.pages.acting import Acting


@pytest.fixture
def stand(desk):
    def found():
        return stand_of(matter_of(Acting(desk, "Carol", "revoke", language="en").visit()))

    return found


def told(found):
    return [(one.name, one.role) for one in found.signed]


def test_of_a_version_that_waits_the_first_signature_is_told_and_who_is_missing(desk, stand):
    desk.office.submit()
    assert (stand().state, stand().signed, stand().missing) == ("submitted", (), ("compliance", "business"))
    last = desk.office.clock.now.date() + timedelta(days=30)
    desk.office.approve("Bob", valid_until=last)

    assert (told(stand()), stand().missing) == ([("Bob", "business owner")], ("compliance",))
    assert stand().signed[0].ends == last


def test_of_a_suspended_version_those_who_resumed_it_since_are_told(desk, stand):
    desk.office.activated()
    for _ in range(2):
        desk.office.desk.suspend(MODEL, 1, signer=desk.office.signer("Adam"), reason="Look into it.")
        assert (stand().signed, stand().missing) == ((), ("compliance", "business"))
        desk.office.desk.resume(MODEL, 1, signer=desk.office.signer("Bob"), reason="Looked into.")
        assert (told(stand()), stand().missing) == ([("Bob", "business owner")], ("compliance",))
        assert stand().signed[0].ends is None
        desk.office.desk.resume(MODEL, 1, signer=desk.office.signer("Carol"), reason="Looked into.")

    assert (stand().state, len(stand().signed)) == ("active", 2)
