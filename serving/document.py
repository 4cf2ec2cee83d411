"""The API document (OpenAPI 3.1), made of what the service runs on: its routes, its types, the active policy.

FastAPI would derive it from models that no request passes through. This one cannot say anything else than the
service does, because both read the same tables; it lists exactly the needs that the served version's policy
allows, and says which of them that version does not read.
"""

from __future__ import annotations

import inspect
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from segmentation.answers import Problem, Texts
from segmentation.version import __version__
from serving.calls import JSON, PROBLEM, Refused, Reply
from serving.examples import REQUEST, problem
from serving.operations import OPERATIONS, PAGES, TAGS
from serving.problems import PROBLEMS
from serving.requests import REF, components, contents

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from serving.calls import Call
    from serving.operation import Operation
    from serving.routes import Route
    from serving.served import Served
    from serving.settings import Settings
    from serving.state import State

Part = dict[str, Any]
MEDIA = JSON.decode()
ENCODED = {"type": "string"}
"""What is answered as text."""
TITLE = "Resident segments: prediction API / 住户分群：预测接口"
ABOUT = Texts(
    "Which segment residents belong to by their service needs, and why; from a version that two people "
    "signed. Nothing of a request is kept but its time, id, key, route, status, number of residents and "
    "version.",
    "按服务需求给出住户所属的分群及原因，所用版本均经两人签署。请求中仅保留时间、编号、密钥、路径、状态、"
    "住户数量和版本。",
)
SERVING = Texts(
    "Now served: {name}, version {version}. Up to {rows:,} residents in one request, {explained:,} to "
    "explain, in a body of up to {bytes:,} bytes.",
    "目前使用：{name}，版本 {version}。一次请求最多 {rows:,} 位住户，解释最多 {explained:,} 位，"
    "正文最多 {bytes:,} 字节。",
)
NOT_SERVING = Texts(
    "No version may be served now: requests are answered with 503, and no needs are listed here.",
    "目前没有可供使用的版本：请求均以 503 应答，此处也不列出任何需求。",
)
HEADERS: Part = {
    "X-Request-Id": {
        "description": "Names the request in its access event and its problem document, and in the log where "
        "the service failed; a UUID that the request sent is kept. / 请求编号，见于访问记录和问题文档，"
        "服务出错时也见于日志；请求自带的 UUID 会被沿用。",
        "schema": {"type": "string", "format": "uuid"},
        "example": REQUEST,
    },
    "Retry-After": {
        "description": "Seconds to wait (RFC 9110). / 需等待的秒数。",
        "schema": {"type": "integer", "minimum": 0},
        "example": 1,
    },
    "WWW-Authenticate": {
        "description": "How a key may be shown (RFC 9110). / 出示密钥的方式。",
        "schema": ENCODED,
        "example": 'Basic realm="segmentation", charset="UTF-8", Bearer realm="segmentation"',
    },
    "ETag": {
        "description": "Digest of the answer. / 应答的摘要。",
        "schema": ENCODED,
        "example": f'"sha256:{"4e" * 32}"',
    },
    "Repr-Digest": {
        "description": "Digest of the answer (RFC 9530). / 应答的摘要。",
        "schema": ENCODED,
        "example": "sha-256=:Tk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk4=:",
    },
}
BESIDE: dict[int, tuple[str, ...]] = {
    401: ("WWW-Authenticate",),
    429: ("Retry-After",),
    503: ("Retry-After",),
}
"""Headers that a refusal of that status may have."""
SCHEMES: Part = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "`Authorization: Bearer sgk_…`"},
    "header": {"type": "apiKey", "in": "header", "name": "X-API-Key", "description": "`X-API-Key: sgk_…`"},
    "basic": {
        "type": "http",
        "scheme": "basic",
        "description": "The key as the password, with any name. / 密钥作为口令，用户名任意。",
    },
}


class Limits(NamedTuple):
    """What the document tells of the settings."""

    most_rows: int
    most_explained: int
    most_bytes: int
    root_path: str


def openapi(call: Call, state: State) -> Reply:
    """Answer the document: ``GET /openapi.json``; where nothing may be served, one without needs."""
    from serving.routes import all_routes  # noqa: PLC0415 - the table names this function

    del call
    return Reply(_encoded(all_routes(), served_now(state), _limits(state.settings)))


def served_now(state: State) -> Served | None:
    """Return the version that may be served; None where none may."""
    try:
        return state.watch.served()
    except Refused:
        return None


def document_of(routes: Iterable[Route], served: Served | None, settings: Settings) -> Part:
    """Return the document.

    Parameters
    ----------
    routes : iterable of Route
    served : Served or None
        The version that is served; None where none may be.
    settings : Settings
    """
    document: Part = msgspec.json.decode(_encoded(tuple(routes), served, _limits(settings)))
    return document


def _limits(settings: Settings) -> Limits:
    return Limits(settings.most_rows, settings.most_explained, settings.most_bytes, settings.root_path)


