"""The log: one JSON line an event, refusals in bounds, and nothing that a library or an exception says."""

import asyncio
import json
import logging
import threading
from io import StringIO

import pytest

from serving.logs import Log, Through, place_of, take_over
from tests.serving.asgi import Ticks

SECRET = "A resident's value, 410103198001011234"


@pytest.fixture
def written():
    return StringIO()


@pytest.fixture
def clock():
    return Ticks()


@pytest.fixture
def log(written, clock):
    return Log(clock, written, clock.monotonic)


@pytest.fixture
def taken_over(log):
    """Take Python's loggers over for one test."""
    root, hook = logging.getLogger(), threading.excepthook
    names = ["uvicorn", "uvicorn.error", "uvicorn.access", "uvicorn.asgi", "asyncio", "fastapi"]
    before = [(one, one.handlers, one.propagate, one.disabled) for one in map(logging.getLogger, names)]
    handlers = root.handlers
    take_over(log)
    yield log
    root.handlers, threading.excepthook = handlers, hook
    for one, kept, propagate, disabled in before:
        one.handlers, one.propagate, one.disabled = kept, propagate, disabled


def lines(written):
    return [json.loads(line) for line in written.getvalue().splitlines()]


def failing():
    raise ValueError(SECRET)


def test_an_event_is_one_line_with_its_time_in_utc(log, written):
    log.event("took over", model="needs", version=3)
    assert lines(written) == [
        {"at": "2026-07-02T09:00:00Z", "event": "took over", "model": "needs", "version": 3}
    ]


def test_refusals_of_one_cause_are_told_once_a_minute_with_their_number(log, written, clock):
    for _ in range(3):
        log.refused("no-key")
    log.refused("too-large")
    clock.wait(61)
    log.refused("no-key")
    told = [(line["cause"], line["requests"]) for line in lines(written)]
    assert told == [("no-key", 1), ("too-large", 1), ("no-key", 3)]


def test_a_failure_is_told_by_its_kind_and_place_alone(log, written):
    with pytest.raises(ValueError, match="resident") as caught:
        failing()
    log.failed("predict", caught.value)
    (line,) = lines(written)
    assert (line["event"], line["part"], line["error"]) == ("failed", "predict", "ValueError")
    assert line["where"].startswith("test_logs.py:")
    assert SECRET not in written.getvalue()


@pytest.mark.parametrize("told", [{}, {"request": "6f9619ff-8b86-4011-b42d-00cf4fc964ff"}], ids=["no", "a"])
def test_a_failure_of_a_request_is_told_by_its_id_and_any_other_by_none(log, written, told):
    log.failed("predict", ValueError(SECRET), **told)
    (line,) = lines(written)
    assert {name: line[name] for name in line if name == "request"} == told


def test_a_refusal_for_a_fault_tells_its_kind(log, written):
    log.refused("not-recorded", OSError(28, SECRET))
    assert lines(written)[0]["error"] == "OSError"
    assert SECRET not in written.getvalue()


def test_an_error_that_was_never_raised_has_no_place():
    assert place_of(ValueError()) == "unknown"


def test_what_libraries_log_passes_without_what_they_say(taken_over, written):
    logging.getLogger("uvicorn.error").warning("Invalid request from %s", SECRET)
    logging.getLogger("some.library").warning(SECRET)
    try:
        failing()
    except ValueError:
        logging.getLogger("uvicorn.error").exception(SECRET)
    logging.getLogger("uvicorn.access").warning('%s - "GET /x?q=%s"', SECRET, SECRET)
    logging.getLogger("uvicorn.error").info(SECRET)
    told = [(line["event"], line["part"], line.get("error")) for line in lines(written)]
    assert told == [
        ("said", "uvicorn.error", None),
        ("said", "some.library", None),
        ("said", "uvicorn.error", "ValueError"),
    ]
    assert lines(written)[2]["error_at"].startswith("test_logs.py:")
    assert SECRET not in written.getvalue()


def test_what_a_library_says_at_one_place_is_told_once_a_minute_with_how_often(taken_over, written, clock):
    for again in range(300):
        logging.getLogger("serving.malformed").warning("%s", SECRET)
        if again == 298:
            clock.wait(61)
    told = [(line["part"], line["times"]) for line in lines(written)]
    assert told == [("serving.malformed", 1), ("serving.malformed", 299)]


def test_what_libraries_say_at_several_places_and_of_several_faults_is_not_thrown_together(
    taken_over, written
):
    for kind in (ValueError, KeyError, ValueError):
        try:
            raise kind(SECRET)
        except (ValueError, KeyError):
            logging.getLogger("uvicorn.error").exception(SECRET)
    logging.getLogger("uvicorn.error").warning(SECRET)
    told = [(line.get("error"), line["times"]) for line in lines(written)]
    assert told == [("ValueError", 1), ("KeyError", 1), (None, 1)]


def test_a_task_that_nobody_waited_for_is_told_without_its_sentence(taken_over, written):
    async def fails():
        failing()

    async def main():
        task = asyncio.ensure_future(fails())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        del task

    asyncio.run(main())
    assert {line["part"] for line in lines(written)} == {"asyncio"}
    assert SECRET not in written.getvalue()


def test_a_thread_that_dies_is_told_without_its_sentence(taken_over, written):
    thread = threading.Thread(target=failing)
    thread.start()
    thread.join()
    assert lines(written)[0]["error"] == "ValueError"
    assert SECRET not in written.getvalue()


def test_a_handler_of_ones_own_would_have_seen_it():
    """The control: these tests search where the secret would be."""
    written = StringIO()
    handler = logging.StreamHandler(written)
    handler.emit(logging.makeLogRecord({"msg": SECRET}))
    assert SECRET in written.getvalue()
    assert isinstance(handler, logging.Handler)
    assert not isinstance(handler, Through)
