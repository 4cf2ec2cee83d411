"""Every address of the service, as one table: the application, its OpenAPI document and the tests read it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from segmentation.answers import Texts

if TYPE_CHECKING:
    from segmentation.ledger.api_keys import Scope
    from serving.calls import Handler

JSON_ALONE = ("application/json",)
NEVER = 2**63 - 1
"""Bytes that no body has: the handler runs in the event loop."""


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
        load what few requests need.
    media : tuple of str
        Content types that it reads; none where it takes no body.
    """

    name: str
    method: Literal["GET", "POST"]
    path: str
    scope: Scope | None
    handler: Handler
    summary: Texts
    beside_from: int = 64 * 2**10
    media: tuple[str, ...] = ()


def all_routes() -> tuple[Route, ...]:
    """Return every address, the most used first."""
    from serving import described, explain, health, invocations, predict  # noqa: PLC0415 - no work at import

    return (
        Route(
            "predict",
            "POST",
            "/v1/segments:predict",
            "predict",
            predict.predict,
            Texts("Segments of residents", "住户所属分群"),
            media=JSON_ALONE,
        ),
        Route(
            "invocations",
            "POST",
            "/invocations",
            "predict",
            invocations.invocations,
            Texts("Segments of residents, as MLflow asks for them", "住户所属分群(MLflow 协议)"),
            media=("application/json", "text/csv"),
        ),
        Route(
            "explain",
            "POST",
            "/v1/segments:explain",
            "explain",
            explain.explain,
            Texts("Why residents are in their segments", "住户所属分群的理由"),
            beside_from=0,
            media=JSON_ALONE,
        ),
        Route(
            "model",
            "GET",
            "/v1/model",
            "read",
            described.model,
            Texts("The version that is served", "当前提供服务的版本"),
            beside_from=0,
        ),
        Route(
            "card",
            "GET",
            "/v1/model/card",
            "read",
            described.card,
            Texts("Its model card", "该版本的模型卡"),
            beside_from=0,
        ),
        Route(
            "versions",
            "GET",
            "/v1/model/versions",
            "review",
            described.versions,
            Texts("Where every version stands in review", "各版本的评审状态"),
            beside_from=0,
        ),
        Route(
            "healthz",
            "GET",
            "/healthz",
            None,
            health.healthz,
            Texts("Whether the process is alive", "进程是否存活"),
            NEVER,
        ),
        Route(
            "readyz",
            "GET",
            "/readyz",
            None,
            health.readyz,
            Texts("Whether a version may be served", "是否有可提供服务的版本"),
            NEVER,
        ),
        Route(
            "metrics",
            "GET",
            "/metrics",
            "read",
            health.metrics,
            Texts("Counts and times, for Prometheus", "计数与耗时(Prometheus)"),
            beside_from=0,
        ),
        Route(
            "ping",
            "GET",
            "/ping",
            None,
            invocations.ping,
            Texts("Whether a version may be served, as MLflow asks", "是否有可提供服务的版本(MLflow 协议)"),
            NEVER,
        ),
        Route(
            "version",
            "GET",
            "/version",
            None,
            invocations.version,
            Texts("The version of MLflow whose protocol is spoken", "所遵循的 MLflow 协议版本"),
            NEVER,
        ),
    )
