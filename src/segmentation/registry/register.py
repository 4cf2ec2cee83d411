"""Registering a candidate: written to a folder first, then sent, then named; whole or not at all."""

from __future__ import annotations

import shutil
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from urllib.request import url2pathname

from mlflow.entities import DatasetInput, LifecycleStage, LoggedModelOutput, Metric, Param, RunTag
from mlflow.exceptions import MlflowException
from mlflow.utils.mlflow_tags import MLFLOW_RUN_NOTE, MLFLOW_SOURCE_NAME

from segmentation.errors import RegistryError
from segmentation.registry import described
from segmentation.registry.evidence import write_evidence
from segmentation.registry.figures import metrics, params, unmeasured
from segmentation.registry.mirror import CANDIDATE, STATE
from segmentation.registry.place import Place, explained
from segmentation.registry.store import quiet, writing
from segmentation.version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mlflow import MlflowClient
    from mlflow.entities import LoggedModel, Run

    from segmentation.home import Home
    from segmentation.pipeline import Candidate
    from segmentation.policy import Policy

ALIAS = "candidate"
"""The alias of the newest version; it says nothing of whether anybody signed it."""
MARK = "segmentation.registering"
"""Tag of our own runs: one that still runs while nobody registers was left by a process that was killed."""
NOTE = MLFLOW_RUN_NOTE
"""Tag of a run, and of an experiment, whose Markdown its page opens with."""
MISSING = "segmentation.not_measured"
"""Tag that names the metrics which a run lacks."""


@dataclass(frozen=True)
class Registered:
    """A new version.

    Attributes
    ----------
    name : str
        Of the model; the policy's.
    version : int
        From 1.
    run_id : str
        Of the MLflow run that holds the evidence.
    model_uri : str
        As MLflow takes it: ``models:/name/version``.
    card : str
        Path of the English card, with the Chinese one beside it; an address where artefacts are not local.
    tags : mapping of str to str
        Digests, code version, audit verdict and mitigation.
    """

    name: str
    version: int
    run_id: str
    model_uri: str
    card: str
    tags: Mapping[str, str]


@dataclass(frozen=True)
class _Staged:
    """A candidate as files, with what is said of it in MLflow."""

    candidate: Candidate
    evidence: Path
    model: Path
    tags: Mapping[str, str]
    residents: DatasetInput


def check_home(home: Home, tracking_uri: str | None = None) -> None:
    """Make sure that a version could be registered, before minutes are spent on finding one.

    Parameters
    ----------
    home : Home
    tracking_uri : str, optional
        Another MLflow than the one at home.

    Raises
    ------
    StorageError
        The home folder cannot be written to, has no room, or its database is damaged.
    RegistryError
        MLflow does not answer, or its database is of another version.
    """
    place = Place(home, tracking_uri)
    home.prepare()
    with quiet(), explained("The registry cannot be opened", place), writing(place):
        pass


def register(
    candidate: Candidate,
    home: Home,
    tracking_uri: str | None = None,
    *,
    pages: str | None = None,
    now: datetime | None = None,
) -> Registered:
    """Register a candidate as the next version of its model, and move the alias ``candidate`` to it.

    Parameters
    ----------
    candidate : Candidate
        From `segmentation.build`.
    home : Home
    tracking_uri : str, optional
        Another MLflow than the one at home, such as ``postgresql://…`` or ``https://…``. With a database,
        artefacts stay at home; with a server they go where the server keeps them.
    pages : str, optional
        Where the pages of review are, such as ``https://segments.example``: the version's text in MLflow then
        links to its own page there.
    now : datetime, optional
        Aware; names the run. This moment by default.

    Raises
    ------
    StorageError
        A disk is full, or a folder cannot be written to.
    RegistryError
        The model holds a type that is not trusted, the candidate's parts do not belong together, `pages` is
        no address, or MLflow refuses. Nothing is left behind then: no run, no version, no file.
    """
    place = Place(home, tracking_uri)
    name = described.title(candidate, (now or datetime.now(UTC)).astimezone(UTC))
    linked = described.address(pages)
    failure = f"{candidate.policy.name} could not be registered"
    with quiet(), explained(failure, place), TemporaryDirectory(prefix="segmentation-") as folder:
        staged = _stage(candidate, Path(folder))
        home.prepare()
        with writing(place) as client:
            return _send(client, staged, _experiment(client, place, candidate.policy), name, linked)


def _stage(candidate: Candidate, folder: Path) -> _Staged:
    # Seconds, and few need them.
    from segmentation.registry.inputs import residents_of  # noqa: PLC0415
    from segmentation.registry.model import save_model  # noqa: PLC0415
    from segmentation.registry.pictures import FOLDER, write_pictures  # noqa: PLC0415

    evidence, model = folder / "evidence", folder / "model"
    tags = write_evidence(candidate, evidence)
    write_pictures(candidate, evidence / FOLDER)
    save_model(candidate.segmenter, candidate.policy, model)
    return _Staged(candidate, evidence, model, tags, residents_of(candidate))


