"""Answers and bodies for the API document, made up: nobody is meant by them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segmentation.rights.account import Account, Consent, Held, Kept, Purpose, Reading, Request, Step
from serving.examples import DECISION, EXPLANATION, NAME, SEGMENTS
from serving.residents.answers import (
    ConsentKept,
    Consents,
    ConsentSaid,
    KeptSegment,
    OwnExplanation,
    RequestEntered,
    RequestMade,
    Requests,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from msgspec import Struct

PURPOSE = "service_planning"
AT, ASKED, DUE = "2026-07-02T09:00:00+00:00", "2026-07-03T10:00:00+00:00", "2026-08-02T10:00:00+00:00"
EXPIRES = "2027-07-02T09:00:00+00:00"
KEY = "0a1b2c3d4e5f"
KEPT_SEGMENT = KeptSegment(
    purpose=PURPOSE,
    model=NAME,
    version=3,
    decision=DECISION,
    segment="S1",
    computed="S1",
    is_override=False,
    margin=0.62,
    borderline=False,
    imputed=(),
    at=AT,
    expires=EXPIRES,
    told=SEGMENTS["S1"],
)
OWN_EXPLANATION = OwnExplanation(
    model=NAME,
    version=3,
    decision=DECISION,
    segments=SEGMENTS,
    reason=EXPLANATION.results[0],
    held=Held("S1", 3, AT, EXPIRES, None, "active"),
    agrees=True,
)
STANDING = Purpose(PURPOSE, "given", AT, "2026-1", None)
EVENT = Consent(PURPOSE, "given", AT, "2026-1", "zh", "app", KEY)
CONSENT_KEPT = ConsentKept(added=True)
CONSENTS = Consents((STANDING,), (EVENT,))
REQUEST_ENTERED = RequestEntered("R0a1b2c3d4e5f", "access", "received", ASKED, DUE, None)
REQUEST = Request(
    id="R0a1b2c3d4e5f",
    right="access",
    state="received",
    received=ASKED,
    due=DUE,
    ended=None,
    steps=(Step("received", ASKED, KEY, "What do you keep of me?", "app", "en", "login"),),
)
REQUESTS = Requests((REQUEST,))
ACCOUNT = Account(
    at=ASKED,
    purposes=(STANDING,),
    consents=(EVENT,),
    segments=(
        Kept(
            purpose=PURPOSE,
            model=NAME,
            version=3,
            segment="S1",
            margin=0.62,
            borderline=False,
            imputed=(),
            decision=DECISION,
            at=AT,
            expires=EXPIRES,
            is_expired=False,
            state="active",
        ),
    ),
    overrides=(),
    requests=(REQUEST,),
    readings=(Reading(AT, KEY, "resident_segment", PURPOSE, 200),),
)
BODIES: Mapping[type[Struct], Struct] = {
    ConsentSaid: ConsentSaid(PURPOSE, "given", "2026-1", "zh", "app"),
    RequestMade: RequestMade("access", "What do you keep of me?", "app", "en", identity="login"),
}
"""Of each body that is no table of needs."""
