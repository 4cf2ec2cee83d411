"""Who is at the terminal is asked once more, unless they said yes; who is not there has to say it."""

import pytest
import typer

from segmentation.cli import secrets
from segmentation.cli.asked import LEFT, ask_first
from segmentation.errors import ReviewError


def ask(*, yes=False):
    ask_first("Go on?", "Look again", "Nothing was done.", yes=yes)


@pytest.fixture
def answer(monkeypatch):
    """Sit at a terminal, and answer."""

    def sit(answer):
        monkeypatch.setattr(secrets, "is_asked", lambda: True)
        monkeypatch.setattr(typer, "confirm", lambda question: {"Go on?": answer}[question])

    return sit


def test_who_says_no_ends_it_and_is_told_what_became_of_it(answer, capsys):
    answer(False)
    with pytest.raises(typer.Exit) as ended:
        ask()

    assert ended.value.exit_code == LEFT
    assert capsys.readouterr().out == "Nothing was done.\n"


def test_who_says_yes_goes_on_and_who_said_it_before_is_not_asked(answer, capsys):
    answer(True)
    ask()
    answer(False)
    ask(yes=True)

    assert capsys.readouterr().out == ""


def test_where_nobody_is_there_it_has_to_be_said(monkeypatch):
    monkeypatch.setattr(secrets, "is_asked", lambda: False)
    with pytest.raises(ReviewError, match=r"no terminal to ask at\. Look again, and say --yes\."):
        ask()
