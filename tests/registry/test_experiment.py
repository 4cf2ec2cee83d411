"""An experiment has a place for its files and says what its columns mean; a person's own words stay."""

import pytest

from segmentation.errors import RegistryError
from segmentation.registry import check_home, described, register


def test_an_old_experiment_is_described_and_a_persons_own_words_stay(quick, candidate, home, client_of):
    client = client_of(home)
    experiment = client.create_experiment(candidate.policy.name, (home.artifacts / "x").as_uri())
    register(candidate, home)
    ours = client.get_experiment(experiment).tags["mlflow.note.content"]
    client.set_experiment_tag(experiment, "mlflow.note.content", "Ask Tina about these.")
    register(candidate, home)

    assert ours == described.of_experiment(candidate.policy)
    assert client.get_experiment(experiment).tags["mlflow.note.content"] == "Ask Tina about these."


def test_an_experiment_that_was_deleted_is_told_with_the_way_back(quick, candidate, home, client_of):
    experiment = client_of(home).create_experiment(candidate.policy.name, home.artifacts.as_uri())
    client_of(home).delete_experiment(experiment)

    with pytest.raises(RegistryError, match=f"mlflow experiments restore --experiment-id {experiment}"):
        register(candidate, home)

    client_of(home).restore_experiment(experiment)
    assert register(candidate, home).version == 1


@pytest.mark.parametrize("made", [None, "mlflow-artifacts:/1"], ids=["by a program", "on MLflow's pages"])
def test_one_that_was_made_without_a_place_is_refused_before_anything_is_written(
    quick, candidate, home, client_of, tmp_path, monkeypatch, made
):
    monkeypatch.chdir(tmp_path)
    client, name = client_of(home), candidate.policy.name
    experiment = client.create_experiment(name, made)
    way_out = f"mlflow experiments rename --experiment-id {experiment} --new-name {name}_by_hand"

    with pytest.raises(RegistryError, match="without a place for its files") as early:
        check_home(home, name=name)
    with pytest.raises(RegistryError, match=way_out):
        register(candidate, home)

    assert way_out in str(early.value)
    assert not (tmp_path / "mlruns").exists()
    client.rename_experiment(experiment, f"{name}_by_hand")
    check_home(home, name=name)
    assert register(candidate, home).version == 1
    assert not (tmp_path / "mlruns").exists()


def test_one_with_a_place_of_a_persons_choice_is_used(quick, candidate, home, client_of, tmp_path):
    client_of(home).create_experiment(candidate.policy.name, (tmp_path / "elsewhere").as_uri())

    check_home(home, name=candidate.policy.name)

    assert str(tmp_path / "elsewhere") in register(candidate, home).card
