"""From what every step found to one card: nothing is computed anew, only chosen, sorted and named."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segmentation.card import parts
from segmentation.card.chosen import chosen, compared, shortfalls, stable
from segmentation.card.found import attribute_audit, fairness, gaps, unjudged, verdict
from segmentation.card.model import ModelCard
from segmentation.errors import CardError
from segmentation.policy import Text
from segmentation.policy.parts import JOINED

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from segmentation.audit import AuditReport
    from segmentation.clustering.choice import Choice, Stability
    from segmentation.clustering.identity import Migration
    from segmentation.mitigation import Mitigation
    from segmentation.plans import Plan
    from segmentation.policy import Feature, Policy
    from segmentation.policy.parts import Attribute, Purpose
    from segmentation.profiles import Profile, Rule
    from segmentation.residents import Intake

FROM_LEDGER = Text(
    en="Taken from the consent ledger, as it stood when the residents were read.",
    zh="同意状态取自账本的同意记录，以读取住户数据时的记录为准。",
)


def make_card(  # noqa: PLR0913 - one for each step that found something
    policy: Policy,
    intake: Intake,
    choice: Choice,
    stability: Stability,
    profiles: Sequence[Profile],
    plans: Iterable[Plan],
    audit: AuditReport,
    digests: parts.Digests,
    *,
    mitigation: Mitigation | None = None,
    migration: Migration | None = None,
) -> ModelCard:
    """Return the card of a candidate.

    Parameters
    ----------
    policy : Policy
    intake : Intake
        Of the residents that the segments were made from. Its counts of missing protected values stay out of
        the card: with them a reader could work out counts that the audit hides.
    choice : Choice
        How the number of segments was found, or what was measured of one that was given.
    stability : Stability
        Of the segments that came of it, in the order of `profiles`.
    profiles : sequence of Profile
    plans : iterable of Plan
        One for each profile.
    audit : AuditReport
    digests : Digests
    mitigation : Mitigation, optional
        What was done against a disparity; without one the card says that nothing was.
    migration : Migration, optional
        From the version before; without one the card says that there is none to compare with.

    Raises
    ------
    CardError
        A part is missing or empty, or the parts do not belong together.
    """
    if digests.policy != policy.digest:
        raise CardError("The card's digest of the policy is another policy's. Pass `policy.digest`.")
    if sum(profile.size for profile in profiles) != intake.kept:
        raise CardError("The segments do not add up to the residents. Pass the intake they were made from.")
    if migration is not None and migration.residents != intake.kept:
        raise CardError("The migration is not of these residents. Pass that of the same needs.")
    findings = tuple(parts.Finding.of(finding) for finding in audit.findings)
    audited = tuple(attribute_audit(table, findings, audit) for table in audit.tables)
    planned = {plan.segment: plan for plan in plans}
    since, moves = compared(migration, policy.audit.smallest_group)
    return ModelCard(
        about=_about(policy, intake.kept, len(profiles), mitigation),
        verdict=verdict(audit.verdict, findings, shortfalls(policy, choice)),
        gaps=gaps(audited),
        changes=since,
        segments=tuple(_segment(profile, planned.get(profile.segment)) for profile in profiles),
        services=tuple(_service(key, policy) for key in policy.services),
        features=tuple(_feature(key, feature) for key, feature in policy.features.items()),
        columns=_columns(policy, intake),
        attributes=tuple(_attribute(key, attribute) for key, attribute in policy.audited.items()),
        fairness=fairness(audited, audit),
        unjudged=unjudged(audited, audit),
        choice=chosen(policy, choice, intake.kept),
        stability=stable(policy, stability, [profile.segment for profile in profiles], intake.kept),
        migration=moves,
        intake=_intake(policy, intake, audit),
        duties=_duties(policy, intake),
        limits=_limits(policy),
        digests=digests,
    )


def _about(policy: Policy, residents: int, segments: int, mitigation: Mitigation | None) -> parts.About:
    done = None if mitigation is None else parts.Mitigation(mitigation.key, mitigation.text(policy))
    return parts.About(policy.name, policy.title, residents, segments, done)


# ---- Who the segments are, and what they get --------------------------------------------------------


def _segment(profile: Profile, plan: Plan | None) -> parts.Segment:
    if plan is None:
        raise CardError(f"Segment {profile.segment} has no service plan. Pass the plans of all profiles.")
    return parts.Segment.of(
        profile,
        id=profile.segment,
        rule=None if profile.rule is None else _rule(profile.rule),
        traits=tuple(parts.Trait.of(need) for need in profile.notable),
        withheld=tuple(parts.Withheld.of(need) for need in profile.needs if need.hidden),
        plan=tuple(parts.PlannedService.of(service) for service in plan.services),
    )


def _rule(rule: Rule) -> parts.Rule:
    alternatives = tuple(tuple(parts.Condition.of(one) for one in each) for each in rule.alternatives)
    return parts.Rule.of(rule, alternatives=alternatives)


def _service(key: str, policy: Policy) -> parts.Service:
    service = policy.services[key]
    calls = tuple(parts.Call(feature, level) for feature, level in service.needs.items())
    return parts.Service.of(service, key=key, calls=calls)


# ---- What the policy says ---------------------------------------------------------------------------


def _feature(key: str, feature: Feature) -> parts.Feature:
    named = {value: feature.value_titles.get(value) for value in feature.values or ()}
    values = tuple(parts.Value(value, title or Text(en=value, zh=value)) for value, title in named.items())
    return parts.Feature.of(feature, key=key, values=values)


def _attribute(key: str, attribute: Attribute) -> parts.Attribute:
    groups = tuple(parts.Value(group, title) for group, title in attribute.groups.items())
    stands_for = tuple(getattr(attribute, "stands_for", ()))
    return parts.Attribute.of(attribute, key=key, groups=groups, stands_for=stands_for)


def _columns(policy: Policy, intake: Intake) -> parts.Columns:
    present = set(intake.denied_columns)
    denied = tuple(parts.Denied(key, one.reason, key in present) for key, one in policy.denied.items())
    refused = tuple(name for name in intake.refused_columns if name not in present)
    dropped = tuple(name for name in intake.extra_columns if name not in present.union(refused))
    return parts.Columns(denied, refused, dropped)


def _intake(policy: Policy, intake: Intake, audit: AuditReport) -> parts.Intake:
    hides = any(None in (table.unknown, *table.sizes, *sum(table.counts, ())) for table in audit.tables)
    population = policy.residents.population.items()
    return parts.Intake.of(
        intake,
        left_out=_rows(intake.left_out),
        quarantined=_rows(intake.quarantined_by_rule),
        withheld=None if hides else intake.protected_withheld,
        population=tuple(parts.Members(column, values) for column, values in population),
    )


def _rows(counts: Mapping[str, int]) -> tuple[parts.Rows, ...]:
    return tuple(parts.Rows(reason, rows) for reason, rows in counts.items() if rows)


def _duties(policy: Policy, intake: Intake) -> parts.Duties:
    return parts.Duties.of(
        policy,
        purpose=_purpose(policy.purpose, intake),
        audit_purpose=_purpose(policy.audit_purpose, intake),
        optional_purposes=tuple(map(parts.Offer.of, policy.optional_purposes)),
    )


def _purpose(purpose: Purpose, intake: Intake) -> parts.Purpose:
    """Return a purpose, with where its consents stood if that was not in the table."""
    if purpose.key not in intake.consent_ledger or purpose.consent == "not_required":
        return parts.Purpose.of(purpose)
    said = purpose.consent_reason
    both = (
        FROM_LEDGER if said is None else Text(en=f"{said.en} {FROM_LEDGER.en}", zh=said.zh + FROM_LEDGER.zh)
    )
    return parts.Purpose.of(purpose, consent_reason=both)


def _limits(policy: Policy) -> parts.Limits:
    intersections = tuple(JOINED.join(names) for names in policy.audit.intersections)
    return parts.Limits.of(policy.audit, intersections=intersections)
