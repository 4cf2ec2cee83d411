"""``/v1/residents/{ref}/requests``: entering what a resident asks for, and what came of it (PIPL Art. 50)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from segmentation.ledger.personal.requests import Requests as Register
from segmentation.ledger.personal.requests import Told
from segmentation.rights.beheld import beheld
from segmentation.rights.exercise import receive as received
from segmentation.rights.gathering import told_of
from serving.calls import Reply
from serving.residents.answers import RequestEntered, RequestMade, Requests
from serving.residents.asked import about_one
from serving.residents.bodies import body_of
from serving.residents.consenting import check_stated

if TYPE_CHECKING:
    from serving.residents.asked import Asked

_encode = msgspec.json.Encoder().encode


def _receive(asked: Asked) -> Reply:
    """Enter a request; an objection and a withdrawal take effect with it."""
    made = body_of(asked.call.body, RequestMade)
    for at, purpose in enumerate(made.purposes):
        check_stated(asked, purpose, f"/purposes/{at}")
    told = Told(by=asked.by, text=made.text, channel=made.channel, language=made.language)
    about = made.purposes or _meant(asked, made.right)
    found = received(asked.records, asked.desk.requests, asked.subject, made.right, told, about, asked.now)
    return Reply(
        _encode(
            RequestEntered(
                id=found.id,
                right=found.right,
                state=found.state,
                received=found.received.isoformat(),
                due=found.due.isoformat(),
                ended=None if found.ended is None else found.ended.isoformat(),
            )
        )
    )


def _listed(asked: Asked) -> Reply:
    """Answer what a resident asked for, with every step."""
    return Reply(_encode(Requests(tuple(map(told_of, Register(asked.records).of(asked.subject))))))


def _meant(asked: Asked, right: str) -> tuple[str, ...]:
    """Return what is meant where no purpose is named: all that are stated, and by an objection the first.

    That is the one for which residents are placed; an audit decides nothing about them. Where no version may
    be served, all are meant for which anything is kept.
    """
    stated = asked.stated()
    if stated:
        return stated[:1] if right == "objection" else stated
    with beheld(asked.records) as seen:
        return asked.desk.purposes.of(seen)


receive = about_one(_receive, reads=False)
listed = about_one(_listed)
