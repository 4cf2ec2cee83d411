"""`segmentation serve`: what it is told, what it refuses, and all of it in processes that are killed."""

import http.client
import json
import os
import random
import resource
import signal
import threading
import time
import uuid
from collections import Counter
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from segmentation.ledger.access import AccessLog
from segmentation.ledger.store import open_ledger
from segmentation.signing import PrivateKey
from segmentation.vault import Keyring
from serving.spool import spools
from tests.serving.made import MODEL, Office, residents
from tests.serving.process import Service, eventually

slow = pytest.mark.slow
PREDICT = "/v1/segments:predict"


@pytest.fixture
def office(tmp_path):
    """An office of now, in which version 1 is in service."""
    office = opened(tmp_path)
    office.approve(1)
    return office


def opened(folder, url=None):
    """An office that opened now, because a process of its own has the machine's clock."""
    office = Office.opened(folder / "office", url, now=datetime.now(UTC))
    office.clock = lambda: datetime.now(UTC)
    return office


# ---- What it is told ------------------------------------------------------------------------------------


@pytest.fixture
def asked(monkeypatch):
    """What the service would be run with, which is not started."""
    found = []

    def run(settings, say):
        say("http://127.0.0.1:8000")
        found.append(settings)

    monkeypatch.setattr("serving.run.run", run)
    monkeypatch.setattr("serving.run.prepare", lambda: None)
    return found


@pytest.fixture
def serve(run, monkeypatch):
    """Run the command for an office."""

    def ended(office, *words):
        monkeypatch.setenv("SEGMENTATION_LEDGER", office.trust.ledger)
        monkeypatch.setenv("SEGMENTATION_ROOT_KEY", office.trust.root.text)
        monkeypatch.setenv("SEGMENTATION_WITNESS", str(office.trust.witness))
        monkeypatch.setenv("SEGMENTATION_BUNDLES", office.trust.bundles)
        return run("serve", "--home", office.folder, *words)

    return ended


def test_it_says_which_version_is_served_where_and_where_the_document_is(serve, asked, office):
    ended = serve(office)
    assert ended.code == 0
    assert ended.out == (
        f"Serving {MODEL} version 1 at http://127.0.0.1:8000, API document at http://127.0.0.1:8000/docs\n"
    )
    (settings,) = asked
    assert settings == office.settings()


@pytest.mark.parametrize("word", [(), ("--pages",)], ids=["nothing said", "--pages"])
def test_there_are_pages_where_keys_of_people_rest_unless_it_is_said(serve, asked, office, word):
    keys = office.folder / "keys"
    keys.mkdir()
    (keys / "root.key").touch()
    if word:
        ended = serve(office, *word)
        assert (ended.code, asked) == (2, [])
        assert "no keys of people" in ended.err
    else:
        assert "pages" not in serve(office).out
        assert asked.pop().home is None
    (keys / "Carol.key").touch()
    assert serve(office, *word).out.endswith(", pages at http://127.0.0.1:8000/review\n")
    assert asked.pop().home == office.folder
    assert "pages" not in serve(office, "--no-pages").out
    assert asked.pop().home is None


def test_a_service_with_pages_that_cannot_keep_its_secret_does_not_start(serve, asked, office):
    keys = office.folder / "keys"
    keys.mkdir()
    (keys / "Carol.key").touch()
    marking = office.folder / "marking.secret"
    marking.mkdir()

    ended = serve(office)

    assert (ended.code, asked) == (2, [])
    assert f"{marking}, which a service with pages needs, cannot be read" in ended.err
    assert serve(office, "--no-pages").code == 0


def test_every_option_reaches_the_service(serve, asked, office):
    words = (
        "--model other --host 10.0.0.1 --port 99 --workers 3 --certificate c.pem --private-key k.pem "
        "--behind-proxy 10.0.0.2 --behind-proxy 10.1.0.0/16 --root-path /segments/ --grace 5 --most-rows 7 "
        "--most-explained 6 --most-bytes 2048 --patience 3 --residents-an-hour 9 --answer-days 15"
    )
    assert serve(office, *words.split()).code == 0
    (found,) = asked
    assert (found.model, found.host, found.port, found.workers) == ("other", "10.0.0.1", 99, 3)
    assert (found.certificate.name, found.private_key.name) == ("c.pem", "k.pem")
    assert (found.proxies, found.root_path) == (("10.0.0.2", "10.1.0.0/16"), "/segments")
    assert (found.grace, found.most_rows, found.most_explained) == (5.0, 7, 6)
    assert (found.most_bytes, found.patience) == (2_048, 3.0)
    assert (found.residents_an_hour, found.answer_days, found.vault) == (9, 15, None)


