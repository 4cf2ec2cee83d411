"""The version that a build compares with: what is asked for, else what is active in the ledger, else none."""

import pytest

from segmentation import read_policy
from segmentation.cli.before import version_before
from segmentation.errors import RegistryError
from segmentation.home import Home
from segmentation.registry import check_home
from segmentation.signing import PrivateKey
from tests.cli.conftest import written

NEWEST = "`--previous 1` lets segments keep the ids of the newest."


def compared(place, asked=None):
    before, told = version_before(Home(place / "var"), read_policy(place / "policy.toml"), asked, None)
    return before and before.version, told


def test_where_nothing_is_registered_there_is_nothing_to_compare_with(place):
    check_home(Home(place / "var"))

    assert compared(place) == (None, "")


def test_without_a_ledger_it_is_told_how_to_compare_and_none_is_made(followed):
    told = f"Compared with no earlier version, because none is active; {NEWEST}"

    assert compared(followed) == (None, told)
    assert not (followed / "var" / "ledger.db").exists()


@pytest.mark.parametrize(("asked", "version"), [("none", None), (None, 1), ("1", 1), ("candidate", 1)])
def test_what_is_asked_for_is_compared_with_and_else_what_is_active(followed, active, asked, version):
    assert compared(followed, asked) == (version, "")


def test_what_is_no_longer_active_is_not_compared_with(followed, active):
    active.decide("revoke", "Carol", digests=active.standing().submission.digests)
    written(active, followed / "var")

    assert compared(followed) == (
        None,
        f"Compared with no earlier version, because none is active; {NEWEST}",
    )


def damage(place, monkeypatch):
    (place / "var" / "ledger.db").write_bytes(b"not a database, and long enough to be looked at")


def remove(place, monkeypatch):
    (place / "var" / "ledger.db").unlink()


def unpin(place, monkeypatch):
    (place / "var" / "keys" / "root.pub").unlink()


def pin_another(place, monkeypatch):
    monkeypatch.setenv("SEGMENTATION_ROOT_KEY", PrivateKey.generate().public.text)


def pin_nonsense(place, monkeypatch):
    monkeypatch.setenv("SEGMENTATION_ROOT_KEY", "no key")


def move_away(place, monkeypatch):
    monkeypatch.setenv("SEGMENTATION_LEDGER", "postgresql://reader:unsaid@127.0.0.1:1/ledger")


@pytest.mark.parametrize("spoil", [damage, remove, unpin, pin_another, pin_nonsense, move_away])
def test_a_ledger_that_cannot_be_believed_costs_the_comparison_and_says_so_in_a_line(
    followed, active, monkeypatch, spoil
):
    spoil(followed, monkeypatch)

    before, told = compared(followed)

    assert before is None
    assert told.startswith("Warning: compared with no earlier version, because the ledger cannot say which")
    assert told.endswith(NEWEST)
    assert "\n" not in told
    assert "unsaid" not in told


def test_no_ledger_is_asked_where_a_version_or_none_is_asked_for(followed, active, monkeypatch):
    damage(followed, monkeypatch)

    assert compared(followed, "1") == (1, "")
    assert compared(followed, "none") == (None, "")


def test_an_active_version_that_was_changed_here_is_told_with_the_way_round(followed, active):
    next(followed.glob("var/artifacts/**/scorer.json")).write_text("{}")

    with pytest.raises(RegistryError, match=r"cannot be compared with.* `--previous none`"):
        compared(followed)


def test_another_version_under_the_number_of_the_signed_one_is_told_with_the_way_round(followed, cast):
    from segmentation.policy.catalogue import load_catalogue

    cast.approve(1, catalogue=load_catalogue().digest)
    written(cast, followed / "var")

    with pytest.raises(RegistryError, match=r"is not what was signed.* `--previous none`"):
        compared(followed)
