"""Findings as sentences: who, where, how much, how sure, how much is allowed, and what follows.

A reader must never have to trust a number without its count and interval, nor take an open question for a
pass; each reason why the data cannot say has its own words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from segmentation.wording.findings import RATIOS
from segmentation.wording.language import msg

if TYPE_CHECKING:
    from collections.abc import Iterable

    from segmentation.wording.findings import Told
    from segmentation.wording.titles import Reader

STATUS = {"kept": msg("kept"), "broken": msg("broken"), "undetermined": msg("undetermined")}

CHECKS = {
    "total_variation": msg("share that would need another segment (total variation)"),
    "association": msg("association (Cramér's V)"),
    "mutual_information": msg("normalised mutual information"),
    "probe_auc": msg("guessing the group from the segment (AUC)"),
    "selection_ratio": msg("ratio of rates by segment"),
    "service_parity": msg("ratio of rates by service"),
    "equal_opportunity": msg("ratio of rates by service, among those who needed it"),
}

SIGNATURE = {
    "kept": msg("It may be signed: no finding stands in the way."),
    "broken": msg("It may not be signed: limits are broken."),
    "undetermined": msg("It may not be signed: the data cannot say whether limits are kept."),
}

REASONS = {
    "beyond_limit": msg("the data show that the limit does not hold"),
    "within_limit": msg("the data show that the limit holds"),
    "not_settled": msg("the data show neither that the limit holds nor that it fails"),
    "small_group": msg("the group has fewer than %(smallest)s residents, too few to be judged"),
    "one_group": msg("fewer than two groups, or two segments, are large enough to be compared"),
    "everybody_or_nobody": msg("everybody or nobody is in it, so there is no difference to test"),
    "not_judged": msg(
        "plans or outcomes to judge it by are missing or too few, or its segments are too small to stand "
        "alone"
    ),
}

HIDDEN = msg("The figures are hidden: small counts could be worked out from them.")

PARTIAL = msg(
    "Some counts of this attribute are hidden. Values and intervals are of the groups that are shown; "
    "each status rests on all counts."
)

UNCHECKED = {
    "service_parity": msg("Who is planned which service was not judged: the segments came without plans."),
    "pooled_services": msg(
        "Who is planned a service was not judged where only some of the small segments taken together are."
    ),
    "equal_opportunity": msg(
        "Whether those who needed a service were planned it (equal opportunity) was not judged."
    ),
    "outcomes": msg(
        "No outcomes of the following period were given, so who needed a service, and how well segments "
        "predict it, is not known."
    ),
    "few_outcomes": msg(
        "Outcomes of the following period were given, but for some services and attributes too few residents "
        "needed the service, or too few did not, or it is not among them: equal opportunity was not judged "
        "there."
    ),
    "explained_by": msg(
        "Residents alike in the features that may explain a difference (explained_by) were "
        "not compared among themselves, or not by every attribute."
    ),
    "carriers": msg(
        "Which feature tells most of an attribute (carriers) was not measured: no needs were given."
    ),
    "trace": msg(
        "Which feature carries an attribute into the segments (the trace) was not measured: the rule that "
        "assigns the segments is not known."
    ),
    "fit": msg("How well the segments fit each group was not measured: no needs were given."),
    "pooled_segments": msg(
        "Segments under the smallest group were taken together; they were not judged one by one."
    ),
}

_CLAIMS = {
    "total_variation": msg(
        "%(value)s%(interval)s of %(who)s would need another segment to be spread like the others"
    ),
    "association": msg("Association of segments with %(attribute)s: Cramér's V %(value)s%(interval)s"),
    "mutual_information": msg(
        "What segments tell of %(attribute)s: normalised mutual information %(value)s%(interval)s"
    ),
    "probe_auc": msg("Guessing %(who)s from the segment: AUC %(value)s%(interval)s"),
    "selection_ratio": msg(
        "%(who)s enters segment %(what)s %(value)s%(interval)s times as often as the others"
    ),
    "service_parity": msg(
        "%(who)s is planned extra %(what)s %(value)s%(interval)s times as often as the others"
    ),
    "equal_opportunity": msg(
        "Of those who needed %(what)s, %(who)s is planned extra of it %(value)s%(interval)s times as often "
        "as the others"
    ),
}
_CLAIMS_WITHOUT_VALUE = {
    "total_variation": msg("What share of %(who)s would need another segment to be spread like the others"),
    "association": msg("Association of segments with %(attribute)s"),
    "mutual_information": msg("What segments tell of %(attribute)s"),
    "probe_auc": msg("Guessing %(who)s from the segment"),
    "selection_ratio": msg("How often %(who)s enters segment %(what)s, against the others"),
    "service_parity": msg("How often %(who)s is planned extra %(what)s, against the others"),
    "equal_opportunity": msg(
        "Of those who needed %(what)s, how often %(who)s is planned extra of it, against the others"
    ),
}
_CLAIMS_NOT_JUDGED = {
    "service_parity": msg("Who is planned extra %(what)s, by %(attribute)s, was not judged"),
    "equal_opportunity": msg(
        "Who of those who needed %(what)s is planned extra of it, by %(attribute)s, was not judged"
    ),
}


def sentence(reader: Reader, finding: Told) -> str:
    """Return a finding as one sentence, in the reader's words."""
    status = reader.t(STATUS[finding.status])
    claim = f"{_claim(reader, finding)}{reader.aside(_figures(reader, finding))}"
    if finding.status == "undetermined":
        because = reader.join("clause", (reason(reader, finding.reason), outlook(reader, finding)))
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


