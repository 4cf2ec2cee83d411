"""What was made once is not made again while it is kept, and no more is kept than was said."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from serving.pages.kept import Kept


@pytest.fixture
def made():
    return []


@pytest.fixture
def of(made):
    kept = Kept(2)

    def of(key):
        def make():
            made.append(key)
            return object()

        return kept.of(key, make)

    of.kept = kept
    return of


def test_what_was_made_once_is_kept(of, made):
    assert of("a") is of("a")
    assert of("b") is not of("a")
    assert made == ["a", "b"]


def test_what_nobody_asked_for_of_late_is_let_go(of, made):
    for key in "abaca":
        of(key)
    assert made == ["a", "b", "c"]
    of("b")
    assert made == ["a", "b", "c", "b"]


def test_that_there_is_nothing_is_kept_too():
    kept, made = Kept(2), []
    for _ in range(2):
        assert kept.of("a", lambda: made.append("a")) is None
    assert made == ["a"]


def test_what_cannot_be_made_is_tried_again(of):
    def fails():
        raise OSError

    with pytest.raises(OSError):  # noqa: PT011 - it has no words
        of.kept.of("a", fails)
    assert of("a") is of("a")


def test_what_is_cleared_is_made_anew(of, made):
    of("a")
    of.kept.clear()
    of("a")
    assert made == ["a", "a"]


def test_many_threads_keep_no_more_than_was_said():
    kept = Kept(3)
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda n: kept.of(n % 7, lambda: n % 7), range(2_000)))
    assert found == [n % 7 for n in range(2_000)]
    assert len(kept._kept) == 3
