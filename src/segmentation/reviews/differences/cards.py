"""What differs between two cards: findings, gaps, segments, stability, and what they rest on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segmentation.card import needs
from segmentation.card.titles import titles_of
from segmentation.reviews.differences.model import (
    Change,
    FindingChange,
    GapChange,
    Measure,
    Migrated,
    Seen,
    SegmentChange,
)
from segmentation.reviews.differences.words import both, in_words
from segmentation.reviews.waivers import blocking_of, key_of
from segmentation.wording import msg, sentence
from segmentation.wording.sentences import CHECKS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from segmentation.card import ModelCard
    from segmentation.card.parts import Finding, Gap, Segment, Service, Stability
    from segmentation.ledger.standing import State
    from segmentation.policy import Text
    from segmentation.reviews.differences.model import Form, Turn
    from segmentation.wording import Reader, Titles
    from segmentation.wording.findings import Status

WORST = msg("rate furthest from everybody else's (ratio)")
WEAKEST = msg("least Jaccard similarity of a segment")
BORDERLINE = msg("residents who are borderline")
STRENGTH = msg("prediction strength of the number of segments")
DECIMALS: dict[Form, int] = {"share": 3, "ratio": 2}
"""To which figures are told, and compared: a difference that nobody sees is none."""


def seen(version: int, card: ModelCard, state: State | None = None) -> Seen:
    """Return one version in figures."""
    tally, done = card.verdict.tally, card.about.mitigation
    return Seen(
        version=version,
        state=state,
        status=card.verdict.status,
        blocking=len(blocking_of(card)),
        broken=tally.broken,
        undetermined=tally.undetermined,
        kept=tally.kept,
        residents=card.about.residents,
        segments=card.about.segments,
        mitigation=None if done is None else done.text,
    )


def evidence(before: ModelCard, after: ModelCard) -> tuple[Change, ...]:
    """Return which fingerprints differ, and whether another mitigation does."""
    pairs = {
        name: (getattr(before.digests, name), getattr(after.digests, name))
        for name in ("policy", "data", "scorer", "code_version")
    }
    pairs["residents"] = (str(before.about.residents), str(after.about.residents))
    pairs["segments"] = (str(before.about.segments), str(after.about.segments))
    old, new = (
        None if card.about.mitigation is None else card.about.mitigation.key for card in (before, after)
    )
    pairs["mitigation"] = (old, new)
    return tuple(
        Change(name, in_words(was), in_words(now)) for name, (was, now) in pairs.items() if was != now
    )


def linked(before: ModelCard, after: ModelCard) -> bool:
    """Return whether ids of segments mean the same in both: handed on, or of the very same scorer.

    A build without a version before it numbers its segments anew; in a chain no id is ever given again.
    """
    return after.changes.since is not None or before.digests.scorer == after.digests.scorer


# ---- Findings ---------------------------------------------------------------------------------------


def findings(before: ModelCard, after: ModelCard) -> tuple[FindingChange, ...]:
    """Return the findings whose status differs, those that block first, in the order of the cards."""
    old, new = _findings(before), _findings(after)
    if not linked(before, after):
        old = {key: finding for key, finding in old.items() if finding.check != "selection_ratio"}
    found = [*_lacking(before, after), *_turned(old, new, after), *_gone(old, new, before)]
    order: dict[Turn, int] = {"newly broken": 0, "newly undetermined": 1, "no longer asked": 2, "healed": 3}
    return tuple(sorted(found, key=lambda one: (not one.blocks, order[one.turn])))


def _lacking(before: ModelCard, after: ModelCard) -> Iterator[FindingChange]:
    """Return what the segments themselves lack now and did not, or lack no more."""
    old, new = (
        {one.key: one for one in blocking_of(card) if one.attribute is None} for card in (before, after)
    )
    for key, lacks in {**new, **old}.items():
        is_new = key in new
        if is_new != (key in old):
            turn: Turn = (
                "healed"
                if not is_new
                else "newly broken"
                if lacks.status == "broken"
                else "newly undetermined"
            )
            was, now = (None, lacks.status) if is_new else (lacks.status, None)
            yield FindingChange(key, turn, was, now, blocks=is_new, sentence=lacks.sentence)


def _findings(card: ModelCard) -> dict[str, Finding]:
    own = [finding for audited in card.fairness.attributes for finding in audited.findings]
    return {key_of(finding): finding for finding in (*card.verdict.blocking, *own)}


def _turned(old: dict[str, Finding], new: dict[str, Finding], card: ModelCard) -> Iterator[FindingChange]:
    turns: dict[str, Turn] = {
        "broken": "newly broken", "undetermined": "newly undetermined", "kept": "healed"
    }  # fmt: skip
    for key, finding in new.items():
        was = old[key].status if key in old else None
        if was == finding.status or (was is None and not finding.blocks):
            continue
        told = _sentence(card, finding)
        yield FindingChange(key, turns[finding.status], was, finding.status, finding.blocks, told)


def _gone(old: dict[str, Finding], new: dict[str, Finding], card: ModelCard) -> Iterator[FindingChange]:
    for key, finding in old.items():
        if key not in new and finding.blocks:
            told = _sentence(card, finding)
            yield FindingChange(key, "no longer asked", finding.status, None, blocks=False, sentence=told)


def _sentence(card: ModelCard, finding: Finding) -> Text:
    return both(lambda reader: sentence(reader, finding), titles_of(card))


# ---- Gaps and stability -----------------------------------------------------------------------------


def gaps(before: ModelCard, after: ModelCard) -> tuple[GapChange, ...]:
    """Return the worst of each attribute, where it differs."""
    old, new = ({gap.attribute: gap for gap in card.gaps} for card in (before, after))
    known = titles_of(before), titles_of(after)
    found = (_gap(name, known[name in new], old.get(name), new.get(name)) for name in {**new, **old})
    return tuple(one for one in found if one.before != one.after or any(map(_differs, one.measures)))


def stability(before: ModelCard, after: ModelCard) -> tuple[Measure, ...]:
    """Return what differs of how the segments stand."""
    told = (
        _measured(STRENGTH, "ratio", *(_strength(card) for card in (before, after))),
        _measured(WEAKEST, "ratio", *(_weakest(card.stability) for card in (before, after))),
        _measured(BORDERLINE, "share", *(card.stability.borderline_share for card in (before, after))),
    )
    return tuple(one for one in told if _differs(one))


def _gap(name: str, known: Titles, old: Gap | None, new: Gap | None) -> GapChange:
    told = (
        _measured(
            CHECKS["total_variation"],
            "share",
            *(_value(None if one is None else one.total_variation) for one in (old, new)),
        ),
        _measured(
            CHECKS["association"],
            "ratio",
            *(_value(None if one is None else one.association) for one in (old, new)),
        ),
        _measured(WORST, "ratio", *(_value(None if one is None else one.worst) for one in (old, new))),
    )
    title = both(lambda reader: reader.attribute(name), known)
    return GapChange(name, title, _status(old), _status(new), told)


def _status(gap: Gap | None) -> Status | None:
    return None if gap is None else gap.status


def _value(finding: Finding | None) -> float | None:
    return None if finding is None else finding.value


def _weakest(stability: Stability) -> float:
    return min(one.jaccard for one in stability.segments)


def _strength(card: ModelCard) -> float | None:
    taken = (one for one in card.choice.rivals if one.reason in {"chosen", "given"})
    return next((one.prediction_strength for one in taken), None)


def _measured(what: str, form: Form, before: float | None, after: float | None) -> Measure:
    return Measure(both(lambda reader: reader.t(what)), form, before, after)


def _differs(measure: Measure) -> bool:
    return _rounded(measure.before, measure.form) != _rounded(measure.after, measure.form)


def _rounded(value: float | None, form: Form = "share") -> float | None:
    return None if value is None else round(value, DECIMALS[form])


# ---- Segments ---------------------------------------------------------------------------------------


def segments(before: ModelCard, after: ModelCard) -> tuple[SegmentChange, ...]:
    """Return segments that came, went or differ, in this order; where ids do not last, all of both."""
    old, new = ({one.id: one for one in card.segments} for card in (before, after))
    if not linked(before, after):
        return (
            *(_segment(key, None, one, (before, after)) for key, one in new.items()),
            *(_segment(key, one, None, (before, after)) for key, one in old.items()),
        )
    found = (_segment(key, old.get(key), new.get(key), (before, after)) for key in {**new, **old})
    others = (one for one in found if one.kind != "changed" or _is_other(one))
    return tuple(sorted(others, key=lambda one: ("new", "gone", "changed").index(one.kind)))


def _segment(
    key: str, old: Segment | None, new: Segment | None, cards: tuple[ModelCard, ModelCard]
) -> SegmentChange:
    before_name, before_share, before_rule, was = _facts(cards[0], old)
    after_name, after_share, after_rule, now = _facts(cards[1], new)
    return SegmentChange(
        id=key,
        kind="new" if old is None else "gone" if new is None else "changed",
        before_name=before_name,
        after_name=after_name,
        before_share=before_share,
        after_share=after_share,
        before_rule=before_rule,
        after_rule=after_rule,
        plan=_plan(was, now),
    )


def _facts(
    card: ModelCard, segment: Segment | None
) -> tuple[Text | None, float | None, Text | None, dict[str, Text]]:
    """Return name, share, rule and planned amounts of a segment; nothing where there is none."""
    if segment is None:
        return None, None, None, {}
    return segment.name, _rounded(segment.share), _rule(card, segment), _amounts(card, segment)


def _is_other(one: SegmentChange) -> bool:
    pairs = (
        (one.before_name, one.after_name),
        (one.before_rule, one.after_rule),
        (one.before_share, one.after_share),
    )  # fmt: skip
    return bool(one.plan) or any(was != now for was, now in pairs)


def _rule(card: ModelCard, segment: Segment) -> Text | None:
    if segment.rule is None:
        return None
    rule, features = segment.rule, {feature.key: feature for feature in card.features}
    return both(lambda reader: needs.rule(reader, features, rule), titles_of(card))


def _amounts(card: ModelCard, segment: Segment) -> dict[str, Text]:
    services = {service.key: service for service in card.services}
    return {one.service: _amount(one.amount, services.get(one.service)) for one in segment.plan}


def _amount(amount: float, service: Service | None) -> Text:
    def told(reader: Reader) -> str:
        unit = "" if service is None else reader.text(service.unit)
        return reader.t("%(amount)s %(unit)s", amount=reader.number(amount), unit=unit).strip()

    return both(told)


def _plan(was: dict[str, Text], now: dict[str, Text]) -> tuple[Change, ...]:
    """Return the services of which another amount is planned."""
    return tuple(
        Change(key, was.get(key), now.get(key)) for key in {**now, **was} if was.get(key) != now.get(key)
    )


def migrated(before: int, after: ModelCard) -> Migrated | None:
    """Return who moves, where the new card was compared with the version before."""
    since = after.changes.since
    if since is None or since.version != before:
        return None
    return Migrated(since, after.migration.moves)
