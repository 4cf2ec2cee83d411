"""From a policy, its card and the answers of people to one assessment: nothing is computed anew."""

from __future__ import annotations

from datetime import timedelta, timezone
from typing import TYPE_CHECKING

from segmentation.errors import Fault, ImpactError
from segmentation.impact import sensitive, told
from segmentation.impact.model import Impact
from segmentation.impact.parts import (
    Bounds,
    Denied,
    Feature,
    Minimal,
    Offer,
    Purpose,
    Service,
    Subject,
    Trigger,
)
from segmentation.wording import msg

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime

    from segmentation.card import ModelCard
    from segmentation.impact.answers import Answers
    from segmentation.impact.told import Teller
    from segmentation.policy import Policy, Text
    from segmentation.policy.parts import OptionalPurpose
    from segmentation.policy.parts import Purpose as Stated

CHINA = timezone(timedelta(hours=8))
"""The days of the law are those of the whole of mainland China."""


def assess(policy: Policy, card: ModelCard, answers: Answers, *, version: int, today: date) -> Impact:
    """Return the impact assessment of one version of a model (PIPL Art. 55, 56).

    Parameters
    ----------
    policy : Policy
    card : ModelCard
        Of that version, made under that policy.
    answers : Answers
        Of the people who assess it.
    version : int
        Of the model in the registry, from 1.
    today : date
        The day on which the version is submitted, see `day_in_china`: the assessment comes before (PIPL Art.
        55), and must not be due to be made anew already.

    Raises
    ------
    ImpactError
        The parts do not belong together, or an answer that this card calls for is missing; every fault is
        named.
    """
    if card.digests.policy != policy.digest:
        raise ImpactError("The card was made under another policy. Pass the policy of that version.")
    if version < 1:
        raise ImpactError(f"A version is a whole number from 1; got {version}.")
    faults = [*_faults(policy, card, answers), *_day_faults(policy, answers, today)]
    if faults:
        raise ImpactError.from_faults("The answers do not fit this version", faults)
    teller = told.Teller(card)
    return Impact(
        subject=_subject(policy, card, version),
        answers=answers,
        triggers=tuple(_triggers(policy, teller, answers)),
        bounds=_bounds(policy),
        minimal=_minimal(policy, teller),
        audit=told.audit(teller, answers.findings),
        services=tuple(_services(card)),
        caveats=tuple(told.caveats(teller)),
        safeguards=tuple(_safeguards(policy, teller)),
    )


def day_in_china(now: datetime) -> date:
    """Return the day that it is in mainland China, which may be the one after that in UTC."""
    return now.astimezone(CHINA).date()


def _faults(policy: Policy, card: ModelCard, answers: Answers) -> Iterator[Fault]:
    given, known = answers.findings.by_attribute, {gap.attribute for gap in card.gaps}
    for key in given:
        if key not in known:
            yield Fault(f"findings.by_attribute.{key}", "is no attribute that the card audits", "delete it")
    if answers.findings.together is None:
        for key in told.open_attributes(card):
            if key not in given:
                yield Fault(
                    f"findings.by_attribute.{key}",
                    "has findings that are broken or undetermined, and no answer",
                    "answer it, or all of them under findings.together",
                )
    if card.verdict.structure and answers.findings.segments is None:
        yield Fault("findings.segments", "is missing, and the segments themselves do not stand", "add it")
    yield from sensitive.faults(policy, answers.triggers.sensitive)


def _day_faults(policy: Policy, answers: Answers, today: date) -> Iterator[Fault]:
    if answers.assessed_on > today:
        rule = f"is later than today, {today}, and the assessment comes before the use (PIPL Art. 55)"
        yield Fault("assessed_on", rule, "write the day on which it was made")
    if answers.next_review > answers.assessed_on + timedelta(days=policy.review_days):
        rule = f"must be within {policy.review_days} days of `assessed_on`, the policy's review period"
        yield Fault("next_review", rule)
    elif answers.next_review < today:
        yield Fault("next_review", f"was over before today, {today}", "assess the use anew")


def _subject(policy: Policy, card: ModelCard, version: int) -> Subject:
    return Subject(
        model=policy.name,
        version=version,
        title=policy.title,
        owner=policy.owner,
        residents=card.about.residents,
        segments=card.about.segments,
        policy=policy.digest,
        card=card.digest,
    )


# ---- Why it is needed, and what it is for -----------------------------------------------------------


AUTOMATED = msg(
    "A program puts every resident into a segment, and the segment decides who is planned more of a service "
    "than the contract promises."
)


