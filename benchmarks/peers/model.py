"""What every server answers from: one policy of 12 numbers and 4 listed values, and one fitted model.

Each of them is handed the form that it takes: the registered model, scikit-learn's pipeline, the folded
scorer or its ONNX twin; and the same residents, for whom all of them must find the same segments.
"""

from __future__ import annotations

import json
import tomllib
import warnings
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import joblib
import numpy as np
from sklearn.cluster import KMeans
from sklearn.compose import ColumnTransformer
from sklearn.exceptions import ConvergenceWarning
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, OrdinalEncoder, StandardScaler

from segmentation.onnx_twin import onnx_twin
from segmentation.pipeline import build
from segmentation.policy import policy_from
from segmentation.registry.model import save_model
from segmentation.residents import residents_from
from segmentation.simulate import simulate

if TYPE_CHECKING:
    import pandas as pd

    from segmentation import Segmenter
    from segmentation.pipeline import Candidate
    from segmentation.policy import Policy

POLICY = Path(__file__).parents[2] / "models" / "resident_needs" / "policy.toml"
AS_OF = date(2026, 7, 1)
MANY = 1_000
"""Residents of a large call."""
KINDS = ("count", "share", "number", "ordinal", "category")
COUNTS = ("lift_requests", "heating_requests")
LISTED = {"contact_channel": ("app", "desk", "letter", "phone"), "notice_wanted": ("day", "hour", "none")}


@dataclass(frozen=True, eq=False)
class Fitted:
    """One fit in all its forms.

    Attributes
    ----------
    policy : Policy
    candidate : Candidate
        With the card and the audit that an approval needs.
    rows : list of dict
        Residents by feature, as JSON holds them.
    labels : list of int
        Their segments, as the estimator gives them.
    folder : Path
        Holds ``policy.json``, ``scorer.json``, ``scorer.onnx``, ``pipeline.joblib``, and MLflow's ``model``.
    """

    policy: Policy
    candidate: Candidate
    rows: list[dict[str, Any]]
    labels: list[int]
    folder: Path


def fitted(folder: Path, n: int = 3_000) -> Fitted:
    """Fit on so many simulated residents, and write every form to the folder."""
    policy = bench_policy()
    people = _people(n).dropna(subset=list(policy.features))
    residents = residents_from(people, policy, as_of=AS_OF)
    candidate = build(policy, residents, n_segments=6)
    segmenter, needs = candidate.segmenter, residents.needs
    labels = segmenter.predict(needs)
    known = needs.head(MANY)
    # As JSON holds them: a count is a whole number.
    told = known.to_dict("records")
    rows = [{name: _plain(policy, name, value) for name, value in row.items()} for row in told]
    (folder / "policy.json").write_text(json.dumps(policy.model_dump(mode="json")), encoding="utf-8")
    (folder / "scorer.json").write_text(candidate.scorer.to_json(), encoding="utf-8")
    (folder / "scorer.onnx").write_bytes(onnx_twin(candidate.scorer))
    save_model(segmenter, policy, folder / "model")
    joblib.dump(_pipeline(policy, segmenter, needs), folder / "pipeline.joblib")
    return Fitted(policy, candidate, rows, labels[:MANY].tolist(), folder)


def bench_policy() -> Policy:
    """Return the project's own policy with two counts and two categories in the place of its flags."""
    raw = tomllib.loads(POLICY.read_text(encoding="utf-8"))
    features = raw["features"]
    for flag in [name for name, feature in features.items() if feature["kind"] == "flag"]:
        del features[flag]
    for name in COUNTS:
        features[name] = features["repair_requests"] | {"title": _text(name)}
    for name, values in LISTED.items():
        titles = {value: _text(value) for value in values}
        told = {"title": _text(name), "values": list(values), "value_titles": titles}
        features[name] = features["preferred_slot"] | told
    return policy_from(raw)


def _text(name: str) -> dict[str, str]:
    return dict.fromkeys(("en", "zh"), name.replace("_", " ").capitalize())


def _people(n: int) -> pd.DataFrame:
    people = simulate(n).residents
    rng = np.random.default_rng(n)
    for name in COUNTS:
        people[name] = rng.poisson(3, n).astype(float)
    for name, values in LISTED.items():
        people[name] = rng.choice(values, n)
    return people


def _plain(policy: Policy, name: str, value: float | str) -> float | str:
    return int(value) if policy.features[name].kind == "count" else value


def _pipeline(policy: Policy, segmenter: Segmenter, needs: pd.DataFrame) -> Pipeline:
    """Return the same segments as a notebook has them: one ColumnTransformer of few blocks, and k-means.

    Nothing is missing in `needs`, so it needs no columns that say so; all others are the segmenter's own, in
    another order.
    """
    kinds = {kind: [n for n, one in policy.features.items() if one.kind == kind] for kind in KINDS}
    ranked = [list(policy.features[name].values or ()) for name in kinds["ordinal"]]
    listed = [list(policy.features[name].values or ()) for name in kinds["category"]]
    encode = ColumnTransformer(
        [
            ("counts", make_pipeline(FunctionTransformer(np.log1p), StandardScaler()), kinds["count"]),
            ("numbers", StandardScaler(), [*kinds["share"], *kinds["number"]]),
            ("ranks", make_pipeline(OrdinalEncoder(categories=ranked), StandardScaler()), kinds["ordinal"]),
            ("listed", OneHotEncoder(categories=listed, sparse_output=False), kinds["category"]),
        ]
    )
    encoded = encode.fit_transform(needs)
    own = segmenter.encoder_.transform(needs)
    places = [int(np.abs(own - column[:, None]).max(axis=0).argmin()) for column in encoded.T]
    centers = np.ascontiguousarray(segmenter.cluster_centers_[:, places])
    kmeans = KMeans(len(centers), init=centers, n_init=1, max_iter=1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        kmeans.fit(encoded)
    kmeans.cluster_centers_ = centers
    return Pipeline([("encode", encode), ("kmeans", kmeans)])
