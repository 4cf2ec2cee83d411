"""Many residents are asked in parts, answered in order and by one version."""

import httpx
import pytest

from segmentation.client.talk import MOST, ROUNDS, Ask, Span
from segmentation.errors import AnswerError, ChangedError, NoAnswerError, RefusedError
from tests.client.served import Service, answer, fault, problem, rows_of

MANY = {"repairs": range(25_000)}


def sizes(service):
    return [len(rows_of(request)) for request in service.asked]


def newer(request):
    return answer(request, "sha256:2")


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_many_residents_are_asked_in_parts_and_answered_in_order(kind):
    service = Service()

    found = service.call(kind, "predict", MANY)

    assert sizes(service) == [10_000, 10_000, 5_000]
    assert [place.margin for place in found.results] == [number / 1e6 for number in range(25_000)]
    assert found.segments.keys() == {"S1", "S2"}


def test_fewer_are_explained_at_once():
    service = Service()

    assert len(service.call("sync", "explain", [{"repairs": 1}] * 1_001).results) == 1_001
    assert sizes(service) == [1_000, 1]


def test_nobody_is_asked_about_all_the_same_so_that_the_service_says_what_it_thinks():
    service = Service([problem("invalid", 422, faults=(fault("/residents"),))])

    with pytest.raises(RefusedError):
        service.call("sync", "predict", [])
    assert sizes(service) == [0]


def test_a_version_that_changes_between_parts_is_asked_about_the_earlier_ones_again():
    service = Service([answer, newer, newer, newer])

    found = service.call("sync", "predict", MANY)

    assert sizes(service) == [10_000, 10_000, 5_000, 10_000]
    assert found.decision == "sha256:2"
    assert [place.margin for place in found.results] == [number / 1e6 for number in range(25_000)]


def test_what_any_part_sent_in_vain_is_told_once():
    def vain(request):
        heard = answer(request)
        return type(heard)(200, json=heard.json() | {"unused": ["pets", "lifts"]})

    service = Service([answer, vain, vain])

    assert service.call("sync", "predict", MANY).unused == ("pets", "lifts")


def test_a_version_that_keeps_changing_is_an_error_and_no_mixture():
    decisions = (f"sha256:{at}" for at in range(99))
    service = Service([lambda request: answer(request, next(decisions))] * 99)

    with pytest.raises(ChangedError, match=f"{ROUNDS} times"):
        service.call("sync", "predict", MANY)


def test_a_fault_is_told_with_its_place_in_the_whole():
    service = Service([answer, problem("invalid", 422, faults=(fault("/columns/repairs/3"),))])

    with pytest.raises(RefusedError) as raised:
        service.call("sync", "predict", MANY)
    assert raised.value.faults[0].where == "/columns/repairs/10003"


def test_a_part_that_the_service_finds_too_large_is_asked_in_halves():
    def small(request):
        return answer(request) if len(rows_of(request)) <= 3 else problem("too-large", 413)

    service = Service([small] * 99)

    found = service.call("sync", "predict", {"repairs": range(10)})
    assert sizes(service) == [10, 5, 2, 3, 5, 2, 3]
    assert [place.margin for place in found.results] == [number / 1e6 for number in range(10)]


def test_one_resident_who_is_too_large_is_refused():
    service = Service([problem("too-large", 413)])

    with pytest.raises(RefusedError):
        service.call("sync", "predict", [{"repairs": 1}])


def test_an_answer_about_another_number_of_residents_is_no_answer():
    service = Service(
        [answer(httpx.Request("POST", "http://x/v1/segments:predict", json={"residents": [{"a": 1}]}))]
    )

    with pytest.raises(AnswerError, match="another number of residents"):
        service.call("sync", "predict", [{"repairs": 1}, {"repairs": 2}])


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (httpx.ReadTimeout("x"), "as `timeout=`"),
        (httpx.UnsupportedProtocol("x"), "check the address"),
    ],
)
def test_who_gets_no_answer_is_told_what_to_try(error, said):
    with pytest.raises(NoAnswerError, match=said):
        Service([error]).call("sync", "model")


def test_a_certificate_that_is_not_trusted_is_said_also_when_asked_whether_it_is_ready():
    import ssl

    error = httpx.ConnectError("x")
    error.__cause__ = ssl.SSLCertVerificationError("self-signed")

    with pytest.raises(NoAnswerError, match="`verify=`"):
        Service([error]).call("sync", "ready")


def test_halves_are_the_whole():
    assert Span(3, 8).halves() == (Span(3, 5), Span(5, 8))
    assert set(MOST.values()) == {10_000, 1_000}


def test_what_is_sent_is_not_shown():
    assert "13800138000" not in repr(Ask("POST", "/x", b"13800138000"))
