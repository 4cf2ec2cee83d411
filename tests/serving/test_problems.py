"""Every refusal is a document that a client can read by its type alone."""

import re

import msgspec
import pytest

from segmentation.answers import Fault, Problem
from serving.calls import PROBLEM, Refused
from serving.problems import PROBLEMS, TYPE, problem_reply

ID = "6f9619ff-8b86-4011-b42d-00cf4fc964ff"


@pytest.mark.parametrize("slug", PROBLEMS)
def test_every_problem_has_its_document(slug):
    reply = problem_reply(Refused(slug, "Why, and what to do."), ID)
    problem = msgspec.json.decode(reply.body, type=Problem, strict=True)
    kind = PROBLEMS[slug]
    assert (problem.type, problem.title, problem.status) == (TYPE + slug, kind.title, kind.status)
    assert (problem.detail, problem.instance) == ("Why, and what to do.", f"urn:uuid:{ID}")
    assert (reply.status, reply.media) == (kind.status, PROBLEM)
    assert 400 <= kind.status < 600


def test_faults_and_headers_go_with_it():
    fault = Fault("/residents/0/age", "is not a need of this model", "leave it out")
    reply = problem_reply(Refused("invalid", "Two.", (fault,), 1, ((b"retry-after", b"1"),)), ID)
    problem = msgspec.json.decode(reply.body, type=Problem)
    assert (problem.faults, problem.more, reply.headers) == ((fault,), 1, ((b"retry-after", b"1"),))


@pytest.mark.parametrize("slug", PROBLEMS)
def test_a_title_is_in_both_languages(slug):
    english, chinese = PROBLEMS[slug].title.split(" / ")
    assert english.isascii()
    assert not re.sub("API", "", chinese.replace(" ", "")).isascii()


def test_titles_tell_problems_apart():
    assert len({kind.title for kind in PROBLEMS.values()}) == len(PROBLEMS)
