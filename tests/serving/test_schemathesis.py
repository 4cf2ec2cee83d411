"""Schemathesis attacks every address by the API document: nothing fails, no answer breaks it."""

import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from segmentation.vault import Keyring
from serving.operations import PAGES
from serving.routes import all_routes
from tests.serving.over_http import running

pytestmark = pytest.mark.slow
pytest.importorskip("schemathesis")

ROOT = Path(__file__).parents[2]
PROGRAM = (
    *(sys.executable, "-c", "from schemathesis.cli import schemathesis; schemathesis()"),
    *("--config-file", "schemathesis.toml"),
)
CONFIG = """
seed = 6
[generation]
deterministic = true
max-examples = 20
database = "none"
[checks.negative_data_rejection]
# A request with too many residents is too large, as the document says.
expected-statuses = [400, 401, 403, 404, 405, 413, 415, 422]
"""


def attacked(address, folder, *words, state):
    """What schemathesis says after all its checks, on valid and invalid data, and its exit code."""
    (folder / "schemathesis.toml").write_text(CONFIG, encoding="utf-8")
    ended = subprocess.run(
        [*PROGRAM, "run", "--no-color", f"{address}/openapi.json", "--mode", "all", *words],
        cwd=folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=300,
        check=False,
        env=os.environ
        | {"PYTHONPATH": str(ROOT), "SCHEMATHESIS_HOOKS": "tests.serving.attack", "ATTACK": state},
    )
    return ended.returncode, ended.stdout + ended.stderr


@pytest.mark.parametrize("state", ["with a key", "without a key"])
def test_every_answer_is_as_the_document_says(office, tmp_path, monkeypatch, state):
    monkeypatch.setenv("SEGMENTATION_KEYRING", Keyring.generate(office.clock()).to_text())
    token = office.issue(per_second=1_000_000)
    words = ("--header", f"Authorization: Bearer {token}") if state == "with a key" else ()
    with running(office, patience=3.0, vault=office.folder, residents_an_hour=1_000_000) as address:
        code, said = attacked(address, tmp_path, *words, state=state)

    # It leaves out the document itself, which it has read already.
    listed = {route.name for route in all_routes()} - PAGES - {"document"}
    assert code == 0, said
    assert f"Tested: {len(listed)}" in said
    assert int(re.search(r"(\d+) generated", said)[1]) > 300


def test_an_answer_that_breaks_the_document_would_be_found(office, tmp_path, monkeypatch):
    from serving import app
    from serving.calls import Reply

    def broken(call, state):
        return Reply(b'{"status": "maybe"}')

    routes = tuple(replace(one, handler=broken) if one.name == "readyz" else one for one in all_routes())
    monkeypatch.setattr(app, "all_routes", lambda: routes)
    with running(office) as address:
        code, said = attacked(address, tmp_path, "--include-path", "/readyz", state="with a key")

    assert code == 1
    assert "Response violates schema" in said
