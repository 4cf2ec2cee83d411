"""A problem becomes one error that says what to do; what a stranger answers is not repeated."""

import httpx
import msgspec
import pytest

from segmentation.answers import Prediction, Problem, Texts
from segmentation.client import SentFault
from segmentation.client.heard import KINDS, PLAINLY, answer_of, error_of
from segmentation.errors import AnswerError, OverloadedError, RefusedError
from serving.problems import PROBLEMS
from tests.client.served import REQUEST, fault, problem

REASON = Texts("It is sensitive.", "属于敏感信息。")


def test_a_refusal_tells_every_fault_with_its_law():
    faults = (fault(article="PIPL Art. 28", reason=REASON), fault("/residents/4/x"))

    error = error_of(problem("invalid", 422, faults=faults, more=2))

    assert str(error).splitlines() == [
        "A title:",
        "  - /residents/3/age: is not allowed (PIPL Art. 28); leave it out.",
        "  - /residents/4/x: is not allowed; leave it out.",
        "  - and 2 more.",
    ]
    assert error.faults[0] == SentFault(
        "/residents/3/age", "is not allowed", "leave it out", "PIPL Art. 28", REASON
    )
    assert (error.status, error.slug, error.request) == (422, "invalid", REQUEST)


@pytest.mark.parametrize(
    ("pointer", "start", "where"),
    [
        ("/residents/3/age", 10_000, "/residents/10003/age"),
        ("/residents/3", 10_000, "/residents/10003"),
        ("/columns/age/3", 10_000, "/columns/age/10003"),
        ("/columns/room_12/3", 10_000, "/columns/room_12/10003"),
        ("/columns/age", 10_000, "/columns/age"),
        ("/columns", 10_000, "/columns"),
        ("", 10_000, ""),
        ("/residents/3/12", 5, "/residents/8/12"),
    ],
    ids=range(8),
)
def test_a_place_in_a_part_is_told_as_the_place_in_the_whole(pointer, start, where):
    error = error_of(problem("invalid", 422, faults=(fault(pointer),)), start)

    assert error.faults[0].where == where


@pytest.mark.parametrize("slug", PROBLEMS)
def test_every_problem_of_the_service_has_an_error_that_names_it(slug):
    kind = PROBLEMS[slug]

    error = error_of(problem(slug, kind.status))

    assert error.slug == slug
    assert str(error) == "A title: As it says."
    assert (type(error) is AnswerError) == (kind.status in {404, 405, 500})


def test_a_service_that_is_full_is_no_service_without_a_version():
    assert type(error_of(problem("busy", 503))) is OverloadedError


@pytest.mark.parametrize("status", [*KINDS, 500])
def test_what_a_stranger_answers_is_not_repeated(status):
    told = msgspec.json.encode(Problem("https://proxy.example/x", "Blocked", status, "repairs = 77", ""))

    for content in (told, b"<html>repairs = 77", b"\xff\xfe77", b"77"):
        error = error_of(httpx.Response(status, content=content))
        assert "77" not in str(error)
        assert (error.status, error.slug, error.request) == (status, None, None)
        assert PLAINLY[type(error)] in str(error)


def test_an_answer_of_another_form_is_told_apart_from_a_refusal():
    with pytest.raises(AnswerError):
        answer_of(httpx.Response(200, content=b'{"results": "S1"}'), Prediction)
    with pytest.raises(RefusedError):
        answer_of(httpx.Response(422), Prediction)


def test_an_answer_may_say_more_than_this_version_knows():
    content = b'{"model":"m","version":1,"decision":"d","segments":{},"results":[],"newer":1}'

    assert answer_of(httpx.Response(200, content=content), Prediction).version == 1
