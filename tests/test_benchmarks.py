"""Every benchmark runs and ends with one line of numbers."""

import json
import math
import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[1] / "benchmarks"
# What a run must end with, and at most how much of it.
BENCHMARKS = {
    "audit": ("largest_difference", 1e-12),
    "backup": ("checks_failed", 0),
    "audit_null": ("random_broken_share", 0.15),
    "fit": ("inertia_excess", 0.001),
    "kills": ("half_done", 0),
    "ledger": ("rows_lost", 0),
    "mitigation": ("lloyd_cost_worst_gap", 0.01),
    "notebooks": ("notebooks_that_stop", 0),
    "pages": ("pages_not_shown", 0),
    "score": ("differing_rows", 0),
    "scorer": ("differing_rows", 0),
    "serve": ("differing_rows", 0),
    "structure": ("wrong_share_most", 0),
}


def test_every_benchmark_is_run_here():
    assert {path.stem for path in FOLDER.glob("*.py")} - {"plain", "published", "timing", "truths"} == set(
        BENCHMARKS
    )


@pytest.mark.slow
@pytest.mark.parametrize(("name", "held"), BENCHMARKS.items())
def test_a_quick_run_ends_with_plain_numbers_and_finds_no_disagreement(name, held):
    ended = subprocess.run(
        [sys.executable, FOLDER / f"{name}.py", "--quick"], capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr
    found = json.loads(ended.stdout.splitlines()[-1])
    assert all(isinstance(value, float) and math.isfinite(value) for value in found.values())
    disagreement, most = held
    assert found[disagreement] <= most