@lru_cache(maxsize=2)
def _encoded(routes: tuple[Route, ...], served: Served | None, limits: Limits) -> bytes:
    told = [(route, OPERATIONS[route.name]) for route in routes if route.name not in PAGES]
    paths: Part = {}
    for route, operation in told:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, operation, served)
    document = {
        "openapi": "3.1.0",
        "info": {"title": TITLE, "version": __version__, "description": _about(served, limits)},
        "servers": [{"url": limits.root_path or "/"}],
        "tags": [{"name": tag, "description": _both(text)} for tag, text in TAGS.items()],
        "paths": paths,
        "components": {
            "schemas": _schemas(told, served, limits),
            "responses": dict(_refusals(told)),
            "headers": HEADERS,
            "securitySchemes": SCHEMES,
        },
    }
    return msgspec.json.encode(document)


def _about(served: Served | None, limits: Limits) -> str:
    if served is None:
        return f"{_both(ABOUT)}\n\n{_both(NOT_SERVING)}"
    told = {
        "name": served.approved.name,
        "version": served.approved.version,
        "rows": limits.most_rows,
        "explained": limits.most_explained,
        "bytes": limits.most_bytes,
    }
    return f"{_both(ABOUT)}\n\n{_both(SERVING).format(**told)}"


def _both(text: Texts, between: str = "\n\n") -> str:
    """Return a text in both languages, English first."""
    return f"{text.en}{between}{text.zh}"


# ---- Operations --------------------------------------------------------------------------------------


def _operation(route: Route, operation: Operation, served: Served | None) -> Part:
    scope = f"\n\nScope of the key / 密钥权限：`{route.scope}`" if route.scope else ""
    told: Part = {
        "operationId": route.name,
        "tags": [operation.tag],
        "summary": _both(route.summary, "\n"),
        "description": _both(operation.text) + scope,
        "security": [{scheme: [route.scope]} for scheme in SCHEMES] if route.scope else [],
        "responses": {"200": _answer(operation), **_references(route, operation)},
    }
    if operation.parameters:
        told["parameters"] = list(operation.parameters)
    if operation.body:
        needs = None if served is None else served.needs
        told["requestBody"] = {"required": True, "content": contents(operation.body, route.media, needs)}
    return told


def _answer(operation: Operation) -> Part:
    return {
        "description": "As asked for / 所请求的内容",
        "headers": _headers(operation.headers),
        "content": {media: _content(operation, media) for media in operation.media},
    }


def _content(operation: Operation, media: str) -> Part:
    if media != MEDIA:
        return {"schema": ENCODED}
    if operation.answer is None:
        return {"schema": {"type": "object"}}
    told: Part = {"schema": {"$ref": REF.format(name=operation.answer.__name__)}}
    return told | ({} if operation.example is None else {"example": msgspec.to_builtins(operation.example)})


def _headers(names: Iterable[str]) -> Part:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in ("X-Request-Id", *names)}


# ---- Refusals ----------------------------------------------------------------------------------------


def _by_status(route: Route, operation: Operation) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for slug in sorted(set(operation.refusals(route))):
        found.setdefault(PROBLEMS[slug].status, []).append(slug)
    return dict(sorted(found.items()))


def _references(route: Route, operation: Operation) -> Part:
    return {
        str(status): {"$ref": f"#/components/responses/{'.'.join(slugs)}"}
        for status, slugs in _by_status(route, operation).items()
    }


def _refusals(told: Sequence[tuple[Route, Operation]]) -> Iterator[tuple[str, Part]]:
    """Yield every refusal that some route answers with, by the problems that it may be."""
    for route, operation in told:
        for status, slugs in _by_status(route, operation).items():
            yield ".".join(slugs), _refusal(status, slugs)


def _refusal(status: int, slugs: Sequence[str]) -> Part:
    examples = {
        slug: {"summary": PROBLEMS[slug].title, "value": msgspec.to_builtins(problem(slug))} for slug in slugs
    }
    return {
        "description": ". ".join(PROBLEMS[slug].title for slug in slugs) + ".",
        "headers": _headers(BESIDE.get(status, ())),
        "content": {PROBLEM.decode(): {"schema": {"$ref": REF.format(name="Problem")}, "examples": examples}},
    }


# ---- Schemas -----------------------------------------------------------------------------------------


def _schemas(told: Sequence[tuple[Route, Operation]], served: Served | None, limits: Limits) -> Part:
    answers = {operation.answer for _, operation in told if operation.answer} | {Problem}
    answers |= {operation.body for _, operation in told if isinstance(operation.body, type)}
    _, found = msgspec.json.schema_components(
        sorted(answers, key=lambda kind: kind.__name__), ref_template=REF
    )
    for schema in found.values():
        if "description" in schema:
            schema["description"] = inspect.cleandoc(schema["description"])
    return (
        found if served is None else found | components(served.needs, limits.most_rows, limits.most_explained)
    )