def allowed(reader: Reader, finding: Told) -> str:
    """Return what the limit of a finding allows."""
    if finding.check not in RATIOS:
        return reader.t("allowed at most %(limit)s", limit=_limit(reader, finding))
    low, high = reader.ratio(finding.limit), reader.ratio(1 / finding.limit)
    return reader.t("allowed %(low)s to %(high)s", low=low, high=high)


def measure(reader: Reader, check: str, value: float, among: Iterable[float] = ()) -> str:
    """Return a figure of a check in the form that a reader expects: a share, or two decimals.

    It has the decimals that the figures of `among` need, so that those beside one another are alike.
    """
    if check == "total_variation":
        return reader.percent(value)
    form = reader.small if check == "mutual_information" else reader.ratio
    return form(value, among)


def figure(reader: Reader, finding: Told, value: float) -> str:
    """Return a figure of a finding, with as many decimals as all figures of that finding."""
    told = (finding.value, finding.by_chance, *(finding.interval or ()))
    return measure(reader, finding.check, value, [one for one in told if one is not None])


def figure_interval(reader: Reader, finding: Told) -> str:
    """Return the interval of a finding, such as [1.80, 2.04]; empty where it has none."""
    if finding.interval is None:
        return ""
    low, high = (figure(reader, finding, end) for end in finding.interval)
    return f"[{low}, {high}]"


def valued(reader: Reader, finding: Told, value: float) -> str:
    """Return the value of a finding with its interval, such as 1.92 [1.80, 2.04]."""
    return f"{figure(reader, finding, value)} {figure_interval(reader, finding)}".rstrip()


def bounds(reader: Reader, finding: Told) -> str:
    """Return the limit as short as a table needs: 0.80–1.25, or ≤ 0.10."""
    limit = _limit(reader, finding)
    return f"{limit}–{reader.ratio(1 / finding.limit)}" if finding.check in RATIOS else f"≤ {limit}"


def _limit(reader: Reader, finding: Told) -> str:
    is_share = finding.check == "total_variation"
    return reader.whole_percent(finding.limit) if is_share else reader.ratio(finding.limit)


def who_is(reader: Reader, finding: Told) -> str:
    """Return the group of a finding with its attribute: 65 and over (Age); without a group, the attribute."""
    if finding.group is None:
        return reader.attribute(finding.attribute)
    return reader.member(finding.attribute, finding.group)


def target(reader: Reader, finding: Told) -> str:
    """Return the segment or the service that a finding is about, as a sentence calls it."""
    name = finding.target or ""
    return reader.segment(name) if finding.check == "selection_ratio" else reader.quoted(reader.service(name))


def counted(reader: Reader, finding: Told) -> str:
    """Return the count behind a figure: 1,204 of 3,950; empty where it is hidden."""
    if finding.size is None:
        return ""
    if finding.count is None:
        return reader.tn("%(n)s resident", "%(n)s residents", finding.size)
    return reader.t(
        "%(count)s of %(size)s", count=reader.integer(finding.count), size=reader.integer(finding.size)
    )


def chance(reader: Reader, finding: Told) -> str:
    """Return what chance alone gives of a measure; nothing of a ratio."""
    if finding.by_chance is None or finding.value is None:
        return ""
    most = figure(reader, finding, finding.by_chance)
    if finding.value <= finding.by_chance:
        return reader.t("no more than chance alone may give, %(most)s", most=most)
    return reader.t("chance alone gives up to %(most)s", most=most)


def outlook(reader: Reader, finding: Told) -> str:
    """Return what could have been seen of an open finding, and how many residents would settle it."""
    seen = settled = ""
    nearest = _detectable(finding)
    if nearest is not None:
        seen = reader.t(
            "with so many residents and comparisons, %(value)s would most likely have shown",
            value=measure(reader, finding.check, nearest),
        )
    if finding.settled_by is not None:
        settled = reader.tn(
            "about %(n)s resident in all, with the same shares, would settle it",
            "about %(n)s residents in all, with the same shares, would settle it",
            finding.settled_by,
        )
    return reader.join("clause", (seen, settled))


def _detectable(finding: Told) -> float | None:
    """Return what would have shown, on the side of 1 that the value is on: above 1, its inverse."""
    nearest = finding.detectable
    if nearest is None or finding.check not in RATIOS or (finding.value or 0.0) <= 1 or nearest > 1:
        return nearest
    return 1 / nearest if nearest > 0 else None


def _claim(reader: Reader, finding: Told) -> str:
    words = {
        "who": who_is(reader, finding),
        "attribute": reader.attribute(finding.attribute),
        "what": target(reader, finding),
    }
    if finding.value is None:
        claims = _CLAIMS_NOT_JUDGED if finding.reason == "not_judged" else _CLAIMS_WITHOUT_VALUE
        return reader.t(claims[finding.check], **words)
    ends = figure_interval(reader, finding)
    value = figure(reader, finding, finding.value)
    return reader.t(_CLAIMS[finding.check], value=value, interval=f" {ends}" if ends else "", **words)


def _figures(reader: Reader, finding: Told) -> str:
    people = reader.join("comma", (counted(reader, finding), _rates(reader, finding)))
    if not people and finding.value is not None:
        people = reader.t("number of residents hidden")
    # Holm's p-value is there where every count behind a figure is shown.
    partial = finding.value is not None and finding.p_value is None
    shown = reader.t("among the groups that are shown") if partial else ""
    return reader.join("clause", (people, shown, chance(reader, finding), allowed(reader, finding)))


def _rates(reader: Reader, finding: Told) -> str:
    if finding.rate is None:
        return ""
    rate = reader.percent(finding.rate)
    if finding.rate_interval is not None:
        rate = f"{rate} {reader.percent_interval(finding.rate_interval)}"
    if finding.others_rate is None:
        return rate
    return reader.t("%(rate)s against %(others)s", rate=rate, others=reader.percent(finding.others_rate))
