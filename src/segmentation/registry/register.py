"""Registering a candidate: written to a folder first, then sent, then named; whole or not at all."""

from __future__ import annotations

import shutil
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from urllib.request import url2pathname

from mlflow.entities import LifecycleStage, LoggedModelOutput, Metric, Param, RunTag
from mlflow.exceptions import MlflowException

from segmentation.errors import RegistryError
from segmentation.registry.evidence import named, write_evidence
from segmentation.registry.place import Place, explained
from segmentation.registry.store import quiet, writing

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mlflow import MlflowClient
    from mlflow.entities import LoggedModel, Run

    from segmentation.home import Home
    from segmentation.pipeline import Candidate

ALIAS = "candidate"
"""The alias of the newest version; it says nothing of whether anybody signed it."""
MARK = "segmentation.registering"
"""Tag of our own runs: one that still runs while nobody registers was left by a process that was killed."""


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


def register(candidate: Candidate, home: Home, tracking_uri: str | None = None) -> Registered:
    """Register a candidate as the next version of its model, and move the alias ``candidate`` to it.

    Parameters
    ----------
    candidate : Candidate
        From `segmentation.build`.
    home : Home
    tracking_uri : str, optional
        Another MLflow than the one at home, such as ``postgresql://…`` or ``https://…``. With a database,
        artefacts stay at home; with a server they go where the server keeps them.

    Raises
    ------
    StorageError
        A disk is full, or a folder cannot be written to.
    RegistryError
        The model holds a type that is not trusted, the candidate's parts do not belong together, or MLflow
        refuses. Nothing is left behind then: no run, no version, no file.
    """
    place = Place(home, tracking_uri)
    failure = f"{candidate.policy.name} could not be registered"
    with quiet(), explained(failure, place), TemporaryDirectory(prefix="segmentation-") as folder:
        staged = _stage(candidate, Path(folder))
        home.prepare()
        with writing(place) as client:
            return _send(client, staged, _experiment(client, place, candidate.policy.name))


def _stage(candidate: Candidate, folder: Path) -> _Staged:
    from segmentation.registry.model import save_model  # noqa: PLC0415 - seconds, and few need it

    evidence, model = folder / "evidence", folder / "model"
    tags = write_evidence(candidate, evidence)
    save_model(candidate.segmenter, candidate.policy, model)
    return _Staged(candidate, evidence, model, tags)


def _experiment(client: MlflowClient, place: Place, name: str) -> str:
    """Return the id of the policy's experiment, cleared of what killed processes left."""
    found = client.get_experiment_by_name(name)
    if found is None:
        return client.create_experiment(name, place.artifacts_of(name))
    if found.lifecycle_stage == LifecycleStage.DELETED:
        message = (
            f"The experiment {name} was deleted in MLflow. Restore it there first: "
            f"`mlflow experiments restore --experiment-id {found.experiment_id}`."
        )
        raise RegistryError(message)
    if place.is_locked:
        _clear(client, found.experiment_id)
    return found.experiment_id


def _clear(client: MlflowClient, experiment: str) -> None:
    left = client.search_runs([experiment], f"attributes.status = 'RUNNING' AND tags.`{MARK}` = 'true'")
    for run in left:
        for model in client.search_logged_models([experiment], f"source_run_id = '{run.info.run_id}'"):
            _forget_model(client, model)
        _forget_run(client, run)


def _send(client: MlflowClient, staged: _Staged, experiment: str) -> Registered:
    """Send the files, make the version, move the alias; take all of it back where one step fails."""
    name = staged.candidate.policy.name
    with ExitStack() as undo:
        run = client.create_run(experiment, run_name=_title(staged.candidate), tags={MARK: "true"})
        undo.callback(_in_any_case, _forget_run, client, run)
        _say(client, run, staged)
        client.log_artifacts(run.info.run_id, str(staged.evidence))
        model = client.create_logged_model(experiment, "segmenter", source_run_id=run.info.run_id)
        undo.callback(_in_any_case, _forget_model, client, model)
        _send_model(client, run, model, staged)
        client.set_terminated(run.info.run_id)
        _make_name(client, staged.candidate)
        version = client.create_model_version(
            name, model.artifact_location, run.info.run_id, dict(staged.tags), model_id=model.model_id
        )
        undo.callback(_in_any_case, client.delete_model_version, name, version.version)
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


