"""A segmenter that was fitted to simulated residents, served: what the handlers answer is held against it."""

import json
from dataclasses import dataclass, replace
from datetime import date
from functools import cache

import numpy as np
import pandas as pd

from segmentation.clustering import AffineMap, Segmenter
from segmentation.features import needs_encoder
from segmentation.policy import read_policy
from segmentation.residents import residents_from
from segmentation.simulate import simulate
from serving.described import segments_of
from serving.frame import frame_of
from serving.needs import needs_of
from serving.served import Served
from tests.serving.answering import Desk
from tests.serving.made import POLICY_FILE, SEGMENTS

MANY = 600


@dataclass(frozen=True)
class Fitted:
    """A segmenter, the residents that it is asked about, some of whose needs are missing, and its scorer."""

    segmenter: Segmenter
    needs: pd.DataFrame
    scorer: object

    @property
    def labels(self):
        """The segments that the estimator itself gives."""
        return self.segmenter.predict(self.needs).tolist()

    @property
    def read(self):
        """The columns that the model reads, in its order."""
        return list(self.segmenter.feature_names_in_)

    @property
    def records(self):
        """Residents as a request holds them; a need that is missing is left out, or null in every other."""
        return [
            {name: value for name, value in zip(self.read, row, strict=True) if value is not None or at % 2}
            for at, row in enumerate(self.rows)
        ]

    @property
    def rows(self):
        return list(map(list, zip(*self.columns.values(), strict=True)))

    @property
    def columns(self):
        return {name: list(map(_plain, self.needs[name].astype(object))) for name in self.read}


def _plain(value):
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return None
    return value.item() if hasattr(value, "item") else value


@cache
def policy():
    """Return the project's own policy, under which any need may be missing."""
    return read_policy(POLICY_FILE)


@cache
def fitted(kind="plain"):
    """Return a segmenter: plain, or mitigated by a map before the distances and without a feature."""
    residents = residents_from(simulate(3_000).residents, policy(), as_of=date(2026, 7, 1))
    more = {} if kind == "plain" else {"without": ["phone_contact"], "erase": halved(residents)}
    segmenter = Segmenter.from_policy(policy(), len(SEGMENTS), **more).set_params(restarts=1)
    segmenter.fit(residents.needs)
    needs = residents.needs.head(MANY).copy()
    rng = np.random.default_rng(5)
    for name in policy().features:
        needs.loc[needs.index[rng.random(len(needs)) < 0.1], name] = None
    return Fitted(segmenter, needs, segmenter.fold())


def halved(residents):
    """Return a map that moves every point, without the feature that is left out."""
    columns = needs_encoder(policy(), ["phone_contact"]).fit_transform(residents.needs).shape[1]
    return AffineMap(np.eye(columns) / 2, np.full(columns, 0.25))


def desk_of(desk, scorer):
    """Return a desk at which another scorer of the same segments is served."""
    approved = replace(desk.served.approved, scorer=scorer, policy=policy())
    card = json.loads(approved.card)
    segments = segments_of(approved, card)
    served = Served(approved, card, needs_of(approved), segments, frame_of(approved, segments))
    return Desk(replace(desk.state, watch=type(desk.state.watch)(desk.state.watch.office, served)))
