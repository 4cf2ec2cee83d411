"""Answers for the API document, made up.

Who reads the document needs no key, so it tells nothing of a version but the needs that requests may hold.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from segmentation.answers import (
    Described,
    Explanation,
    Fault,
    Feature,
    Model,
    Place,
    PlannedService,
    Prediction,
    Problem,
    Reason,
    Segment,
    Texts,
    Version,
    Versions,
)
from serving.problems import PROBLEMS, TYPE

if TYPE_CHECKING:
    from collections.abc import Mapping

REQUEST = "6f1c2a5e-8d34-4b7a-9c1e-2f60b1d7a944"
NAME = "example_needs"
DECISION = "sha256:" + "1b" * 32
SERVICE = PlannedService(
    service="repair_team",
    title=Texts("Repairs", "维修"),
    unit=Texts("visits a year", "次/年"),
    effect="benefit",
    amount=4.0,
    contract_floor=2.0,
    is_called=True,
    because=("repairs",),
)
SEGMENTS = {
    "S1": Segment(Texts("Often in need of repairs", "维修需求较多"), (SERVICE,)),
    "S2": Segment(Texts("Usual needs", "需求一般"), ()),
}
PREDICTION = Prediction(
    NAME,
    3,
    DECISION,
    SEGMENTS,
    (
        Place("S1", 0.62, borderline=False),
        Place("S2", 0.07, borderline=True, imputed=("repairs",)),
    ),
)
EXPLANATION = Explanation(
    NAME,
    3,
    DECISION,
    SEGMENTS,
    (
        Reason(
            segment="S1",
            runner_up="S2",
            margin=0.62,
            borderline=False,
            gap=2.5,
            contributions={"repairs": 2.75},
            constant=-0.25,
            text=Texts("In S1 above all because of many repairs.", "归入 S1，主要因为维修次数多。"),
        ),
    ),
)
MODEL = Model(
    name=NAME,
    title=Texts("An example", "示例"),
    version=3,
    decision=DECISION,
    valid_until="2026-12-31",
    digest="sha256:" + "2c" * 32,
    policy="sha256:" + "3d" * 32,
    card="sha256:" + "4e" * 32,
    purpose=Texts("To plan services by need.", "按需求安排服务。"),
    prohibited_uses=(Texts("Setting prices or fees.", "用于定价或收费。"),),
    segments=(
        Described("S1", SEGMENTS["S1"].name, 0.4, Texts("repairs at least 5", "维修不少于 5"), (SERVICE,)),
    ),
    features=(
        Feature(
            name="repairs",
            title=Texts("Repairs", "维修"),
            kind="count",
            required=False,
            is_read=True,
            why=Texts("Repairs are planned by it.", "据此安排维修。"),
            unit=Texts("a year", "次/年"),
            range=(0.0, 60.0),
        ),
    ),
)
VERSIONS = Versions(
    NAME,
    (
        Version(
            3, "active", "2026-07-01T08:00:00+00:00", "In service on 2026-07-01 (UTC).", (), "2026-12-31"
        ),
        Version(2, "superseded", "2026-07-01T08:00:00+00:00", "Superseded on 2026-07-01 (UTC).", (), None),
    ),
)
FAULT = Fault(
    pointer="/residents/1/ethnicity",
    rule="is a protected attribute, which no request may hold",
    fix="leave it out",
    article="PIPL Art. 28",
    reason=Texts(
        "Sensitive information is used only for a specific purpose and where it is necessary.",
        "只有在具有特定的目的和充分的必要性的情形下，方可处理敏感个人信息。",
    ),
)
UNKNOWN = Fault(
    pointer="/residents/1",
    rule="must not be sent: the 3rd field of this resident is no field of the policy",
    fix="leave it out; the needs are `repairs`, `home_area`",
)
"""A field that nobody knows: its name may be somebody's, so its place is told."""
DETAILS: Mapping[str, str] = {
    "malformed": "The body is no JSON in UTF-8; send the residents as the document says.",
    "no-key": "Send an API key: Authorization: Bearer sgk_…, X-API-Key: sgk_…, or as the password of Basic.",
    "not-allowed": "This address needs an API key with another scope; ask an administrator for one.",
    "no-consent": "Consent for the purpose service_planning was withdrawn (PIPL Art. 15); the standard "
    "service goes on as the contract says.",
    "not-found": "Addresses are listed in /openapi.json.",
    "none-kept": "No segment of this resident is kept for this purpose.",
    "wrong-method": "The header Allow names the method that this address answers to.",
    "too-slow": "All of a request must arrive in time; send fewer residents at once.",
    "conflict": "The same was asked for before (access), and waits for its answer. Answer that request.",
    "version-gone": "The segment is of a version that is not there any more, so nobody can say why.",
    "too-large": "The body, or the number of residents, is over the limit; send fewer residents at once.",
    "wrong-media": "Send the content type application/json.",
    "invalid": "Two things do not fit the policy; `faults` says where, and the way out.",
    "too-often": "The key may ask less often; wait for as long as the header Retry-After says.",
    "too-many-residents": "This API key asked about more residents than 600 an hour; come back as "
    "Retry-After says.",
    "failed": "The service failed while it worked on this request; its log says where, by the request's id.",
    "not-approved": "No approved version may be served now.",
    "not-trusted": "The ledger cannot be read or trusted now.",
    "not-recorded": "The access could not be recorded, so the answer is kept back; try again later.",
    "no-keyring": "This service has no keyring, so it keeps nothing of residents.",
    "not-readable": "What is kept of residents cannot be read or written now; try again later.",
    "busy": "The service has too many requests in hand; try again in a moment.",
}


def problem(slug: str) -> Problem:
    """Return a problem document as one may look."""
    kind = PROBLEMS[slug]
    faults = (FAULT, UNKNOWN) if slug == "invalid" else ()
    return Problem(TYPE + slug, kind.title, kind.status, DETAILS[slug], f"urn:uuid:{REQUEST}", faults)
