"""`segmentation review mirror`: MLflow shows what was decided where it is not."""

import pytest

from tests.reviews.office import MODEL


def shown(folder):
    """Aliases of the model, and the state that version 1 is shown in."""
    from mlflow import MlflowClient

    client = MlflowClient(f"sqlite:///{folder}/var/mlflow.db")
    tags = client.get_model_version("resident_needs", "1").tags
    return dict(client.get_registered_model("resident_needs").aliases), tags.get("segmentation.state")


def test_what_was_decided_elsewhere_is_shown(followed, active, run):
    before = shown(followed)
    ended = run("review", "mirror")

    assert before == ({"candidate": 1}, "candidate")
    assert ended.code == 0, ended.err
    assert ended.out == "resident_needs: 1 submitted, shown as they stand; version 1 is active.\n"
    assert shown(followed) == ({"candidate": 1, "champion": 1}, "active")


def test_what_was_revoked_elsewhere_is_shown_as_revoked(followed, active, run):
    from tests.cli.conftest import written

    run("review", "mirror")
    reviewed = active.standing(1).submission
    active.decide("revoke", "Carol", 1, digests=reviewed.digests, catalogue=reviewed.catalogue)
    written(active, followed / "var")
    ended = run("review", "mirror", "--model", "resident_needs")

    assert ended.code == 0, ended.err
    assert ended.out == "resident_needs: 1 submitted, shown as they stand; none is active.\n"
    assert shown(followed) == ({"candidate": 1}, "revoked")


def test_where_nothing_was_submitted_that_is_said(office, run):
    ended = run("review", "mirror", "--model", "others")

    assert ended.code == 2
    assert "Nothing of others was submitted yet" in ended.err


def test_where_there_is_no_mlflow_the_way_to_one_is_told(office, run):
    office.submit()
    ended = run("review", "mirror", "--model", MODEL)

    assert ended.code == 2
    assert "Name its home with --home, or another with --tracking-uri." in ended.err


@pytest.mark.parametrize("wanted", ["sqlite:////none/of/this/mlflow.db"])
def test_an_mlflow_that_cannot_be_reached_is_an_error_here(office, run, wanted):
    office.submit()
    ended = run("review", "mirror", "--tracking-uri", wanted)

    assert ended.code == 2
    assert "MLflow" in ended.err
