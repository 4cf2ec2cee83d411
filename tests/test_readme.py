"""README's commands, run in order in a folder as README finds it; its Python runs in the root conftest."""

import doctest
import fnmatch
import re
import shlex
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import numpy as np
import pandas as pd
import pytest

from segmentation.reviews.made_up import filled_in
from segmentation.simulate import simulate
from tests.commands import Program
from tests.serving.process import COMMAND, Service

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SIGNING = "## From candidate to signed"
SERVING = "## From signed to served"
BROWSING = "## Review in a browser"
KEEPING = "## The classification table, lawfully kept"
WORDS = {
    "SEGMENTATION_PASSPHRASE": "correct horse battery",
    "SEGMENTATION_ROOT_PASSPHRASE": "not in any book",
    "SEGMENTATION_KEYRING_PASSPHRASE": "a third one for residents",
}
QUICK = "bootstraps = 10\nshuffles = 19\nshuffle_p = 0.06\nsegments = [5, 7]"
"""Of the numbers of segments, those around the planted one, with fewer samples of each."""
DATED = {"build", "score", "mitigate", "audit"}
"""Commands of residents: the simulated year ends with June 2026; README's reader has residents of today."""


def shell_lines(text):
    blocks = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
    return [line.split("#")[0].strip() for block in blocks for line in block.splitlines() if line.strip()]


def section(title):
    """A section of README, to the next one."""
    return README.split(title)[1].split("\n## ")[0]


def commands(text):
    """The words of each command of the program, with the days that hold whenever the tests run."""
    ahead = (datetime.now(UTC).date() + timedelta(days=300)).isoformat()
    for line in shell_lines(text):
        program, *words = shlex.split(re.sub(r"(--training-until|--expires) \S+", rf"\1 {ahead}", line))
        if program == "segmentation":
            yield words + (["--as-of", "2026-07-01"] if words[0] in DATED and "--residents" in words else [])


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with a residents table and a hand-made table of classes."""
    monkeypatch.chdir(tmp_path)
    for name in ("HOME", "LEDGER", "ROOT_KEY", "BUNDLES", "WITNESS"):
        monkeypatch.delenv(f"SEGMENTATION_{name}", raising=False)
    residents = simulate(2_000).residents
    residents.to_parquet("residents.parquet", index=False)
    classes = residents[["resident_ref"]].assign(segment=residents["age_band"].fillna("none"))
    classes.to_csv("hand_made_table.csv", index=False)
    audited = ["age_band", "sex", "ethnicity", "tenure", "hukou_place"]
    counts = residents[audited].assign(segment=np.where(residents["phone_contact"] > 0.5, "desk", "app"))
    counts.value_counts(dropna=False).reset_index(name="count").to_csv("counts.csv", index=False)
    consents_of(residents).to_csv("consents.csv", index=False)
    Path("reference.txt").write_text(residents["resident_ref"][0], encoding="utf-8")
    return tmp_path


def consents_of(residents):
    """The consent that stands in a table of residents, as the ledger takes it."""
    columns = {"": "event_state", "_at": "event_time", "_notice": "privacy_notice"}
    purposes = [
        residents[["resident_ref"]]
        .rename(columns={"resident_ref": "pii_principal_id"})
        .assign(
            **{name: residents[f"consent_{purpose}{end}"] for end, name in columns.items()}, purpose=purpose
        )
        for purpose in ("service_planning", "fairness_audit")
    ]
    found = pd.concat(purposes).dropna(subset=["event_state", "event_time"])
    return found.assign(
        event_time=found["event_time"].dt.tz_localize("Asia/Shanghai").map(pd.Timestamp.isoformat)
    )


def fill_in(path):
    """Write what README asks a person to write into a draft."""
    today = datetime.now(UTC).date()
    path.write_text(filled_in(path.read_text(encoding="utf-8"), today), encoding="utf-8")


def run_own_residents(program):
    """Run the commands on one's own residents; returns the exit codes by command."""
    codes = {}
    for words in commands(README.split(SIGNING)[0]):
        ended = program.run(*words, folder=Path.cwd())
        codes.setdefault(" ".join(words[:2]) if words[0] == "policy" else words[0], []).append(ended.code)
        assert "Traceback" not in ended.err, words
        if words[:2] == ["policy", "draft"]:
            # What README asks the user to do here: write what the draft marks.
            assert "<write:" in Path("policy.toml").read_text(encoding="utf-8")
            policy = (ROOT / "models" / "resident_needs" / "policy.toml").read_text(encoding="utf-8")
            assert "segments = [2, 10]" in policy
            Path("policy.toml").write_text(policy.replace("segments = [2, 10]", QUICK), encoding="utf-8")
    return codes


