"""Loading a version: found by number or alias, and held against the digests that it was registered with."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import mlflow.artifacts

from segmentation.errors import RegistryError
from segmentation.registry.evidence import CARD, NEEDED, Evidence, agree, read_evidence
from segmentation.registry.find import aliases_of, fetched, find, numbered, which
from segmentation.registry.place import Place, explained
from segmentation.registry.store import quiet, reading

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    from mlflow import MlflowClient
    from mlflow.entities.model_registry import ModelVersion

    from segmentation.card import ModelCard
    from segmentation.clustering import Segmenter
    from segmentation.clustering.identity import Previous
    from segmentation.home import Home
    from segmentation.policy import Policy
    from segmentation.scorer import FoldedScorer


@dataclass(frozen=True)
class RegisteredModel:
    """A registered version, as it was registered.

    Attributes
    ----------
    name : str
    version : int
    policy : Policy
    scorer : FoldedScorer
    card : ModelCard
    tags : mapping of str to str
        Digests, code version, audit verdict and mitigation.
    """

    name: str
    version: int
    policy: Policy
    scorer: FoldedScorer
    card: ModelCard
    tags: Mapping[str, str]

    def __repr__(self) -> str:
        """Return which version it is, how many segments it has, the verdict and the start of a digest."""
        return (
            f"RegisteredModel({self.name!r} version {self.version}, {len(self.scorer.segments)} segments, "
            f"audit {self.card.verdict.status}, scorer {self.scorer.digest[:15]}…)"
        )

    def _repr_html_(self) -> str:
        from segmentation.registry import show  # noqa: PLC0415 - a notebook alone asks for it

        return show.html(self)

    @property
    def served(self) -> dict[str, frozenset[str]]:
        """For each service that some but not all segments get more of, those segments, as its card says."""
        called: dict[str, set[str]] = {}
        for segment in self.card.segments:
            for planned in segment.plan:
                if planned.is_called:
                    called.setdefault(planned.service, set()).add(segment.id)
        return {key: frozenset(ids) for key, ids in called.items() if len(ids) < len(self.card.segments)}

    def segments_of(self, needs: pd.DataFrame) -> pd.Series:
        """Return the segment id of each resident.

        Parameters
        ----------
        needs : DataFrame of shape (n_residents, n_features)
            As `segmentation.residents` gives it; what a mitigation left out may be missing.

        Returns
        -------
        Series of shape (n_residents,)
            Categorical, with the index of `needs`.

        Raises
        ------
        ScorerError
            A feature is missing, or holds what the policy does not allow.
        """
        from segmentation.clustering.assign import segment_ids  # noqa: PLC0415 - seconds, and few need it

        return segment_ids(self.scorer, needs)


@dataclass(frozen=True)
class Versions:
    """The versions of a model.

    Attributes
    ----------
    numbers : tuple of int
        In ascending order.
    aliases : mapping of str to int
        Names of some of them, such as ``candidate``.
    """

    numbers: tuple[int, ...]
    aliases: Mapping[str, int]


def versions_of(home: Home, name: str, tracking_uri: str | None = None) -> Versions:
    """Return which versions of a model there are; none where the model was never registered.

    Parameters
    ----------
    home : Home
    name : str
        Of the model.
    tracking_uri : str, optional
        Another MLflow than the one at home.

    Raises
    ------
    RegistryError
        Nothing was ever registered there, or MLflow does not answer.
    """
    place = Place(home, tracking_uri)
    with quiet(), explained(f"The versions of {name} could not be looked up", place):
        client = reading(place)
        numbers = tuple(sorted(numbered(client, name)))
        aliases = aliases_of(client, name) if numbers else {}
    return Versions(numbers, {alias: int(number) for alias, number in aliases.items()})


def load_version(
    home: Home, name: str, version: int | str | None = None, tracking_uri: str | None = None
) -> RegisteredModel:
    """Load a registered version.

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
        There is no such version, or its files are not those that were registered.
    StorageError
        A file cannot be read.
    """
    place = Place(home, tracking_uri)
    with quiet(), explained(f"{name} could not be loaded", place):
        client = reading(place)
        found = find(client, name, version)
        evidence = _evidence(client, found)
    return RegisteredModel(
        name, int(found.version), evidence.policy, evidence.scorer, evidence.card, dict(found.tags)
    )


def load_previous(
    home: Home, name: str, version: int | str | None = None, tracking_uri: str | None = None
) -> Previous:
    """Load what a later fit is matched to, so that segments which are still the same keep their identity.

    Takes what `load_version` takes. An id that a segment of any registered version has or had, also of one
    that was never approved, is not given again to another segment: all of them are handed over as retired.

    Raises
    ------
    RegistryError
        There is no such version, its files are not those that were registered, or the card of another version
        cannot be read.
    StorageError
        A file cannot be read.
    """
    place = Place(home, tracking_uri)
    with quiet(), explained(f"{name} could not be loaded", place):
        client = reading(place)
        found = find(client, name, version)
        evidence = _evidence(client, found)
        given = {segment for other in numbered(client, name).values() for segment in _ids(client, other)}
    names = {segment.id: segment.name for segment in evidence.card.segments}
    retired = tuple(sorted(given - names.keys()))
    from segmentation.clustering.identity import Previous  # noqa: PLC0415 - seconds, and few need it

    return Previous(int(found.version), evidence.policy, evidence.scorer, names, retired)


def load_segmenter(
    home: Home, name: str, version: int | str | None = None, tracking_uri: str | None = None
) -> Segmenter:
    """Load the fitted segmenter of a registered version, for notebooks; what is served is its folded scorer.

    Takes what `load_version` takes.

    Raises
    ------
    RegistryError
        There is no such version, its file holds a type that is not trusted, or it is not the segmenter that
        was registered.
    """
    from segmentation.registry.model import FILE, load_model  # noqa: PLC0415 - seconds, and few need it

    place = Place(home, tracking_uri)
    with (
        quiet(),
        explained(f"{name} could not be loaded", place),
        TemporaryDirectory(prefix="segmentation-") as folder,
    ):
        client = reading(place)
        found = find(client, name, version)
        file = mlflow.artifacts.download_artifacts(
            artifact_uri=f"{found.source}/{FILE}", dst_path=folder, tracking_uri=place.uri
        )
        segmenter = load_model(Path(file))
        evidence = _evidence(client, found)
    if not agree(segmenter.fold(), evidence.scorer):
        message = (
            f"The model file of {which(found)} is not what was registered. Do not use it; register it anew."
        )
        raise RegistryError(message)
    return segmenter


def _evidence(client: MlflowClient, found: ModelVersion) -> Evidence:
    with TemporaryDirectory(prefix="segmentation-") as folder:
        texts = {file: _text(client, found, file, folder) for file in NEEDED}
    return read_evidence(texts, found.tags, which(found))


def _ids(client: MlflowClient, found: ModelVersion) -> set[str]:
    """Return the ids of the segments of a version, and those that it knows of as retired."""
    with TemporaryDirectory(prefix="segmentation-") as folder:
        text = _text(client, found, CARD, folder)
    try:
        card = json.loads(text)
        return {segment["id"] for segment in card["segments"]} | set(card["migration"]["retired"])
    except (ValueError, LookupError, TypeError):
        pass
    message = (
        f"The card of {which(found)} cannot be read, so nobody knows which ids its segments have. Delete "
        "that version, or register it anew."
    )
    raise RegistryError(message)


def _text(client: MlflowClient, found: ModelVersion, file: str, folder: str) -> str:
    # What is no text any more is told with everything else that was changed.
    return fetched(client, found, file, folder).read_text(encoding="utf-8", errors="replace")
