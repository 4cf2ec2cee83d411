"""The one flag of these tests: golden files are written anew instead of compared."""

import pytest


def pytest_addoption(parser):
    parser.addoption("--update-goldens", action="store_true", help="write the golden files anew")


@pytest.fixture
def golden(request):
    """Compare a text with the golden file of that path, or write it there when the flag asks for it."""

    def compare(path, text):
        if request.config.getoption("--update-goldens"):
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
        assert text == path.read_text(encoding="utf-8"), (
            f"{path.name} differs: run with --update-goldens, and look"
        )

    return compare
