"""MLflow shows people where versions stand; a decision does not depend on it."""

from datetime import UTC, datetime

import pytest

from segmentation.errors import RegistryError
from segmentation.home import Home
from segmentation.ledger.standing import Standing
from segmentation.registry import load_version, mirror

NAME = "resident_needs"


def standing(version, state, why="Approved by Carol and Bob.", model=NAME):
    return Standing(model, version, state, datetime(2026, 7, 1, tzinfo=UTC), why, None, (), (), None)


@pytest.fixture
def aliases(client_of):
    return lambda home: dict(client_of(home).get_registered_model(NAME).aliases)


def test_the_active_version_gets_the_alias_and_says_by_whose_decision(home, registered, client_of, aliases):
    assert mirror(home, [standing(1, "active")]) is None

    assert aliases(home) == {"candidate": 1, "champion": 1}
    tags = client_of(home).get_model_version(NAME, "1").tags
    assert tags["segmentation.state"] == "active"
    assert tags["segmentation.decision"] == "Approved by Carol and Bob."
    assert client_of(home).get_run(registered.run_id).data.tags["segmentation.state"] == "active"


@pytest.mark.parametrize("state", ["revoked", "suspended", "expired", "submitted"])
def test_the_alias_goes_with_the_approval(home, registered, client_of, aliases, state):
    mirror(home, [standing(1, "active")])
    mirror(home, [standing(1, state, "As said.")])

    assert aliases(home) == {"candidate": 1}
    assert client_of(home).get_model_version(NAME, "1").tags["segmentation.state"] == state


def test_the_next_decision_puts_an_alias_right_that_somebody_moved(kept_home, client_of, aliases):
    client = client_of(kept_home)
    client.set_registered_model_alias(NAME, "champion", "2")
    mirror(kept_home, [standing(1, "active"), standing(2, "submitted")])
    moved = aliases(kept_home)
    client.delete_registered_model_alias(NAME, "champion")
    for version in ("1", "2"):
        for tag in ("segmentation.state", "segmentation.decision"):
            client.delete_model_version_tag(NAME, version, tag)

    assert moved["champion"] == 1


def test_what_the_mirror_writes_changes_nothing_of_what_is_loaded(home, registered):
    before = load_version(home, NAME)
    mirror(home, [standing(1, "active")])

    assert load_version(home, NAME).scorer == before.scorer
    with pytest.raises(RegistryError, match="--approved"):
        load_version(home, NAME, "champion")


def test_a_version_that_mlflow_does_not_have_is_passed_over(home, registered, aliases):
    assert mirror(home, [standing(1, "superseded"), standing(9, "active")]) is None
    assert "champion" not in aliases(home)


def test_where_nothing_is_registered_the_decision_stands_and_a_sentence_says_so(tmp_path):
    told = mirror(Home(tmp_path / "home"), [standing(1, "active")])

    assert told.startswith("The decision stands, but MLflow does not show it. Nothing is registered in ")
    assert not (tmp_path / "home").exists()


def test_a_model_that_mlflow_does_not_know_is_told_the_same_way(home):
    told = mirror(home, [standing(1, "active", model="another")])

    assert told.startswith("The decision stands, but MLflow does not show it. No model named 'another'")


def test_without_a_version_there_is_nothing_to_show(tmp_path):
    assert mirror(Home(tmp_path), []) is None
