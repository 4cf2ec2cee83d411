"""Who had which kind of answer, when, on which decision: kept of a request, and nothing of its body."""

# No `from __future__ import annotations`: msgspec reads these when it makes the type.
from datetime import datetime

from msgspec import Struct
from msgspec.json import Encoder

from serving.calls import Call


class Access(Struct, frozen=True, omit_defaults=True):
    """One request of a known key or person, or the last of several that were refused beyond an allowance.

    `id` is the request's; `key` is the id of the API key, empty at the pages; `version` and `decision` are
    those that the answer is from, None where there is none; `requests` is left out where it is one, and
    `person`, who was signed in at the pages, where nobody was.

    Of a request about one resident `purpose` is what for, and `subject` stands for the resident: a pseudonym
    that is used in this log alone (`segmentation.rights.readings.mark_of`). `alert` names what somebody
    should look at, such as ``mass-reading``.
    """

    at: datetime
    id: str
    key: str
    route: str
    status: int
    rows: int
    model: str
    version: int | None
    decision: str | None
    requests: int = 1
    person: str = ""
    purpose: str = ""
    subject: str = ""
    alert: str = ""


encoded = Encoder().encode
"""Writes an event as a line of JSON."""


def access_of(call: Call, route: str, status: int, model: str, now: datetime) -> Access:
    """Return the access event of a request.

    Parameters
    ----------
    call : Call
        Of a known key.
    route : str
        Its name.
    status : int
        Of the answer.
    model : str
    now : datetime
        In UTC.
    """
    approved = call.served.approved if call.served else call.former
    return Access(
        at=now,
        id=call.id,
        key=call.key.id if call.key else "",
        route=route,
        status=status,
        rows=call.rows,
        model=model,
        version=approved.version if approved else None,
        decision=approved.decision if approved else None,
        purpose=call.purpose,
        subject=call.subject,
        alert=call.alert,
    )