def test_residents_are_kept_where_there_is_a_keyring(serve, asked, office, monkeypatch):
    monkeypatch.setenv("SEGMENTATION_KEYRING", Keyring.generate(datetime.now(UTC)).to_text())

    assert serve(office).code == 0
    assert asked.pop().vault == office.folder


def test_a_keyring_that_stays_closed_is_told_before_any_worker_starts(serve, asked, office, monkeypatch):
    monkeypatch.setenv("SEGMENTATION_KEYRING", "no keyring")
    ended = serve(office)

    assert (ended.code, asked) == (2, [])
    assert "SEGMENTATION_KEYRING" in ended.err
    monkeypatch.delenv("SEGMENTATION_KEYRING")
    (office.folder / "keyring.json").write_text("{}", encoding="utf-8")
    (office.folder / "keyring.json").chmod(0o600)
    assert "SEGMENTATION_KEYRING_PASSPHRASE" in serve(office).err


def test_it_starts_where_nothing_is_approved_and_says_why_nothing_is_served(serve, asked, office):
    office.revoke(1)
    ended = serve(office)
    assert ended.code == 0
    assert f"Serving no version of {MODEL} yet" in ended.out
    assert "revoked" in ended.out
    assert len(asked) == 1


def test_a_ledger_without_models_asks_for_a_name_and_takes_one(serve, asked, tmp_path):
    empty = opened(tmp_path)
    refused = serve(empty)
    assert refused.code == 2
    assert "knows no model yet. Say with --model" in refused.err
    assert serve(empty, "--model", MODEL).code == 0


def test_a_name_that_the_ledger_does_not_know_is_told_beside_those_that_it_knows(serve, asked, office):
    ended = serve(office, "--model", "small_need")
    assert ended.code == 0
    assert f"Warning: The ledger does not know 'small_need': it knows {MODEL}." in ended.err
    assert [one.model for one in asked] == ["small_need"]


def test_a_name_that_the_ledger_knows_is_no_warning(serve, asked, office):
    office.revoke(1)
    assert serve(office, "--model", MODEL).err == ""


def test_a_ledger_of_several_models_asks_which_one(serve, asked, office, monkeypatch):
    monkeypatch.setattr(
        "segmentation.ledger.history.History.versions", lambda _: (("one", 1), ("one", 2), ("two", 1))
    )
    refused = serve(office)
    assert refused.code == 2
    assert "The ledger knows one, two. Say with --model which one is served." in refused.err
    assert asked == []


def test_a_ledger_that_cannot_be_trusted_is_not_started_with(serve, asked, office):
    office.trust = replace(office.trust, root=PrivateKey.generate().public)
    refused = serve(office)
    assert refused.code == 2
    assert refused.err.count("Error:") == 1
    assert asked == []


# ---- In processes of its own ----------------------------------------------------------------------------


class Callers:
    """Clients that ask without a pause, each with ids of its own, and note which were answered how.

    Parameters
    ----------
    service : Service
    token : str
    count : int
        Clients.
    """

    def __init__(self, service, token, count=4):
        self.answered, self.failed = {}, []
        self._service, self._token = service, token
        self._body = json.dumps({"residents": residents(1)})
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._work) for _ in range(count)]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *error):
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def statuses(self):
        return Counter(status for status, _ in list(self.answered.values()))

    def good(self):
        """The ids of requests that were answered with a prediction."""
        return {one for one, (status, _) in self.answered.items() if status == 200}

    def versions(self):
        return {version for status, version in list(self.answered.values()) if status == 200}

    def _work(self):
        client = http.client.HTTPConnection("127.0.0.1", self._service.port, timeout=60)
        while not self._stop.is_set():
            one = str(uuid.uuid4())
            try:
                self.answered[one] = ask(client, self._token, self._body, one)
            except (OSError, http.client.HTTPException):
                self.failed.append(one)
                client.close()
                time.sleep(0.01)
        client.close()


def ask(client, token, body, one=None):
    """Return the status, and the version or the kind of problem."""
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    client.request("POST", PREDICT, body, headers | ({"X-Request-ID": one} if one else {}))
    answer = client.getresponse()
    told = json.loads(answer.read())
    return answer.status, told["version"] if answer.status == 200 else told["type"].rpartition(":")[2]


@contextmanager
def caller(service):
    client = http.client.HTTPConnection("127.0.0.1", service.port, timeout=60)
    try:
        yield client
    finally:
        client.close()


def recorded(office):
    """How often each request id is in the ledger."""
    with open_ledger(office.trust.ledger) as ledger:
        AccessLog(ledger).verify()
        return Counter(json.loads(line)["id"] for line in AccessLog(ledger).lines())


