"""The words of a card, one line each, and what its codes stand for."""

from __future__ import annotations

from typing import Literal

from segmentation.shown import ICONS  # noqa: F401 - templates
from segmentation.wording import msg

GLOSSARY: tuple[tuple[str, str], ...] = (
    (msg("resident"), msg("An owner or tenant; one row of the table.")),
    (msg("need"), msg("An allowed feature: which service is asked for, how much, and when.")),
    (
        msg("protected attribute"),
        msg("Age, sex, ethnicity and the like: for the audit alone, never for the model."),
    ),
    (
        msg("proxy"),
        msg("A column that can stand in for a protected attribute; audited like one, never a feature."),
    ),
    (
        msg("intersection"),
        msg("Several attributes together, such as age and sex: a gap may show only there."),
    ),
    (msg("segment"), msg("A cluster of residents with similar needs, with an id, a name and a plain rule.")),
    (
        msg("plain rule"),
        msg(
            "The best short description of a segment. Fidelity: the share of all residents for whom rule and "
            "segment agree. Precision: the share of residents meeting it who are in the segment. Coverage: "
            "the share of the segment that meets it. Membership itself is decided by distance, not by the "
            "rule."
        ),
    ),
    (msg("contract floor"), msg("What the contract promises everybody; no service plan goes below it.")),
    (
        msg("service plan"),
        msg("What a segment gets above the contract floor, because its needs call for it."),
    ),
    (
        msg("benefit, burden"),
        msg("Whether more of a service is good for those who get it, or weighs on them."),
    ),
    (msg("finding"), msg("One checked claim: what, for whom, value, count, interval, limit, status.")),
    (msg("kept, broken"), msg("The data show that the limit holds, or that it does not.")),
    (
        msg("test"),
        msg(
            "Broken: a one-sided test, corrected for all comparisons of the audit (Holm), finds the value "
            "beyond the limit. Kept: one-sided tests at 5%, each on its own, find it within. Neither: "
            "undetermined. The interval is two-sided, so its end may lie slightly beyond the limit of a "
            "kept finding."
        ),
    ),
    (msg("undetermined"), msg("The data cannot say. Never to be read as a pass.")),
    (
        msg("gate, screen"),
        msg(
            "An undetermined gate blocks the signature, an undetermined screen does not. Broken "
            "blocks either way."
        ),
    ),
    (msg("rate"), msg("The share of a group that is in a segment, or that is planned a service.")),
    (
        msg("ratio"),
        msg(
            "A group's rate divided by the rate of all others: 1 is even, 2 is twice as often, "
            "0.5 half as often."
        ),
    ),
    (
        msg("Cramér's V"),
        msg(
            "How closely segments follow an attribute, corrected for chance: 0 is not at all, 1 "
            "is completely."
        ),
    ),
    (
        msg("total variation"),
        msg(
            "The share of a group that would need another segment for the group to be spread over the "
            "segments like everybody else: 0% is the same spread, 100% means that they share no segment."
        ),
    ),
    (
        msg("normalised mutual information"),
        msg(
            "How much of the uncertainty about an attribute the segment takes away: 0 is nothing, 1 is all "
            "of it."
        ),
    ),
    (
        msg("AUC"),
        msg(
            "How often a member of a group, and not somebody else, is picked out of two residents by what "
            "is known: 0.5 is guessing, 1 is always."
        ),
    ),
    (
        msg("by chance"),
        msg(
            "What a value stays under in 95 of 100 random segmentations with segments and groups of the "
            "same sizes; a value below it says nothing of the attribute."
        ),
    ),
    (
        msg("conditional ratio"),
        msg(
            "The ratio among residents alike in the features that may explain a difference, pooled over "
            "the strata (Mantel–Haenszel)."
        ),
    ),
    (
        msg("social fairness ratio"),
        msg(
            "How much worse the segments fit the group that they fit worst than the one that they fit "
            "best: the ratio of mean squared distances to the centres (Ghadiri et al. 2021)."
        ),
    ),
    (
        msg("interval"),
        msg(
            "The range in which the true value lies with the stated confidence; wide where there "
            "are few residents."
        ),
    ),
    (
        msg("p-value"),
        msg(
            "How likely a gap as large would be if the limit held, corrected for the number of "
            "comparisons (Holm)."
        ),
    ),
    (
        msg("standardised difference"),
        msg(
            "The gap between two means in standard deviations, of counts after taking logarithms: "
            "0.2 is small, 0.8 is large."
        ),
    ),
    (
        msg("prediction strength"),
        msg(
            "How often residents who share a segment in one random half also share one when the "
            "other half's segments are used; 1 is always (Tibshirani and Walther 2005)."
        ),
    ),
    (
        msg("Jaccard similarity"),
        msg(
            "Of the residents who are in a segment or in the one found for it in another sample, the share "
            "who are in both; 1 is the same residents."
        ),
    ),
    (
        msg("bootstrap sample"),
        msg(
            "As many residents as were looked at, drawn from them at random, some more than once: so might "
            "other residents have turned out."
        ),
    ),
    (
        msg("silhouette"),
        msg(
            "How much nearer residents are to their own segment than to the next, from -1 to 1; for "
            "information, because it is also high where there are no segments."
        ),
    ),
    (
        msg("structure"),
        msg(
            "That needs go together in some residents and not in others. Where each need is shuffled among "
            "residents on its own, nothing goes together; segments found there are found in noise."
        ),
    ),
    (
        msg("borderline"),
        msg(
            "So close to the boundary with the next segment that a small change of needs, or another sample, "
            "may move the resident across. The margin is 0 on the boundary, and 1 as far from it as the "
            "centre of the own segment, or farther."
        ),
    ),
    (
        msg("hidden"),
        msg("Not shown, because a count below the smallest group would be told or could be worked out."),
    ),
)

