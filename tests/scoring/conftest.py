"""A scorer of four segments, and residents to be scored, some of whom may not be."""

from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path

import pandas as pd
import pytest

from segmentation import Segmenter, read_policy, residents_from
from segmentation.residents import read_needs
from segmentation.scoring import score_file
from segmentation.simulate import simulate

ROOT = Path(__file__).parents[2]
AS_OF = date(2026, 7, 1)


@dataclass(frozen=True)
class Made:
    """What is scored, by what."""

    scorer: object
    policy: object
    residents: pd.DataFrame

    def expected(self, path):
        """What comes of the file when it is scored at once, in memory."""
        people = read_needs(path, self.policy, as_of=AS_OF, features=self.scorer.features)
        places = self.scorer.predict({name: people.needs[name].to_numpy() for name in self.scorer.features})
        return pd.DataFrame(
            {"resident_ref": people.ids, "segment": [self.scorer.segments[at] for at in places]}
        )


@pytest.fixture(scope="session")
def made():
    policy = read_policy(ROOT / "models" / "resident_needs" / "policy.toml")
    residents = simulate(1_200).residents
    needs = residents_from(residents, policy, as_of=AS_OF).needs
    return Made(Segmenter.from_policy(policy, n_segments=4).fit(needs).fold(), policy, residents)


@pytest.fixture
def score(made):
    """`score_file` with the scorer and policy above, in stretches of 100 rows."""
    return partial(score_file, made.scorer, made.policy, as_of=AS_OF, identity={"model": "m"}, stretch=100)


@pytest.fixture
def source(made, tmp_path):
    """A file of 1,200 residents."""
    path = tmp_path / "residents.parquet"
    made.residents.to_parquet(path)
    return path


@pytest.fixture
def out(tmp_path):
    return tmp_path / "out" / "segments.parquet"
