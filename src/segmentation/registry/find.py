"""Finding a version in MLflow by number or alias, and fetching what was registered with it.

One alias is never followed: `CHAMPION` mirrors, for people, what two of them signed. Whoever may write to
MLflow may move it, so what runs is read from the signed ledger and from nowhere else.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from mlflow.exceptions import MlflowException

from segmentation.errors import RegistryError

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities.model_registry import ModelVersion

CHAMPION = "champion"
"""The alias of the active version, for people who look at MLflow; set by `mirror`, never read back."""


def find(client: MlflowClient, name: str, version: int | str | None) -> ModelVersion:
    """Return a version by number or alias; the newest for None.

    Raises
    ------
    RegistryError
        There is none, or it is asked for by the alias that is for people alone.
    """
    if version == CHAMPION:
        message = (
            f"The alias {CHAMPION} is for people alone: anybody who may write to MLflow may move it, so "
            "nothing is loaded by it. Use what two people signed, by `segmentation score --approved` or "
            "`load_approved`, or name a version by its number."
        )
        raise RegistryError(message)
    aliases = aliases_of(client, name)
    versions = numbered(client, name)
    newest = str(max(versions, default=""))
    wanted = newest if version is None else aliases.get(str(version), str(version))
    if wanted.isdecimal() and int(wanted) in versions:
        return versions[int(wanted)]
    numbers = ", ".join(map(str, sorted(versions))) or "none"
    named = ", ".join(f"{alias} is {number}" for alias, number in sorted(aliases.items())) or "none"
    message = f"{name} has no version {version!r}. Versions: {numbers}; aliases: {named}."
    raise RegistryError(message)


def numbered(client: MlflowClient, name: str) -> dict[int, ModelVersion]:
    """Return the versions of a model by number."""
    return {int(found.version): found for found in client.search_model_versions(f"name = '{name}'")}


def aliases_of(client: MlflowClient, name: str) -> dict[str, str]:
    """Return the number of the version that each alias of a model names.

    Raises
    ------
    RegistryError
        No model of that name is registered.
    """
    try:
        return {alias: str(number) for alias, number in client.get_registered_model(name).aliases.items()}
    except MlflowException as error:
        if error.error_code != "RESOURCE_DOES_NOT_EXIST":
            raise
    names = ", ".join(sorted(model.name for model in client.search_registered_models())) or "none"
    message = f"No model named {name!r} is registered. Registered: {names}."
    raise RegistryError(message)


def fetched(client: MlflowClient, found: ModelVersion, file: str, folder: str) -> Path:
    """Download one file of a version's evidence to a folder, and return where it lies.

    Raises
    ------
    RegistryError
        The version was registered by another program.
    """
    if not found.run_id:
        message = f"{which(found)} was not registered by `segmentation build`: no run holds its evidence."
        raise RegistryError(message)
    return Path(client.download_artifacts(found.run_id, file, folder))


def which(found: ModelVersion) -> str:
    """Return how messages name a version."""
    return f"Version {found.version} of {found.name}"
