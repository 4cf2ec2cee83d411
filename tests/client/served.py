"""A service in memory, for tests of the clients: it answers as it is told, and notes what it was asked."""

import asyncio
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime

import httpx
import msgspec

from segmentation.answers import (
    Explanation,
    Fault,
    Place,
    Prediction,
    Problem,
    Reason,
    Segment,
    Texts,
)
from segmentation.client import AsyncClient, Client

KEY = "sgk_0123456789ab_a-secret-that-nobody-sees"
ADDRESS = "https://segments.example"
NOW = datetime(2026, 7, 1, 8, 0, tzinfo=UTC)
REQUEST = "6f1c2a5e-8d34-4b7a-9c1e-2f60b1d7a944"
NAMES = {"S1": Texts("Often", "较多"), "S2": Texts("Average", "一般")}


def rows_of(request):
    """What was asked about, as one list of whatever stands for a resident."""
    body = json.loads(request.content)
    if "residents" in body:
        return body["residents"]
    return list(zip(*body["columns"].values(), strict=True))


def answer(request, decision="sha256:1"):
    """The segment of every resident, whose margin tells which one was asked about."""
    rows = rows_of(request)
    numbers = [next(iter(row.values())) if isinstance(row, dict) else row[0] for row in rows]
    occurring = {"S1" if number % 2 else "S2" for number in numbers}
    segments = {name: Segment(NAMES[name], ()) for name in sorted(occurring)}
    told = [("S1" if number % 2 else "S2", number / 1e6) for number in numbers]
    if request.url.path.endswith("explain"):
        results = tuple(
            Reason(name, "S2", margin, False, 1.0, {}, 1.0, Texts("why", "为何")) for name, margin in told
        )
        content = Explanation("m", 1, decision, segments, results)
    else:
        content = Prediction("m", 1, decision, segments, tuple(Place(*one, False) for one in told))
    return httpx.Response(200, content=msgspec.json.encode(content))


def problem(slug, status, *, detail="As it says.", faults=(), more=0, **headers):
    """A problem document of the service."""
    content = Problem(
        f"urn:segmentation:problem:{slug}", "A title", status, detail, f"urn:uuid:{REQUEST}", faults, more
    )
    told = {"content-type": "application/problem+json"} | {
        name.replace("_", "-"): text for name, text in headers.items()
    }
    return httpx.Response(status, content=msgspec.json.encode(content), headers=told)


def fault(pointer="/residents/3/age", **more):
    return Fault(pointer, "is not allowed", "leave it out", **more)


@dataclass
class Service:
    """Answers with what `told` holds, one after another, and then with `answer`.

    An exception is raised, and a callable is given the request.
    """

    told: list = field(default_factory=list)
    asked: list = field(default_factory=list)
    slept: list = field(default_factory=list)

    def __call__(self, request):
        request.read()
        self.asked.append(request)
        following = self.told.pop(0) if self.told else answer
        if isinstance(following, Exception):
            raise following
        if callable(following):
            return following(request)
        # A response can be read once; each request gets one of its own.
        return httpx.Response(
            following.status_code, content=following.content, headers=following.headers.multi_items()
        )

    def call(self, kind, method, *given, key=KEY, **named):
        """Call a method of a client, and return what it returns."""
        edges = {"clock": lambda: NOW, "chance": lambda: 0.5}
        transport = httpx.MockTransport(self)
        if kind == "sync":
            with Client(ADDRESS, key, transport=transport, sleep=self.slept.append, **edges) as client:
                return getattr(client, method)(*given, **named)

        async def sleep(seconds):
            self.slept.append(seconds)

        async def asked():
            async with AsyncClient(ADDRESS, key, transport=transport, sleep=sleep, **edges) as client:
                return await getattr(client, method)(*given, **named)

        return asyncio.run(asked())
