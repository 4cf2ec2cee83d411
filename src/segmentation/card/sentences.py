"""Findings as sentences: who, where, how much, how sure, how much is allowed, and what follows.

A reader must never have to trust a number without its count and interval, nor take an open question for a
pass; each reason why the data cannot say has its own sentence.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from segmentation.card.language import Language, msg
from segmentation.card.titles import Reader, titles_of

if TYPE_CHECKING:
    from segmentation.audit import Finding as AuditFinding
    from segmentation.card.model import ModelCard
    from segmentation.card.parts import Finding
    from segmentation.policy import Policy

STATUS = {"kept": msg("kept"), "broken": msg("broken"), "undetermined": msg("undetermined")}

SIGNATURE = {
    "kept": msg("It may be signed: no finding stands in the way."),
    "broken": msg("It may not be signed: limits are broken."),
    "undetermined": msg("It may not be signed: the data cannot say whether limits are kept."),
}

REASONS = {
    "beyond_limit": msg("the data show that the limit does not hold"),
    "within_limit": msg("the data show that the limit holds"),
    "not_settled": msg(
        "after correction for the number of comparisons, the data show neither that the "
        "limit holds nor that it fails"
    ),
    "small_group": msg("the group has fewer than %(smallest)s residents, too few to be judged"),
    "small_expectation": msg("so few residents are to be expected there that a test could not be trusted"),
    "one_group": msg("fewer than two groups, or two segments, are large enough to be compared"),
    "everybody_or_nobody": msg("everybody or nobody is in it, so there is no difference to test"),
}

HIDDEN = msg("The figures are hidden: small counts could be worked out from them.")

PARTIAL = msg(
    "Some counts of this attribute are hidden. Ratios and intervals are of the groups that are shown; "
    "each status rests on all counts."
)

UNCHECKED = {
    "probe_auc": msg(
        "How well a group can be guessed from the segment (probe AUC) was not measured; its "
        "limit was not tested."
    ),
    "explained_by": msg(
        "Residents alike in the features that may explain a difference (explained_by) were "
        "not compared among themselves."
    ),
    "pooled_segments": msg(
        "Segments under the smallest group were taken together; they were not judged one by one."
    ),
    "service_parity": msg("Who is planned which service was not judged: the segments came without plans."),
}


def explain(finding: Finding | AuditFinding, source: ModelCard | Policy, language: Language) -> str:
    """Return a finding as one sentence with its count, interval, limit and status.

    Parameters
    ----------
    finding : Finding
        Of an audit or of a card.
    source : ModelCard or Policy
        Knows what attributes, groups, segments and services are called; a policy knows no generated names.
    language : {"en", "zh"}

    Examples
    --------
    ``65 and over (Age) enters segment S3 “Phone first” 1.9 times as often as the others (1,204 of 3,950,
    30.5% [29.1%, 31.9%]; ratio 1.92 [1.80, 2.04], allowed 0.80 to 1.25): broken.``
    """
    return sentence(Reader(language, titles_of(source)), finding)


def sentence(reader: Reader, finding: Finding | AuditFinding) -> str:
    """Return a finding as one sentence, in the reader's words."""
    status = reader.t(STATUS[finding.status])
    claim = _association(reader, finding) if finding.check == "association" else _ratio(reader, finding)
    if finding.status == "undetermined":
        because = reason(reader, finding.reason)
        told = reader.t(
            "%(claim)s: %(status)s, because %(because)s.", claim=claim, status=status, because=because
        )
    else:
        told = reader.t("%(claim)s: %(status)s.", claim=claim, status=status)
    return reader.join("sentence", (told, reader.t(HIDDEN) if finding.hidden else ""))


def reason(reader: Reader, why: str) -> str:
    """Return why a finding has its status, as a clause."""
    smallest = reader.integer(reader.titles.smallest_group)
    return reader.t(REASONS[why], smallest=smallest) if why == "small_group" else reader.t(REASONS[why])


