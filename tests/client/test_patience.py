"""A request is sent again only where that is safe, and never sooner than the service asks for."""

import ssl
from datetime import timedelta
from email.utils import format_datetime

import httpx
import pytest

from segmentation.client.patience import LONGEST, MOST, Patience, is_distrusted
from tests.client.served import NOW, problem

PATIENCE = Patience(9, lambda: NOW, lambda: 1.0)


@pytest.mark.parametrize(
    "heard",
    [
        httpx.ConnectError(""),
        httpx.ReadError(""),
        httpx.ConnectTimeout(""),
        httpx.RemoteProtocolError(""),
        httpx.Response(502),
        httpx.Response(503),
        httpx.Response(504),
        problem("busy", 503),
        problem("not-trusted", 503),
        problem("too-often", 429),
    ],
    ids=range(10),
)
def test_what_passes_is_worth_another_try(heard):
    assert PATIENCE.wait(heard, 0) is not None


@pytest.mark.parametrize(
    "heard",
    [
        httpx.ReadTimeout(""),
        httpx.WriteTimeout(""),
        httpx.UnsupportedProtocol(""),
        httpx.Response(200),
        httpx.Response(422),
        httpx.Response(500),
        problem("not-approved", 503),
    ],
    ids=range(7),
)
def test_what_people_must_mend_or_took_too_long_is_not(heard):
    assert PATIENCE.wait(heard, 0) is None


def test_waits_grow_to_a_limit_and_end_with_the_retries():
    waits = [PATIENCE.wait(httpx.Response(503), tried) for tried in range(10)]

    assert waits[:4] == [0.2, 0.4, 0.8, 1.6]
    assert waits[-2:] == [MOST, None]
    assert Patience(0, lambda: NOW, lambda: 1.0).wait(httpx.Response(503), 0) is None


@pytest.mark.parametrize("chance", [0.0, 0.25, 0.999])
def test_a_wait_is_drawn_so_that_clients_do_not_come_back_together(chance):
    assert Patience(9, lambda: NOW, lambda: chance).wait(httpx.Response(503), 1) == pytest.approx(
        chance * 0.4
    )


@pytest.mark.parametrize(
    ("told", "waits"),
    [
        ("0", 0.2),
        ("7", 7.2),
        (format_datetime(NOW + timedelta(seconds=9), usegmt=True), 9.2),
        (format_datetime(NOW - timedelta(hours=1), usegmt=True), 0.2),
        (str(int(LONGEST) + 1), None),
        ("soon", 0.2),
        ("-3", 0.2),
        ("٣", 0.2),
    ],
    ids=[
        "at once",
        "seconds",
        "an hour",
        "an hour gone by",
        "too long",
        "no number",
        "negative",
        "other digits",
    ],
)
def test_the_service_may_say_how_long(told, waits):
    wait = PATIENCE.wait(httpx.Response(429, headers=[(b"retry-after", told.encode())]), 0)

    assert wait == (waits if waits is None else pytest.approx(waits))


def test_a_certificate_that_is_not_trusted_stays_so():
    error = httpx.ConnectError("certificate verify failed")
    error.__cause__ = RuntimeError("wrapped")
    error.__cause__.__cause__ = ssl.SSLCertVerificationError("self-signed")

    assert is_distrusted(error)
    assert PATIENCE.wait(error, 0) is None
    assert not is_distrusted(httpx.ConnectError("refused"))
