"""The table of access answers who may: by scope or role, and by the purpose that a key was issued for."""

from datetime import timedelta

import pytest

from segmentation.errors import ReviewError
from segmentation.ledger.api_keys import NAMELESS, PURPOSEFUL
from segmentation.ledger.personal.tables import PERSONAL, breaches, data_keys, notices, tombstones
from segmentation.rights.access import BOUND, FORS, UNTRAINED, WAYS, way
from segmentation.rights.deciding import officer
from tests.signed import ROLES, Cast

TABLES = {table.name for table in (*PERSONAL, notices, breaches, data_keys, tombstones)}


@pytest.mark.parametrize(
    ("name", "who", "issued", "purpose", "may"),
    [
        ("resident_segment", ("resident",), ("a", "b"), "a", True),
        ("resident_segment", ("resident",), ("b",), "a", False),
        ("resident_segment", ("store", "rights"), ("a",), "a", False),
        ("resident_segment", (), ("a",), "a", False),
        ("resident_place", ("store",), ("a",), "a", True),
        ("resident_place", ("store",), (), "a", False),
        ("resident_account", ("rights",), (), "", True),
        ("resident_account", ("resident", "read"), ("a",), "a", False),
        ("resident show", ("trainer", "compliance"), (), "", True),
        ("resident show", ("business",), (), "", False),
        ("breach open", ("administrator",), (), "", True),
        ("breach step", ("administrator",), (), "", False),
        ("backup", ("administrator", "compliance"), (), "", False),
    ],
)
def test_who_may_go_a_way(name, who, issued, purpose, may):
    assert way(name).admits(who, issued, purpose) is may


def test_every_row_is_sound():
    for one in WAYS:
        assert one.who
        assert one.purpose in FORS
        assert set(one.reads) | set(one.writes) <= TABLES
        assert (one.kind == "route") == (set(one.who) <= {*NAMELESS, *PURPOSEFUL, "rights"})
        assert one.kind == "route" or ("operator" in one.who) != bool(one.roles)
    assert {one.scope for one in WAYS if one.kind == "route" and one.purpose in BOUND} == set(PURPOSEFUL)


def test_nobody_who_trains_or_monitors_comes_near_residents():
    assert not any({"trainer", "monitor"} & set(one.who) for one in WAYS)


@pytest.mark.parametrize("name", [one.name for one in WAYS if one.kind == "command" and one.roles])
def test_people_are_asked_for_the_roles_of_the_command(name):
    cast = Cast.assembled()
    for person, roles in ROLES.items():
        if way(name).admits(roles):
            assert officer(cast.history, person, cast.now, name).name == person
        else:
            with pytest.raises(ReviewError, match=f"entered as {' or '.join(way(name).roles)}"):
                officer(cast.history, person, cast.now, name)


def test_what_limits_harm_waits_for_no_course_and_the_rest_does():
    cast = Cast.assembled()
    late = cast.now + timedelta(days=5_000)
    for name in UNTRAINED:
        assert officer(cast.history, "Carol", late, name).name == "Carol"
    with pytest.raises(ReviewError, match="no training that counts"):
        officer(cast.history, "Carol", late, "resident show")
