"""The import contracts hold, and each of them catches the import that it forbids."""

import os
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
CONTRACTS = {contract["id"]: contract for contract in PROJECT["tool"]["importlinter"]["contracts"]}


@pytest.fixture
def copy(tmp_path):
    """The sources and the contracts, to plant an import in."""
    for package in ("src/segmentation", "serving"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def plant(copy, module, line):
    """Add a line to a module, or to the package of that name."""
    path = copy / "src/segmentation" / module
    path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    path.write_text(f"{path.read_text(encoding='utf-8')}\n{line}\n", encoding="utf-8")


def lint(folder, contract):
    """Check one contract, as `make check` checks all of them."""
    command = [
        str(Path(sys.executable).parent / "lint-imports"),
        "--no-cache",
        "--no-logo",
        "--contract",
        contract,
    ]
    path = os.pathsep.join([str(folder / "src"), str(folder)])
    return subprocess.run(
        command,
        cwd=folder,
        env=os.environ | {"PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("contract", CONTRACTS)
def test_the_contract_is_kept(copy, contract):
    linted = lint(copy, contract)

    assert "Contracts: 1 kept, 0 broken." in linted.stdout
    assert linted.returncode == 0


@pytest.mark.parametrize(
    ("contract", "module", "line"),
    [
        ("layers", "policy", "import segmentation.features"),
        ("layers", "residents", "import segmentation.simulate"),
        ("serving", "cli", "import serving"),
        ("fairlearn", "card", "import fairlearn.metrics"),
        ("mlflow", "pipeline", "def late():\n    import mlflow"),
        ("no-server", "profiles", "import fastapi"),
        ("light", "ledger/book", "import pandas"),
        ("light", "home", "def late():\n    import mlflow"),
        ("scorer", "scorer", "import pandas"),
        ("scorer", "errors", "import pydantic"),
    ],
)
def test_the_contract_catches_what_it_forbids(copy, contract, module, line):
    plant(copy, module, line)

    linted = lint(copy, contract)

    assert "Contracts: 0 kept, 1 broken." in linted.stdout
    assert linted.returncode == 1


def test_a_module_without_a_layer_is_caught(copy):
    (copy / "src/segmentation/helpers.py").write_text('"""No layer."""\n', encoding="utf-8")

    assert "segmentation.helpers" in lint(copy, "layers").stdout


def test_every_layer_that_is_listed_exists():
    layers = {name.strip() for row in CONTRACTS["layers"]["layers"] for name in row.split("|")}
    paths = (ROOT / "src/segmentation").iterdir()

    assert layers == {p.stem for p in paths if p.suffix == ".py" or p.is_dir()} - {"__init__", "__pycache__"}


def test_every_layer_from_the_plans_down_to_the_policy_needs_no_server():
    rows = [row.strip("()") for row in CONTRACTS["layers"]["layers"]]
    below = {
        name.strip(" ()")
        for row in rows[rows.index("plans") : rows.index("errors | version")]
        for name in row.split("|")
    }

    assert set(CONTRACTS["no-server"]["source_modules"]) == {f"segmentation.{name}" for name in below}


def test_the_scorer_forbids_every_dependency_but_numpy():
    homes = packages_distributions()
    # Several distributions may share a package, as mlflow's do: the project depends on the one of that name.
    forbidden = {
        canonicalize_name(name if name in homes[name] else homes[name][0])
        for name in CONTRACTS["scorer"]["forbidden_modules"]
    }
    dependencies = {canonicalize_name(Requirement(line).name) for line in PROJECT["project"]["dependencies"]}

    assert forbidden == dependencies - {"numpy"}
