"""From what every step found to one card: nothing is computed anew, only chosen, sorted and named."""

from __future__ import annotations

import math
from dataclasses import fields
from typing import TYPE_CHECKING, Any, TypeVar

from segmentation.card import parts
from segmentation.card.model import ModelCard
from segmentation.errors import CardError
from segmentation.policy import Text
from segmentation.policy.parts import JOINED

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from segmentation.audit import AuditReport, GroupTable
    from segmentation.clustering import Rival
    from segmentation.plans import Plan
    from segmentation.policy import Feature, Policy
    from segmentation.policy.parts import Attribute
    from segmentation.profiles import Profile
    from segmentation.residents import Intake

T = TypeVar("T")

SEVERITY = {"broken": 0, "undetermined": 1, "kept": 2}
OPEN = ("not_settled", "small_expectation", "everybody_or_nobody", "one_group", "small_group")


def make_card(
    policy: Policy,
    intake: Intake,
    rivals: Iterable[Rival],
    profiles: Sequence[Profile],
    plans: Iterable[Plan],
    audit: AuditReport,
    digests: parts.Digests,
) -> ModelCard:
    """Return the card of a candidate.

    Parameters
    ----------
    policy : Policy
    intake : Intake
        Of the residents that the segments were made from. Its counts of missing protected values stay out of
        the card: with them a reader could work out counts that the audit hides.
    rivals : iterable of Rival
        Empty where the number of segments was given.
    profiles : sequence of Profile
    plans : iterable of Plan
        One for each profile.
    audit : AuditReport
    digests : Digests

    Raises
    ------
    CardError
        A part is missing or empty, or the parts do not belong together.
    """
    if digests.policy != policy.digest:
        raise CardError("The card's digest of the policy is another policy's. Pass `policy.digest`.")
    if sum(profile.size for profile in profiles) != intake.kept:
        raise CardError("The segments do not add up to the residents. Pass the intake they were made from.")
    findings = tuple(_copy(parts.Finding, finding) for finding in audit.findings)
    audited = tuple(_attribute_audit(table, findings, audit) for table in audit.tables)
    planned = {plan.segment: plan for plan in plans}
    return ModelCard(
        about=parts.About(policy.name, policy.title, intake.kept, len(profiles)),
        verdict=_verdict(audit.verdict, findings),
        gaps=_gaps(audited),
        unjudged=_unjudged(audited, audit),
        segments=tuple(_segment(profile, planned.get(profile.segment)) for profile in profiles),
        services=tuple(_service(key, policy) for key in policy.services),
        features=tuple(_feature(key, feature) for key, feature in policy.features.items()),
        attributes=tuple(_attribute(key, attribute) for key, attribute in policy.audited.items()),
        columns=_columns(policy, intake),
        intake=_intake(policy, intake, audit),
        duties=_duties(policy),
        choice=_choice(policy, rivals),
        limits=_limits(policy),
        fairness=parts.Fairness(audit.segments, audit.confidence, audited),
        digests=digests,
    )


def _copy(kind: type[T], source: object, **other: Any) -> T:  # noqa: ANN401 - of the kind's own fields
    """Return the part whose fields are those of `source` by name, and `other`."""
    names = [field.name for field in fields(kind) if field.name not in other]  # type: ignore[arg-type]
    return kind(**{name: _plain(getattr(source, name)) for name in names}, **other)


def _plain(value: object) -> object:
    """Return numpy's numbers as Python's."""
    return value.item() if hasattr(value, "item") else value


# ---- What the audit found ---------------------------------------------------------------------------


def _verdict(status: parts.Status, findings: tuple[parts.Finding, ...]) -> parts.Verdict:
    blocking = tuple(finding for finding in findings if finding.blocks)
    return parts.Verdict(status, _tally(findings), blocking)


def _status(findings: Iterable[parts.Finding]) -> parts.Status:
    blocking = {finding.status for finding in findings if finding.blocks}
    return "broken" if "broken" in blocking else "undetermined" if blocking else "kept"


def _tally(findings: Iterable[parts.Finding]) -> parts.Tally:
    statuses = [finding.status for finding in findings]
    return parts.Tally(*(statuses.count(status) for status in ("broken", "undetermined", "kept")))


def _attribute_audit(
    table: GroupTable, findings: Iterable[parts.Finding], audit: AuditReport
) -> parts.AttributeAudit:
    own = tuple(finding for finding in findings if finding.attribute == table.attribute)
    first = {group: at for at, group in reversed(list(enumerate(finding.group for finding in own)))}
    columns = zip(table.groups, table.sizes, zip(*table.counts, strict=True), strict=True)
    rows = [parts.GroupRow(group, size, counts) for group, size, counts in columns]
    rows.sort(key=lambda row: first.get(row.group, len(own)))
    spreads = tuple(_copy(parts.Spread, s) for s in audit.spreads if s.attribute == table.attribute)
    return parts.AttributeAudit(table.attribute, own, tuple(rows), spreads)


def _gaps(audited: Iterable[parts.AttributeAudit]) -> tuple[parts.Gap, ...]:
    return tuple(sorted((_gap(one) for one in audited), key=_severity))


