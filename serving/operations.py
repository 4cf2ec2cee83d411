"""What the API document says of each route beside its address: in words, and by the types of answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from msgspec import Struct

from segmentation.answers import Explanation, Model, Prediction, Texts, Versions
from segmentation.rights.account import Account
from serving.calls import JSON
from serving.examples import EXPLANATION, MODEL, PREDICTION, VERSIONS
from serving.health import Alive, Ready
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

    from serving.routes import Route

Body = Literal["Residents", "ResidentsToExplain", "Frames", "ResidentsAlone"]
Tag = Literal["segments", "residents", "model", "health", "mlflow"]
TEXT = "text/plain"

ALWAYS = ("malformed", "too-slow", "too-large", "failed")
KEYED = ("no-key", "not-allowed", "too-often", "not-trusted", "not-recorded", "busy")
SENT = ("wrong-media", "invalid")
APPROVED = ("not-approved",)


class Places(Struct, frozen=True):
    """What MLflow's own server answers: the place of each resident's segment in the model's list, from 0."""

    predictions: tuple[int, ...]


@dataclass(frozen=True)
class Operation:
    """What is told of one route.

    Attributes
    ----------
    tag : str
    text : Texts
        More than the summary says.
    answer : type or None
        Of the JSON that is answered; None where it has no fixed form.
    example : object
        An answer, made up.
    media : tuple of str
        Content types of the answer.
    body : str, type or None
        Component that the request's body is, or its type.
    problems : tuple of str
        Slugs beside those that every route has.
    headers : tuple of str
        Components: headers of the answer, beside those that every answer has.
    parameters : tuple of dict
        As OpenAPI has them.
    """

    tag: Tag
    text: Texts
    answer: type | None = None
    example: object = None
    media: tuple[str, ...] = (JSON.decode(),)
    body: Body | type[Struct] | None = None
    problems: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()
    parameters: tuple[Mapping[str, Any], ...] = field(default=())

    def refusals(self, route: Route) -> tuple[str, ...]:
        """Return every problem that the route can answer with."""
        keyed = KEYED if route.scope else ()
        return (*ALWAYS, *keyed, *(SENT if self.body else ()), *self.problems)


