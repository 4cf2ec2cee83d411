"""``/v1/residents/{ref}/requests``: entering what a resident asks for, and what came of it (PIPL Art. 50)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from segmentation.ledger.personal.requests import AT_ONCE, Told
from segmentation.ledger.personal.requests import Requests as Register
from segmentation.rights.exercise import receive as received
from segmentation.rights.gathering import told_of
from serving.calls import Reply
from serving.residents.answers import RequestEntered, RequestMade, Requests
from serving.residents.asked import about_one
from serving.residents.bodies import body_of
from serving.residents.consenting import check_known, check_stated, to_take_back

if TYPE_CHECKING:
    from serving.residents.asked import Asked

_encode = msgspec.json.Encoder().encode


def _receive(asked: Asked) -> Reply:
    """Enter a request; an objection and a withdrawal take effect with it."""
    made = body_of(asked.call.body, RequestMade)
    check = check_known if made.right in AT_ONCE else check_stated
    for at, purpose in enumerate(made.purposes):
        check(asked, purpose, f"/purposes/{at}")
    told = Told(asked.by, made.text, made.channel, made.language, made.identity)
    about = made.purposes or _meant(asked, made.right)
    found = received(asked.records, asked.desk.requests, asked.subject, made.right, told, about, asked.now)
    entered = RequestEntered(
        id=found.id,
        right=found.right,
        state=found.state,
        received=found.received.isoformat(),
        due=found.due.isoformat(),
        ended=None if found.ended is None else found.ended.isoformat(),
    )
    return Reply(_encode(entered))


def _listed(asked: Asked) -> Reply:
    """Answer what a resident asked for, with every step."""
    return Reply(_encode(Requests(tuple(map(told_of, Register(asked.records).of(asked.subject))))))


def _meant(asked: Asked, right: str) -> tuple[str, ...]:
    """Return what is meant where no purpose is named: all of them, and by an objection the first.

    That is the one for which residents are placed; an audit decides nothing about them. A withdrawal is from
    all that are stated or on record; where there are none, from those for which the key was issued.
    """
    if right not in AT_ONCE:
        return ()
    stated = asked.stated()
    if right == "objection" and stated:
        return stated[:1]
    return to_take_back(asked) or (() if asked.call.key is None else asked.call.key.purposes)


receive = about_one(_receive, reads=False)
listed = about_one(_listed)
