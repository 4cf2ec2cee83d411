"""What the API document says of one route beside its address, and what any route may refuse."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from serving.calls import JSON

if TYPE_CHECKING:
    from collections.abc import Mapping

    from msgspec import Struct

    from segmentation.answers import Texts
    from serving.routes import Route

Body = Literal["Residents", "ResidentsToExplain", "Frames", "ResidentsAlone"]
Tag = Literal["segments", "residents", "model", "health", "mlflow"]

ALWAYS = ("malformed", "too-slow", "too-large", "failed")
KEYED = ("no-key", "not-allowed", "too-often", "not-trusted", "not-recorded", "busy")
SENT = ("wrong-media", "invalid")
APPROVED = ("not-approved",)


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
    "description": "Of the answer as a page, else the one that Accept-Language prefers; the JSON has both. / "
    "页面形式的语言，未指定时按 Accept-Language；JSON 含两种语言。",
    "schema": {"type": "string", "enum": ["en", "zh"]},
}
