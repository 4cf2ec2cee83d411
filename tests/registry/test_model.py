"""What is written of the segmenter for notebooks: trusted types only, and an example that nobody lived."""

import json

import numpy as np
import pytest
import skops.io
from mlflow.models import Model

from segmentation.clustering import AffineMap, Segmenter
from segmentation.features import needs_encoder
from segmentation.registry import TRUSTED
from segmentation.registry.model import FILE, example, load_model, mark_model, save_model, signature
from tests.policies import small_policy


@pytest.fixture(scope="module")
def saved(candidate, tmp_path_factory):
    """The segmenter, as it is stored."""
    folder = tmp_path_factory.mktemp("model") / "model"
    save_model(candidate.segmenter, candidate.policy, folder)
    return folder


@pytest.fixture(scope="module")
def erasing(residents, policy):
    """A segmenter with a map between needs and distances, and without one feature."""
    columns = needs_encoder(policy, ["phone_contact"]).fit_transform(residents.needs).shape[1]
    half = AffineMap(np.eye(columns) / 2, np.full(columns, 0.25))
    parts = Segmenter.from_policy(policy, 4, without=["phone_contact"], erase=half)
    return parts.set_params(restarts=1).fit(residents.needs)


def test_every_trusted_type_is_needed_and_no_other(saved, erasing):
    of_erasing = skops.io.get_untrusted_types(data=skops.io.dumps(erasing.without_residents()))
    assert of_erasing == sorted(TRUSTED)
    assert set(skops.io.get_untrusted_types(file=saved / "model.skops")) < set(TRUSTED)


def test_a_map_before_the_distances_comes_back(erasing, policy, residents, tmp_path):
    save_model(erasing, policy, tmp_path / "model")
    loaded = load_model(tmp_path / "model" / FILE)
    assert (loaded.predict(residents.needs) == erasing.labels_).all()
    assert loaded.fold() == erasing.fold()


def test_the_signature_leaves_out_what_the_model_does_not_read(erasing, policy, tmp_path):
    save_model(erasing, policy, tmp_path / "model")
    asked = Model.load(str(tmp_path / "model")).signature.inputs.input_names()
    assert asked == [name for name in policy.features if name != "phone_contact"]


def test_it_is_never_a_pickle(saved):
    assert Model.load(str(saved)).flavors["sklearn"]["serialization_format"] == "skops"
    assert not list(saved.rglob("*.pkl"))


def test_the_signature_asks_for_every_feature_of_the_policy_as_a_column():
    policy = small_policy()
    columns = {column.name: column for column in signature(policy.features).inputs}

    assert list(columns) == list(policy.features)
    assert all(column.required for column in columns.values())
    assert columns["repairs"].type.name == columns["parking"].type.name == "double"
    assert columns["channel"].type.name == columns["cleaning_wish"].type.name == "string"


def test_the_example_is_within_the_policy(policy):
    rows = example(policy.features)

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
    rows = example(policy.features)
    met = residents.needs.merge(rows, on=list(rows))

    assert met.empty
    assert example(policy.features).equals(rows)


def test_the_example_is_stored_and_scored(saved, candidate):
    stored = json.loads((saved / "serving_input_example.json").read_text())["dataframe_split"]

    assert stored["columns"] == list(candidate.policy.features)
    assert len(candidate.segmenter.predict(example(candidate.policy.features))) == 2


def test_requirements_are_pinned_and_name_no_path(saved):
    lines = (saved / "requirements.txt").read_text().splitlines()

    assert lines[0].startswith("segmentation==")
    assert [line for line in lines if "==" not in line or "/" in line] == []


def test_a_stored_model_says_which_run_it_belongs_to(saved):
    mark_model(saved, "a-run", "a-model")

    model = Model.load(str(saved))
    assert (model.run_id, model.model_id) == ("a-run", "a-model")
    assert model.signature.inputs.input_names()[0] == "repair_requests"
