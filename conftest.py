"""Runs the Python of README.md on the demo's own community."""

from pathlib import Path

import pytest
from sybil import Sybil
from sybil.parsers.markdown import PythonCodeBlockParser

from segmentation.simulate import simulate, write

ROOT = Path(__file__).parent


@pytest.fixture(scope="module")
def readme_folder(tmp_path_factory):
    """Make a folder as README finds it after `make demo`."""
    folder = tmp_path_factory.mktemp("readme")
    (folder / "models").symlink_to(ROOT / "models")
    write(simulate(20_000), folder / "var" / "demo")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        yield folder


pytest_collect_file = Sybil(
    parsers=[PythonCodeBlockParser()], pattern="README.md", fixtures=["readme_folder"]
).pytest()