LANGUAGE: Mapping[str, Any] = {
    "name": "language",
    "in": "query",
    "description": "Of the card as a page, else the one that Accept-Language prefers; the JSON has both. / "
    "页面形式的语言，未指定时按 Accept-Language；JSON 含两种语言。",
    "schema": {"type": "string", "enum": ["en", "zh"]},
}
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
KEPT = ("no-keyring", "not-readable")
ASKED = (*KEPT, "too-many-residents")
"""Of routes that tell what is kept."""
OPERATIONS: Mapping[str, Operation] = {
    "predict": Operation(
        "segments",
        Texts(
            "Residents by row or by column, in any number up to the limit; answers stand in their order. "
            "A need that is left out or null is stood in for as in training, and `imputed` names it.",
            "住户可按行或按列给出，数量不超过上限；应答的顺序与请求相同。缺省或为 null 的需求按训练时的方式"
            "补足，并列在 `imputed` 中。",
        ),
        Prediction,
        PREDICTION,
        body="Residents",
        problems=APPROVED,
    ),
    "explain": Operation(
        "segments",
        Texts(
            "The contributions are the model itself, no approximation of it: they and `constant` add up to "
            "`gap`. `text` can be read out to the resident.",
            "各项贡献就是模型本身，而非近似：它们与 `constant` 之和等于 `gap`。`text` 可直接读给住户听。",
        ),
        Explanation,
        EXPLANATION,
        body="ResidentsToExplain",
        problems=APPROVED,
    ),
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
        parameters=(REFERENCE,),
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
            "Exact, from needs that are sent again, and not kept. `agrees` says whether they give the "
            "segment that is kept. It is a right, and asks for no consent.",
            "根据再次提供的需求给出精确的原因，需求不予保存。`agrees` 表示与所保存的分群是否一致。"
            "这是住户的权利，无须另行同意。",
        ),
        answers.OwnExplanation,
        OWN_EXPLANATION,
        body="ResidentsAlone",
        problems=(*APPROVED, *ASKED),
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
    "model": Operation(
        "model",
        Texts(
            "Its segments with plain rules and service plans, the needs that its policy allows, why, and "
            "whether it reads them, the decision it rests on, its last day and its digests.",
            "各分群及其通俗规则和服务方案、策略允许的需求及理由、该版本是否使用、所依据的决定、最后有效日和摘要。",
        ),
        Model,
        MODEL,
        problems=APPROVED,
    ),
    "card": Operation(
        "model",
        Texts(
            "The JSON that was signed, byte for byte; its SHA-256 is `card` of /v1/model. "
            "`Accept: text/html` or `text/markdown` answers it as a page.",
            "与签署时逐字节一致的 JSON，其 SHA-256 即 /v1/model 的 `card`。`Accept: text/html` 或 "
            "`text/markdown` 则以页面形式返回。",
        ),
        media=(JSON.decode(), "text/html", "text/markdown"),
        problems=APPROVED,
        headers=("ETag", "Repr-Digest"),
        parameters=(LANGUAGE,),
    ),
    "versions": Operation(
        "model",
        Texts(
            "States and days of every version that was ever submitted, the newest first; who decided is in "
            "the ledger.",
            "曾提交的每个版本的状态和日期，最新的在前；由谁决定见账本。",
        ),
        Versions,
        VERSIONS,
    ),
    "healthz": Operation(
        "health",
        Texts("The process answers; it says nothing of the model.", "进程能够应答；不涉及模型。"),
        Alive,
        Alive(),
    ),
    "readyz": Operation(
        "health",
        Texts("Whether a version may be served now.", "目前是否有版本可供使用。"),
        Ready,
        Ready(),
        problems=("not-approved", "not-trusted"),
    ),
    "metrics": Operation(
        "health",
        Texts(
            "Requests, answers, latency and residents scored, of all workers, for Prometheus.",
            "所有工作进程的请求、应答、延迟和已评分住户数，供 Prometheus 读取。",
        ),
        media=(TEXT,),
    ),
    "invocations": Operation(
        "mlflow",
        Texts(
            "MLflow's scoring protocol: a client of `mlflow models serve` changes only the address. Needs "
            "are held to the same rules.",
            "MLflow 的评分协议：`mlflow models serve` 的客户端只需更改地址。对需求的要求相同。",
        ),
        Places,
        Places((0, 1)),
        body="Frames",
        problems=APPROVED,
    ),
    "ping": Operation(
        "mlflow",
        Texts(
            "As /readyz, for MLflow's clients: an empty line.",
            "同 /readyz，供 MLflow 客户端使用：返回一个空行。",
        ),
        media=(TEXT,),
        problems=("not-approved", "not-trusted"),
    ),
    "version": Operation(
        "mlflow",
        Texts("Of MLflow, whose protocol is spoken.", "所遵循协议的 MLflow 版本。"),
        media=(TEXT,),
    ),
    "document": Operation(
        "health",
        Texts("This document, for the version that is served now.", "本文档，针对目前使用的版本。"),
        problems=("busy",),
    ),
}
"""By the name of the route. Pages for people (`PAGES`) are not in the document."""
PAGES = frozenset({"docs", "docs_file"})
TAGS: Mapping[Tag, Texts] = {
    "segments": Texts("Segments of residents, and why", "住户的分群及原因"),
    "residents": Texts(
        "What is kept of one resident, for a purpose that was consented to, and what they have a right to",
        "一位住户的留存信息（限于其同意的目的）及其各项权利",
    ),
    "model": Texts("What is served, and where versions stand", "所用的版本，以及各版本的状态"),
    "mlflow": Texts("For clients of MLflow's model server", "供 MLflow 模型服务的客户端使用"),
    "health": Texts("For the machines around the service", "供运行环境使用"),
}
