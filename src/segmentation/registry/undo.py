"""Taking back what a registration wrote: a run, a model and their files, whatever else goes wrong."""

from __future__ import annotations

import shutil
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from urllib.request import url2pathname

from mlflow.exceptions import MlflowException

if TYPE_CHECKING:
    from collections.abc import Callable

    from mlflow import MlflowClient
    from mlflow.entities import LoggedModel, Run


def in_any_case(step: Callable[..., object], *of: object) -> None:
    """Take one step of taking back; where even that fails, what first went wrong is what counts."""
    with suppress(MlflowException, OSError):
        step(*of)


def forget_run(client: MlflowClient, run: Run) -> None:
    """Remove a run with its files."""
    _remove(run.info.artifact_uri)
    client.delete_run(run.info.run_id)


def forget_model(client: MlflowClient, model: LoggedModel) -> None:
    """Remove a logged model with its files."""
    _remove(model.artifact_location)
    client.delete_logged_model(model.model_id)


def path_or_uri(uri: str) -> str:
    """Return the path of a local address, and any other address as it is."""
    parts = urlsplit(uri)
    return url2pathname(parts.path) if parts.scheme == "file" else uri


def _remove(artifacts: str) -> None:
    """Remove a local folder of artefacts, with the folder of the run or model that it is alone in."""
    path = path_or_uri(artifacts)
    if path != artifacts:
        shutil.rmtree(Path(path).parent, ignore_errors=True)
