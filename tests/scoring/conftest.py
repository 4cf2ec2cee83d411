"""A scorer of four segments, and residents to be scored, some of whom may not be."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import count
from pathlib import Path

import pandas as pd
import pytest

from segmentation import Segmenter, read_policy, residents_from
from segmentation.ledger.personal.consents import Consents
from segmentation.ledger.personal.entries import Entry, micros
from segmentation.ledger.personal.events import Told, encode
from segmentation.ledger.personal.records import Records
from segmentation.ledger.personal.segments import Segments
from segmentation.ledger.personal.tables import consents
from segmentation.ledger.store import create_ledger
from segmentation.residents import read_needs
from segmentation.scoring import score_file
from segmentation.scoring.storing import store_file
from segmentation.simulate import simulate
from segmentation.vault import Keyring

ROOT = Path(__file__).parents[2]
AS_OF = date(2026, 7, 1)
NOW = datetime(2026, 7, 1, 9, 30, tzinfo=UTC)


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


@pytest.fixture
def records(url):
    """An empty ledger with a keyring."""
    keyring = Keyring.generate(NOW)
    with create_ledger(url) as ledger:
        yield Records(ledger, lambda: keyring)


@pytest.fixture
def consent(made, records):
    """Put events of a resident on record: ``consent("r-1", "given", "objected")``."""

    def record(reference, *states, notice="2026-01"):
        subject = records.keyring.subject_of(reference)
        for state in states:
            told = Told(state, notice)
            assert Consents(records).record(subject, made.policy.purpose.key, told, "Test", NOW)
        return subject

    return record


@pytest.fixture
def store(made, records, tmp_path):
    """`store_file` with the scorer and policy above, in stretches of 300 rows."""
    identity = {"model": made.policy.name, "version": "3", "decision": "sha256:d"}
    times = (NOW + timedelta(seconds=at) for at in count())
    return partial(
        store_file,
        made.scorer,
        made.policy,
        records=records,
        path=tmp_path / "storing" / "resident_needs.json",
        as_of=AS_OF,
        identity=identity,
        clock=lambda: next(times),
        stretch=300,
    )


@pytest.fixture
def kept(made, records):
    """The segments that are kept of residents, the oldest first."""

    def segments_of(reference):
        subject = records.keyring.subject_of(reference)
        return Segments(records).history(subject, made.policy.purpose.key)

    return segments_of


@pytest.fixture
def given(made, records):
    """Put a consent of each of these on record."""

    def record(references):
        subjects = list(map(records.keyring.subjects(), references))
        entries = [Entry(one, micros(NOW), encode(Told("given", "2026-01"))) for one in subjects]
        keys = records.ensured(subjects, NOW)
        records.append(consents, made.policy.purpose.key, entries, keys, "Test", NOW)

    return record


def rows(records):
    """How many segments are kept."""
    with records.ledger.reading() as connection:
        return connection.exec_driver_sql("SELECT count(*) FROM segments").scalar_one()