def sign(program):
    """Run the commands of the section on signing; returns the lines that they print."""
    printed = []
    for words in commands(section(SIGNING)):
        # The reviewer is asked before they sign; here nobody sits at a terminal.
        asked = ["--yes"] if "approve" in words else []
        ended = program.run(*words, *asked, folder=Path.cwd())
        assert ended.code == 0, ended.err
        printed += ended.out.splitlines()
        for draft in (Path("answers.toml"), Path("waivers.toml")):
            if draft.exists():
                fill_in(draft)
    return printed


def serve(program):
    """Run the commands of the section on serving, and its Python against the service."""
    *others, last = commands(section(SERVING))
    for words in others:
        ended = program.run(*words, folder=Path.cwd())
        assert ended.code == 0, ended.err
    with Service(Path.cwd(), "-c", COMMAND, *last, "--port", "0") as service:
        run_examples(section(SERVING).replace("http://127.0.0.1:8000", service.address))


def browse(program):
    """Run the commands of the section on the pages, and ask for the first of them."""
    *others, last = commands(section(BROWSING))
    for words in others:
        ended = program.run(*words, folder=Path.cwd())
        assert ended.code == 0, ended.err
    with Service(Path.cwd(), "-c", COMMAND, *last, "--port", "0") as service:
        shown = httpx.get(f"{service.address}/review", follow_redirects=True)
    assert shown.status_code == 200
    assert 'name="passphrase"' in shown.text


def keep(program):
    """Run the commands of the section on what is kept of residents; returns what they print, by command."""
    printed = {}
    for words in commands(section(KEEPING)):
        ended = program.run(*words, folder=Path.cwd())
        assert ended.code == 0, (words, ended.out, ended.err)
        printed[" ".join(words[:2])] = ended.out
    return printed


def run_examples(text):
    """Run the Python of a section."""
    (block,) = re.findall(r"```pycon\n(.*?)```", text, re.DOTALL)
    example = doctest.DocTestParser().get_doctest(block, {}, "README", "README.md", 0)
    assert doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(example).failed == 0


@pytest.mark.slow
def test_every_command_of_readme_runs_in_its_order(folder):
    with Program(**WORDS) as program:
        codes = run_own_residents(program)
        printed = sign(program)
        serve(program)
        browse(program)
        kept = keep(program)

    assert "Recorded. Consent: withdrawn since" in kept["consent withdraw"]
    assert Path("account.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    assert codes.keys() == {
        "notebook",
        "policy draft",
        "policy check",
        "build",
        "card",
        "score",
        "mitigate",
        "audit",
    }
    assert {code for name in codes.keys() - {"build", "audit"} for code in codes[name]} == {0}
    assert set(codes["build"]) <= {0, 1}
    assert codes["audit"] == [1, 1]
    assert pd.read_parquet("segments.parquet")["segment"].str.startswith("S").all()
    assert Path("card.html").read_text(encoding="utf-8").startswith("<!doctype html>")

    shown = re.search(r"```text\n(.*?)```", section(SIGNING), re.DOTALL)[1].splitlines()
    found = [next((at for at, line in enumerate(printed) if fnmatch.fnmatch(line, pattern)), None)
             for pattern in (line.replace("…", "*") for line in shown)]  # fmt: skip
    assert None not in found, shown
    assert found == sorted(found)
    assert len(pd.read_parquet("signed.parquet")) > 1_500
    run_examples(section(SIGNING))


def test_every_target_that_readme_names_is_one_of_the_makefile():
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = set(re.findall(r"\bmake ([a-z]+)", README))
    assert named
    assert named <= targets


def test_every_file_that_readme_links_is_there():
    links = re.findall(r"\]\(([^)]+)\)", README)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_the_picture_of_the_layers_is_that_of_the_import_contract():
    import tomllib

    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    layers = next(contract for contract in contracts["contracts"] if contract["id"] == "layers")["layers"]
    picture = README.split("a machine checks that.")[1].split("What a segment decides")[0]
    first, *drawn = [line.split()[0] for line in picture.splitlines() if line.startswith("    ")]
    assert first == "serving"  # which stands on all layers, by a contract of its own
    listed = [re.findall(r"\w+", layer) for layer in layers]
    order = [next(at for at, names in enumerate(listed) if name in names) for name in drawn]
    assert order == sorted(order)