def allowed(reader: Reader, finding: Finding | AuditFinding) -> str:
    """Return what the limit of a finding allows."""
    if finding.check == "association":
        return reader.t("allowed at most %(limit)s", limit=reader.ratio(finding.limit))
    low, high = reader.ratio(finding.limit), reader.ratio(1 / finding.limit)
    return reader.t("allowed %(low)s to %(high)s", low=low, high=high)


def _association(reader: Reader, finding: Finding | AuditFinding) -> str:
    attribute, limit = reader.attribute(finding.attribute), allowed(reader, finding)
    if finding.value is None:
        return reader.t(
            "Association of segments with %(attribute)s (%(limit)s)", attribute=attribute, limit=limit
        )
    value = _with_interval(reader, finding, finding.value)
    if finding.size is None:
        return reader.t(
"Association of segments with %(attribute)s: Cramér's V %(value)s (number of "
"residents hidden, %(limit)s)",
            attribute=attribute, value=value, limit=limit,
        )  # fmt: skip
    return reader.t(
"Association of segments with %(attribute)s: Cramér's V %(value)s (%(size)s "
"residents, %(limit)s)",
        attribute=attribute, value=value, size=reader.integer(finding.size), limit=limit,
    )  # fmt: skip


def _ratio(reader: Reader, finding: Finding | AuditFinding) -> str:
    head = _head(reader, finding)
    figures = _figures(reader, finding)
    return reader.t("%(claim)s (%(figures)s)", claim=head, figures=figures)


def _head(reader: Reader, finding: Finding | AuditFinding) -> str:
    who = who_is(reader, finding)
    if finding.check == "service_parity":
        what = reader.service(finding.target or "")
        return _service_head(reader, finding, who, what)
    what = reader.segment(finding.target or "")
    if finding.value is not None:
        return reader.t(
            "%(who)s enters segment %(what)s %(times)s times as often as the others",
            who=who, what=what, times=reader.times(finding.value),
        )  # fmt: skip
    return reader.t("How often %(who)s enters segment %(what)s, against the others", who=who, what=what)


def _service_head(reader: Reader, finding: Finding | AuditFinding, who: str, what: str) -> str:
    if finding.value is not None:
        return reader.t(
"%(who)s is planned the service “%(what)s” %(times)s times as often as the others",
            who=who, what=what, times=reader.times(finding.value),
        )  # fmt: skip
    return reader.t(
        "How often %(who)s is planned the service “%(what)s”, against the others", who=who, what=what
    )


def who_is(reader: Reader, finding: Finding | AuditFinding) -> str:
    """Return the group of a finding with its attribute: 65 and over (Age)."""
    return reader.t(
        "%(group)s (%(attribute)s)",
        group=reader.group(finding.attribute, finding.group or ""),
        attribute=reader.attribute(finding.attribute),
    )


def counted(reader: Reader, finding: Finding | AuditFinding) -> str:
    """Return the count behind a rate: 1,204 of 3,950; empty where it is hidden."""
    if finding.size is None:
        return ""
    if finding.count is None:
        return reader.tn("%(n)s resident", "%(n)s residents", finding.size)
    return reader.t(
        "%(count)s of %(size)s", count=reader.integer(finding.count), size=reader.integer(finding.size)
    )


def _figures(reader: Reader, finding: Finding | AuditFinding) -> str:
    rate = ""
    if finding.rate is not None:
        rate = reader.percent(finding.rate)
        rate += f" {reader.percent_interval(finding.rate_interval)}" if finding.rate_interval else ""
    ratio = ""
    if finding.value is not None:
        ratio = reader.t("ratio %(ratio)s", ratio=_with_interval(reader, finding, finding.value))
    people = reader.join("comma", (counted(reader, finding), rate))
    limit = reader.join("comma", (ratio, allowed(reader, finding)))
    return reader.join("clause", (people, limit))


def _with_interval(reader: Reader, finding: Finding | AuditFinding, value: float) -> str:
    told = reader.ratio(value)
    if finding.interval is not None:
        told = f"{told} {reader.ratio_interval(finding.interval)}"
    if finding.p_value is None:
        return reader.t("%(value)s among the groups that are shown", value=told)
    return told