def _gap(audited: parts.AttributeAudit) -> parts.Gap:
    shown = [
        finding for finding in audited.findings if finding.target is not None and finding.value is not None
    ]
    return parts.Gap(
        audited.attribute,
        _status(audited.findings),
        _tally(audited.findings),
        next((finding for finding in audited.findings if finding.check == "association"), None),
        min(shown, key=lambda finding: (SEVERITY[finding.status], -_distance(finding)), default=None),
    )


def _severity(gap: parts.Gap) -> tuple[int, float]:
    return SEVERITY[gap.status], -_distance(gap.worst)


def _distance(finding: parts.Finding | None) -> float:
    """Return how far a ratio is from 1, in either direction."""
    if finding is None or finding.value is None:
        return 0.0
    return abs(math.log(finding.value)) if finding.value > 0 else math.inf


def _unjudged(audited: Iterable[parts.AttributeAudit], audit: AuditReport) -> parts.Unjudged:
    listed = tuple(audited)
    claims = tuple(claims for one in listed for why in OPEN if (claims := _open(one, why)) is not None)
    return parts.Unjudged(tuple(audit.unchecked), claims, tuple(_coverage(table) for table in audit.tables))


def _open(audited: parts.AttributeAudit, why: str) -> parts.OpenClaims | None:
    found = [f for f in audited.findings if f.status == "undetermined" and f.reason == why]
    if not found:
        return None
    groups = dict.fromkeys(finding.group for finding in found if finding.group is not None)
    gates = sum(finding.role == "gate" for finding in found)
    return parts.OpenClaims(audited.attribute, found[0].reason, tuple(groups), len(found), gates)


def _coverage(table: GroupTable) -> parts.Coverage:
    figures = [*table.sizes, *(count for counts in table.counts for count in counts)]
    return parts.Coverage(table.attribute, table.unknown, figures.count(None), len(figures))


# ---- Who the segments are, and what they get --------------------------------------------------------


def _segment(profile: Profile, plan: Plan | None) -> parts.Segment:
    if plan is None:
        raise CardError(f"Segment {profile.segment} has no service plan. Pass the plans of all profiles.")
    conditions = profile.rule and tuple(_copy(parts.Condition, one) for one in profile.rule.conditions)
    return _copy(
        parts.Segment,
        profile,
        id=profile.segment,
        rule=conditions and _copy(parts.Rule, profile.rule, conditions=conditions),
        traits=tuple(_copy(parts.Trait, need) for need in profile.notable),
        withheld=tuple(_copy(parts.Withheld, need) for need in profile.needs if need.hidden),
        plan=tuple(_copy(parts.PlannedService, service) for service in plan.services),
    )


def _service(key: str, policy: Policy) -> parts.Service:
    service = policy.services[key]
    calls = tuple(parts.Call(feature, level) for feature, level in service.needs.items())
    return _copy(parts.Service, service, key=key, calls=calls)


# ---- What the policy says ---------------------------------------------------------------------------


def _feature(key: str, feature: Feature) -> parts.Feature:
    named = {value: feature.value_titles.get(value) for value in feature.values or ()}
    values = tuple(parts.Value(value, title or Text(en=value, zh=value)) for value, title in named.items())
    return _copy(parts.Feature, feature, key=key, values=values)


def _attribute(key: str, attribute: Attribute) -> parts.Attribute:
    groups = tuple(parts.Value(group, title) for group, title in attribute.groups.items())
    stands_for = tuple(getattr(attribute, "stands_for", ()))
    return _copy(parts.Attribute, attribute, key=key, groups=groups, stands_for=stands_for)


def _columns(policy: Policy, intake: Intake) -> parts.Columns:
    present = set(intake.denied_columns)
    denied = tuple(parts.Denied(key, one.reason, key in present) for key, one in policy.denied.items())
    refused = tuple(name for name in intake.refused_columns if name not in present)
    dropped = tuple(name for name in intake.extra_columns if name not in present.union(refused))
    return parts.Columns(denied, refused, dropped)


def _intake(policy: Policy, intake: Intake, audit: AuditReport) -> parts.Intake:
    hides = any(None in (table.unknown, *table.sizes, *sum(table.counts, ())) for table in audit.tables)
    population = policy.residents.population.items()
    return _copy(
        parts.Intake,
        intake,
        left_out=_rows(intake.left_out),
        quarantined=_rows(intake.quarantined_by_rule),
        withheld=None if hides else intake.protected_withheld,
        population=tuple(parts.Members(column, values) for column, values in population),
    )


def _rows(counts: Mapping[str, int]) -> tuple[parts.Rows, ...]:
    return tuple(parts.Rows(reason, rows) for reason, rows in counts.items() if rows)


def _duties(policy: Policy) -> parts.Duties:
    return _copy(
        parts.Duties,
        policy,
        purpose=_copy(parts.Purpose, policy.purpose),
        audit_purpose=_copy(parts.Purpose, policy.audit_purpose),
    )


def _choice(policy: Policy, rivals: Iterable[Rival]) -> parts.Choice:
    rules = policy.clustering
    return _copy(
        parts.Choice,
        rules,
        rivals=tuple(_copy(parts.Rival, rival) for rival in rivals),
        fewest=rules.segments[0],
        most=rules.segments[1],
        least_strength=rules.prediction_strength,
    )


def _limits(policy: Policy) -> parts.Limits:
    intersections = tuple(JOINED.join(names) for names in policy.audit.intersections)
    return _copy(parts.Limits, policy.audit, intersections=intersections)
