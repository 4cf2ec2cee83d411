"""`segmentation notebook`: whole copies, never over somebody's work, from a checkout and a wheel."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from segmentation.cli import notebook as command
from segmentation.cli.notebook import POLICY, notebook, shipped
from segmentation.errors import StorageError

ROOT = Path(__file__).parents[2]
FIRST = "01_from_residents_to_segments.ipynb"


def test_the_notebooks_are_copied_with_the_policy_that_they_read(tmp_path, capsys):
    notebook(tmp_path / "mine")

    copied = {path.name: path.read_bytes() for path in (tmp_path / "mine").iterdir()}
    stored = {path.name: path.read_bytes() for path in (ROOT / "notebooks").glob("*.ipynb")}
    assert copied == stored | {POLICY: (ROOT / "models/resident_needs/policy.toml").read_bytes()}
    assert f"jupyter lab {tmp_path / 'mine'}" in capsys.readouterr().out


def test_a_folder_with_a_space_in_its_name_is_told_as_a_terminal_takes_it(tmp_path, capsys):
    notebook(tmp_path / "my books")

    assert f"jupyter lab '{tmp_path / 'my books'}'" in capsys.readouterr().out


def test_a_copy_that_nobody_touched_is_written_again(tmp_path):
    notebook(tmp_path)
    (tmp_path / POLICY).unlink()

    notebook(tmp_path)

    assert (tmp_path / POLICY).is_file()


def test_a_copy_that_somebody_edited_is_never_written_over(tmp_path):
    notebook(tmp_path)
    (tmp_path / FIRST).write_text("mine", encoding="utf-8")
    (tmp_path / POLICY).unlink()

    with pytest.raises(StorageError, match=rf"{FIRST} .*--force"):
        notebook(tmp_path)

    assert (tmp_path / FIRST).read_text(encoding="utf-8") == "mine"
    assert not (tmp_path / POLICY).exists()


def test_force_replaces_it(tmp_path):
    notebook(tmp_path)
    (tmp_path / FIRST).write_text("mine", encoding="utf-8")

    notebook(tmp_path, force=True)

    assert (tmp_path / FIRST).read_text(encoding="utf-8") == shipped()[FIRST]


def test_a_folder_of_that_name_is_not_written_over(tmp_path):
    (tmp_path / POLICY).mkdir()

    with pytest.raises(StorageError, match=POLICY):
        notebook(tmp_path)


def test_an_install_without_them_says_so(monkeypatch, tmp_path):
    monkeypatch.setattr(command, "__file__", str(tmp_path / "src/segmentation/cli/notebook.py"))

    with pytest.raises(StorageError, match="not installed here"):
        shipped()


@pytest.mark.slow
def test_an_installed_wheel_has_them(tmp_path):
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    zipfile.ZipFile(wheel).extractall(tmp_path / "installed")
    program = "import sys; sys.path.insert(0, sys.argv.pop()); from segmentation.cli import main; main()"

    ended = subprocess.run(
        [sys.executable, "-c", program, "notebook", "--out", "mine", str(tmp_path / "installed")],
        cwd=tmp_path,
        check=False,
        capture_output=True,
        text=True,
    )

    assert ended.returncode == 0, ended.stderr
    assert {path.name for path in (tmp_path / "mine").iterdir()} == set(shipped())
