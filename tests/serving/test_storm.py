"""Approvals and revocations in quick succession while 32 clients call: no answer comes too late.

The service, the clients and who decides are processes of their own. The suite decides 40 times; with
``SEGMENTATION_STORM=1000`` in the environment it is a thousand, which takes some minutes.
"""

import json
import os
import random
import subprocess
import sys
import time
from datetime import UTC, datetime

import pytest

from tests.serving.made import Office, residents
from tests.serving.process import Service

CLIENTS = 32
NOT_APPROVED = "urn:segmentation:problem:not-approved"
BUSY = "urn:segmentation:problem:not-trusted"
"""Nobody looked at the ledger for two seconds, on a machine with so much to do: then nothing is told."""
HEEDED = 2.0
"""Seconds after which a decision must be heeded."""
DECISIONS = int(os.environ.get("SEGMENTATION_STORM", "40"))
CALLERS = """
import asyncio, json, os, random, sys, time
import httpx

address, key, body, out = sys.argv[1:]


async def call(client, found, seed):
    rng = random.Random(seed)
    while not os.path.exists(out + ".stop"):
        sent = time.time()
        answer = await client.post("/v1/segments:predict", content=body)
        told = answer.json()
        found.append((sent, time.time(), answer.status_code, told.get("version"), told.get("type")))
        await asyncio.sleep(rng.uniform(0.02, 0.2))


async def main():
    headers = {"X-API-Key": key, "Content-Type": "application/json"}
    limits = httpx.Limits(max_connections=%d, max_keepalive_connections=%d)
    found = []
    async with httpx.AsyncClient(base_url=address, headers=headers, limits=limits, timeout=30) as client:
        await asyncio.gather(*(call(client, found, seed) for seed in range(%d)))
    with open(out, "w") as file:
        json.dump(found, file)


asyncio.run(main())
""" % (CLIENTS, CLIENTS, CLIENTS)  # noqa: UP031 - the script is full of braces


def in_service(decided):
    """When which version was in service: (from, to, version), and None while none was.

    A decision holds from some moment between its beginning and its end on; what held before and what holds
    after are both allowed meanwhile.
    """
    spans, since, version = [], 0.0, None
    for began, ended, to in decided:
        spans.append((since, ended, version))
        since, version = began, to
    return [*spans, (since, float("inf"), version)]


def late(answers, spans):
    """The answers that tell what did not hold at any moment of the two seconds before they were given."""
    return [
        answer
        for answer in answers
        if not any(
            start <= answer[1] and end >= answer[0] - HEEDED and version == answer[3]
            for start, end, version in spans
        )
    ]


def test_an_answer_from_a_version_past_its_time_would_be_found():
    spans = [(0.0, 10.0, None), (10.0, 20.0, 1), (20.0, float("inf"), None)]

    assert (
        late([(11.0, 11.1, 200, 1, None), (21.5, 21.6, 200, 1, None), (22.5, 22.6, 503, None, "")], spans)
        == []
    )
    assert late([(22.5, 22.6, 200, 1, None)], spans) != []
    assert late([(12.5, 12.6, 503, None, "")], spans) != []


@pytest.mark.slow
def test_no_answer_is_from_a_version_past_its_time(tmp_path):
    office = Office.opened(tmp_path / "office", now=datetime.now(UTC))
    office.clock = lambda: datetime.now(UTC)
    book = office.book()
    # One for all decisions: a new one would replay the whole ledger before each of them.
    office.book = lambda: book
    office.approve(1)
    key = office.issue("predict", per_second=100_000)
    out = tmp_path / "answers.json"
    with Service.command(office) as service:
        body = json.dumps({"residents": residents(1)})
        callers = subprocess.Popen([sys.executable, "-c", CALLERS, service.address, key, body, str(out)])
        decided = [(0.0, time.time(), 1), *decide(office, DECISIONS)]
        time.sleep(HEEDED + 1)
        (tmp_path / "answers.json.stop").touch()
        assert callers.wait(60) == 0
    spans = in_service(decided)
    answers = json.loads(out.read_text(encoding="utf-8"))

    statuses = {answer[2] for answer in answers}
    assert statuses == {200, 503}
    assert {answer[4] for answer in answers if answer[2] == 503} - {BUSY} == {NOT_APPROVED}
    assert late([answer for answer in answers if answer[4] != BUSY], spans) == []
    assert len({answer[3] for answer in answers} - {None}) > DECISIONS / 10


def decide(office, times):
    """Approve and revoke, one version after another, some of them while the one before is in service.

    Returns when each decision began and ended, and the version that it left in service.
    """
    rng, version, is_active, decided = random.Random(5), 1, True, []
    for _ in range(times):
        began = time.time()
        if is_active and rng.random() < 0.6:
            office.revoke(version)
            is_active = False
        else:
            version += 1
            office.approve(version)
            is_active = True
        decided.append((began, time.time(), version if is_active else None))
        time.sleep(rng.choice([0.0, 0.0, 0.05, 0.6]))
    return decided
