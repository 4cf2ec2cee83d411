"""What the API document says of each route beside its address: in words, and by the types of answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from segmentation.answers import Explanation, Model, Prediction, Texts, Versions
from serving.calls import JSON
from serving.examples import EXPLANATION, MODEL, PREDICTION, VERSIONS
from serving.health import Alive, Ready
from serving.operation import APPROVED, LANGUAGE, Operation, Tag
from serving.residents.operations import RESIDENTS

if TYPE_CHECKING:
    from collections.abc import Mapping

TEXT = "text/plain"


class Places(Struct, frozen=True):
    """What MLflow's own server answers: the place of each resident's segment in the model's list, from 0."""

    predictions: tuple[int, ...]


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
    **RESIDENTS,
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
