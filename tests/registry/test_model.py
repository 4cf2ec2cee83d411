"""What is written of the segmenter for notebooks: trusted types only, and an example that nobody lived."""

import json

import numpy as np
import pytest
import skops.io
from mlflow.models import Model

from segmentation.registry import TRUSTED
from segmentation.registry.model import example, mark_model, save_model, signature
from tests.policies import small_policy


@pytest.fixture(scope="module")
def saved(candidate, tmp_path_factory):
    """The segmenter, as it is stored."""
    folder = tmp_path_factory.mktemp("model") / "model"
    save_model(candidate.segmenter, candidate.policy, folder)
    return folder


def test_every_trusted_type_is_needed_and_no_other(saved):
    assert skops.io.get_untrusted_types(file=saved / "model.skops") == sorted(TRUSTED)


def test_it_is_never_a_pickle(saved):
    assert Model.load(str(saved)).flavors["sklearn"]["serialization_format"] == "skops"
    assert not list(saved.rglob("*.pkl"))


def test_the_signature_asks_for_every_feature_of_the_policy_as_a_column():
    policy = small_policy()
    columns = {column.name: column for column in signature(policy).inputs}

    assert list(columns) == list(policy.features)
    assert all(column.required for column in columns.values())
    assert columns["repairs"].type.name == columns["parking"].type.name == "double"
    assert columns["channel"].type.name == columns["cleaning_wish"].type.name == "string"


def test_the_example_is_within_the_policy(policy):
    rows = example(policy)

    assert list(rows) == list(policy.features)
    assert len(rows) == 2
    for name, feature in policy.features.items():
        if feature.values is not None:
            assert set(rows[name]) <= set(feature.values)
        else:
            assert rows[name].between(feature.low, feature.high).all()
        if feature.kind in {"count", "flag"}:
            assert (rows[name] == np.floor(rows[name])).all()


def test_the_example_is_no_resident(policy, residents):
    rows = example(policy)
    met = residents.needs.merge(rows, on=list(rows))

    assert met.empty
    assert example(policy).equals(rows)


def test_the_example_is_stored_and_scored(saved, candidate):
    stored = json.loads((saved / "serving_input_example.json").read_text())["dataframe_split"]

    assert stored["columns"] == list(candidate.policy.features)
    assert len(candidate.segmenter.predict(example(candidate.policy))) == 2


def test_requirements_are_pinned_and_name_no_path(saved):
    lines = (saved / "requirements.txt").read_text().splitlines()

    assert lines[0].startswith("segmentation==")
    assert [line for line in lines if "==" not in line or "/" in line] == []


def test_a_stored_model_says_which_run_it_belongs_to(saved):
    mark_model(saved, "a-run", "a-model")

    model = Model.load(str(saved))
    assert (model.run_id, model.model_id) == ("a-run", "a-model")
    assert model.signature.inputs.input_names()[0] == "repair_requests"
