"""The fitted segmenter as an MLflow model: a skops file of trusted types, a signature, a made-up example."""

from __future__ import annotations

from contextlib import suppress
from importlib.metadata import version
from typing import TYPE_CHECKING
from zipfile import BadZipFile

import mlflow.sklearn
import numpy as np
import pandas as pd
import skops.io
from mlflow.exceptions import MlflowException
from mlflow.models import Model, ModelSignature
from mlflow.types import ColSpec, DataType, Schema

from segmentation.clustering import Segmenter
from segmentation.errors import RegistryError
from segmentation.registry.inputs import schema
from segmentation.version import __version__

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from segmentation.policy import Feature, Policy

TRUSTED = (
    "numpy.dtype",
    "segmentation.clustering.affine.AffineMap",
    "segmentation.clustering.segmenter.Segmenter",
    "segmentation.features.logarithm.Logarithm",
)
"""Types that a stored segmenter may hold beside scikit-learn's and numpy's, which skops itself trusts. This
list, and never the one that a model file carries along, decides what is written and what is loaded."""
FILE = "model.skops"
REQUIRED = ("mlflow", "numpy", "pandas", "scikit-learn", "skops")


def save_model(segmenter: Segmenter, policy: Policy, folder: Path) -> None:
    """Write a fitted segmenter to `folder` in MLflow's form; no store is touched.

    Parameters
    ----------
    segmenter : Segmenter
        Fitted; its training residents' labels are left out.
    policy : Policy
        Gives the signature and the example, of the features that the segmenter reads.
    folder : Path
        Must not exist.

    Raises
    ------
    RegistryError
        The segmenter holds a type that is not trusted.
    """
    bare = segmenter.without_residents()
    read = {name: policy.features[name] for name in bare.feature_names_in_}
    try:
        mlflow.sklearn.save_model(
            bare,
            str(folder),
            serialization_format=mlflow.sklearn.SERIALIZATION_FORMAT_SKOPS,
            skops_trusted_types=list(TRUSTED),
            signature=signature(read),
            input_example=example(read),
            pip_requirements=[
                f"segmentation=={__version__}",
                *(f"{package}=={version(package)}" for package in REQUIRED),
            ],
        )
    except MlflowException:
        with suppress(TypeError):  # it cannot be stored at all, which MLflow has said
            _refuse_untrusted(skops.io.get_untrusted_types(data=skops.io.dumps(bare)))
        raise


def mark_model(folder: Path, run_id: str, model_id: str) -> None:
    """Write into a saved model which run and which model of MLflow it belongs to."""
    file = folder / "MLmodel"
    model = Model.load(str(file))
    model.run_id, model.model_id, model.model_uuid = run_id, model_id, model_id
    model.save(str(file))


def load_model(file: Path) -> Segmenter:
    """Read a segmenter from a skops file.

    Raises
    ------
    RegistryError
        The file is damaged, or holds a type that is not trusted.
    """
    try:
        _refuse_untrusted(skops.io.get_untrusted_types(file=file))
        segmenter = skops.io.load(file, trusted=list(TRUSTED))
    except (BadZipFile, ValueError, KeyError, TypeError, AttributeError, ImportError) as error:
        message = f"The stored model cannot be read: {error}. Register it anew."
        raise RegistryError(message) from None
    if not isinstance(segmenter, Segmenter):
        message = "The stored model holds no segmenter. Register it anew."
        raise RegistryError(message)
    return segmenter


def signature(features: Mapping[str, Feature]) -> ModelSignature:
    """Return what the model takes and gives: a column for every feature, in which values may be missing."""
    return ModelSignature(schema(features), Schema([ColSpec(DataType.long)]))


def example(features: Mapping[str, Feature]) -> pd.DataFrame:
    """Return two residents who never were: one low and one high in everything that the model reads."""
    return pd.DataFrame({name: _made_up(feature) for name, feature in features.items()})


def _made_up(feature: Feature) -> np.ndarray | list[str]:
    if feature.values is not None:
        return [feature.values[0], feature.values[-1]]
    if feature.kind == "flag":
        return np.array([0.0, 1.0])
    ends = np.array([0.9 * feature.low + 0.1 * feature.high, 0.5 * (feature.low + feature.high)])
    return np.floor(ends) if feature.kind == "count" else ends


def _refuse_untrusted(types: list[str]) -> None:
    strange = sorted(set(types) - set(TRUSTED))
    if strange:
        message = (
            f"The model holds what is not trusted: {', '.join(strange)}. Only types of scikit-learn, numpy "
            f"and {', '.join(TRUSTED)} are stored and loaded; make the model with `Segmenter.from_policy`."
        )
        raise RegistryError(message)
