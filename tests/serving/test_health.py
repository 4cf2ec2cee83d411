"""What the machines around the service are told, with a key and without."""

import pytest

from serving.calls import Refused
from serving.health import healthz, metrics, readyz
from tests.serving.asgi import bearer, desk, route, token


@pytest.fixture
def here():
    def get(handler, path, scope=None):
        return route(handler, name=path[1:], path=path, method="GET", scope=scope, media=())

    return desk(get(healthz, "/healthz"), get(readyz, "/readyz"), get(metrics, "/metrics", "read"))


def test_a_service_with_a_version_is_alive_and_ready(here):
    assert here.ask("GET", "/healthz").json() == {"status": "alive"}
    assert here.ask("GET", "/readyz").json() == {"status": "ready"}


@pytest.mark.parametrize("cause", ["not-approved", "not-trusted"])
def test_a_service_without_one_is_alive_and_not_ready_and_names_nobody(here, cause):
    here.watch.refused = Refused(cause, "Version 1 was revoked by Carol Chen.")
    assert here.ask("GET", "/healthz").status == 200
    found = here.ask("GET", "/readyz")
    assert (found.status, found.json()["type"].rpartition(":")[2]) == (503, cause)
    assert "Carol" not in found.body.decode()
    assert found.json()["detail"]


def test_health_is_asked_without_a_key_and_leaves_no_record(here):
    here.ask("GET", "/healthz")
    assert here.spool.lines == []


def test_metrics_need_a_key_and_tell_of_the_answers_before(here):
    here.ask("GET", "/healthz")
    assert here.ask("GET", "/metrics").status == 401
    found = here.ask("GET", "/metrics", headers=[bearer(token(1))])
    assert found.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert 'segmentation_requests_total{route="healthz",status="200"} 1.0' in found.body.decode()


def test_a_head_request_is_answered_as_a_get(here):
    assert here.ask("HEAD", "/healthz").status == 200
