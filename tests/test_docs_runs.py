"""Every command and every line of Python of the tutorial and of the guides, in their order."""

import doctest
import fnmatch
import os
import re
import shlex
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from segmentation.simulate import simulate
from tests.commands import Program
from tests.mlflow_server import files, running, runs
from tests.serving.process import COMMAND, Service
from tests.test_readme import DATED, QUICK, WORDS, fill_in

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
HOWTO = DOCS / "howto"
BLOCK = re.compile(r"```(sh|text|python|pycon)\n(.*?)```", re.DOTALL)
ORDER = re.search(r"toctree}\n.*?\n\n(.*?)```", (HOWTO / "index.md").read_text(encoding="utf-8"), re.DOTALL)
GUIDES = ORDER[1].split()
MODEL = "resident_needs"
COMPARE = (HOWTO / "compare.md").read_text(encoding="utf-8")
FILTERS = re.findall(r"^(?:metrics|tags)\..+$", COMPARE, re.MULTILINE)
"""What the guide to MLflow tells to filter by: what is mitigated and not broken, and what is in service."""
LINES = re.search(r"As parameters choose (.*?), as metrics (.*?)\.", COMPARE, re.DOTALL)
DRAWN = {
    kind: set(re.findall("`([a-z_]+)`", told))
    for kind, told in zip(("params", "metrics"), LINES.groups(), strict=True)
}
"""What the guide tells to draw as lines."""
SHOWN_KEY = "0a1b2c3d4e5f6071"
"""Stands in the guides for the key that the line before told to retire."""
ELSEWHERE = {".", "export", "make"}
"""What a page tells to run that the tests stand in already, or that only a shell can."""


def blocks(path):
    return BLOCK.findall(path.read_text(encoding="utf-8"))


def codes(line):
    """The exit codes that a line says it may end with."""
    told = re.search(r"# exit code (\d)(?: or (\d))?", line)
    return {int(code) for code in told.groups() if code} if told else {0}


def words_of(line):
    """The words of a command, with days that hold whenever the tests run."""
    ahead = (datetime.now(UTC).date() + timedelta(days=300)).isoformat()
    line = re.sub(r"(--training-until|--expires) \S+", rf"\1 {ahead}", line.split(" #")[0])
    words = shlex.split(line)
    is_dated = words[1] in DATED and "--residents" in words and "--as-of" not in words
    asked = ["--yes"] if words[1:3] in (["review", "approve"], ["review", "resume"]) else []
    return [*words[1:], *asked, *(["--as-of", "2026-07-01"] if is_dated else [])]


class Reader:
    """Somebody who follows a page to the letter, in a folder."""

    def __init__(self, program, **environ):
        self.program, self.environ = program, {"COLUMNS": "100"} | environ
        self.names, self.variables = {}, {}
        self.printed, self.serving = "", None

    def follow(self, path):
        try:
            for number, (kind, text) in enumerate(blocks(path)):
                self._follow(kind, text, f"{path.name}, block {number}")
        finally:
            if self.serving:
                self.serving.__exit__(None, None, None)
                self.serving = None

    def _follow(self, kind, text, place):
        if kind == "sh":
            self.printed = "".join(self._run(line, place) for line in text.splitlines() if line.strip())
        elif kind == "text":
            missing = not_shown(text, self.printed)
            assert missing is None, (place, missing, self.printed)
        elif kind == "python":
            exec(compile(text, place, "exec"), self.names)
        else:
            address = self.serving.address if self.serving else "http://127.0.0.1:8000"
            run_examples(text.replace("http://127.0.0.1:8000", address), self.names, place)

    def _run(self, line, place):
        if "=$(" in line.replace('"', ""):
            name, command = line.split("=", 1)
            assert command == '"$(cut -d _ -f 2 key.txt)"', place
            self.variables[name] = Path("key.txt").read_text(encoding="utf-8").split("_")[1]
            return ""
        if line.split()[0] in ELSEWHERE:
            return ""
        if line.split()[0] in {"cp", "mkdir"}:
            subprocess.run(shlex.split(line), check=True)
            return ""
        if line.split()[0] == "mlflow":
            look_at_mlflow(line.split()[1:], place)
            return ""
        for name, value in self.variables.items():
            line = line.replace(f"${name}", value)
        if told := re.search("keyring retire ([0-9a-f]{16})", self.printed):
            line = line.replace(SHOWN_KEY, told[1])
        words = words_of(line)
        if words[0] == "serve":
            self.serving = Service(
                Path.cwd(), "-c", COMMAND, *words, "--port", "0", **self.environ
            ).__enter__()
            return ""
        ended = self.program.run(*words, folder=Path.cwd(), **self.environ)
        assert ended.code in codes(line), (place, line, ended.out, ended.err)
        write_what_is_marked()
        return ended.out


