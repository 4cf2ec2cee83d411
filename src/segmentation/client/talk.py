"""What a client says and hears, without sending anything: a blocking and an asynchronous client run it alike.

Each method yields the next thing to do, a request or a wait, is sent what came of it, and returns the answer.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeVar

import httpx
import msgspec

from segmentation.answers import Explanation, Model, Prediction, Versions
from segmentation.client.heard import answer_of
from segmentation.client.patience import is_distrusted
from segmentation.client.sent import sent_of
from segmentation.errors import AnswerError, ChangedError, NoAnswerError

if TYPE_CHECKING:
    from segmentation.client.heard import Heard
    from segmentation.client.patience import Patience
    from segmentation.client.sent import Columns, Rows, Sent

PREDICT, EXPLAIN, MODEL = "/v1/segments:predict", "/v1/segments:explain", "/v1/model"
CARD, VERSIONS, READY = "/v1/model/card", "/v1/model/versions", "/readyz"
MOST = {Prediction: 10_000, Explanation: 1_000}
"""Residents in one request, unless the service is set to fewer."""
TOO_LARGE = 413
ROUNDS = 3
"""How often parts are asked until one version has answered them all."""


@dataclass(frozen=True)
class Ask:
    """A request to send."""

    method: Literal["GET", "POST"]
    path: str
    body: bytes | None = field(default=None, repr=False)
    accept: str = "application/json"


@dataclass(frozen=True)
class Wait:
    """Seconds to let pass."""

    seconds: float


T = TypeVar("T")
A = TypeVar("A", Prediction, Explanation)
Steps = Generator[Ask | Wait, "Heard | None", T]
"""Yields what to do next, is sent what was heard, and returns an answer of type T."""


class Span(NamedTuple):
    """The residents from `start` to before `stop`."""

    start: int
    stop: int

    def halves(self) -> tuple[Span, Span]:
        """Return it in two."""
        middle = (self.start + self.stop) // 2
        return Span(self.start, middle), Span(middle, self.stop)


@dataclass(frozen=True)
class Talk:
    """Every call of the API, as steps.

    Attributes
    ----------
    where : str
        Scheme, host and port of the service, for messages.
    patience : Patience
    """

    where: str
    patience: Patience

    def predict(self, residents: Rows | Columns | None, columns: Columns | None) -> Steps[Prediction]:
        """Ask for segments."""
        return self._in_parts(PREDICT, sent_of(residents, columns), Prediction)

    def explain(self, residents: Rows | Columns | None, columns: Columns | None) -> Steps[Explanation]:
        """Ask for reasons."""
        return self._in_parts(EXPLAIN, sent_of(residents, columns), Explanation)

    def model(self) -> Steps[Model]:
        """Ask what is served."""
        return (yield from self._one(Ask("GET", MODEL), Model))

    def versions(self) -> Steps[Versions]:
        """Ask where every version stands."""
        return (yield from self._one(Ask("GET", VERSIONS), Versions))

    def card(self) -> Steps[dict[str, object]]:
        """Ask for the model card."""
        return (yield from self._one(Ask("GET", CARD), dict[str, object]))

    def card_file(self) -> Steps[bytes]:
        """Ask for the model card, byte by byte as it was signed."""
        response = yield from self._answered(Ask("GET", CARD))
        answer_of(response, msgspec.Raw)
        return response.content

    def ready(self) -> Steps[bool]:
        """Ask whether requests will be answered; what cannot be reached is not ready."""
        heard = yield Ask("GET", READY)
        if isinstance(heard, httpx.TransportError) and is_distrusted(heard):
            raise self._silent(heard)
        return isinstance(heard, httpx.Response) and heard.status_code == httpx.codes.OK

    # ---- One request -----------------------------------------------------------------------------------

    def _one(self, ask: Ask, kind: type[T], start: int = 0) -> Steps[T]:
        return answer_of((yield from self._answered(ask)), kind, start)

    def _answered(self, ask: Ask) -> Steps[httpx.Response]:
        """Ask until there is an answer that more patience would not change."""
        tried = 0
        while True:
            heard = yield ask
            assert heard is not None  # noqa: S101 - whoever runs the steps sends what it heard of each request
            seconds = self.patience.wait(heard, tried)
            if seconds is None:
                break
            yield Wait(seconds)
            tried += 1
        if isinstance(heard, httpx.Response):
            return heard
        raise self._silent(heard, tried) from None

    def _silent(self, error: httpx.TransportError, tried: int = 0) -> NoAnswerError:
        again = f", also when asked {tried} more time{'s' if tried > 1 else ''}" if tried else ""
        if is_distrusted(error):
            way = "its certificate is not trusted; name the authority that signed it as `verify=`"
        elif isinstance(error, httpx.ReadTimeout | httpx.WriteTimeout):
            way = "it took too long; ask for fewer residents, or give it more time as `timeout=`"
        else:
            way = "check the address, and that the service runs"
        return NoAnswerError(f"No answer from {self.where} ({type(error).__name__}{again}): {way}.")

    # ---- Many residents --------------------------------------------------------------------------------

    def _in_parts(self, path: str, sent: Sent, kind: type[A]) -> Steps[A]:
        """Ask in as many parts as needed, all answered by one version, and put the answers together."""
        most = MOST[kind]
        spans = [Span(at, min(at + most, sent.size)) for at in range(0, sent.size, most)] or [Span(0, 0)]
        parts: dict[Span, A] = {}
        for _ in range(ROUNDS):
            yield from self._ask(path, sent, kind, spans, parts)
            newest = next(reversed(parts.values())).decision
            spans = [span for span, part in parts.items() if part.decision != newest]
            if not spans:
                return _joined([parts[span] for span in sorted(parts)], kind)
            for span in spans:
                del parts[span]
        raise ChangedError(
            f"{self.where} changed its version {ROUNDS} times while parts of one call were asked; ask again."
        )

    def _ask(
        self, path: str, sent: Sent, kind: type[A], spans: list[Span], parts: dict[Span, A]
    ) -> Steps[None]:
        """Fill in the answers of some parts; a part that the service finds too large is asked in halves."""
        for span in spans:
            response = yield from self._answered(Ask("POST", path, sent.body(*span)))
            if response.status_code == TOO_LARGE and span.stop - span.start > 1:
                yield from self._ask(path, sent, kind, list(span.halves()), parts)
                continue
            part = answer_of(response, kind, span.start)
            if len(part.results) != span.stop - span.start:
                raise AnswerError(
                    f"{self.where} answered for another number of residents than it was asked for."
                )
            parts[span] = part


def _joined(parts: list[A], kind: type[A]) -> A:
    """Return the parts of one version as one answer, in the order of the residents."""
    if len(parts) == 1:
        return parts[0]
    first = parts[0]
    segments = {name: segment for part in parts for name, segment in part.segments.items()}
    results = tuple(result for part in parts for result in part.results)
    unused = tuple(dict.fromkeys(name for part in parts for name in part.unused))
    return kind(first.model, first.version, first.decision, segments, results, unused)
