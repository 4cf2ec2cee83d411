"""What a registration wrote is taken back, and a step that fails does not hide what went wrong first."""

from types import SimpleNamespace

import pytest
from mlflow.exceptions import MlflowException

from segmentation.registry.undo import forget_model, forget_run, in_any_case, path_or_uri


class Forgetful:
    """A client that remembers what it was told to forget."""

    def __init__(self):
        self.forgotten = []

    def delete_run(self, run):
        self.forgotten.append(run)

    def delete_logged_model(self, model):
        self.forgotten.append(model)


def test_a_run_and_a_model_go_with_their_folders(tmp_path):
    client = Forgetful()
    for name in ("run", "model"):
        (tmp_path / name / "artifacts").mkdir(parents=True)
    info = SimpleNamespace(run_id="r", artifact_uri=(tmp_path / "run" / "artifacts").as_uri())

    forget_run(client, SimpleNamespace(info=info))
    location = (tmp_path / "model" / "artifacts").as_uri()
    forget_model(client, SimpleNamespace(model_id="m", artifact_location=location))

    assert client.forgotten == ["r", "m"]
    assert list(tmp_path.iterdir()) == []


def test_files_that_lie_elsewhere_are_left_to_who_keeps_them(tmp_path):
    info = SimpleNamespace(run_id="r", artifact_uri="s3://bucket/run/artifacts")

    forget_run(Forgetful(), SimpleNamespace(info=info))

    assert path_or_uri("s3://bucket/a") == "s3://bucket/a"
    assert path_or_uri((tmp_path / "a b").as_uri()) == str(tmp_path / "a b")


def test_a_step_that_fails_is_passed_over_and_a_fault_of_the_program_is_not():
    def failing(error):
        raise error

    in_any_case(failing, MlflowException("gone"))
    in_any_case(failing, OSError("gone"))
    with pytest.raises(TypeError):
        in_any_case(failing, TypeError("gone"))
