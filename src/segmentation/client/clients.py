"""The two clients: one waits for each answer, the other lets other work go on."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Self

import httpx

from segmentation.client.line import line_to, sendable
from segmentation.client.talk import Ask

if TYPE_CHECKING:
    import ssl
    from collections.abc import Awaitable, Callable
    from pathlib import Path
    from types import TracebackType
    from typing import TypeVar, Unpack

    from segmentation.answers import Explanation, Model, Prediction, Versions
    from segmentation.client.heard import Heard
    from segmentation.client.line import Edges
    from segmentation.client.sent import Columns, Rows
    from segmentation.client.talk import Steps

    T = TypeVar("T")


class Client:
    """Asks a prediction API and waits for the answer.

    Parameters
    ----------
    address : str
        Of the service, such as ``https://segments.example:8000``; a path before ``/v1`` is kept.
    key : str
        API key. It is sent in a header, and shown in no message and no repr.
    timeout : float
        Seconds for connecting, sending and each part of an answer.
    retries : int
        How often a request is sent again where that is safe: after a broken connection, and after 429, 502,
        503 and 504, as long as the service asks for (``Retry-After``, up to a minute) or a random, growing
        time.
    verify : bool, path or SSLContext
        Whether the certificate of the service is checked, or the authorities (PEM file) that may have signed
        it.
    plain : bool
        Whether to send key and needs unencrypted to another machine, with an address of ``http://``; without
        it that is refused but for ``localhost`` and loopback addresses.
    transport : httpx.BaseTransport, optional
        Carries the requests, in place of the network; ``httpx.HTTPTransport(proxy=...)`` goes by a proxy.
    sleep : callable
        Lets seconds pass.
    **edges
        ``clock`` and ``chance``, for tests.

    Raises
    ------
    ClientError
        If the address or the key cannot be one.

    Notes
    -----
    More residents than one request may hold are asked in several, and put together in order. All are answered
    by one version: where it changed in between, the parts that the older one answered are asked again.

    What the environment says of proxies, certificates and passwords (``HTTPS_PROXY``, ``SSL_CERT_FILE``,
    ``.netrc``) counts for nothing here: it could send the key to a stranger.

    Examples
    --------
    >>> from segmentation.client import Client
    >>> client = Client("http://127.0.0.1:8000", "sgk_0123456789ab_secret")
    >>> client
    Client('http://127.0.0.1:8000')
    >>> client.close()
    """

    def __init__(
        self,
        address: str,
        key: str,
        *,
        timeout: float = 10.0,
        retries: int = 2,
        verify: bool | Path | str | ssl.SSLContext = True,
        plain: bool = False,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], object] = time.sleep,
        **edges: Unpack[Edges],
    ) -> None:
        line = line_to(address, key, timeout, retries, verify, plain, edges)
        self._talk, self._sleep = line.talk, sleep
        self._http = httpx.Client(**line.common, transport=transport)

    def predict(
        self, residents: Rows | Columns | None = None, *, columns: Columns | None = None
    ) -> Prediction:
        """Return the segments of residents, in their order.

        Parameters
        ----------
        residents : iterable of mappings, or a table
            A mapping of need to value each; or a mapping of need to all values, or a pandas DataFrame.
        columns : mapping of str to iterable, or a table
            In the place of `residents`. None, NaN and what pandas calls missing are sent as null.

        Raises
        ------
        RefusedError
            If what is sent does not fit the policy; `faults` names each place, and the law that forbids it.
        ClientError
            Otherwise; see `segmentation.errors`.
        """
        return self._run(self._talk.predict(residents, columns))

    def explain(
        self, residents: Rows | Columns | None = None, *, columns: Columns | None = None
    ) -> Explanation:
        """Return why residents are in their segments; otherwise as `predict`."""
        return self._run(self._talk.explain(residents, columns))

    def model(self) -> Model:
        """Return what is served now: segments, plans, needs, decision and last day."""
        return self._run(self._talk.model())

    def card(self) -> dict[str, object]:
        """Return the model card of the version that is served."""
        return self._run(self._talk.card())

    def card_file(self) -> bytes:
        """Return the model card as its file, whose SHA-256 is `model().card`."""
        return self._run(self._talk.card_file())

    def versions(self) -> Versions:
        """Return where every version stands in review."""
        return self._run(self._talk.versions())

    def ready(self) -> bool:
        """Return whether the service answers and may serve; asked once."""
        return self._run(self._talk.ready())

    def close(self) -> None:
        """Give the connections back."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Client({self._talk.where!r})"

    def _run(self, steps: Steps[T]) -> T:
        heard: Heard | None = None
        try:
            while True:
                step = steps.send(heard)
                heard = self._sent(step) if isinstance(step, Ask) else None
                if not isinstance(step, Ask):
                    self._sleep(step.seconds)
        except StopIteration as end:
            answer: T = end.value
            return answer

    def _sent(self, ask: Ask) -> Heard:
        try:
            return self._http.request(**sendable(ask))  # type: ignore[arg-type]  # by name, each of its type
        except httpx.TransportError as error:
            return error