def _say(client: MlflowClient, run: Run, staged: _Staged) -> None:
    started = run.info.start_time
    client.log_batch(
        run.info.run_id,
        metrics=[Metric(key, value, started, 0) for key, value in _metrics(staged.candidate).items()],
        params=[Param(key, str(value)) for key, value in _params(staged.candidate).items()],
        tags=[RunTag(key, value) for key, value in staged.tags.items()],
    )


def _send_model(client: MlflowClient, run: Run, model: LoggedModel, staged: _Staged) -> None:
    from segmentation.registry.model import mark_model  # noqa: PLC0415 - seconds, and few need it

    mark_model(staged.model, run.info.run_id, model.model_id)
    client.log_model_artifacts(model.model_id, str(staged.model))
    client.finalize_logged_model(model.model_id, "READY")
    client.log_outputs(run.info.run_id, [LoggedModelOutput(model.model_id, 0)])


def _make_name(client: MlflowClient, candidate: Candidate) -> None:
    title = candidate.policy.title
    try:
        client.create_registered_model(candidate.policy.name, description=f"{title.en} · {title.zh}")
    except MlflowException as error:
        if error.error_code != "RESOURCE_ALREADY_EXISTS":
            raise


def _title(candidate: Candidate) -> str:
    return f"{len(candidate.profiles)} segments of {candidate.intake.kept} residents"


def _params(candidate: Candidate) -> dict[str, object]:
    rules = candidate.policy.clustering
    return {
        "n_segments_asked": candidate.segmenter.n_segments,
        "mitigation": named(candidate.mitigation),
        "least_prediction_strength": rules.prediction_strength,
        "least_bootstrap_jaccard": rules.bootstrap_jaccard,
        "least_share": rules.smallest_share,
        "sample_size": rules.sample_size,
        "fit_sample": rules.fit_sample,
        "splits": rules.splits,
        "bootstraps": rules.bootstraps,
        "shuffles": rules.shuffles,
        "restarts": rules.restarts,
        "seed": rules.seed,
        "compared_with": "none" if candidate.migration is None else candidate.migration.version,
        "code_version": candidate.card.digests.code_version,
    }


def _metrics(candidate: Candidate) -> dict[str, float]:
    """Return a few figures that can be compared between versions; one that was not measured is left out."""
    tally = candidate.card.verdict.tally
    found = next((rival for rival in candidate.choice.rivals if rival.reason in {"chosen", "given"}), None)
    structure = candidate.choice.structure
    associations = [
        finding.value for finding in candidate.audit.findings
        if finding.check == "association" and finding.value is not None
    ]  # fmt: skip
    metrics: dict[str, float | None] = {
        "residents": candidate.intake.kept,
        "n_segments": len(candidate.profiles),
        "smallest_share": min(profile.share for profile in candidate.profiles),
        "inertia_per_resident": candidate.segmenter.inertia_ / candidate.intake.kept,
        "prediction_strength": None if found is None else found.prediction_strength,
        "weakest_bootstrap_jaccard": None if found is None else found.weakest,
        "shuffle_p": None if structure is None else structure.p_value,
        "staying": None if candidate.migration is None else candidate.migration.staying,
        "findings_broken": tally.broken,
        "findings_undetermined": tally.undetermined,
        "findings_kept": tally.kept,
        "worst_association": max(associations, default=None),
    }
    return {key: float(value) for key, value in metrics.items() if value is not None}


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
