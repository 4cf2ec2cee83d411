"""What the project's own files promise: one lock, a whole wheel, true dependencies, two commands."""

import ast
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from segmentation.version import __version__

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
PYTHONS = ("3.11", "3.12", "3.13")
SOURCES = sorted([*(ROOT / "src").rglob("*.py"), *(ROOT / "serving").rglob("*.py")])

HOSTS = {"ipython"}
"""What runs the program where it is used at all: a notebook brings its own."""
# Named by another package rather than imported: the engine that pandas reads and writes Parquet with, and the
# event loop that uvicorn runs on.
USED_BY_NAME = {"pyarrow", "uvloop"}
# pydantic's documentation imports its errors from its core, which it pins itself.
PART_OF = {"pydantic-core": "pydantic"}


def environment(python: str) -> dict[str, str]:
    """The markers of CPython on Linux."""
    return {
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
        "python_full_version": f"{python}.0",
        "python_version": python,
        "sys_platform": "linux",
    }


def applies(requirement: Requirement, python: str) -> bool:
    return requirement.marker is None or requirement.marker.evaluate(environment(python))


def pins(lock: str, python: str) -> dict[str, list[Version]]:
    """Every version that the lock installs on one Python, by the package's canonical name."""
    found: dict[str, list[Version]] = {}
    for line in re.findall(r"^[A-Za-z0-9].*==.*?(?= \\$)", lock, re.MULTILINE):
        pin = Requirement(line)
        if applies(pin, python):
            (exact,) = pin.specifier
            found.setdefault(canonicalize_name(pin.name), []).append(Version(exact.version))
    return found


def wanted() -> list[Requirement]:
    """Every requirement of the project and of its extras."""
    extras = PROJECT["project"]["optional-dependencies"].values()
    return [Requirement(line) for lines in (PROJECT["project"]["dependencies"], *extras) for line in lines]


def unmet(requirements: list[Requirement], lock: str, python: str) -> list[str]:
    """Those that the lock does not meet with exactly one version."""
    locked = pins(lock, python)
    return [
        str(requirement)
        for requirement in requirements
        if applies(requirement, python)
        and [requirement.specifier.contains(v) for v in locked.get(canonicalize_name(requirement.name), [])]
        != [True]
    ]


def imported(sources: list[Path]) -> set[str]:
    """The distributions of the third-party packages that these files import, at their top or later."""
    modules = set()
    for path in sources:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                modules |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                modules.add(node.module)
    top = {name.split(".")[0] for name in modules} - sys.stdlib_module_names - {"segmentation", "serving"}
    homes = packages_distributions()
    # Several distributions may share a package, as mlflow's do: the project depends on the one of that name.
    found = {canonicalize_name(name if name in homes[name] else homes[name][0]) for name in top}
    return {PART_OF.get(name, name) for name in found}


def test_the_lock_holds_no_address():
    assert "://" not in LOCK
    assert not re.search(r"^\s*-(?!-hash=)", LOCK, re.MULTILINE)


def test_every_pin_of_the_lock_has_hashes():
    blocks = re.split(r"\n(?=[A-Za-z0-9])", re.sub(r"^#.*\n", "", LOCK, flags=re.MULTILINE).strip())

    assert len(blocks) > len(wanted())
    assert [block for block in blocks if "==" not in block or "--hash=sha256:" not in block] == []


@pytest.mark.parametrize("python", PYTHONS)
def test_the_lock_meets_every_range_and_extra(python):
    assert unmet(wanted(), LOCK, python) == []


@pytest.mark.parametrize("missing", ["numpy>=99", "a-package-that-is-not-locked"])
def test_a_range_that_the_lock_does_not_meet_is_found(missing):
    assert unmet([Requirement(missing)], LOCK, "3.12") == [missing]


@pytest.mark.parametrize("python", PYTHONS)
def test_the_lock_leaves_one_version_of_each_package(python):
    assert {name: versions for name, versions in pins(LOCK, python).items() if len(versions) != 1} == {}


def test_every_import_is_a_dependency_and_every_dependency_is_used():
    lines = PROJECT["project"]["dependencies"] + PROJECT["project"]["optional-dependencies"]["pdf"]
    dependencies = {canonicalize_name(Requirement(line).name) for line in lines}

    assert (imported(SOURCES) - HOSTS) | USED_BY_NAME == dependencies


def test_an_import_inside_a_function_counts(tmp_path):
    path = tmp_path / "late.py"
    path.write_text("import json\ndef late():\n    from sklearn.cluster import KMeans\n", encoding="utf-8")

    assert imported([path]) == {"scikit-learn"}


def test_the_tests_mirror_the_sources():
    modules = {p.stem for p in (ROOT / "src/segmentation").iterdir() if p.suffix == ".py" or p.is_dir()}
    modules -= {"__init__", "__pycache__"}
    mirrors = {p.stem.removeprefix("test_") for p in (ROOT / "tests").iterdir()}

    assert modules - mirrors == set()


@pytest.mark.slow
def test_the_wheel_holds_both_packages_and_their_data(tmp_path):
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    packed = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}

    roots = {ROOT / "src": "segmentation", ROOT: "serving"}
    files = {
        path.relative_to(root).as_posix()
        for root, package in roots.items()
        for path in (root / package).rglob("*")
        if path.is_file() and path.parent.name != "__pycache__"
    }
    copied = {f"segmentation/notebooks/{path.name}" for path in (ROOT / "notebooks").glob("*.ipynb")}
    assert packed == files | copied | {"segmentation/notebooks/policy.toml"}


def test_the_changelog_opens_with_the_version():
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.search(r"^## (\S+)", changes, re.MULTILINE)[1] == __version__


@pytest.fixture
def installed(tmp_path):
    """A checkout whose install is done, whose demo ends with the code `$DEMO_ENDS`."""
    (tmp_path / "Makefile").write_bytes((ROOT / "Makefile").read_bytes())
    command = tmp_path / ".venv/bin/segmentation"
    command.parent.mkdir(parents=True)
    command.write_text('#!/bin/sh\necho "$@"\ntest "$1" != demo || exit "$DEMO_ENDS"\n')
    command.chmod(0o755)
    for name in ("requirements.lock", "pyproject.toml", ".venv/.installed"):
        (tmp_path / name).touch()
    return tmp_path


def make(folder, *arguments, **variables):
    command = ["make", *arguments]
    environ = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    return subprocess.run(
        command, cwd=folder, env=environ | variables, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(("ends", "succeeds"), [("0", True), ("1", False), ("130", False)])
def test_the_demo_of_make_is_that_of_the_program(installed, ends, succeeds):
    demo = make(installed, "demo", DEMO_ENDS=ends)

    assert demo.stdout.splitlines()[1] == "demo --out var/demo"
    assert (demo.returncode == 0) is succeeds


def test_another_python_is_refused_with_one_sentence(installed):
    (installed / ".venv/.installed").unlink()

    refused = make(installed, "test", "PYTHON=false")

    assert refused.returncode != 0
    assert refused.stderr.splitlines()[0] == (
        "Python 3.11, 3.12 or 3.13 is needed and 'false' is not one: name it, as in make PYTHON=python3.12."
    )
    assert refused.stdout == ""


def test_help_names_every_target(installed):
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)

    assert [line.split()[0] for line in make(installed, "help").stdout.splitlines()] == targets
