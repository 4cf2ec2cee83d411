"""A run that is killed leaves no output or the whole one, and the next one ends as if nothing were."""

import multiprocessing
import signal
import time

import numpy as np
import pandas as pd
import pytest

from tests.progress.heard import Acting

KILLS = 20


def work(score, source, out, done, end):
    """Score, count the stretches that are done, say when all are, and wait to be killed."""

    def count(_done):
        done.value += 1

    score(source, out, stretch=1_000, progress=Acting(count))
    end.set()
    time.sleep(60)


@pytest.fixture
def many(made, tmp_path):
    """A file of 24,000 residents: 24 stretches of 1,000 rows."""
    path = tmp_path / "many.parquet"
    parts = [
        made.residents.assign(resident_ref=made.residents["resident_ref"] + f"-{at}") for at in range(20)
    ]
    pd.concat(parts, ignore_index=True).to_parquet(path)
    return path


@pytest.mark.slow
def test_a_kill_at_any_moment_leaves_no_half_file_and_the_next_run_ends_the_same(score, many, out):
    """Moments are spread over a whole run, from its first stretch to after its end."""
    score(many, whole := out.with_name("whole.parquet"), stretch=1_000)
    expected = whole.read_bytes()
    resumed = []
    processes = multiprocessing.get_context("fork")
    random = np.random.default_rng(20261122)
    moments = zip(random.integers(0, 27, KILLS), random.uniform(0, 0.005, KILLS), strict=True)
    for stretches, seconds in moments:
        done, end = processes.Value("i", 0), processes.Event()
        process = processes.Process(target=work, args=(score, many, out, done, end))
        process.start()
        while done.value < stretches and process.is_alive() and not end.is_set():
            time.sleep(0.0005)
        time.sleep(seconds)
        process.kill()
        process.join()
        assert process.exitcode == -signal.SIGKILL
        assert not out.exists() or out.read_bytes() == expected
        resumed.append(score(many, out, stretch=1_000).resumed)
        assert out.read_bytes() == expected
        assert {path.name for path in out.parent.iterdir()} == {out.name, whole.name}
        out.unlink()
    # The moments were such that some runs were killed at their work.
    assert sum(0 < rows < 24_000 for rows in resumed) >= KILLS // 4
