"""The program as a whole: its help, its start, and how errors end it."""

import os
import subprocess
import sys

import pytest
import typer

from segmentation.cli.console import steps
from segmentation.cli.main import app
from segmentation.errors import Fault, NoStructureError
from segmentation.version import __version__
from tests.commands import Program

HEAVY = (
    "numpy",
    "pandas",
    "sklearn",
    "scipy",
    "pydantic",
    "mlflow",
    "fairlearn",
    "pyarrow",
    "statsmodels",
    "jinja2",
    "cryptography",
    "sqlalchemy",
)
COMMANDS = (
    "backup",
    "restore",
    "demo",
    "simulate",
    "build",
    "audit",
    "mitigate",
    "notebook",
    "card",
    "score",
    "serve",
    "policy check",
    "policy schema",
    "policy draft",
    "people init",
    "people add",
    "people change",
    "people remove",
    "people list",
    "impact draft",
    "impact render",
    "review submit",
    "review list",
    "review show",
    "review comment",
    "review diff",
    "review waivers",
    "review approve",
    "review resume",
    "review activate",
    "review adopt",
    "review request-changes",
    "review reject",
    "review revoke",
    "review suspend",
    "review mirror",
    "review payload",
    "review attach",
    "dossier make",
    "dossier verify",
    "keyring init",
    "keyring show",
    "keyring rotate",
    "keyring retire",
    "keyring export",
    "keys issue",
    "keys list",
    "keys revoke",
    "ledger verify",
    "ledger checkpoint",
    "ledger upgrade",
    "ledger witness",
    "ledger tombstones",
    "ledger access",
    "ledger anchor",
    *(f"consent {name}" for name in ("import", "export", "state", "give", "refuse", "withdraw", "object")),
    "consent notice",
    *(
        f"resident {name}"
        for name in ("show", "explain", "requests", "request", "answer", "override", "erase")
    ),
    *(f"breach {name}" for name in ("open", "step", "list", "notice")),
    "retention list",
    "retention delete",
    "retention run",
)


def test_the_help_loads_nothing_heavy():
    code = (
        "import sys; sys.argv = ['segmentation', '--help']\n"
        "from segmentation.cli import main\n"
        "try: main()\n"
        f"finally: print(sorted(set({HEAVY}) & set(sys.modules)), file=sys.stderr)"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ended.stderr.strip().endswith("[]")
    assert "simulate" in ended.stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_ends_its_help_with_an_example_of_itself(run, command):
    ended = run(*command.split(), "--help")
    assert ended.code == 0
    assert ended.out.rstrip().splitlines()[-1].strip().startswith(f"Example: segmentation {command}")


def test_the_list_of_commands_here_is_that_of_the_program():
    top = typer.main.get_command(app)
    found = [
        f"{name} {sub}" if sub else name
        for name, command in top.commands.items()
        for sub in (getattr(command, "commands", None) or {"": None})
    ]
    assert sorted(found) == sorted(COMMANDS)


def test_the_version_is_that_of_the_package(run):
    assert run("--version").out.strip() == __version__


def test_commands_that_share_a_process_end_as_in_processes_of_their_own(tmp_path):
    """What the tests of README and of signed decisions rely on."""
    script = "import sys; sys.argv[0] = 'segmentation'; from segmentation.cli import main; main()"
    environ = os.environ | {"COLUMNS": "200"}
    asked = (("--version",), ("policy", "check", "none.toml"), ("policy", "--nothing"), ("--version",))
    with Program() as program:
        shared = [program.run(*words, folder=tmp_path) for words in asked]
    for words, ended in zip(asked, shared, strict=True):
        command = [sys.executable, "-c", script, *words]
        alone = subprocess.run(
            command, cwd=tmp_path, env=environ, capture_output=True, text=True, check=False
        )
        assert (ended.code, ended.out, ended.err) == (alone.returncode, alone.stdout, alone.stderr)
    assert [ended.code for ended in shared] == [0, 2, 2, 0]


def test_an_unknown_option_is_bad_input(run):
    ended = run("build", "--polcy", "x")
    assert ended.code == 2
    assert "--polcy" in ended.err


def test_an_unforeseen_refusal_of_the_file_system_is_one_sentence(run, place, monkeypatch):
    def refuse(path):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("segmentation.policy.read_policy", refuse)
    ended = run("policy", "check", "policy.toml")
    assert ended.code == 2
    assert ended.err.startswith("Error: The file system refuses: No space left on device.")


def test_needs_without_segments_have_an_exit_code_of_their_own(run, place, monkeypatch):
    def find(path):
        faults = (Fault(f"{number} segments", "does not repeat itself") for number in (2, 3))
        raise NoStructureError.from_faults("No segments were found", faults)

    monkeypatch.setattr("segmentation.policy.read_policy", find)
    ended = run("policy", "check", "policy.toml")
    assert ended.code == 3
    assert ended.err.startswith("Error: No segments were found, 2 faults:\n  - 2 segments: does not repeat")


def test_the_help_of_build_says_what_its_exit_codes_mean(run):
    told = " ".join(run("build", "--help").out.split())
    for code in ("Exit code 1 says", "2, that the input is refused", "3, that the needs hold no segments"):
        assert code in told


def test_a_fault_of_the_program_is_told_apart_and_quotes_nothing(run, place, monkeypatch):
    def fail(path):
        raise ZeroDivisionError("r-secret")

    monkeypatch.setattr("segmentation.policy.read_policy", fail)
    ended = run("policy", "check", "policy.toml")
    assert ended.code == 70
    assert "ZeroDivisionError at test_main.py:" in ended.err
    assert "r-secret" not in ended.err
    assert "Traceback" not in ended.err


def test_ctrl_c_ends_without_a_traceback(run, place, monkeypatch):
    def interrupt(path):
        raise KeyboardInterrupt

    monkeypatch.setattr("segmentation.policy.read_policy", interrupt)
    ended = run("policy", "check", "policy.toml")
    assert ended.code == 130
    assert "Traceback" not in ended.err


def test_a_reader_that_leaves_early_is_no_error():
    ended = subprocess.run(
        f"{sys.executable} -c 'from segmentation.cli import main; main()' policy schema | head -1",
        shell=True,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.stdout.strip() == "{"
    assert ended.stderr == ""


def test_a_bar_on_a_terminal_tells_how_many_rows_are_done(monkeypatch, capsys):
    monkeypatch.setenv("FORCE_COLOR", "1")
    with steps() as step:
        step("Reading residents.parquet")
        step.part("rows", 1_200_000, 5_000_000)
    shown = capsys.readouterr().err
    assert "Reading residents.parquet" in shown
    assert "1,200,000 rows" in shown


def test_elsewhere_a_line_says_what_is_read(monkeypatch, capsys):
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    with steps() as step:
        step("Reading residents.parquet")
        step.part("rows", 1, 2)
    assert capsys.readouterr().err == "Reading residents.parquet …\n"
