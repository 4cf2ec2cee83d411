"""``POST /v1/residents/{ref}/explanation``: why one resident is in their segment (PIPL Art. 24, 48)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from segmentation.errors import BundleError, NotApprovedError
from segmentation.rights.beheld import beheld
from segmentation.rights.kept import latest, states_of
from serving.calls import Refused, Reply
from serving.residents.answers import OwnExplanation
from serving.residents.asked import about_one

if TYPE_CHECKING:
    from segmentation.ledger.personal.segments import Segment
    from serving.residents.asked import Asked
    from serving.residents.former import Ready
    from serving.served import Served

GONE = (
    "The segment that is kept is of version {} of {}, and what was signed of that is not there any more, or "
    "is not what was signed. No other version can say why; have a person look at it. Whoever runs the "
    "service finds the reason in its log."
)


def _explain(asked: Asked) -> Reply:
    """Answer why, from needs that are sent again, and whether they give the segment that is kept.

    The version that gave it tells, whether it is served or not. It is a right and asks for no consent: who
    objected may know why they are where they are.
    """
    from segmentation.rights.explained import explained, held_against  # noqa: PLC0415 - it takes words

    with beheld(asked.records) as seen:
        kept, override = latest(seen, asked.subject, asked.state.settings.model, asked.desk.purposes)
    by = _served(asked) if kept is None else _placed_by(asked, kept)
    approved, columns = by.approved, by.needs.read(asked.call.body, 1)
    assert columns.one is not None  # noqa: S101 - one was asked for
    reason = explained(approved.scorer, by.words, columns.one, columns.imputed[0])
    told = held_against(reason, kept, override, states_of(asked.state.watch.history(), asked.now), asked.now)
    named = {reason.segment, reason.runner_up, *(() if told.held is None else (told.held.segment,))}
    answer = OwnExplanation(
        model=approved.name,
        version=approved.version,
        decision=approved.decision,
        segments={name: one for name, one in by.segments.items() if name in named},
        reason=reason,
        held=told.held,
        agrees=told.agrees,
        unused=columns.unused,
    )
    return Reply(msgspec.json.encode(answer))


explain = about_one(_explain)


def _served(asked: Asked) -> Served:
    asked.call.served = served = asked.state.watch.served()
    return served


def _placed_by(asked: Asked, kept: Segment) -> Ready:
    """Return the version that gave a segment.

    Raises
    ------
    Refused
        It is not there any more.
    """
    try:
        ready = asked.desk.formers.of(asked.state.watch.history(), kept)
    except (NotApprovedError, BundleError) as error:
        asked.desk.tell(error)
        raise Refused("version-gone", GONE.format(kept.version, kept.model)) from None
    asked.call.former = ready.approved
    return ready
