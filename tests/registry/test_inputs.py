"""MLflow is told of the residents a digest, the allowed features and how many they are."""

import json

from segmentation.registry.inputs import residents_of


def test_the_input_has_digest_features_and_count(candidate):
    data = residents_of(candidate).dataset
    digest = candidate.card.digests.data

    assert digest.startswith(f"sha256:{data.digest}")
    assert json.loads(data.profile) == {
        "num_rows": candidate.intake.kept, "num_features": len(candidate.policy.features),
        "data_digest": digest,
    }  # fmt: skip
    columns = json.loads(data.schema)["mlflow_colspec"]
    assert [column["name"] for column in columns] == list(candidate.policy.features)
    assert {column["type"] for column in columns} == {"double", "string"}


def test_it_fits_mlflows_table_and_says_what_it_was_for(candidate):
    given = residents_of(candidate)

    assert len(given.dataset.digest) <= 36
    assert [(tag.key, tag.value) for tag in given.tags] == [("mlflow.data.context", "training")]


def test_neither_protected_attributes_nor_a_path_are_told(candidate):
    data = residents_of(candidate).dataset
    names = {column["name"] for column in json.loads(data.schema)["mlflow_colspec"]}

    assert names.isdisjoint(candidate.policy.audited)
    assert "/" not in data.source + data.profile
