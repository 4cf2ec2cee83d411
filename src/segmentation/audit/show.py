"""A report as its reader meets it in a notebook: the verdict, the worst findings as a table, and sentences.

The card is the form for signing; this is the form for working.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import fields
from typing import TYPE_CHECKING, Any

import pandas as pd
from markupsafe import Markup

from segmentation.audit.findings import Finding
from segmentation.shown import status, table, tally
from segmentation.wording import Reader, Titles, sentence, sentences, titles_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from segmentation.audit.model import AuditReport
    from segmentation.policy import Policy
    from segmentation.wording import Language

ROWS = 20
"""Findings in a notebook's table."""
_HEADS = ("status", "check", "who", "where", "value", "by chance", "allowed", "residents")
_PAGE = Markup(
    "<p><strong>Audit: {verdict}</strong>. {tally}; {residents} residents in {segments} segments, intervals "
    "at {confidence}.</p>{table}<p>Each in a sentence: <code>report.explain(report.findings[0])</code>. In a "
    "picture: <code>report.plot()</code>. All of it: <code>report.to_frame()</code>.</p>"
)


def reader_of(report: AuditReport, language: Language, policy: Policy | None) -> Reader:
    """Return the voice in which a report speaks: with the titles of a policy, or in the keys alone."""
    return Reader(language, Titles(report.smallest_group) if policy is None else titles_of(policy))


def explain(report: AuditReport, finding: Finding, language: Language, policy: Policy | None) -> str:
    """Return a finding of a report as one sentence."""
    return sentence(reader_of(report, language, policy), finding)


def tallied(report: AuditReport) -> str:
    """Return how many findings of a report have which status, worst first."""
    return tally(Counter(finding.status for finding in report.findings))


def frame(report: AuditReport) -> pd.DataFrame:
    """Return a table with one row per finding; both ends of an interval are columns."""
    return pd.DataFrame([_figures(finding) for finding in report.findings], columns=list(_columns()))


def html(report: AuditReport) -> str:
    """Return the verdict and the findings that stand against it, or the first that are kept, as HTML."""
    reader = reader_of(report, "en", None)
    against = [finding for finding in report.findings if finding.status != "kept"]
    listed = (against or report.findings)[:ROWS]
    return _PAGE.format(
        verdict=status(report.verdict),
        tally=tallied(report),
        residents=reader.integer(sum(report.segment_sizes)),
        segments=reader.integer(len(report.segments)),
        confidence=reader.whole_percent(report.confidence),
        table=_table(reader, listed, len(report.findings)),
    )


def one(finding: Finding) -> str:
    """Return a finding alone as a table of one row, as HTML; the smallest group is the report's to know."""
    reader = Reader("en", Titles(0))
    return table("A finding of an audit", _HEADS, [_cells(reader, finding)])


def _table(reader: Reader, findings: Sequence[Finding], total: int) -> Markup:
    shown = len(findings)
    caption = f"The worst {shown} of {total} findings" if shown < total else "All findings, worst first"
    return table(caption, _HEADS, [_cells(reader, finding) for finding in findings])


def _cells(reader: Reader, finding: Finding) -> tuple[str, ...]:
    missing = "hidden" if finding.hidden else "–"
    chance = finding.by_chance
    return (
        status(finding.status),
        finding.check.replace("_", " "),
        sentences.who_is(reader, finding),
        finding.target or "all segments",
        missing if finding.value is None else sentences.valued(reader, finding, finding.value),
        "" if chance is None else f"≤ {sentences.measure(reader, finding.check, chance)}",
        sentences.bounds(reader, finding),
        sentences.counted(reader, finding) or missing,
    )


# ---- As a table -------------------------------------------------------------------------------------

_PAIRS = {
    "interval": ("low", "high"),
    "rate_interval": ("rate_low", "rate_high"),
    "between": ("between_difference", "between_ratio"),
}
"""Fields of a finding that hold two figures, and what a table calls them."""


def _columns() -> Iterator[str]:
    for field in fields(Finding):
        yield from _PAIRS.get(field.name, (field.name,))


def _figures(finding: Finding) -> dict[str, Any]:
    row = {field.name: getattr(finding, field.name) for field in fields(finding)}
    for name, columns in _PAIRS.items():
        row |= zip(columns, row.pop(name) or (None, None), strict=True)
    return row
