"""`segmentation demo`: the way from simulated residents to a signed answer over HTTP, by the commands.

Everything in it is made up: the residents, and the people who submit, sign and approve, who say so in their
names. So it has a home of its own, and nothing in it can be taken for a real decision.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import shlex
import shutil
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from segmentation.cli.console import BROKEN
from segmentation.cli.plain import say
from segmentation.errors import SegmentationError, StorageError
from segmentation.reviews.made_up import DAYS, MADE_UP, PASSPHRASE, filled_in, people_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

EXAMPLE = "segmentation demo --keep"
FOLDER = Path("var/demo")
POLICY = Path("models/resident_needs/policy.toml")
MODEL = "resident_needs"
YEAR_END = "2026-07-01"
"""The simulated year ends with June 2026."""
MARKER = ".segmentation-demo"
"""Marks a folder that a demo made, and that the next one may throw away."""
KEY = "api_key.txt"
PEOPLE = people_of("Demo")


def demo(
    n: Annotated[int, typer.Option("--n", min=1_000, help="Simulated residents.")] = 20_000,
    policy: Annotated[Path, typer.Option("--policy", help="The policy of the demo.")] = POLICY,
    out: Annotated[
        Path, typer.Option(help="Folder of its own; one of an earlier demo is replaced.")
    ] = FOLDER,
    port: Annotated[int, typer.Option(min=0, max=65_535, help="Where it serves; 0 takes a free one.")] = 0,
    keep: Annotated[bool, typer.Option("--keep", help="Leave the server running until Ctrl-C.")] = False,
) -> None:
    """Simulate residents, find a disparity and mitigate it, sign with made-up people, serve, and ask.

    Each step is a command that is printed before it runs, so that it can be run again by hand, with the
    settings that are printed first.
    """
    from segmentation.cli.demo_server import ask, check_port, serving, tell_pages, wait

    check_port(port)
    with prepared(out, policy), _settings(out):
        make_versions(out, policy, n)
        sign(out)
        key = issue_key(out)
        with serving(out, MODEL, port) as address:
            ask(address, key, out / "residents.parquet")
            tell_pages(address, PEOPLE, out / PASSPHRASE)
            if keep:
                wait()


@contextmanager
def prepared(out: Path, policy: Path) -> Iterator[None]:
    """Make the folder, throw away what an earlier demo left there, and keep other demos out meanwhile.

    Raises
    ------
    StorageError
        It is no folder, holds something that no demo made, or a demo runs in it.
    SegmentationError
        There is no policy.
    """
    if not policy.is_file():
        raise SegmentationError(
            f"There is no policy {policy}. Run the demo in a checkout, or name a policy of the simulated "
            "community with --policy."
        )
    if out.exists() and not out.is_dir():
        raise StorageError(f"{out} is a file. Name a folder with --out.")
    if out.exists() and not (out / MARKER).exists() and any(out.iterdir()):
        raise StorageError(f"The folder {out} holds what no demo made. Name another one with --out.")
    out.mkdir(parents=True, exist_ok=True)
    with (out / MARKER).open("a") as marker:
        try:
            fcntl.flock(marker, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StorageError(f"A demo still runs in {out}. Stop it, or name another --out.") from None
        _empty(out)
        os.close(os.open(out / PASSPHRASE, os.O_CREAT | os.O_WRONLY, 0o600))
        (out / PASSPHRASE).write_text(secrets.token_urlsafe(16), encoding="utf-8")
        (out / "models" / MODEL).mkdir(parents=True)
        shutil.copyfile(policy, out / "models" / MODEL / POLICY.name)
        yield


def _empty(out: Path) -> None:
    for left in out.iterdir():
        if left.is_dir() and not left.is_symlink():
            shutil.rmtree(left)
        elif left.name != MARKER:
            left.unlink()


def make_versions(out: Path, policy: Path, n: int) -> None:
    """Register a version in which the planted carrier is found, and one in which it is mitigated."""
    given = ("--policy", policy, "--residents", out / "residents.parquet", "--as-of", YEAR_END)
    run("simulate", "--n", n, "--out", out)
    run("build", *given, allowed=BROKEN)
    run("build", *given, "--previous", 1, "--mitigation", "drop:phone_contact", allowed=BROKEN)


def sign(out: Path) -> None:
    """Begin a ledger, submit the second version with an assessment, and approve it twice."""
    root = ("--root-passphrase-file", out / PASSPHRASE)
    own = ("--passphrase-file", out / PASSPHRASE)
    version = ("--model", MODEL, "--version", 2)
    today = datetime.now(UTC).date()
    run("people", "init", *root)
    for name, role in PEOPLE.items():
        until = (today + timedelta(days=DAYS)).isoformat()
        run("people", "add", name, "--role", role, "--training-until", until, *root, *own)
    run("impact", "draft", *version, "--out", out / "answers.toml")
    fill_in(out / "answers.toml", today)
    run("review", "submit", *version, "--as", "Demo trainer", "--impact", out / "answers.toml", *own)
    run("review", "waivers", *version, "--out", out / "waivers.toml")
    fill_in(out / "waivers.toml", today)
    # Not to the models of this checkout, in which real decisions are kept.
    rest = ("--waivers", out / "waivers.toml", "--reason", MADE_UP, "--checkout", out / "models", "--yes")
    for name in ("Demo compliance", "Demo business"):
        run("review", "approve", *version, "--as", name, *rest, *own)


def issue_key(out: Path) -> str:
    """Issue an API key of a day, kept in a file of the demo's folder; return it."""
    expires = (datetime.now(UTC).date() + timedelta(days=1)).isoformat()
    scopes = ("--scope", "predict", "--scope", "explain", "--scope", "read")
    run(
        "keys", "issue", "--as", "Demo administrator", "--name", "Demo client", *scopes, "--expires", expires,
        "--reason", MADE_UP, "--passphrase-file", out / PASSPHRASE, "--out", out / KEY,
    )  # fmt: skip
    return (out / KEY).read_text(encoding="utf-8").strip()


def run(*words: object, allowed: int = 0) -> None:
    """Print one command of the program as a shell takes it, and run it.

    Raises
    ------
    typer.Exit
        It ended otherwise than with 0, or with the code that is allowed.
    """
    from segmentation.cli.main import app

    asked = [str(word) for word in words]
    typer.echo()
    say(f"$ segmentation {shlex.join(asked)}")
    code: Any = typer.main.get_command(app).main(asked, prog_name="segmentation", standalone_mode=False)
    if code not in {None, 0, allowed}:
        raise typer.Exit(code)


def fill_in(draft: Path, today: date) -> None:
    """Write something made up wherever a draft asks a person."""
    draft.write_text(filled_in(draft.read_text(encoding="utf-8"), today), encoding="utf-8")
    say(f"  Filled in {draft}: {MADE_UP}")


@contextmanager
def _settings(out: Path) -> Iterator[None]:
    """Point the settings at the demo's home, whatever the environment says of a real one."""
    before = {name: value for name, value in os.environ.items() if name.startswith("SEGMENTATION_")}
    tracking = os.environ.pop("MLFLOW_TRACKING_URI", None)
    for name in before:
        del os.environ[name]
    os.environ["SEGMENTATION_HOME"] = str(out)
    say(f"$ export SEGMENTATION_HOME={shlex.quote(str(out))}  # a home of its own; nothing real is touched")
    try:
        yield
    finally:
        del os.environ["SEGMENTATION_HOME"]
        os.environ.update(before | ({} if tracking is None else {"MLFLOW_TRACKING_URI": tracking}))
