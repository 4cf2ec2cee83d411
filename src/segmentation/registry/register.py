"""Registering a candidate: written to a folder first, then sent, then named; whole or not at all."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from mlflow.entities import DatasetInput, LoggedModelOutput, Metric, Param, RunTag
from mlflow.exceptions import MlflowException
from mlflow.utils.mlflow_tags import MLFLOW_SOURCE_NAME

from segmentation.progress import watched
from segmentation.registry import described
from segmentation.registry.evidence import write_evidence
from segmentation.registry.experiment import MARK, NOTE, experiment_of, usable
from segmentation.registry.figures import metrics, params, unmeasured
from segmentation.registry.mirror import CANDIDATE, STATE
from segmentation.registry.place import Place, explained
from segmentation.registry.store import quiet, writing
from segmentation.registry.undo import forget_model, forget_run, in_any_case, path_or_uri
from segmentation.version import __version__

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mlflow import MlflowClient
    from mlflow.entities import LoggedModel, Run

    from segmentation.home import Home
    from segmentation.pipeline import Candidate
    from segmentation.policy import Policy
    from segmentation.progress import Progress

ALIAS = "candidate"
"""The alias of the newest version; it says nothing of whether anybody signed it."""
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

    def __repr__(self) -> str:
        """Return which version it is, the audit's verdict and the start of the run's id."""
        return (
            f"Registered({self.name!r} version {self.version}, audit {self.tags['audit_verdict']}, "
            f"run {self.run_id[:8]}…)"
        )

    def _repr_html_(self) -> str:
        from segmentation.registry import show  # noqa: PLC0415 - a notebook alone asks for it

        return show.new(self)


@dataclass(frozen=True)
class _Staged:
    """A candidate as files, with what is said of it in MLflow."""

    candidate: Candidate
    evidence: Path
    model: Path
    tags: Mapping[str, str]
    residents: DatasetInput


def check_home(
    home: Home, tracking_uri: str | None = None, *, name: str | None = None, pages: str | None = None
) -> None:
    """Make sure that a version could be registered, before minutes are spent on finding one.

    Parameters
    ----------
    home : Home
    tracking_uri : str, optional
        Another MLflow than the one at home.
    name : str, optional
        Of the model: its experiment, where there is one, must keep its files at a place of its own.
    pages : str, optional
        Where the pages of review are.

    Raises
    ------
    StorageError
        The home folder cannot be written to, has no room, or its database is damaged.
    RegistryError
        MLflow does not answer, its database is of another version, `pages` is no address, or the experiment
        was deleted, or made in MLflow without a place for its files.
    """
    described.address(pages)
    place = Place(home, tracking_uri)
    home.prepare()
    with quiet(), explained("The registry cannot be opened", place), writing(place) as client:
        if name is not None:
            usable(client, place, name)


def register(
    candidate: Candidate,
    home: Home,
    tracking_uri: str | None = None,
    *,
    pages: str | None = None,
    now: datetime | None = None,
    progress: Progress = False,
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
    progress : bool or callable, default False
        True shows a bar, in a notebook and on a terminal. A callable is told each step before it starts.

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
    with (
        watched(progress) as watch,
        quiet(),
        explained(failure, place),
        TemporaryDirectory(prefix="segmentation-") as folder,
    ):
        watch("Writing card, charts and model")
        staged = _stage(candidate, Path(folder))
        home.prepare()
        watch("Registering")
        with writing(place) as client:
            return _send(client, staged, experiment_of(client, place, candidate.policy), name, linked)


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


def _send(
    client: MlflowClient, staged: _Staged, experiment: str, title: str, pages: str | None
) -> Registered:
    """Send the files, make the version, move the alias; take all of it back where one step fails."""
    name = staged.candidate.policy.name
    with ExitStack() as undo:
        run = client.create_run(experiment, run_name=title, tags={MARK: "true"})
        undo.callback(in_any_case, forget_run, client, run)
        client.log_inputs(run.info.run_id, [staged.residents])
        client.log_artifacts(run.info.run_id, str(staged.evidence))
        model = client.create_logged_model(
            experiment, "segmenter", run.info.run_id, dict(staged.tags), params(staged.candidate)
        )
        undo.callback(in_any_case, forget_model, client, model)
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
        undo.callback(in_any_case, client.delete_model_version, name, version.version)
        told = described.of_version(staged.candidate.card, int(version.version), pages)
        client.update_model_version(name, version.version, told)
        client.set_registered_model_alias(name, ALIAS, version.version)
        undo.pop_all()
    return Registered(
        name,
        int(version.version),
        run.info.run_id,
        f"models:/{name}/{version.version}",
        path_or_uri(f"{run.info.artifact_uri}/card/card.en.html"),
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
