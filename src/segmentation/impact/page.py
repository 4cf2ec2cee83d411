"""What every page of an assessment is made of, whatever its form: labels, levels and days for its reader."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from babel.dates import format_date
from markupsafe import Markup

from segmentation.card import words
from segmentation.impact.answers import CONCLUSIONS, Answers
from segmentation.impact.levels import NAMES
from segmentation.impact.model import Impact
from segmentation.impact.retention import kept_until
from segmentation.policy import Text
from segmentation.policy.base import Part
from segmentation.wording import TAGS, Language, Voice, msg

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from pydantic.fields import FieldInfo

SECTIONS: tuple[tuple[str, str, str], ...] = (
    (
        "outcome",
        msg("Conclusion"),
        msg("What the assessors conclude, under which conditions, and until when."),
    ),
    ("triggers", "", ""),
    (
        "lawful",
        msg("Purpose and method: lawful, legitimate and necessary"),
        msg("PIPL Art. 56(1). Why there are segments at all, and what is used for them."),
    ),
    (
        "rights",
        msg("Effect on individuals' rights"),
        msg("PIPL Art. 56(2), in the four dimensions of GB/T 39335-2020, before the safeguards."),
    ),
    ("audit", "", ""),
    ("services", "", ""),
    (
        "decisions",
        msg("Automated decisions"),
        msg("PIPL Art. 24: how residents get an explanation, and how they refuse."),
    ),
    ("caveats", "", ""),
    (
        "security",
        msg("Security risks and safeguards"),
        msg("PIPL Art. 56(2) and (3): what may go wrong, what stands against it, and whether it fits."),
    ),
    (
        "sources",
        msg("Sources"),
        msg("What this assessment was built along. For orientation: counsel is to check every reference."),
    ),
)
"""The sections of the page; those without a heading of their own have that of the assessment's field."""

SOURCES: tuple[tuple[str, str], ...] = (
    (
        msg("PIPL Art. 55"),
        msg("When an assessment is made beforehand, and that the handling is recorded."),
    ),
    (
        msg("PIPL Art. 56"),
        msg("What an assessment holds, and that report and record are kept for at least three years."),
    ),
    (
        msg("PIPL Art. 24"),
        msg(
            "Automated decisions: transparent, with fair and just results, without unreasonable differential "
            "treatment in price and other terms; explanation and refusal where the effect is major."
        ),
    ),
    (
        msg("PIPL Art. 28 to 31"),
        msg("Sensitive personal information: specific purpose, sufficient necessity, separate consent."),
    ),
    (
        msg("PIPL Art. 51"),
        msg(
            "Safeguards: rules, classification, encryption and de-identification, access rights, training, "
            "plans for incidents."
        ),
    ),
    (
        msg("GB/T 39335-2020"),
        msg(
            "Guidance for security impact assessment: four dimensions of effects on rights, each with "
            "likelihood and severity. How both make a risk is this program's own reading: their mean, "
            "rounded up."
        ),
    ),
)
BOXES = {"proceed": "kept", "proceed with conditions": "undetermined", "do not proceed": "broken"}
"""How the box of the conclusion looks."""
OPEN_FINDINGS = 4
"""Blocking findings of an attribute that are shown at once; the rest waits behind a click."""


@dataclass(frozen=True)
class Section:
    """One section of the page."""

    name: str
    title: str
    help: str


@dataclass(frozen=True)
class Label:
    """What a field is called, and its line of help."""

    title: str
    help: str


def sections(voice: Voice) -> tuple[Section, ...]:
    """Return the sections in order, in the reader's words."""
    fields = Impact.model_fields
    named = (
        (name, title or fields[name].title or "", line or fields[name].description or "")
        for name, title, line in SECTIONS
    )
    return tuple(Section(name, voice.t(title), voice.t(line)) for name, title, line in named)


def context(impact: Impact, language: Language) -> dict[str, object]:
    """Return every name that the templates may use."""
    voice = Voice(language)

    def label(path: str) -> Label:
        title, line = _labels()[path]
        return Label(voice.t(title), voice.t(line))

    def label_of(name: str) -> Label:
        field = Impact.model_fields[name]
        return Label(voice.t(str(field.title)), voice.t(str(field.description)))

    def day(of: date) -> str:
        return format_date(of, "long", locale=language)

    return {
        "impact": impact,
        "answers": impact.answers,
        "r": voice,
        "t": voice.t,
        "tn": voice.tn,
        "tag": TAGS[language],
        "sections": sections(voice),
        "label": label,
        "label_of": label_of,
        "day": day,
        "level_of": lambda name: voice.t(NAMES[name]),
        "conclusion": voice.t(CONCLUSIONS[impact.answers.conclusion]),
        "box": BOXES[impact.answers.conclusion],
        "kept_until": day(kept_until(impact)),
        "sources": SOURCES,
        "words": words,
        "open_findings": OPEN_FINDINGS,
        "colon": Markup(voice.colon),  # noqa: S704 - a mark of the language, with its space
    }


@cache
def _labels() -> dict[str, tuple[str, str]]:
    return {path: (field.title or "", field.description or "") for path, field in _walk(Answers)}


def _walk(kind: type[Part], path: str = "") -> Iterator[tuple[str, FieldInfo]]:
    """Yield every field of the answers with its path."""
    for name, field in kind.model_fields.items():
        yield f"{path}{name}", field
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, Part) and inner is not Text:
            yield from _walk(inner, f"{path}{name}.")