def _experiment(client: MlflowClient, place: Place, policy: Policy) -> str:
    """Return the id of the policy's experiment, described, and cleared of what killed processes left."""
    name, told = policy.name, described.of_experiment(policy)
    found = client.get_experiment_by_name(name)
    if found is None:
        return client.create_experiment(name, place.artifacts_of(name), tags={NOTE: told})
    if found.lifecycle_stage == LifecycleStage.DELETED:
        message = (
            f"The experiment {name} was deleted in MLflow. Restore it there first: "
            f"`mlflow experiments restore --experiment-id {found.experiment_id}`."
        )
        raise RegistryError(message)
    if place.is_locked:
        _clear(client, found.experiment_id)
    before = found.tags.get(NOTE, described.OURS)
    if before.startswith(described.OURS) and before != told:
        client.set_experiment_tag(found.experiment_id, NOTE, told)
    return found.experiment_id


def _clear(client: MlflowClient, experiment: str) -> None:
    left = client.search_runs([experiment], f"attributes.status = 'RUNNING' AND tags.`{MARK}` = 'true'")
    for run in left:
        for model in client.search_logged_models([experiment], f"source_run_id = '{run.info.run_id}'"):
            _forget_model(client, model)
        _forget_run(client, run)


def _send(
    client: MlflowClient, staged: _Staged, experiment: str, title: str, pages: str | None
) -> Registered:
    """Send the files, make the version, move the alias; take all of it back where one step fails."""
    name = staged.candidate.policy.name
    with ExitStack() as undo:
        run = client.create_run(experiment, run_name=title, tags={MARK: "true"})
        undo.callback(_in_any_case, _forget_run, client, run)
        client.log_inputs(run.info.run_id, [staged.residents])
        client.log_artifacts(run.info.run_id, str(staged.evidence))
        model = client.create_logged_model(
            experiment, "segmenter", run.info.run_id, dict(staged.tags), params(staged.candidate)
        )
        undo.callback(_in_any_case, _forget_model, client, model)
        _say(client, run, model, staged)
        _send_model(client, run, model, staged)
        client.set_terminated(run.info.run_id)
        _make_name(client, staged.candidate.policy)
        version = client.create_model_version(
            name,
            model.artifact_location,
            run.info.run_id,
            {**staged.tags, STATE: CANDIDATE},
            model_id=model.model_id,
        )
        undo.callback(_in_any_case, client.delete_model_version, name, version.version)
        told = described.of_version(staged.candidate.card, int(version.version), pages)
        client.update_model_version(name, version.version, told)
        client.set_registered_model_alias(name, ALIAS, version.version)
        undo.pop_all()
    return Registered(
        name,
        int(version.version),
        run.info.run_id,
        f"models:/{name}/{version.version}",
        _path_or_uri(f"{run.info.artifact_uri}/card/card.en.html"),
        staged.tags,
    )


def _say(client: MlflowClient, run: Run, model: LoggedModel, staged: _Staged) -> None:
    """Tell what MLflow's tables and the run's page show; the metrics are those of model and residents too."""
    started, residents = run.info.start_time, staged.residents.dataset
    beside = {
        "model_id": model.model_id, "dataset_name": residents.name, "dataset_digest": residents.digest,
        "run_id": run.info.run_id,
    }  # fmt: skip
    client.log_batch(
        run.info.run_id,
        metrics=[
            Metric(key, value, started, 0, **beside) for key, value in metrics(staged.candidate).items()
        ],
        params=[Param(key, value) for key, value in params(staged.candidate).items()],
        tags=[RunTag(key, value) for key, value in _tags(staged).items()],
    )


def _tags(staged: _Staged) -> dict[str, str]:
    return {
        **staged.tags,
        STATE: CANDIDATE,
        MISSING: ", ".join(unmeasured(staged.candidate)) or "nothing",
        NOTE: described.of_run(staged.candidate),
        MLFLOW_SOURCE_NAME: f"segmentation {__version__}",
    }


def _send_model(client: MlflowClient, run: Run, model: LoggedModel, staged: _Staged) -> None:
    from segmentation.registry.model import mark_model  # noqa: PLC0415 - seconds, and few need it

    mark_model(staged.model, run.info.run_id, model.model_id)
    client.log_model_artifacts(model.model_id, str(staged.model))
    client.finalize_logged_model(model.model_id, "READY")
    client.log_outputs(run.info.run_id, [LoggedModelOutput(model.model_id, 0)])


def _make_name(client: MlflowClient, policy: Policy) -> None:
    try:
        client.create_registered_model(policy.name, description=described.of_model(policy))
    except MlflowException as error:
        if error.error_code != "RESOURCE_ALREADY_EXISTS":
            raise


# ---- Taking back ------------------------------------------------------------------------------------


def _in_any_case(step: Callable[..., object], *of: object) -> None:
    """Take one step of taking back; where even that fails, what first went wrong is what counts."""
    with suppress(MlflowException, OSError):
        step(*of)


def _forget_run(client: MlflowClient, run: Run) -> None:
    _remove(run.info.artifact_uri)
    client.delete_run(run.info.run_id)


def _forget_model(client: MlflowClient, model: LoggedModel) -> None:
    _remove(model.artifact_location)
    client.delete_logged_model(model.model_id)


def _remove(artifacts: str) -> None:
    """Remove a local folder of artefacts, with the folder of the run or model that it is alone in."""
    path = _path_or_uri(artifacts)
    if path != artifacts:
        shutil.rmtree(Path(path).parent, ignore_errors=True)


def _path_or_uri(uri: str) -> str:
    parts = urlsplit(uri)
    return url2pathname(parts.path) if parts.scheme == "file" else uri
