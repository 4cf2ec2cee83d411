"""What a registered version hands over to those who decide about it: its evidence as bytes, verified.

Decisions are made of bytes, and know nothing of MLflow: what is signed are digests of what is handed over
here.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import mlflow.artifacts

from segmentation.errors import RegistryError
from segmentation.registry import evidence
from segmentation.registry.find import fetched, find, which
from segmentation.registry.place import Place, explained
from segmentation.registry.store import quiet, reading
from segmentation.signing import sha256

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mlflow import MlflowClient
    from mlflow.entities.model_registry import ModelVersion

    from segmentation.card import ModelCard
    from segmentation.home import Home
    from segmentation.policy import Policy

FILES = {Path(file).name: file for file in (evidence.POLICY, evidence.SCORER, evidence.CARD, evidence.AUDIT)}
"""Names of a bundle's files, and of the same in the registry."""
TWIN = "scorer.onnx"
"""The scorer for other programs, which is as much the model as the scorer itself."""


@dataclass(frozen=True)
class HandedOver:
    """A registered version, as those who decide about it get it.

    Attributes
    ----------
    model, version : str, int
    policy : Policy
    card : ModelCard
    files : dict of str to bytes
        Policy, scorer, card and audit as they were registered, by their names in a bundle.
    model_files : dict of str to str
        SHA-256 of every file of the stored model, by its name there, and of the scorer in both its forms.
    """

    model: str
    version: int
    policy: Policy
    card: ModelCard
    files: dict[str, bytes]
    model_files: dict[str, str]


def handed_over(
    home: Home, name: str, version: int | str | None = None, tracking_uri: str | None = None
) -> HandedOver:
    """Return a registered version's evidence, held against the digests that it was registered with.

    Parameters
    ----------
    home : Home
    name : str
        Of the model.
    version : int or str, optional
        A number, or an alias such as ``"candidate"``; the newest version when not given.
    tracking_uri : str, optional
        Another MLflow than the one at home.

    Raises
    ------
    RegistryError
        There is no such version, or a file is not the one that was registered.
    StorageError
        A file cannot be read.
    """
    place = Place(home, tracking_uri)
    with quiet(), explained(f"{name} could not be handed over", place):
        client = reading(place)
        found = find(client, name, version)
        files = _files(client, found)
        model_files = _model_files(client, found, place)
    read = evidence.read_evidence(_texts(files), found.tags, which(found))
    if sha256(files[evidence.AUDIT]) != found.tags.get("audit_digest"):
        message = (
            f"{which(found)} is not what was registered: audit_digest differs from its files. Do not use it; "
            "register it anew from the same policy and residents."
        )
        raise RegistryError(message)
    return HandedOver(name, int(found.version), read.policy, read.card, files, model_files)


def check_model_files(
    home: Home, name: str, version: int, model_files: Mapping[str, str], tracking_uri: str | None = None
) -> None:
    """Refuse a version whose model is no longer the one that was submitted.

    Parameters
    ----------
    home : Home
    name, version : str, int
        Of the model.
    model_files : mapping of str to str
        Digests by name, as the submission signs them: `HandedOver.model_files` of then.
    tracking_uri : str, optional
        Another MLflow than the one at home.

    Raises
    ------
    RegistryError
        A file was changed, added or removed since; all of them are named. Or there is no such version.
    StorageError
        A file cannot be read.
    """
    place = Place(home, tracking_uri)
    with quiet(), explained(f"The model files of {name} could not be checked", place):
        client = reading(place)
        found = find(client, name, version)
        now = _model_files(client, found, place)
    differ = sorted(file for file in {*now, *model_files} if now.get(file) != model_files.get(file))
    if differ:
        message = (
            f"{which(found)} is not what was submitted: {' and '.join(differ)} of its model "
            f"{'differs' if len(differ) == 1 else 'differ'} from what was signed. Do not use it; register "
            "and submit it anew."
        )
        raise RegistryError(message)


def _files(client: MlflowClient, found: ModelVersion) -> dict[str, bytes]:
    with TemporaryDirectory(prefix="segmentation-") as folder:
        return {name: fetched(client, found, file, folder).read_bytes() for name, file in FILES.items()}


def _texts(files: Mapping[str, bytes]) -> dict[str, str]:
    # What is no text any more is told with everything else that was changed.
    return {file: files[name].decode(errors="replace") for name, file in FILES.items()}


def _model_files(client: MlflowClient, found: ModelVersion, place: Place) -> dict[str, str]:
    with TemporaryDirectory(prefix="segmentation-") as folder:
        scorers = {
            file: sha256(fetched(client, found, file, folder).read_bytes())
            for file in (evidence.SCORER, TWIN)
        }
    with TemporaryDirectory(prefix="segmentation-") as folder:
        stored = mlflow.artifacts.download_artifacts(
            artifact_uri=found.source, dst_path=folder, tracking_uri=place.uri
        )
        return _digests(Path(stored)) | scorers


def _digests(folder: Path) -> dict[str, str]:
    return {
        file.relative_to(folder).as_posix(): sha256(file.read_bytes())
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }
