"""What every page of a card is made of, whatever its form: the card, and words and figures for its reader."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import partial
from typing import TYPE_CHECKING

from markupsafe import Markup

from segmentation.card import needs, once, phrases, pictures, standing, words
from segmentation.card.model import ModelCard
from segmentation.card.parts.segmented import FIDELITY
from segmentation.card.titles import titles_of
from segmentation.wording import TAGS, Language, Reader, sentences

if TYPE_CHECKING:
    from collections.abc import Callable

    from segmentation.card.parts import Feature, Finding, Interval, Tally
    from segmentation.wording import Voice

OPEN_ROWS = 12
"""Rows that are shown at once; the rest of a long table waits behind a click."""


@dataclass(frozen=True)
class Section:
    """One field of the card as a section of the page."""

    name: str
    title: str
    help: str


def sections(reader: Voice) -> tuple[Section, ...]:
    """Return the sections in the order of the card's fields, in the reader's words."""
    told = [(part.name, part.metadata["title"], part.metadata["help"]) for part in fields(ModelCard)]
    return tuple(Section(name, reader.t(title), reader.t(line)) for name, title, line in told)


def context(card: ModelCard, language: Language) -> dict[str, object]:
    """Return every name that the templates may use."""
    reader = Reader(language, titles_of(card))
    about, *rest = sections(reader)
    return {
        "card": card,
        "r": reader,
        "t": reader.t,
        "tn": reader.tn,
        "tag": TAGS[language],
        "about": about,
        "sections": rest,
        "titled": {section.name: section.title for section in rest}.__getitem__,
        "open_rows": OPEN_ROWS,
        "words": words,
        "sentences": sentences,
        "colon": Markup(reader.colon),  # noqa: S704 - a mark of the language, with its space
        "says": partial(sentences.sentence, reader),
        "tally": partial(_tally, reader),
        "with_interval": _with_interval,
        "by_status": partial(_by_status, card),
        "by_check": _by_check,
        "short_segments": [reader.short_segment(segment) for segment in card.fairness.segments],
        "finding_chart": partial(pictures.finding_chart, reader),
        **_about_segments(card, reader),
        **_about_findings(card, reader),
        **_about_needs(card, reader),
        **_lists(card, reader),
    }


def _about_findings(card: ModelCard, reader: Reader) -> dict[str, object]:
    return {
        "told_once": partial(once.once, card),
        "says_once": partial(once.says, reader),
        "by_attribute": once.by_attribute,
        "blocks": partial(phrases.blocks, reader),
        "more": partial(phrases.more, reader),
        "settling": partial(phrases.settling, reader, card),
        "enough": partial(phrases.enough, reader),
        "why": partial(phrases.why, reader),
        "where": partial(phrases.where, reader),
        "mainly": partial(phrases.mainly, reader),
        "through": partial(phrases.through, reader, card),
        "traces": partial(phrases.traces, reader),
        "stratum_told": partial(phrases.stratum_told, reader),
        "literature": partial(phrases.literature, reader),
        "spreads_of": phrases.spreads_of,
    }


def _about_segments(card: ModelCard, reader: Reader) -> dict[str, object]:
    return {
        "standing": standing,
        "least_fidelity": FIDELITY,
        "weak": standing.weak(card.stability),
        "strength_chart": partial(pictures.strength_chart, reader),
        "jaccard_chart": partial(pictures.jaccard_chart, reader),
        "stability_chart": partial(pictures.stability_chart, reader),
        "structure": partial(standing.structure, reader),
        "copula": partial(standing.copula, reader),
        "signature": partial(standing.signature, reader, card),
        "shortfall": partial(standing.shortfall, reader, card),
        "smallest": partial(standing.smallest, reader),
        "borderline": partial(standing.borderline, reader),
        "moved": partial(standing.moved, reader),
        "staying": partial(standing.staying, reader),
        "how_many": partial(standing.how_many, reader),
        "what_part": partial(standing.what_part, reader),
        "mover": partial(standing.mover, reader),
        "segments_named": lambda ids: reader.join("list", map(reader.segment, ids)),
        "features_called": lambda keys: reader.join("list", map(reader.feature, keys)),
    }


def _about_needs(card: ModelCard, reader: Reader) -> dict[str, object]:
    return {
        "features": _features(card),
        "services": {service.key: service for service in card.services},
        "kinds": needs.KINDS,
        "dimensions": needs.DIMENSIONS,
        "need": partial(needs.need, reader),
        "figure": partial(needs.figure, reader),
        "measured_as": partial(needs.measured_as, reader),
        "rule": partial(needs.rule, reader),
        "allowed_values": partial(needs.allowed_values, reader),
    }


def _lists(card: ModelCard, reader: Reader) -> dict[str, object]:
    """Return the functions that name several things at once."""
    features = _features(card)
    return {
        "features_named": lambda keys: reader.join(
            "list", (reader.text(features[key].title) for key in keys)
        ),
        "attributes_named": lambda keys: reader.join("list", map(reader.attribute, keys)),
        "groups_named": lambda name, groups: reader.join(
            "list", (reader.group(name, group) for group in groups)
        ),
        "values_named": lambda values: reader.join("list", (reader.text(value.title) for value in values)),
        "checks_named": lambda checks: reader.join(
            "list", (reader.t(sentences.CHECKS[check]) for check in checks)
        ),
        "needs_named": lambda withheld: reader.join(
            "list", (needs.need(reader, features[one.feature], one.level) for one in withheld)
        ),
        "calls_named": partial(needs.calls, reader, features),
    }


def _features(card: ModelCard) -> dict[str, Feature]:
    return {feature.key: feature for feature in card.features}


def _tally(reader: Reader, tally: Tally) -> str:
    return reader.t(
        "%(broken)s broken, %(undetermined)s undetermined, %(kept)s kept",
        broken=reader.integer(tally.broken),
        undetermined=reader.integer(tally.undetermined),
        kept=reader.integer(tally.kept),
    )


def _with_interval(
    form: Callable[[float], str], between: Callable[[Interval], str], value: float, interval: Interval | None
) -> str:
    return form(value) if interval is None else f"{form(value)} {between(interval)}"


def _by_status(card: ModelCard, status: str) -> list[str]:
    """Return the attributes whose findings add up to a status, worst first."""
    return [gap.attribute for gap in card.gaps if gap.status == status]


def _by_check(findings: tuple[Finding, ...]) -> dict[str, list[Finding]]:
    """Return the findings about groups by check, each worst first; those not judged have no figure."""
    told = [finding for finding in findings if finding.reason != "not_judged"]
    found = {check: [one for one in told if one.check == check] for check in words.QUESTIONS}
    return {check: listed for check, listed in found.items() if listed}