class AsyncClient:
    """Asks a prediction API and lets other work go on; takes, gives and raises what `Client` does.

    Parameters
    ----------
    address, key, timeout, retries, verify, plain, **edges
        As for `Client`.
    transport : httpx.AsyncBaseTransport, optional
    sleep : callable
        Returns an awaitable that lets seconds pass.
    """

    def __init__(
        self,
        address: str,
        key: str,
        *,
        timeout: float = 10.0,
        retries: int = 2,
        verify: bool | Path | str | ssl.SSLContext = True,
        plain: bool = False,
        transport: httpx.AsyncBaseTransport | None = None,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        **edges: Unpack[Edges],
    ) -> None:
        line = line_to(address, key, timeout, retries, verify, plain, edges)
        self._talk, self._sleep = line.talk, sleep
        self._http = httpx.AsyncClient(**line.common, transport=transport)

    async def predict(
        self, residents: Rows | Columns | None = None, *, columns: Columns | None = None
    ) -> Prediction:
        """Return the segments of residents, as `Client.predict`."""
        return await self._run(self._talk.predict(residents, columns))

    async def explain(
        self, residents: Rows | Columns | None = None, *, columns: Columns | None = None
    ) -> Explanation:
        """Return why residents are in their segments, as `Client.explain`."""
        return await self._run(self._talk.explain(residents, columns))

    async def model(self) -> Model:
        """Return what is served now."""
        return await self._run(self._talk.model())

    async def card(self) -> dict[str, object]:
        """Return the model card of the version that is served."""
        return await self._run(self._talk.card())

    async def card_file(self) -> bytes:
        """Return the model card as its file, whose SHA-256 is that of `model()`."""
        return await self._run(self._talk.card_file())

    async def versions(self) -> Versions:
        """Return where every version stands in review."""
        return await self._run(self._talk.versions())

    async def ready(self) -> bool:
        """Return whether the service answers and may serve; asked once."""
        return await self._run(self._talk.ready())

    async def aclose(self) -> None:
        """Give the connections back."""
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    def __repr__(self) -> str:
        return f"AsyncClient({self._talk.where!r})"

    async def _run(self, steps: Steps[T]) -> T:
        heard: Heard | None = None
        try:
            while True:
                step = steps.send(heard)
                heard = await self._sent(step) if isinstance(step, Ask) else None
                if not isinstance(step, Ask):
                    await self._sleep(step.seconds)
        except StopIteration as end:
            answer: T = end.value
            return answer

    async def _sent(self, ask: Ask) -> Heard:
        try:
            return await self._http.request(**sendable(ask))  # type: ignore[arg-type]  # as in `Client`
        except httpx.TransportError as error:
            return error
