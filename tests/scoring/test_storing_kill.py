"""A run of storing that is killed keeps whole stretches, and the next one keeps the rest: nobody twice."""

import multiprocessing
import signal
import time
from datetime import UTC, datetime
from functools import partial

import numpy as np
import pandas as pd
import pytest

from segmentation.ledger.access import AccessLog
from segmentation.ledger.personal.records import Records
from segmentation.ledger.store import open_ledger
from segmentation.scoring.storing import store_file
from tests.scoring.conftest import AS_OF, rows

KILLS = 12
STRETCH = 500


class Counting:
    """Counts the stretches that a run has kept."""

    def __init__(self, count):
        self.count = count

    def __call__(self, _step):
        """Do nothing."""

    def part(self, _what, _done, _total):
        self.count.value += 1


def work(store, url, keyring, source, count, end):
    """Store, say when all is kept, and wait to be killed."""
    with open_ledger(url) as ledger:
        store(source, records=Records(ledger, lambda: keyring), progress=Counting(count))
    end.set()
    time.sleep(60)


@pytest.fixture
def many(made, tmp_path):
    """A file of 6,000 residents: 12 stretches."""
    path = tmp_path / "many.parquet"
    parts = [made.residents.assign(resident_ref=made.residents["resident_ref"] + f"-{at}") for at in range(5)]
    pd.concat(parts, ignore_index=True).to_parquet(path)
    return path


@pytest.mark.slow
def test_a_kill_at_any_moment_keeps_nobody_twice(made, records, url, many, tmp_path):
    """Moments are spread over runs that go on with each other; after each kill the chain holds."""
    store = partial(
        store_file,
        made.scorer,
        made.policy,
        path=tmp_path / "storing.json",
        as_of=AS_OF,
        identity={"model": made.policy.name, "version": "3", "decision": "sha256:d"},
        clock=partial(datetime.now, UTC),
        stretch=STRETCH,
    )
    processes, random = multiprocessing.get_context("fork"), np.random.default_rng(20261123)
    kept = []
    moments = zip(random.integers(1, 4, KILLS), random.uniform(0, 0.05, KILLS), strict=True)
    for stretches, seconds in moments:
        count, end = processes.Value("i", 0), processes.Event()
        process = processes.Process(target=work, args=(store, url, records.keyring, many, count, end))
        process.start()
        while count.value < stretches and process.is_alive() and not end.is_set():
            time.sleep(0.0005)
        time.sleep(seconds)
        process.kill()
        process.join()
        assert process.exitcode == -signal.SIGKILL
        kept.append(rows(records))
        AccessLog(records.ledger).verify()
    done = store(many, records=records)
    assert rows(records) == len(made.expected(many))
    assert done.kept == rows(records) - kept[-1]
    assert subjects(records) == rows(records)
    # The moments were such that some runs were killed at their work.
    assert any(0 < count < rows(records) for count in kept)


def subjects(records):
    """How many residents have a segment that is kept."""
    with records.ledger.reading() as connection:
        return connection.exec_driver_sql("SELECT count(DISTINCT subject) FROM segments").scalar_one()
