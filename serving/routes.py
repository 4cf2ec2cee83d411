"""Every address of the service, as one table: the application, its OpenAPI document and the tests read it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from segmentation.answers import Texts
from segmentation.rights.access import way
from serving import apidoc, cards, described, document, explain, health, invocations, predict
from serving.residents import asking, consenting, placing, reasons, telling

if TYPE_CHECKING:
    from segmentation.ledger.api_keys import Scope
    from serving.calls import Handler, Quickly

JSON_ALONE = ("application/json",)
NEVER = 2**63 - 1
"""Bytes that no body has: the handler runs in the event loop."""
QUICK_BELOW = 2**20
"""Bytes of a body under which what is quick runs in the event loop: some 4 ms. A thread would gain others
nothing, as it holds the interpreter for just as long, and the way there and back costs a tenth of it."""


@dataclass(frozen=True)
class Route:
    """One address.

    Attributes
    ----------
    name : str
        Of the operation: in OpenAPI, in access events and in metrics.
    method : {"GET", "POST"}
    path : str
    scope : str or None
        What the API key must allow; None needs no key.
    handler : callable
    summary : Texts
    beside_from : int
        Bytes of a body from which on the handler runs in a thread beside the event loop; 0 for handlers that
        load what few requests need, and for what `quickly` leaves: a small body may take long as well.
    media : tuple of str
        Content types that it reads; none where it takes no body.
    quickly : callable or None
        Tried in the event loop first where the handler would run beside it and the body is under
        `QUICK_BELOW`: it answers what takes no time, and returns None for the rest.
    is_about_one : bool
        Whether it is about one resident, who is named in the path: it waits for a database, in threads of its
        own.
    """

    name: str
    method: Literal["GET", "POST"]
    path: str
    scope: Scope | None
    handler: Handler
    summary: Texts
    beside_from: int = 64 * 2**10
    media: tuple[str, ...] = ()
    quickly: Quickly | None = None
    is_about_one: bool = False


def all_routes() -> tuple[Route, ...]:
    """Return every address, the most used first."""
    return (
        Route(
            "predict",
            "POST",
            "/v1/segments:predict",
            way("predict").scope,
            predict.predict,
            Texts("Segments of residents", "住户所属分群"),
            beside_from=0,
            media=("application/json",),
            quickly=predict.predict_quickly,
        ),
        Route(
            "invocations",
            "POST",
            "/invocations",
            way("invocations").scope,
            invocations.invocations,
            Texts(
                "Segments of residents, as MLflow's clients ask for them", "住户所属分群（按 MLflow 协议）"
            ),
            beside_from=0,
            media=("application/json", "text/csv"),
            quickly=invocations.invocations_quickly,
        ),
        Route(
            "explain",
            "POST",
            "/v1/segments:explain",
            way("explain").scope,
            explain.explain,
            Texts("Why residents are in their segments", "住户所属分群的原因"),
            beside_from=0,
            media=("application/json",),
        ),
        _seldom(
            "/v1/model", "model", "read", described.model, "The version that is served", "当前提供服务的版本"
        ),
        _seldom("/v1/model/card", "card", "read", cards.card, "Its model card", "该版本的模型卡"),
        _seldom(
            "/v1/model/versions",
            "versions",
            "review",
            described.versions,
            "Where every version stands in review",
            "各版本的审查状态",
        ),
        _seldom(
            "/metrics", "metrics", "read", health.metrics, "Counts and times, for Prometheus", "计数与耗时"
        ),
        *_about_one(),
        _seldom("/openapi.json", "document", None, document.openapi, "This document", "本文档"),
        _at_once("/healthz", "healthz", health.healthz, "Whether the process is alive", "进程是否存活"),
        _at_once("/readyz", "readyz", health.readyz, "Whether a version may be served", "是否有版本可供使用"),
        _at_once(
            "/ping",
            "ping",
            invocations.ping,
            "Whether a version may be served, for MLflow's clients",
            "是否有版本可供使用（按 MLflow 协议）",
        ),
        _at_once(
            "/version",
            "version",
            invocations.version,
            "The MLflow whose protocol is spoken",
            "MLflow 协议版本",
        ),
        _at_once("/docs", "docs", apidoc.page, "This document as a page", "文档页面"),
        _at_once("/docs/{file}", "docs_file", apidoc.asset, "A file of that page", "文档页面的文件"),
    )


def _seldom(path: str, name: str, scope: Scope | None, handler: Handler, en: str, zh: str) -> Route:
    """Return a route that is seldom asked, and may have to load much: it runs beside the event loop."""
    return Route(name, "GET", path, scope, handler, Texts(en, zh), beside_from=0)


def _about_one() -> tuple[Route, ...]:
    """Return the routes about one resident, whose reference is in the path and nowhere else."""
    told: tuple[tuple[str, Literal["GET", "POST"], str, Handler, Texts], ...] = (
        (
            "resident_place",
            "POST",
            "/segment",
            placing.place,
            Texts("Place one resident, and keep the segment", "为一位住户分群并保存结果"),
        ),
        (
            "resident_segment",
            "GET",
            "/segment",
            placing.kept,
            Texts("The segment that is kept of one resident", "已保存的一位住户的分群"),
        ),
        (
            "resident_explain",
            "POST",
            "/explanation",
            reasons.explain,
            Texts("Why one resident is in their segment", "一位住户归入其分群的原因"),
        ),
        (
            "resident_consent",
            "POST",
            "/consents",
            consenting.record,
            Texts("Put a consent, refusal, withdrawal or objection on record", "登记同意、拒绝、撤回或异议"),
        ),
        (
            "resident_consents",
            "GET",
            "/consents",
            consenting.listed,
            Texts("Where the consents of one resident stand", "一位住户的同意状态"),
        ),
        (
            "resident_ask",
            "POST",
            "/requests",
            asking.receive,
            Texts("Enter what one resident asks for", "登记一位住户的权利请求"),
        ),
        (
            "resident_requests",
            "GET",
            "/requests",
            asking.listed,
            Texts("What one resident asked for, and what came of it", "一位住户的权利请求及办理结果"),
        ),
        (
            "resident_account",
            "GET",
            "",
            telling.account,
            Texts("Everything that is kept of one resident", "所保存的一位住户的全部信息"),
        ),
    )
    return tuple(
        Route(
            name,
            method,
            f"/v1/residents/{{ref}}{path}",
            way(name).scope,
            handler,
            summary,
            beside_from=0,
            media=JSON_ALONE if method == "POST" else (),
            is_about_one=True,
        )
        for name, method, path, handler, summary in told
    )


def _at_once(path: str, name: str, handler: Handler, en: str, zh: str) -> Route:
    """Return a route that anybody may ask, and that is answered at once."""
    return Route(name, "GET", path, None, handler, Texts(en, zh), beside_from=NEVER)
