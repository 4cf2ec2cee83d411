"""``POST /v1/residents/{ref}/explanation``: why one resident is in their segment (PIPL Art. 24, 48)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from segmentation.ledger.personal.overrides import Overrides
from segmentation.ledger.personal.segments import Segments
from segmentation.rights.beheld import beheld
from serving.calls import Reply
from serving.residents.answers import OwnExplanation
from serving.residents.asked import about_one

if TYPE_CHECKING:
    from serving.residents.asked import Asked


def _explain(asked: Asked) -> Reply:
    """Answer why, from needs that are sent again, and whether they give the segment that is kept.

    It is a right and asks for no consent: who withdrew or objected may know why they were where they were.
    """
    from segmentation.rights.explained import explained, held_against  # noqa: PLC0415 - it takes words

    asked.call.served = served = asked.state.watch.served()
    approved, columns = served.approved, served.needs.read(asked.call.body, 1)
    assert columns.one is not None  # noqa: S101 - one was asked for
    reason = explained(approved.scorer, served.words, columns.one, columns.imputed[0])
    at = (asked.subject, approved.policy.purpose.key, approved.name)
    with beheld(asked.records) as seen:
        kept, override = Segments(seen).current(*at, asked.now), Overrides(seen).standing(*at)
    told = held_against(reason, approved.version, kept, override)
    named = {reason.segment, reason.runner_up, *(() if told.held is None else (told.held.segment,))}
    answer = OwnExplanation(
        model=approved.name,
        version=approved.version,
        decision=approved.decision,
        segments={name: one for name, one in served.segments.items() if name in named},
        reason=reason,
        held=told.held,
        agrees=told.agrees,
        unused=columns.unused,
    )
    return Reply(msgspec.json.encode(answer))


explain = about_one(_explain)
