"""A consent is withdrawn while 16 clients call a real service of two workers: the next request is refused.

On SQLite and on PostgreSQL, whose writers and readers wait for each other in ways of their own.

The clients are a process of their own, and note when they sent each request. Whatever was sent after the
withdrawal was answered must be refused: there is no grace.
"""

import json
import subprocess
import sys
import time
from datetime import UTC, datetime

import httpx
import pytest

from segmentation.vault import Keyring
from tests.serving.made import Office, residents
from tests.serving.process import Service, eventually
from tests.serving.residents.front import NOTICE, PURPOSE

pytestmark = pytest.mark.slow

CLIENTS, ROUNDS, REF = 16, 5, "R-1"
CALLERS = """
import asyncio, json, os, sys, time
import httpx

address, key, out, body = sys.argv[1:]
body = json.loads(body)
path = "/v1/residents/R-1/segment?purpose=service_planning"


async def call(client, found, at):
    while not os.path.exists(out + ".stop"):
        sent = time.monotonic()
        if at %% 2:
            answer = await client.post("/v1/residents/R-1/segment", json=body)
        else:
            answer = await client.get(path)
        slug = answer.json().get("type", "").rpartition(":")[2]
        found.append((sent, time.monotonic(), answer.status_code, slug))


async def main():
    found = []
    headers = {"X-API-Key": key}
    async with httpx.AsyncClient(base_url=address, headers=headers, timeout=60) as client:
        calling = [asyncio.create_task(call(client, found, at)) for at in range(%d)]
        await asyncio.sleep(0.1)
        open(out + ".begun", "w").close()
        await asyncio.gather(*calling)
    with open(out, "w") as file:
        json.dump(found, file)


asyncio.run(main())
"""


def told(client, path, body):
    found = client.post(f"/v1/residents/{REF}{path}", json=body)
    assert found.status_code == 200, found.text
    return time.monotonic()


def consent(client, state):
    return told(client, "/consents", {"purpose": PURPOSE, "event_state": state, "privacy_notice": NOTICE})


@pytest.mark.parametrize(("takes_back", "gives"), [("withdrawn", "given"), ("objected", "objection_lifted")])
def test_who_takes_it_back_is_refused_from_the_next_request_on(url, tmp_path, takes_back, gives):
    office = Office.opened(tmp_path / "office", url, datetime.now(UTC))
    office.approve(1)
    token, out = office.issue(), tmp_path / "found.json"
    environ = {"SEGMENTATION_KEYRING": Keyring.generate(office.clock()).to_text()}
    words = ("--workers", "2", "--residents-an-hour", "100000000")
    changes, body = [], json.dumps({"residents": residents(1)})
    with (
        Service.command(office, *words, **environ) as service,
        httpx.Client(base_url=service.address, headers={"X-API-Key": token}, timeout=60) as client,
    ):
        consent(client, "given")
        told(client, "/segment", {"residents": residents(1)})
        callers = subprocess.Popen(
            [sys.executable, "-c", CALLERS % CLIENTS, service.address, token, str(out), body]
        )
        try:
            assert eventually((tmp_path / "found.json.begun").exists)
            for state in (takes_back, gives) * ROUNDS:
                time.sleep(0.3)
                before = time.monotonic()
                changes.append((before, consent(client, state), state))
            time.sleep(0.3)
        finally:
            (tmp_path / "found.json.stop").touch()
            assert callers.wait(60) == 0
    found = json.loads(out.read_text())
    late = [one for one in found if must_be_refused(one, changes, takes_back) and one[2] == 200]
    assert late == []
    answers = {(status, slug) for *_, status, slug in found}
    assert answers - {(404, "none-kept")} == {(200, ""), (403, "no-consent")}
    refused = [one for one in found if must_be_refused(one, changes, takes_back)]
    assert len(refused) > ROUNDS, "the control: there were requests that had to be refused"


def must_be_refused(one, changes, takes_back):
    """Whether a request was sent after it was taken back, and answered before it was given again."""
    sent, answered, *_ = one
    for at, (_, done, state) in enumerate(changes):
        if state == takes_back and sent > done:
            following = changes[at + 1][0] if at + 1 < len(changes) else float("inf")
            if answered < following:
                return True
    return False