def look_at_mlflow(words, place):
    """Open MLflow as a page tells, and ask its server what its pages ask for their table and lines."""
    with running(*words, folder=Path.cwd()) as uri:
        found = runs(uri, MODEL)
        assert len(found) > 1, place
        assert list(incomparable(found)) == [], place
        mitigated, active = ([one["info"]["run_name"] for one in runs(uri, MODEL, one)] for one in FILTERS)
        assert mitigated, place
        assert all("no mitigation" not in name for name in mitigated)
        assert active == []
        assert "card/card.en.html" in files(uri, found[0], "card")
        assert "charts/2_needs.en.png" in files(uri, found[0], "charts")


def incomparable(found):
    """Why runs could not stand side by side in the table, or be drawn as lines; nothing where they can."""
    if len({run["info"]["run_name"] for run in found}) < len(found):
        yield "two have one name"
    for run in found:
        told = {kind: {one["key"]: one["value"] for one in run["data"][kind]} for kind in DRAWN}
        for kind, keys in DRAWN.items():
            yield from (f"{kind} lack {key}" for key in sorted(keys - told[kind].keys()))
        if run["info"]["status"] != "FINISHED":
            yield "one is not finished"
        if not all(isinstance(value, int | float) for value in told["metrics"].values()):
            yield "a metric is no number"


def write_what_is_marked():
    """Fill in each draft, as a page asks; a policy's is the one that comes along, made quick."""
    for draft in Path.cwd().glob("*.toml"):
        if "<write:" not in draft.read_text(encoding="utf-8"):
            continue
        if draft.name == "policy.toml":
            policy = (ROOT / "models" / "resident_needs" / "policy.toml").read_text(encoding="utf-8")
            assert "segments = [2, 10]" in policy
            draft.write_text(policy.replace("segments = [2, 10]", QUICK), encoding="utf-8")
        else:
            fill_in(draft)


def not_shown(shown, printed):
    """The first line that is shown and was not printed after those before it; None where all were."""
    lines = iter(" ".join(line.split()) for line in printed.splitlines())
    for line in shown.splitlines():
        pattern = " ".join(line.split()).replace("[", "[[]").replace("…", "*")
        if pattern.strip("*") and not any(fnmatch.fnmatchcase(one, pattern) for one in lines):
            return line
    return None


def run_examples(text, names, place):
    example = doctest.DocTestParser().get_doctest(text, names, place, place, 0)
    names.update(example.globs)
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    told = []
    assert runner.run(example, out=told.append, clear_globs=False).failed == 0, "".join(told)
    names.update(example.globs)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty folder of a person who set nothing."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith(("SEGMENTATION_", "MLFLOW_"))]:
        monkeypatch.delenv(name)
    # A copy: what is approved in a checkout is written beside its policy.
    shutil.copytree(ROOT / "models", tmp_path / "models")
    return tmp_path


