"""The residents as MLflow shows the input of a run: a digest, allowed features and a count, and no resident.

The table itself is not MLflow's to keep. So its source names who keeps it and no path: a path would tell
whose machine it was, and would be dead on any other. Protected attributes and proxies are no input of the
model, and are not in the schema; they are the audit's alone.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from mlflow.entities import Dataset, DatasetInput, InputTag
from mlflow.types import ColSpec, DataType, Schema
from mlflow.utils.mlflow_tags import MLFLOW_DATASET_CONTEXT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from segmentation.pipeline import Candidate
    from segmentation.policy import Feature

LONGEST = 32
"""Of a digest in MLflow's table of data sets, which has 36 letters; all of it stands in the profile."""


def residents_of(candidate: Candidate) -> DatasetInput:
    """Return whom a candidate was made from, as MLflow takes it."""
    digest = candidate.card.digests.data
    data = Dataset(
        name=f"{candidate.policy.name} residents",
        digest=digest.removeprefix("sha256:")[:LONGEST],
        source_type="code",
        source=json.dumps({"tags": {"kept_by": candidate.policy.owner.en, "data_digest": digest}}),
        schema=json.dumps({"mlflow_colspec": schema(candidate.policy.features).to_dict()}),
        profile=json.dumps({
            "num_rows": candidate.intake.kept,
            "num_features": len(candidate.policy.features),
            "data_digest": digest,
        }),
    )  # fmt: skip
    return DatasetInput(data, [InputTag(MLFLOW_DATASET_CONTEXT, "training")])


def schema(features: Mapping[str, Feature]) -> Schema:
    """Return a column for every feature, in which values may be missing."""
    return Schema([ColSpec(_type(feature), name) for name, feature in features.items()])


def _type(feature: Feature) -> DataType:
    return DataType.double if feature.values is None else DataType.string
