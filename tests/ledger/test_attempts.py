"""A name is locked after a few failures in a short while, whoever counts them and however many at once."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentation.ledger.attempts import Attempts
from segmentation.ledger.store import create_ledger
from tests.ledger.processes import process, wait_for
from tests.signed import START

MINUTE = timedelta(minutes=1)
KEY = bytes(32)
IN = "sign in"

FAIL = """
    from datetime import datetime, timedelta
    from segmentation.ledger.attempts import Attempts
    from segmentation.ledger.store import open_ledger

    url, number, most, ready, go = sys.argv[1:]
    with open_ledger(url, patience=60) as ledger:
        attempts = Attempts(ledger, bytes(32), most=int(most))
        wait_to_go(ready, go)
        for at in range(int(number)):
            attempts.failed("sign in", "Carol", datetime.fromisoformat("2026-07-01T08:00:00+00:00"))
"""
"""Fails so many times, as often as it can."""


@pytest.fixture
def attempts(ledger):
    return Attempts(ledger, KEY)


def fail(attempts, number=1, who="Carol", at=START, purpose=IN):
    return [attempts.failed(purpose, who, at) for _ in range(number)][-1]


def test_a_name_that_never_failed_is_not_locked(attempts):
    assert attempts.locked(IN, "Carol", START) is None


def test_the_fifth_failure_locks_a_name_for_a_quarter_of_an_hour(attempts):
    assert fail(attempts, 4) is None
    assert attempts.locked(IN, "Carol", START) is None

    until = fail(attempts)

    assert until == START + 15 * MINUTE
    assert attempts.locked(IN, "Carol", until - MINUTE / 60) == until
    assert attempts.locked(IN, "Carol", until) is None


def test_failures_while_it_is_locked_make_it_no_longer(attempts):
    until = fail(attempts, 5)

    assert fail(attempts, 5, at=START + MINUTE) == until


def test_after_the_lock_it_begins_anew(attempts):
    until = fail(attempts, 5)

    assert fail(attempts, 4, at=until) is None
    assert fail(attempts, 1, at=until) == until + 15 * MINUTE


def test_a_failure_of_long_ago_does_not_count(attempts):
    fail(attempts, 4)

    assert fail(attempts, at=START + 15 * MINUTE) is None


def test_five_within_a_quarter_of_an_hour_lock_whenever_it_began(attempts):
    fail(attempts, 2)
    fail(attempts, 2, at=START + 14 * MINUTE)
    assert fail(attempts, 2, at=START + 16 * MINUTE) is None

    assert fail(attempts, at=START + 17 * MINUTE) == START + 32 * MINUTE


def test_who_gets_in_begins_anew(attempts):
    fail(attempts, 4)
    attempts.cleared(IN, "Carol", START)

    assert fail(attempts, 4) is None


def test_names_are_counted_apart_and_those_that_look_alike_together(attempts):
    for name in ("Carol", " carol", "ＣＡＲＯＬ", "CAROL "):
        fail(attempts, who=name)
    fail(attempts, 4, "Bob")

    assert fail(attempts, who="caroL") is not None
    assert attempts.locked(IN, "Bob", START) is None


@pytest.mark.parametrize(
    "who", ["correct horse battery", "'; DROP TABLE attempts; --", "\ud800", "", "x" * 9999]
)
def test_what_was_typed_as_a_name_is_never_kept(attempts, sql, who):
    fail(attempts, 5, who)

    ((mark, *rest),) = sql("SELECT * FROM attempts")
    assert mark.startswith("hmac-sha256:")
    assert not who or who not in "".join(map(str, [mark, *rest]))
    assert attempts.locked(IN, who, START) is not None


def test_who_guesses_at_the_door_locks_nobody_out_of_signing(attempts):
    fail(attempts, 5)

    assert attempts.locked("sign", "Carol", START) is None
    assert fail(attempts, 4, purpose="sign") is None
    attempts.cleared("sign", "Carol", START)
    assert attempts.locked(IN, "Carol", START) is not None
    assert fail(attempts, 5, purpose="sign") == START + 15 * MINUTE


def test_a_mark_is_of_its_secret_so_that_nobody_without_it_looks_a_name_up(attempts, ledger, sql):
    other = Attempts(ledger, b"x" * 32)
    fail(attempts, 5)
    fail(other, 1)

    assert other.locked(IN, "Carol", START) is None
    assert len(set(sql("SELECT who FROM attempts"))) == 2


def test_rows_of_long_ago_are_swept_when_somebody_gets_in(attempts, sql):
    fail(attempts, 3, "a passphrase in the field of the name")
    attempts.cleared(IN, "Bob", START + 14 * MINUTE)
    assert sql("SELECT count(*) FROM attempts") == [(1,)]

    attempts.cleared(IN, "Bob", START + 15 * MINUTE)
    assert sql("SELECT count(*) FROM attempts") == [(0,)]


def test_rows_of_long_ago_are_swept(attempts, sql):
    for number in range(20):
        fail(attempts, who=f"nobody {number}", at=START + number * MINUTE / 60)
    fail(attempts, 5, "Bob")

    fail(attempts, at=START + 14 * MINUTE)
    assert sql("SELECT count(*) FROM attempts") == [(22,)]
    fail(attempts, at=START + 16 * MINUTE)
    assert sql("SELECT count(*) FROM attempts") == [(1,)]


@settings(max_examples=10, deadline=None)
@given(st.lists(st.integers(0, 600), max_size=12))
def test_it_is_locked_when_five_failures_fell_within_a_quarter_of_an_hour(gaps):
    import tempfile

    with tempfile.TemporaryDirectory() as folder, create_ledger(f"sqlite:///{folder}/l.db") as ledger:
        attempts, now, counted = Attempts(ledger, KEY), START, []
        for gap in gaps:
            now += timedelta(seconds=gap)
            if attempts.locked(IN, "Carol", now) is not None:
                continue
            counted = [*(one for one in counted if now - one < 15 * MINUTE), now]
            until = attempts.failed(IN, "Carol", now)
            assert (until is not None) == (len(counted) >= 5)
            if until is not None:
                counted = []


@pytest.mark.slow
def test_two_processes_that_fail_at_once_lose_no_failure(url, ledger, sql, tmp_path):
    go, each = tmp_path / "go", 20
    started = []
    for number in range(2):
        ready = tmp_path / f"ready {number}"
        started.append((process(FAIL, url, each, 1000, ready, go), ready))
    for one, ready in started:
        wait_for(ready, one)
    go.touch()
    for one, _ in started:
        out, err = one.communicate(timeout=60)
        assert (one.returncode, err) == (0, ""), out

    ((failures,),) = sql("SELECT failures FROM attempts")
    assert len(failures.split()) == 2 * each


def test_threads_that_fail_at_once_lock_the_name(ledger):
    from concurrent.futures import ThreadPoolExecutor

    with create_ledger(str(ledger.place.url.render_as_string(hide_password=False)), patience=30) as patient:
        attempts = Attempts(patient, KEY)
        with ThreadPoolExecutor(5) as threads:
            found = list(threads.map(lambda _: attempts.failed(IN, "Carol", START), range(5)))

    assert [one for one in found if one is not None] == [START + 15 * MINUTE]
