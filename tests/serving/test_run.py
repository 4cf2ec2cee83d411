import http.client
import os
import resource
import signal
import socket
import ssl
import sys
import threading
from contextlib import suppress
from multiprocessing.spawn import get_preparation_data
from pathlib import Path
from types import SimpleNamespace

import pytest

from segmentation.errors import ServiceError
from serving import run as module
from serving.run import prepare, run
from serving.sending import STRICT
from tests.serving.process import Service, eventually
from tests.serving.test_listen import written_pair

slow = pytest.mark.slow


def get(port, path="/", context=None, headers=()):
    """Ask over a connection of its own; return the status, the body and the headers."""
    kind = http.client.HTTPConnection if context is None else http.client.HTTPSConnection
    told = {} if context is None else {"context": context}
    asked = kind("127.0.0.1", port, timeout=30, **told)
    try:
        asked.request("GET", path, headers=dict(headers))
        found = asked.getresponse()
        return found.status, found.read(), dict(found.getheaders())
    finally:
        asked.close()


def test_a_process_that_holds_needs_writes_no_core_and_lets_numpy_start_no_threads(monkeypatch):
    limits = {}
    monkeypatch.setattr(resource, "setrlimit", limits.__setitem__)
    for name in module.THREADS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    monkeypatch.setattr(module.gc, "set_threshold", lambda *told: limits.update(gc=told))
    prepare()
    assert limits["gc"][0] > 700
    assert limits[resource.RLIMIT_CORE] == (0, 0)
    assert limits[resource.RLIMIT_NOFILE][0] == limits[resource.RLIMIT_NOFILE][1]
    assert [os.environ[name] for name in module.THREADS] == ["1", "3", "1"]


def test_as_many_connections_are_taken_as_files_may_be_open(office, monkeypatch):
    for files, most in ((1_024, 960), (10**6, 4_000), (resource.RLIM_INFINITY, 4_000), (10, 1)):
        monkeypatch.setattr(resource, "getrlimit", lambda _, files=files: (files, files))
        assert module._most_connections(office.settings()) == most


def test_the_password_of_the_ledger_is_not_in_what_a_configuration_shows(office):
    config = module._config(office.settings(), module.application)
    assert office.trust.ledger not in repr(config.app)
    assert (config.server_header, config.access_log, config.proxy_headers) == (False, False, False)


def test_nothing_of_what_a_proxy_forwards_is_read(office):
    config = module._config(office.settings(proxies=("10.0.0.0/8",)), module.application)
    assert not config.proxy_headers


@pytest.mark.parametrize(
    ("told", "is_strict"),
    [({}, False), ({"certificate": "pem"}, True), ({"proxies": ("10.0.0.0/8",)}, True)],
    ids=["here alone", "certificate", "behind a proxy"],
)
def test_browsers_are_told_to_come_by_tls_alone_where_there_is_tls(office, told, is_strict):
    config = module._config(office.settings(**told), module.application)
    assert (STRICT in config.headers) == is_strict


def test_each_start_has_a_name_of_its_own_which_its_workers_are_told(office, monkeypatch):
    told = []
    monkeypatch.setattr(module, "prepare", lambda: None)
    monkeypatch.setattr(module, "take_over", lambda _: None)
    monkeypatch.setattr(module, "_run_one", lambda config, *_: told.append(config.settings.run))
    settings = office.settings(port=0)
    for _ in range(2):
        run(settings, print)
    assert len({*told, settings.run}) == 3


def test_wrong_settings_are_refused_before_anything_starts(office, monkeypatch):
    monkeypatch.setattr(module, "prepare", lambda: None)
    monkeypatch.setattr(module, "take_over", lambda _: None)
    with pytest.raises(ServiceError, match="reached from other machines"):
        run(office.settings(host="0.0.0.0"), print)


@slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("workers", [1, 2])
def test_it_answers_says_where_and_ends_well(office, workers, number):
    with Service.stand_in(office, workers=workers) as service:
        status, body, headers = get(service.port)
        assert (status, body) == (200, b"0")
        assert "server" not in headers
        assert "date" in headers
        assert service.stop(number) == 0
    assert service.ready == f"Serving at http://127.0.0.1:{service.port}\n"
    assert service.errors.read_text() == ""


@slow
@pytest.mark.parametrize("workers", [1, 2])
def test_requests_in_hand_at_a_stop_are_answered(office, workers):
    found = []
    with Service.stand_in(office, workers=workers) as service:
        threads = [
            threading.Thread(target=lambda: found.append(get(service.port, "/wait"))) for _ in range(8)
        ]
        for thread in threads:
            thread.start()
        with socket.create_connection(("127.0.0.1", service.port)) as client:
            client.sendall(b"GET / HTTP/1.1\r\nHost: here\r\n\r\n")
            assert client.recv(100)
        assert service.stop() == 0
        for thread in threads:
            thread.join()
    assert [status for status, *_ in found] == [200] * 8


@slow
def test_a_worker_that_is_killed_comes_back_and_the_others_answer(office):
    with Service.stand_in(office, workers=2) as service:
        first = service.workers()
        assert len(first) == 2
        os.kill(first[0], signal.SIGKILL)
        assert eventually(lambda: len(service.workers()) == 2 and first[0] not in service.workers())
        assert get(service.port)[0] == 200
    assert '"worker died and was started anew"' in service.errors.read_text()


@slow
def test_workers_end_where_their_supervisor_was_killed_and_the_port_is_free(office):
    with Service.stand_in(office, workers=2) as service:
        workers = service.workers()
        port = service.port
        service.stop(signal.SIGKILL)
        assert eventually(lambda: not any(map(is_alive, workers)))
    with Service.stand_in(office, port=port) as service:
        assert get(port)[0] == 200


def is_alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@slow
@pytest.mark.parametrize("workers", [1, 2])
def test_an_application_that_cannot_start_ends_the_service_and_its_error_is_not_quoted(office, workers):
    service = Service.stand_in(office, "broken", workers=workers)
    assert service.ended() != 0
    assert "resident" not in service.errors.read_text()


@slow
def test_what_an_exception_of_the_application_says_is_not_logged(office):
    with Service.stand_in(office) as service:
        assert get(service.port, "/fail")[0] == 500
    log = service.errors.read_text()
    assert "ValueError" in log
    assert "resident" not in log


@slow
def test_it_speaks_tls_and_no_other_language_on_that_port(office, tmp_path):
    certificate, key = written_pair(tmp_path)
    context = ssl.create_default_context(cafile=str(certificate))
    with Service.stand_in(office, certificate=certificate, private_key=key, host="127.0.0.1") as service:
        assert service.address.startswith("https://")
        assert get(service.port, "/scheme", context)[:2] == (200, b"https")
        with socket.create_connection(("127.0.0.1", service.port), timeout=30) as client:
            client.sendall(b"GET / HTTP/1.1\r\n\r\n")
            with suppress(ConnectionError):
                assert b"HTTP" not in client.recv(100)
        assert get(service.port, "/scheme", context)[0] == 200


@slow
def test_what_a_proxy_forwards_is_not_believed(office):
    told = [("X-Forwarded-Proto", "https"), ("X-Forwarded-For", "192.0.2.1")]
    with Service.stand_in(office, proxies=("127.0.0.1",)) as service:
        assert get(service.port, "/scheme", headers=told)[:2] == (200, b"http")


def test_a_worker_does_not_load_the_script_that_started_its_supervisor(monkeypatch):
    script = SimpleNamespace(__file__="segmentation", __spec__=None)
    monkeypatch.setitem(sys.modules, "__main__", script)
    with module._alone():
        assert "init_main_from_path" not in get_preparation_data("worker")
    assert script.__file__ == "segmentation"


def test_a_program_that_is_no_script_is_left_as_it_is(monkeypatch):
    script = SimpleNamespace()
    monkeypatch.setitem(sys.modules, "__main__", script)
    with module._alone():
        pass
    assert vars(script) == {}
