"""`segmentation resident answer`."""

import pytest

from segmentation.ledger.personal.requests import Requests, Told


@pytest.fixture
def request_id(placed, personal, office):
    """A request for access that waits."""
    return Requests(personal.records).receive(placed, "access", Told("key"), office.clock()).id


def answer(run, request, *words, by="Carol"):
    return run("resident", "answer", request, "--as", by, *words)


@pytest.mark.parametrize(
    ("words", "state"),
    [
        (("--done", "Handed over."), "done"),
        (("--refuse", "It is another's."), "refused"),
        (("--extend", "Papers are in the archive.\nThey come by train."), "extended"),
    ],
)
def test_an_answer_is_entered_with_its_words(run, request_id, personal, placed, said, words, state):
    way = ("--identity", "in_person")
    ended = answer(run, request_id, words[0], *way, "--text-file", said(f"{words[1]}\n"))

    assert ended.code == 0, ended.err
    step = Requests(personal.records).of(placed)[0].steps[-1]
    found = (step.state, step.told.by, step.told.text, step.told.identity)
    assert found == (state, "Carol", words[-1], "in_person")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "say one of"),
        (("--done", "--refuse"), "say one of"),
        (("--refuse",), "Say why"),
        (("--extend",), "Say why"),
        (("--done",), "Nothing says how it was checked"),
        (("--done", "--identity", "410103198001011234"), "never the number of a document"),
    ],
)
def test_an_answer_that_is_none_is_refused(run, request_id, words, told):
    ended = answer(run, request_id, *words)

    assert ended.code == 2
    assert told in ended.err


def test_nobody_but_compliance_answers(run, request_id):
    assert answer(run, request_id, "--done", by="Adam").code == 2


def test_an_erasure_is_done_by_erasing(run, placed, personal, office, said):
    found = Requests(personal.records).receive(placed, "erasure", Told("key"), office.clock())

    assert "segmentation resident erase" in answer(run, found.id, "--done").err
    assert answer(run, found.id, "--refuse", "--text-file", said("A law keeps it.")).code == 0


@pytest.mark.parametrize("request_of", ["R000000000000", "R-1"])
def test_a_request_that_nobody_made_is_not_answered(run, placed, request_of):
    assert answer(run, request_of, "--done").code == 2