@slow
def test_versions_come_and_go_while_clients_ask_and_no_request_fails(office):
    token = office.issue()
    with Service.command(office) as service:
        with Callers(service, token) as callers:
            assert eventually(lambda: callers.versions() == {1})
            office.approve(2)
            assert eventually(lambda: 2 in callers.versions())
            office.revoke(2)
            assert eventually(lambda: callers.statuses()[503])
        assert callers.failed == []
        assert set(callers.statuses()) == {200, 503}
        with caller(service) as client:
            status, why = ask(client, token, json.dumps({"residents": residents(1)}))
        assert (status, why) == (503, "not-approved")
        assert service.stop() == 0
    events = recorded(office)
    assert set(callers.answered) <= set(events)
    assert set(events.values()) == {1}


@slow
def test_a_service_that_starts_before_an_approval_takes_it_up(tmp_path):
    office = opened(tmp_path)
    with Service.command(office, "--model", MODEL) as service:
        assert f"Serving no version of {MODEL} yet" in service.ready
        office.approve(1)
        token = office.issue()
        body = json.dumps({"residents": residents(1)})
        with caller(service) as client:
            assert eventually(lambda: ask(client, token, body) == (200, 1))


@slow
def test_a_worker_that_is_killed_under_load_loses_no_access_event(office):
    token, rng = office.issue(), random.Random(1)
    with Service.command(office, "--workers", "2") as service:
        with Callers(service, token) as callers:
            for _ in range(3):
                assert eventually(lambda: len(service.workers()) == 2)
                before = service.workers()
                asked = len(callers.good())
                assert eventually(lambda asked=asked: len(callers.good()) > asked + 50)
                killed = rng.choice(before)
                os.kill(killed, signal.SIGKILL)
                assert eventually(
                    lambda killed=killed: len(service.workers()) == 2 and killed not in service.workers()
                )
        assert set(callers.statuses()) == {200}
        assert service.stop() == 0
    events = recorded(office)
    assert callers.good() - set(events) == set()
    assert set(events.values()) == {1}
    assert spools(office.settings().spool) == ()


@slow
@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_stop_under_load_answers_every_request_that_it_took(office, workers):
    token = office.issue()
    with Service.command(office, "--workers", workers) as service, Callers(service, token, 8) as callers:
        assert eventually(lambda: len(callers.good()) > 100)
        assert service.stop() == 0
    events = recorded(office)
    assert set(callers.statuses()) == {200}
    assert set(events) == set(callers.answered)
    assert set(events.values()) == {1}
    assert spools(office.settings().spool) == ()


@slow
def test_what_a_killed_service_left_is_moved_by_the_next(office):
    token = office.issue()
    with Service.command(office) as service, Callers(service, token) as callers:
        assert eventually(lambda: len(callers.good()) > 100)
        service.stop(signal.SIGKILL)
    assert sum(one.size for one in spools(office.settings().spool)) > 0
    with Service.command(office):
        assert eventually(lambda: callers.good() <= set(recorded(office)))
    assert set(recorded(office).values()) == {1}


@slow
def test_a_full_spool_folder_keeps_answers_back_until_there_is_room(office):
    token, body = office.issue(), json.dumps({"residents": residents(1)})
    limit = resource.RLIMIT_FSIZE
    with Service.command(office) as service, caller(service) as client:
        assert ask(client, token, body) == (200, 1)
        free = resource.prlimit(service.process.pid, limit)
        resource.prlimit(service.process.pid, limit, (300, free[1]))
        assert eventually(lambda: ask(client, token, body)[1] == "not-recorded")
        resource.prlimit(service.process.pid, limit, free)
        assert eventually(lambda: ask(client, token, body) == (200, 1))
        assert service.stop() == 0
    assert set(recorded(office).values()) == {1}


@slow
def test_a_port_that_is_taken_ends_the_command_with_one_sentence(office):
    with Service.command(office) as first:
        second = Service.command(office, "--port", str(first.port))
        assert second.ended() == 2
        told = second.errors.read_text()
    assert f"Port {first.port} of 127.0.0.1 is taken by another program." in told


@slow
def test_no_password_of_the_ledger_stands_in_a_list_of_processes(office):
    with Service.command(office, "--workers", "2") as service:
        for pid in [service.process.pid, *service.workers()]:
            told = Path(f"/proc/{pid}")
            assert b"ledger.db" not in (told / "cmdline").read_bytes()
            limits = (told / "limits").read_text().splitlines()
            (core,) = (line for line in limits if line.startswith("Max core file size"))
            assert core.split()[4:6] == ["0", "0"]
