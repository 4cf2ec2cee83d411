"""A candidate of simulated residents, and homes to register it in."""

import importlib
import pickle
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from mlflow import MlflowClient

from segmentation.home import Home
from segmentation.pipeline import build
from segmentation.policy import read_policy
from segmentation.registry import check_home, register
from segmentation.residents import residents_from
from segmentation.simulate import simulate

POLICY = Path(__file__).parents[2] / "models" / "resident_needs" / "policy.toml"


@pytest.fixture(scope="session", autouse=True)
def nothing_left_behind():
    """MLflow keeps what it was told no place for in `mlruns`, where the tests run; nothing may go there."""
    before = Path("mlruns").exists()
    yield
    assert before or not Path("mlruns").exists()


@pytest.fixture(scope="session")
def policy():
    """The demo's policy with fewer bootstrap samples and shuffles, of which nothing here depends."""
    policy = read_policy(POLICY)
    fewer = {"bootstraps": 10, "shuffles": 19, "shuffle_p": 0.06}
    return policy.model_copy(update={"clustering": policy.clustering.model_copy(update=fewer)})


@pytest.fixture(scope="session")
def residents(policy):
    return residents_from(simulate(3_000).residents, policy, as_of=date(2026, 7, 1))


@pytest.fixture(scope="session")
def candidate(policy, residents):
    return build(policy, residents, n_segments=6)


@pytest.fixture(scope="session")
def pickled(candidate, tmp_path_factory):
    """The candidate as a file, for other processes."""
    file = tmp_path_factory.mktemp("candidate") / "candidate.pickle"
    file.write_bytes(pickle.dumps(candidate))
    return file


@pytest.fixture(scope="session")
def take_staged(candidate, tmp_path_factory):
    """Let the candidate's files be taken from where they lie, not made anew, which takes most of the time."""
    module = importlib.import_module(
        "segmentation.registry.register"
    )  # the package's own name is the function
    staged = module._stage(candidate, tmp_path_factory.mktemp("staged"))

    def copied(_, folder):
        parts = (shutil.copytree(part, folder / part.name) for part in (staged.evidence, staged.model))
        return replace(staged, **dict(zip(("evidence", "model"), parts, strict=True)))

    return lambda patch: patch.setattr(module, "_stage", copied)


@pytest.fixture
def quick(take_staged, monkeypatch):
    take_staged(monkeypatch)


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory):
    """A database without a version, as it is made at first."""
    home = Home(tmp_path_factory.mktemp("empty"))
    check_home(home)
    return home.database


@pytest.fixture
def home(tmp_path, empty_database):
    """A home in which nothing is registered."""
    home = Home(tmp_path / "home")
    home.artifacts.mkdir(parents=True)
    shutil.copy(empty_database, home.database)
    return home


@pytest.fixture
def registered(candidate, home, take_staged):
    """Version 1 in `home`."""
    with pytest.MonkeyPatch.context() as patch:
        take_staged(patch)
        return register(candidate, home)


@pytest.fixture(scope="session")
def kept_home(candidate, tmp_path_factory, take_staged):
    """A home with versions 1 and 2 of the candidate, for tests that only read."""
    home = Home(tmp_path_factory.mktemp("kept"))
    register(candidate, home)
    with pytest.MonkeyPatch.context() as patch:
        take_staged(patch)
        register(candidate, home)
    return home


@pytest.fixture(scope="session")
def client_of():
    """Look into a home's MLflow."""

    def made(home):
        uri = f"sqlite:///{home.database}"
        return MlflowClient(uri, uri)

    return made
