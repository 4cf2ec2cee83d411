"""What the API document says of each route about one resident, in words and by the types of answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from segmentation.answers import Texts
from segmentation.rights.account import Account
from serving.calls import JSON
from serving.operation import APPROVED, LANGUAGE, Operation
from serving.residents import answers
from serving.residents.examples import (
    ACCOUNT,
    CONSENT_KEPT,
    CONSENTS,
    KEPT_SEGMENT,
    OWN_EXPLANATION,
    REQUEST_ENTERED,
    REQUESTS,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

REFERENCE: Mapping[str, Any] = {
    "name": "ref",
    "in": "path",
    "required": True,
    "description": "The company's own opaque reference of the resident, percent-encoded; never a name or a "
    "number of a document. It is kept nowhere. / 企业内部的住户编号，须经百分号编码；不得使用姓名或证件号码。"
    "系统不保存该编号。",
    "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": r"^[!-~]+$"},
    "example": "R-1024",
}
PURPOSE: Mapping[str, Any] = {
    "name": "purpose",
    "in": "query",
    "required": True,
    "description": "Key of the purpose that it is for: one that the policy states, and that the API key was "
    "issued for. / 使用目的的键：须为策略所载，且为该密钥所获准的目的。",
    "schema": {"type": "string", "pattern": "^[a-z][a-z0-9_]{0,62}$"},
    "example": "service_planning",
}
COLLECTED: Mapping[str, Any] = {
    "name": "collected_on",
    "in": "query",
    "required": False,
    "description": "The day on which the needs were collected: the policy's days of retention count from it. "
    "Today, where it is left out. / 采集需求的日期，策略规定的保存期限自该日起算；未提供的，以当日为准。",
    "schema": {"type": "string", "format": "date"},
    "example": "2026-06-30",
}
KEPT = ("no-keyring", "not-readable")
ASKED = (*KEPT, "too-many-residents")
"""Of routes that tell what is kept."""
RESIDENTS: Mapping[str, Operation] = {
    "resident_place": Operation(
        "residents",
        Texts(
            "Needs as for one resident of `/v1/segments:predict`; they are read, and not kept. Kept are the "
            "segment, the margin, the version, its decision, the time, and until when by the policy's "
            "retention. Placing a resident anew keeps what was before.",
            "需求的写法与 `/v1/segments:predict` 中的一位住户相同，仅供计算而不保存。保存的是分群、间隔、"
            "版本、所依据的决定、时间以及按策略计算的到期时间。重新分群会保留历史记录。",
        ),
        answers.KeptSegment,
        KEPT_SEGMENT,
        body="ResidentsAlone",
        problems=(*APPROVED, *KEPT, "no-consent", "none-kept"),
        parameters=(REFERENCE, COLLECTED),
    ),
    "resident_segment": Operation(
        "residents",
        Texts(
            "Refused where the key was not issued for the purpose, where there is no consent to it, where it "
            "was withdrawn, and where the resident objects: then give the standard service. A segment that a "
            "person put in the place of the computed one is `segment`.",
            "密钥未获准用于该目的、没有相应同意、同意已撤回或住户提出异议的，一律拒绝，此时应提供标准服务。"
            "经人工改定的，`segment` 为改定后的分群。",
        ),
        answers.KeptSegment,
        KEPT_SEGMENT,
        problems=(*APPROVED, *ASKED, "no-consent", "none-kept"),
        parameters=(REFERENCE, PURPOSE),
    ),
    "resident_explain": Operation(
        "residents",
        Texts(
            "Exact, from needs that are sent again, and not kept, by the version that gave the kept segment, "
            "whether it is served or not: `held.state` says where it stands. `agrees` says whether they give "
            "that segment. It is a right, and asks for no consent.",
            "根据再次提供的需求，按得出所保存分群的版本给出精确的原因（无论该版本是否仍在使用，见 "
            "`held.state`），需求不予保存。`agrees` 表示与所保存的分群是否一致。这是住户的权利，"
            "无须另行同意。",
        ),
        answers.OwnExplanation,
        OWN_EXPLANATION,
        body="ResidentsAlone",
        problems=(*APPROVED, *ASKED, "version-gone"),
        parameters=(REFERENCE,),
    ),
    "resident_consent": Operation(
        "residents",
        Texts(
            "It holds from the next request on. Nothing is changed: the newest event counts, and a "
            "withdrawal gives no reason.",
            "自下一次请求起生效。既有记录不作改动，以最新一次为准；撤回无须说明理由。",
        ),
        answers.ConsentKept,
        CONSENT_KEPT,
        body=answers.ConsentSaid,
        problems=KEPT,
        parameters=(REFERENCE,),
    ),
    "resident_consents": Operation(
        "residents",
        Texts("Each purpose by itself, and every event.", "逐项目的列出，并附每次记录。"),
        answers.Consents,
        CONSENTS,
        problems=ASKED,
        parameters=(REFERENCE,),
    ),
    "resident_ask": Operation(
        "residents",
        Texts(
            "Keep the id that is answered: the register names nobody. An objection and a withdrawal are done "
            "with the request; the others wait for a person, until `due`.",
            "请保存返回的编号：登记簿不记载姓名。异议和撤回随请求即时办结，其他请求由人工在 `due` 之前办理。",
        ),
        answers.RequestEntered,
        REQUEST_ENTERED,
        body=answers.RequestMade,
        problems=(*KEPT, "conflict"),
        parameters=(REFERENCE,),
    ),
    "resident_requests": Operation(
        "residents",
        Texts("With every step, and what was answered.", "包括每一步骤及答复。"),
        answers.Requests,
        REQUESTS,
        problems=ASKED,
        parameters=(REFERENCE,),
    ),
    "resident_account": Operation(
        "residents",
        Texts(
            "Consents, segments, overrides, requests, and who asked. `Accept: text/html` answers a page in "
            "one language, to be handed to the resident.",
            "包括同意、分群、人工改定、权利请求以及查询记录。`Accept: text/html` 则返回一种语言的页面，"
            "可交给住户。",
        ),
        Account,
        ACCOUNT,
        media=(JSON.decode(), "text/html"),
        problems=(*ASKED, "none-kept"),
        parameters=(REFERENCE, LANGUAGE),
    ),
}
"""By the name of the route."""