@pytest.fixture
def residents(folder):
    """The tables that the guides speak of."""
    table = simulate(3_000).residents
    table.to_parquet("residents.parquet", index=False)
    classes = table[["resident_ref"]].assign(segment=table["age_band"].fillna("none"))
    classes.to_csv("hand_made_table.csv", index=False)
    audited = ["age_band", "sex", "ethnicity", "tenure", "hukou_place"]
    counts = table[audited].assign(segment=(table["phone_contact"] > 0.5).map({True: "desk", False: "app"}))
    counts.value_counts(dropna=False).reset_index(name="count").to_csv("counts.csv", index=False)
    return folder


@pytest.mark.slow
def test_the_tutorial_is_true(folder):
    with Program(**WORDS) as program:
        Reader(program).follow(DOCS / "tutorial.md")


@pytest.mark.slow
def test_every_guide_is_true_in_the_order_of_their_list(residents):
    with Program(**WORDS) as program:
        for name in GUIDES:
            if name != "postgres":
                Reader(program).follow(HOWTO / f"{name}.md")


@pytest.mark.slow
def test_the_guide_to_postgresql_is_true(folder, new_database):
    with Program(**WORDS) as program:
        Reader(program, SEGMENTATION_LEDGER=new_database()).follow(HOWTO / "postgres.md")

    assert not list(Path.cwd().rglob("ledger.db"))


def run_of(name, **metrics):
    """A run as MLflow's pages are told of it."""
    told = {
        "params": dict.fromkeys(DRAWN["params"], "none"),
        "metrics": dict.fromkeys(DRAWN["metrics"], 0.5) | metrics,
    }
    data = {kind: [{"key": key, "value": value} for key, value in one.items()] for kind, one in told.items()}
    return {"info": {"run_name": name, "status": "FINISHED"}, "data": data}


def test_runs_that_cannot_be_compared_are_found():
    assert list(incomparable([run_of("a"), run_of("b", residents=4)])) == []
    assert list(incomparable([run_of("a"), run_of("a")])) == ["two have one name"]
    assert list(incomparable([run_of("a", silhouette="NaN")])) == ["a metric is no number"]
    lacking = run_of("a")
    lacking["data"]["params"].pop()
    assert len(list(incomparable([lacking]))) == 1


def test_every_column_that_the_guide_to_mlflow_names_is_one_of_every_run():
    from segmentation.registry.figures import MEASURES, PARAMETERS

    columns = {one.key for one in (*PARAMETERS, *MEASURES)}
    named = set(re.findall(r"`([a-z]+(?:_[a-z]+)+)`", COMPARE)) | {"mitigation", "silhouette"}
    filtered = {name for one in FILTERS for name in re.findall(r"(?:metrics|params)\.(\w+)", one)}

    assert len(FILTERS) == 2
    assert min(map(len, DRAWN.values())) > 1
    assert (named | filtered | set().union(*DRAWN.values())) - columns == set()


def test_every_guide_is_in_the_list():
    assert sorted(GUIDES) == sorted({path.stem for path in HOWTO.glob("*.md")} - {"index"})


@pytest.mark.parametrize(
    ("shown", "printed", "missing"),
    [
        ("a … c\nd", "a b c\nx\nd", None),
        ("d\na", "a\nd", "a"),
        ("…\na", "b\n a", None),
        ("a [b]", "a [b]", None),
        ("a\nb", "a", "b"),
    ],
)
def test_what_is_shown_and_was_not_printed_is_found(shown, printed, missing):
    assert not_shown(shown, printed) == missing


def test_a_line_says_with_which_code_it_ends():
    assert codes("segmentation build  # exit code 1") == {1}
    assert codes("segmentation build  # exit code 0 or 1") == {0, 1}
    assert codes("segmentation build  # shows the findings") == {0}


def test_what_a_page_shows_of_python_must_be_so():
    run_examples(">>> 1 + 1\n2\n", {}, "here")
    with pytest.raises(AssertionError):
        run_examples(">>> 1 + 1\n3\n", {}, "here")
