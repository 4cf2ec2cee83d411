"""Each notebook runs from top to bottom, as a reader has it, and leaves nothing outside its folder."""

import os
import subprocess
import sys

import pytest

from segmentation.cli.notebook import notebook, shipped

NAMES = sorted(name for name in shipped() if name.endswith(".ipynb"))
SECONDS = 600
"""A cell that hangs is ended; how quick a notebook is, is measured and not tested."""
PASSED = 0


def executed(folder, name):
    """Run a copy through nbmake, with everything that a run may write in `folder`."""
    (folder / "temporary").mkdir(exist_ok=True)
    clean = {
        key: value for key, value in os.environ.items() if not key.startswith(("SEGMENTATION_", "MLFLOW_"))
    }
    own = {
        "SEGMENTATION_HOME": str(folder / "home"),
        "TMPDIR": str(folder / "temporary"),
        "IPYTHONDIR": str(folder / "ipython"),
        "JUPYTER_RUNTIME_DIR": str(folder / "jupyter"),
    }
    command = [
        sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", os.devnull,
        "--rootdir", str(folder), "--nbmake", f"--nbmake-timeout={SECONDS}", str(folder / "books" / name),
    ]  # fmt: skip
    return subprocess.run(command, cwd=folder, env=clean | own, capture_output=True, text=True, check=False)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES, ids=lambda name: name[:2])
def test_it_runs_and_leaves_nothing(tmp_path, name):
    notebook(tmp_path / "books")

    ended = executed(tmp_path, name)

    assert ended.returncode == PASSED, ended.stdout[-4_000:]
    assert {path.name for path in (tmp_path / "books").iterdir()} == set(shipped())
    assert not (tmp_path / "home").exists()


@pytest.mark.slow
def test_a_notebook_whose_claim_fails_is_found(tmp_path):
    notebook(tmp_path / "books")
    path = tmp_path / "books" / NAMES[0]
    planted = path.read_text(encoding="utf-8").replace("from datetime import date", "assert 1 == 2")
    path.write_text(planted, encoding="utf-8")

    ended = executed(tmp_path, NAMES[0])

    assert ended.returncode != PASSED
    assert "assert 1 == 2" in ended.stdout
