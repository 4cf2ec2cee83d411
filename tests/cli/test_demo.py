"""`segmentation demo`: a folder of its own, people who say that they are made up, and the whole way."""

import os
import re
import signal
import socket
import subprocess
import sys
import tomllib
from datetime import date
from pathlib import Path

import httpx
import pytest

from segmentation.cli import demo
from segmentation.cli.demo import POLICY, fill_in, prepared
from segmentation.cli.demo_server import check_port
from segmentation.errors import SegmentationError, StorageError

ROOT = Path(__file__).parents[2]
QUICK = "bootstraps = 10\nshuffles = 19\nshuffle_p = 0.06\nsegments = [5, 7]"


def test_a_folder_that_no_demo_made_is_left_alone(tmp_path):
    (tmp_path / "letters.txt").write_text("mine", encoding="utf-8")

    with pytest.raises(StorageError, match="what no demo made"), prepared(tmp_path, ROOT / POLICY):
        pass
    assert (tmp_path / "letters.txt").read_text(encoding="utf-8") == "mine"


def test_what_an_earlier_demo_left_is_thrown_away(tmp_path):
    with prepared(tmp_path / "demo", ROOT / POLICY):
        first = (tmp_path / "demo" / demo.PASSPHRASE).read_text(encoding="utf-8")
        (tmp_path / "demo" / "ledger.db").touch()
        (tmp_path / "demo" / "bundles").mkdir()

    with prepared(tmp_path / "demo", ROOT / POLICY):
        pass

    assert not (tmp_path / "demo" / "bundles").exists()
    assert not (tmp_path / "demo" / "ledger.db").exists()
    assert (tmp_path / "demo" / demo.PASSPHRASE).read_text(encoding="utf-8") != first
    assert (tmp_path / "demo" / demo.PASSPHRASE).stat().st_mode & 0o077 == 0


def test_a_policy_that_is_not_there_is_said_before_anything_is_made(tmp_path):
    with (
        pytest.raises(SegmentationError, match="--policy"),
        prepared(tmp_path / "demo", tmp_path / "none.toml"),
    ):
        pass
    assert not (tmp_path / "demo").exists()


def test_a_demo_that_still_runs_keeps_its_folder(tmp_path):
    with prepared(tmp_path / "demo", ROOT / POLICY):
        (tmp_path / "demo" / "ledger.db").touch()
        with pytest.raises(StorageError, match="still runs"), prepared(tmp_path / "demo", ROOT / POLICY):
            pass
        assert (tmp_path / "demo" / "ledger.db").exists()


def test_a_file_in_the_place_of_the_folder_is_named(tmp_path):
    (tmp_path / "demo").touch()

    with pytest.raises(StorageError, match="is a file"), prepared(tmp_path / "demo", ROOT / POLICY):
        pass


def test_a_port_that_is_taken_is_said_before_the_work_begins():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(SegmentationError, match="cannot be used: address already in use"):
            check_port(taken.getsockname()[1])
    check_port(0)


def test_a_draft_is_filled_in_and_that_is_said(tmp_path, capsys):
    draft = tmp_path / "answers.toml"
    draft.write_text(
        '# keep <write: …> in a comment\nwhy = "<write: why the purpose needs segments>"\n', "utf-8"
    )
    fill_in(draft, date(2026, 7, 1))

    assert tomllib.loads(draft.read_text(encoding="utf-8")) == {"why": demo.MADE_UP}
    assert "<write: …> in a comment" in draft.read_text(encoding="utf-8")
    assert demo.MADE_UP in capsys.readouterr().out


def test_everybody_in_the_demo_says_so():
    assert all(name.startswith("Demo ") for name in demo.PEOPLE)


@pytest.fixture
def running(tmp_path):
    """The demo, small, in a process of its own, left running; with the lines that it printed until then."""
    text = (ROOT / POLICY).read_text(encoding="utf-8")
    assert "segments = [2, 10]" in text
    (tmp_path / "policy.toml").write_text(text.replace("segments = [2, 10]", QUICK), encoding="utf-8")
    environ = {name: value for name, value in os.environ.items() if not name.startswith("SEGMENTATION_")}
    command = [
        sys.executable,
        "-c",
        "from segmentation.cli import main; main()",
        "demo",
        "--n",
        "4000",
        "--keep",
    ]
    with subprocess.Popen(
        [*command, "--policy", "policy.toml"], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        env=environ | {"COLUMNS": "200", "PYTHONUNBUFFERED": "1"}, text=True,
    ) as process:  # fmt: skip
        lines = []
        for line in process.stdout:
            lines.append(line.rstrip())
            if "until Ctrl-C" in line:
                break
        yield process, lines, tmp_path
        process.kill()


@pytest.mark.slow
def test_the_demo_goes_all_the_way_and_leaves_the_server_running(running):
    process, lines, folder = running
    printed = "\n".join(lines)
    assert "until Ctrl-C" in lines[-1], printed
    asked = [line.split()[2:4] for line in lines if line.startswith("$ segmentation ")]
    assert [words[0] for words in asked] == [
        "simulate", "build", "build", "people", "people", "people", "people", "people", "impact", "review",
        "review", "review", "review", "keys", "serve",
    ]  # fmt: skip
    assert re.search(r"One resident: segment S\d+, .+ \(.+\)", printed)
    assert re.search(r"In segment S\d+ “.+” rather than", printed)
    address = re.search(r"API document: (\S+)/docs", printed)[1]

    assert httpx.get(f"{address}/docs").status_code == 200
    assert httpx.get(f"{address}/v1/model").status_code == 401
    key = (folder / "var/demo/api_key.txt").read_text(encoding="utf-8").strip()
    told = httpx.get(f"{address}/v1/model", headers={"X-API-Key": key}).json()
    assert (told["name"], told["version"]) == ("resident_needs", 2)
    assert key not in printed
    pages = re.search(r"Review in a browser: (\S+)", printed)[1]
    assert httpx.get(pages, follow_redirects=True).status_code == 200
    assert "Sign in as Demo trainer, Demo compliance, Demo business, Demo administrator; " in printed
    passphrase = folder / re.search(r"the passphrase of all of them is in (\S+)", printed)[1]
    assert passphrase.read_text(encoding="utf-8").strip() not in printed

    # As an interrupt does at a terminal; one in the background may have been told to ignore that.
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 128 + signal.SIGTERM
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{address}/healthz")
