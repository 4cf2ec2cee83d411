"""The table of duties: every row names its article and tests that are there, in both languages alike."""

import ast
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = {"en": "duties.md", "zh": "duties.zh.md"}
DUTIES = (
    "consent", "minimal data", "purpose and scope", "legal review", "access", "encryption", "backup",
    "training", "clear criteria", "continuous evaluation",
)  # fmt: skip
NOT_BUILT = {"en": "not built", "zh": "尚未实现"}


def rows(language):
    text = (ROOT / "docs" / PAGES[language]).read_text(encoding="utf-8")
    found = [line[2:-2].split(" | ") for line in text.splitlines() if line.startswith("| ")]
    return found[2:]


def named(row):
    return re.findall(r"`([\w/]+\.py)::(test_\w+)`", row[3])


TESTS = sorted({one for row in rows("en") for one in named(row)})


@cache
def functions(file):
    tree = ast.parse((ROOT / "tests" / file).read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("language", PAGES)
def test_every_duty_has_its_row_with_an_article_what_is_done_and_a_state(language):
    found = rows(language)

    assert len(found) == len(DUTIES)
    assert language != "en" or tuple(row[0] for row in found) == DUTIES
    for row in found:
        assert len(row) == 5
        assert re.search(r"Art\. \d+" if language == "en" else r"第.+条", row[1])
        assert all(cell.strip() for cell in row)
        assert len(named(row)) == row[3].count("`") // 2, "each is a test"


@pytest.mark.parametrize(("file", "test"), TESTS)
def test_every_test_that_a_row_names_is_there(file, test):
    assert test in functions(file)


def test_both_pages_name_the_same_tests():
    assert [named(row) for row in rows("en")] == [named(row) for row in rows("zh")]


def test_what_is_not_built_says_so():
    for language, words in NOT_BUILT.items():
        assert [words in row[4] for row in rows(language)] == [duty == DUTIES[-1] for duty in DUTIES]


@pytest.mark.slow
def test_every_test_that_a_row_names_is_collected():
    words = [f"tests/{file}::{test}" for file, test in TESTS]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", "-m", "", *words],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    collected = {line.partition("[")[0] for line in done.stdout.splitlines()}

    assert done.returncode == 0, done.stdout[-2_000:]
    assert set(words) <= collected