STATUSES = {"kept": msg("Kept"), "broken": msg("Broken"), "undetermined": msg("Undetermined")}
RIVALS = {
    "chosen": msg("chosen"),
    "given": msg("given by hand"),
    "passes, but a larger one does too": msg("passes, but a larger number does too"),
    "does not repeat itself": msg("does not repeat itself"),
    "a segment is not stable": msg("a segment is not stable"),
    "too small a segment": msg("a segment would be too small"),
    "fewer segments and shuffled columns do as well": msg(
        "its segments differ from those of a smaller number in single needs only, which do not go together"
    ),
}
REFOUND = {
    "stable": msg("found again"),
    "doubtful": msg("doubtful"),
    "dissolved": msg("dissolves"),
}
"""How well a segment is found again, as Hennig (2007) reads its mean Jaccard similarity."""
READINGS: dict[str, Literal["kept", "undetermined", "broken"]] = {
    "stable": "kept",
    "doubtful": "undetermined",
    "dissolved": "broken",
}
"""Marks of charts that go with them."""
LEFT_OUT = {
    "consent_missing": msg("no consent on record"),
    "consent_refused": msg("consent refused"),
    "consent_withdrawn": msg("consent withdrawn"),
    "consent_undated": msg("consent without a time"),
    "consent_later": msg("consent given after the day of reference"),
    "consent_other_notice": msg("consent to another version of the notice"),
    "consent_objected": msg("objection to automated decisions"),
    "collected_later": msg("collected after the day of reference"),
    "retention_lapsed": msg("kept longer than the policy allows"),
}
RULES = {
    "present": msg("empty where a value is required"),
    "unique": msg("id used more than once"),
    "number": msg("not a number"),
    "whole": msg("not a whole number"),
    "range": msg("outside the allowed range"),
    "share": msg("share outside 0 to 1"),
    "flag": msg("neither true nor false"),
    "value": msg("value that the policy does not list"),
    "group": msg("group that the policy does not list"),
    "state": msg("unknown state of consent"),
    "time": msg("unreadable time"),
}
EFFECTS = {"benefit": msg("benefit"), "burden": msg("burden")}
QUESTIONS = {
    "total_variation": msg("Who would need another segment"),
    "selection_ratio": msg("Who enters which segment"),
    "service_parity": msg("Who is planned which service"),
    "equal_opportunity": msg("Who is planned which service, of those who needed it"),
    "probe_auc": msg("Who can be guessed from the segment"),
}
"""Checks of groups, in the order of the page."""
CHARTS = frozenset(QUESTIONS) - {"probe_auc"}
"""Checks of which a chart is drawn; the others stand in a table."""
TARGETS = {
    "selection_ratio": msg("Segment"),
    "service_parity": msg("Service"),
    "equal_opportunity": msg("Service"),
}
"""Checks of a target, and what it is."""
VALUES = {"total_variation": msg("Share"), "probe_auc": msg("AUC")}
"""What the value of a check without a target is."""
ROLES = {
    "gate": msg("gate: blocks the signature while undetermined"),
    "screen": msg("screen: blocks the signature only when broken"),
}
