"""Whatever an assessment says is on its page, in every form and language."""

import copy
import json

import pytest

from segmentation.impact import Impact, render_impact
from segmentation.impact.page import SECTIONS, sections
from segmentation.wording import LANGUAGES, Voice
from tests.card import made
from tests.impact.made import impact, raw_answers

IMPACT = impact(card=made.card(choice=made.given()))
FIXED = {"consent", "effect", "status", "conclusion", "residual_risk", "likelihood", "severity", "format"}
"""Fields with a few fixed values."""
UNSHOWN = (
    ("services", "key"),
    ("audit", "attributes", "key"),
    ("answers", "findings"),
    ("answers", "triggers"),
)
"""What is shown under its title, as the answer that stands in the audit, or among the triggers."""


def marked(content, marks, path=()):
    """Return plain data with another value in every place; what to look for goes to `marks`, by place."""
    if isinstance(content, dict):
        return {key: marked(value, marks, (*path, key)) for key, value in content.items()}
    if isinstance(content, list):
        return [marked(value, marks, (*path, at)) for at, value in enumerate(content)]
    value, shown = another(path, content, len(marks))
    if shown is not None:
        marks[path] = shown
    return value


def another(path, value, number):
    """Return another value for a place, and how a page shows it; None where it need not be looked for."""
    if path[-1] in FIXED or value is None or isinstance(value, bool):
        return value, None
    if path[-1] in {"assessed_on", "next_review"}:
        return {"assessed_on": ("2025-12-24", "24"), "next_review": ("2026-02-13", "13")}[path[-1]]
    if isinstance(value, int | float):
        return 1_000_000 + number, f"1,000,{number:03}"
    if value.startswith("sha256:"):
        return (digest := f"sha256:{number:064}"), digest
    return f"mark{number}end", f"mark{number}end"


def unshown(found, marks, form):
    texts = {language: render_impact(found, language, form) for language in LANGUAGES}
    return [
        path
        for path, mark in marks.items()
        if mark not in texts[path[-1] if path[-1] in LANGUAGES else "en"] and not is_excused(path)
    ]


def is_excused(path):
    named = tuple(step for step in path if isinstance(step, str))
    return any(named[: len(one)] == one for one in UNSHOWN)


@pytest.mark.parametrize("form", ["html", "md"])
def test_everything_that_is_said_is_shown(form):
    marks = {}
    content = marked(json.loads(IMPACT.to_json()), marks)

    assert len(marks) > 150
    assert unshown(Impact.from_json(json.dumps(content)), marks, form) == []


def test_something_that_is_not_shown_would_be_found():
    assert unshown(IMPACT, {("caveats", 0, "en"): "mark0end"}, "md") == [("caveats", 0, "en")]


@pytest.mark.parametrize(
    ("place", "key"),
    [
        (("triggers", 0), "applies"),
        (("answers", "security", "processors"), "applies"),
        (("answers", "security", "abroad"), "applies"),
        (("minimal", "denied", 0), "present"),
    ],
)
@pytest.mark.parametrize("form", ["html", "md"])
def test_yes_and_no_are_told_apart(place, key, form):
    content = json.loads(IMPACT.to_json())
    changed = content
    for step in place:
        changed = changed[step]
    changed[key] = not changed[key]

    found = Impact.from_json(json.dumps(content))
    assert found.digest != IMPACT.digest
    assert stripped(found, form) != stripped(IMPACT, form)


def stripped(found, form):
    """Return a page without its digest, which changes with everything."""
    return render_impact(found, "en", form).replace(found.digest, "")


@pytest.mark.parametrize(
    ("changes", "shown"),
    [
        ({"conclusion": "proceed", "conditions": []}, "It may be submitted for signature."),
        ({"conclusion": "do not proceed", "conditions": []}, "It may not be submitted for signature."),
        ({"residual_risk": "very high"}, "Risk that is left: very high."),
    ],
)
@pytest.mark.parametrize("form", ["html", "md"])
def test_the_conclusion_is_told_in_words(changes, shown, form):
    assert shown in render_impact(impact(**changes), "en", form)


def test_every_section_has_a_title_and_a_line_in_both_languages():
    for language in LANGUAGES:
        told = sections(Voice(language))
        assert [one.name for one in told] == [name for name, _, _ in SECTIONS]
        assert all(one.title and one.help for one in told)


def test_days_are_written_as_the_reader_writes_them():
    assert "March 1, 2026" in render_impact(IMPACT, "en", "md")
    assert "2026年3月1日" in render_impact(IMPACT, "zh", "md")


def test_a_high_level_stands_out():
    raw = copy.deepcopy(raw_answers()["rights"])
    raw["harm"]["severity"] = "very high"

    assert "<strong>very high</strong>" in render_impact(impact(rights=raw), "en", "html")
    assert "<strong>low</strong>" not in render_impact(IMPACT, "en", "html")
