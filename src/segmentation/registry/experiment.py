"""The experiment of a model in MLflow: made with a place for its files, described, cleared of what was left.

A person may make one of the same name by hand, and MLflow asks for no place then. Files would go to whatever
folder this program is started in, or to a server that is not running; so such an experiment is refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlflow.entities import LifecycleStage
from mlflow.utils.mlflow_tags import MLFLOW_RUN_NOTE

from segmentation.errors import RegistryError
from segmentation.registry import described
from segmentation.registry.undo import forget_model, forget_run

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Experiment

    from segmentation.policy import Policy
    from segmentation.registry.place import Place

MARK = "segmentation.registering"
"""Tag of our own runs: one that still runs while nobody registers was left by a process that was killed."""
NOTE = MLFLOW_RUN_NOTE
"""Tag of a run, and of an experiment, whose Markdown its page opens with."""


def experiment_of(client: MlflowClient, place: Place, policy: Policy) -> str:
    """Return the id of the policy's experiment, described, and cleared of what killed processes left.

    Raises
    ------
    RegistryError
        As by `usable`.
    """
    name, told = policy.name, described.of_experiment(policy)
    found = usable(client, place, name)
    if found is None:
        return client.create_experiment(name, place.artifacts_of(name), tags={NOTE: told})
    if place.is_locked:
        _clear(client, found.experiment_id)
    before = found.tags.get(NOTE, described.OURS)
    if before.startswith(described.OURS) and before != told:
        client.set_experiment_tag(found.experiment_id, NOTE, told)
    return found.experiment_id


def usable(client: MlflowClient, place: Place, name: str) -> Experiment | None:
    """Return the experiment of a model; None where there is none yet.

    Raises
    ------
    RegistryError
        It was deleted, or made in MLflow without a place for its files.
    """
    found = client.get_experiment_by_name(name)
    if found is None:
        return None
    if found.lifecycle_stage == LifecycleStage.DELETED:
        message = (
            f"The experiment {name} was deleted in MLflow. Restore it there first: "
            f"`mlflow experiments restore --experiment-id {found.experiment_id}`."
        )
        raise RegistryError(message)
    if place.is_astray(found.artifact_location, found.experiment_id):
        message = (
            f"The experiment {name} was made in MLflow without a place for its files. Give it another name, "
            "and one with a place is made: `mlflow experiments rename --experiment-id "
            f"{found.experiment_id} --new-name {name}_by_hand`."
        )
        raise RegistryError(message)
    return found


def _clear(client: MlflowClient, experiment: str) -> None:
    left = client.search_runs([experiment], f"attributes.status = 'RUNNING' AND tags.`{MARK}` = 'true'")
    for run in left:
        for model in client.search_logged_models([experiment], f"source_run_id = '{run.info.run_id}'"):
            forget_model(client, model)
        forget_run(client, run)