def _triggers(policy: Policy, teller: Teller, answers: Answers) -> Iterator[Trigger]:
    """Yield the reasons of PIPL Art. 55, in the order of the article."""
    stated, operation = answers.triggers, answers.security
    asked = (
        (msg("PIPL Art. 55(1)"), msg("Sensitive personal information"), stated.sensitive),
        (msg("PIPL Art. 55(2)"), msg("Automated decision-making"), None),
        (
            msg("PIPL Art. 55(3)"),
            msg("Entrusting handling, providing to others, or making public"),
            operation.processors,
        ),
        (msg("PIPL Art. 55(4)"), msg("Providing personal information abroad"), operation.abroad),
        (msg("PIPL Art. 55(5)"), msg("Other major effect on individuals"), stated.major_effect),
    )
    columns = sensitive.columns(policy)
    for article, title, one in asked:
        why = teller.words(AUTOMATED) if one is None else one.text
        if columns and one is stated.sensitive:
            why = _recognised(teller, columns, why)
        if one is stated.sensitive and not one.applies and sensitive.is_cited(policy):
            why = _contradicted(teller, why)
        yield Trigger(
            article=teller.words(article),
            title=teller.words(title),
            applies=one is None or one.applies,
            why=why,
        )


def _recognised(teller: Teller, columns: tuple[str, ...], why: Text) -> Text:
    return teller.text(
        lambda r: r.join(
            "sentence",
            (r.t("Recognised by name: %(columns)s.", columns=r.join("list", columns)), r.text(why)),
        )
    )


def _contradicted(teller: Teller, why: Text) -> Text:
    """Return an explanation after what it must explain, so that a reader sees both."""
    cited = msg(
        "⚠ The policy's legal basis cites the articles on sensitive personal information (PIPL Art. 28 to "
        "32), and the assessors hold that none is handled. Their explanation:"
    )
    return teller.text(lambda r: r.join("sentence", (r.t(cited), r.text(why))))


def _bounds(policy: Policy) -> Bounds:
    return Bounds(
        purpose=_purpose(policy.purpose),
        audit_purpose=_purpose(policy.audit_purpose),
        prohibited_uses=policy.prohibited_uses,
        retention_days=policy.retention_days,
        review_days=policy.review_days,
        optional_purposes=tuple(map(_offer, policy.optional_purposes)),
    )


def _purpose(stated: Stated) -> Purpose:
    return Purpose(**{name: getattr(stated, name) for name in Purpose.model_fields})


def _offer(stated: OptionalPurpose) -> Offer:
    return Offer(**{name: getattr(stated, name) for name in Offer.model_fields})


# ---- What is used, what is planned, and what the program does about risks ---------------------------


def _minimal(policy: Policy, teller: Teller) -> Minimal:
    card = teller.card
    without = told.without(card)
    features = (
        Feature(
            key=key,
            title=one.title,
            source=one.source,
            why=one.why,
            assessment=one.assessment,
            used=key not in without,
        )
        for key, one in policy.features.items()
    )
    return Minimal(
        features=tuple(features),
        denied=tuple(Denied(key=c.key, reason=c.reason, present=c.present) for c in card.columns.denied),
        unread=(*card.columns.refused, *card.columns.dropped),
        read=card.intake.read,
        kept=card.intake.kept,
        left_out=tuple(told.left_out(teller)),
    )


def _services(card: ModelCard) -> Iterator[Service]:
    planned = [one for segment in card.segments for one in segment.plan]
    for service in card.services:
        yield Service(
            key=service.key,
            title=service.title,
            unit=service.unit,
            effect=service.effect,
            contract_floor=service.contract_floor,
            least=min(
                (one.amount for one in planned if one.service == service.key), default=service.standard
            ),
            standard=service.standard,
            called=service.called,
        )


def _safeguards(policy: Policy, teller: Teller) -> Iterator[Text]:
    smallest = policy.audit.smallest_group
    yield teller.words(
        msg(
            "Only the features listed here decide a resident's segment. Protected attributes and proxies are "
            "seen by the audit, and by a mitigation while a model is made, never when a resident is assigned."
        )
    )
    yield teller.words(
        msg(
            "Columns whose names or values stand for identity documents, contact data, health, biometrics "
            "and other protected information are refused as features."
        )
    )
    yield teller.text(
        lambda r: r.t(
            "Counts under %(smallest)s residents, and counts from which one could be worked out, are hidden "
            "in the card and here.",
            smallest=r.integer(smallest),
        )
    )
    yield teller.words(
        msg(
            "The reason for a resident's segment can be told exactly: by how much each need speaks for it "
            "and against the next one."
        )
    )
    yield teller.words(
        msg(
            "A version is used only after two people have signed for it, one for the law and one for the "
            "business, neither of whom made it. One person can revoke it at once."
        )
    )
