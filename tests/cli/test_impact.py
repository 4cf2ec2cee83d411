"""`segmentation impact`: the questions, and the page that follows from the answers."""

import pytest

from tests.test_readme import fill_in


@pytest.fixture
def drafted(run, place, home):
    """The questions of the registered version."""
    words = ("impact", "draft", "--model", "resident_needs", "--home", home, "--out", "answers.toml")
    return words, run(*words)


def render(run, home):
    words = ("impact", "render", "--model", "resident_needs", "--home", home)
    return run(*words, "--answers", "answers.toml", "--out", "impact")


def test_the_questions_are_drafted_once_and_refused_while_they_are_open(run, place, home, drafted):
    words, ended = drafted
    assert ended.code == 0
    assert "submit version 1 with --impact answers.toml" in ended.out
    assert run(*words).code == 2

    refused = render(run, home)
    assert refused.code == 2
    assert "texts are still to be written by a person" in refused.err
    assert "      assessed_on, next_review, contact, " in refused.err
    assert not (place / "impact").exists()


def test_the_answers_make_a_page_in_both_languages(run, place, home, drafted):
    fill_in(place / "answers.toml")

    assert render(run, home).code == 0
    assert {"impact.en.html", "impact.zh.html", "impact.json"} <= {
        path.name for path in (place / "impact").iterdir()
    }
