"""``/v1/residents/{ref}/segment``: placing one resident and keeping where, and telling it for a purpose.

Both ask first whether the resident consents, in the database and at each request: who withdrew a moment ago,
or objected, is refused now (PIPL Art. 15, 24).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from segmentation.ledger.personal.consents import Consents
from segmentation.ledger.personal.overrides import Overrides
from segmentation.ledger.personal.segments import By, Placed, Segments
from segmentation.rights.beheld import beheld
from segmentation.rights.kept import TAKEN_BACK, states_of
from serving.calls import Refused, Reply
from serving.residents.answers import KeptSegment
from serving.residents.asked import about_one, check_purpose, collected_in, purpose_in

if TYPE_CHECKING:
    from datetime import datetime

    from segmentation.ledger.personal.look import Look
    from segmentation.ledger.personal.overrides import Override
    from segmentation.ledger.personal.segments import Segment
    from segmentation.policy import Policy
    from serving.needs import Columns
    from serving.residents.asked import Asked
    from serving.served import Served

NONE_KEPT = (
    "No segment of this resident is kept for this purpose, or it has expired. Place them with POST, or give "
    "the standard service."
)
LOST = "override-lost"
"""The alert of an override that names a segment which the version that is served has not."""
_encode = msgspec.json.Encoder().encode


def _place(asked: Asked) -> Reply:
    """Answer where a resident is, and keep it: ``POST /v1/residents/{ref}/segment``."""
    asked.call.served = served = asked.state.watch.served()
    policy = served.approved.policy
    check_purpose(asked.call, policy.purpose.key)
    columns = served.needs.read(asked.call.body, 1)
    by, collected = By.of(policy, served.approved.version), collected_in(asked, policy.retention_days)
    Consents(asked.records).check(asked.subject, by.purpose, policy)
    _keep(asked, _placed(served, columns), by, policy, collected)
    with beheld(asked.records) as seen:
        kept = Segments(seen).current(asked.subject, by.purpose, by.model, asked.now)
        override = Overrides(seen).standing(asked.subject, by.purpose, by.model)
    return _told(served, by.purpose, kept, _in_use(asked, served, override), columns.unused)


def _kept(asked: Asked) -> Reply:
    """Answer the segment that is kept: ``GET /v1/residents/{ref}/segment?purpose=``."""
    purpose = purpose_in(asked)
    asked.call.served = served = asked.state.watch.served()
    policy = served.approved.policy
    under = _kept_under(policy, purpose)
    with beheld(asked.records) as seen:
        for one in dict.fromkeys((under, purpose)):
            Consents(seen).check(asked.subject, one, policy)
        kept = Segments(seen).current(asked.subject, under, policy.name, asked.now)
        override = Overrides(seen).standing(asked.subject, under, policy.name)
    return _told(served, purpose, _standing(asked, kept), _in_use(asked, served, override))


place = about_one(_place)
kept = about_one(_kept)


def _kept_under(policy: Policy, purpose: str) -> str:
    """Return the purpose under which it is kept what is told for one.

    For an optional one, that is what residents are placed for: it takes consent to both.
    """
    return policy.purpose.key if purpose in {one.key for one in policy.optional_purposes} else purpose


def _standing(asked: Asked, kept: Segment | None) -> Segment | None:
    """Return a segment, unless the version that gave it was taken out of service since."""
    if kept is None:
        return None
    states = states_of(asked.state.watch.history(), asked.now)
    return None if states(kept.model, kept.version) in TAKEN_BACK else kept


def _in_use(asked: Asked, served: Served, override: Override | None) -> Override | None:
    """Return an override, unless the version that is served has no such segment: a person has to look again.

    An id stands for the same segment in every version, and what is gone never comes back under it. That it
    was left out is an alert of the access log.
    """
    if override is None or override.segment in served.segments:
        return override
    asked.call.alert = LOST
    return None


def _keep(asked: Asked, placed: Placed, by: By, policy: Policy, collected: datetime | None) -> None:
    """Keep it, unless consent was taken back since it was asked for: a write may wait for others."""

    def still(look: Look) -> None:
        Consents.check_in(look, asked.subject, by.purpose, policy)

    if policy.purpose.consent != "required":  # else the consent has a key
        asked.records.ensured([asked.subject], asked.now)
    Segments(asked.records).keep(asked.subject, placed, by, asked.by, asked.now, still, collected)


def _placed(served: Served, columns: Columns) -> Placed:
    assert columns.one is not None  # noqa: S101 - one was asked for
    scorer = served.approved.scorer
    found = scorer.one(columns.one)
    segment, decision = scorer.segments[found.label], served.approved.decision
    return Placed(segment, found.margin, found.borderline, decision, columns.imputed[0])


def _told(
    served: Served,
    purpose: str,
    kept: Segment | None,
    override: Override | None,
    unused: tuple[str, ...] = (),
) -> Reply:
    if kept is None:
        raise Refused("none-kept", NONE_KEPT)
    segment = override.segment if override is not None and override.segment else kept.segment
    answer = KeptSegment(
        purpose=purpose,
        model=kept.model,
        version=kept.version,
        decision=kept.decision,
        segment=segment,
        computed=kept.segment,
        is_override=override is not None,
        margin=kept.margin,
        borderline=kept.borderline,
        imputed=kept.imputed,
        at=kept.at.isoformat(),
        expires=kept.expires.isoformat(),
        told=served.segments.get(segment),
        unused=unused,
    )
    return Reply(_encode(answer))
