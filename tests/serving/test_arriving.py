"""Headers and bodies: what is read of them, and when no more is read."""

import asyncio
import tracemalloc
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving.arriving import (
    CLOSE,
    MANY,
    TWICE,
    TWO_KEYS,
    Drawn,
    body_of,
    body_there,
    check_headers,
    headers_of,
    media_of,
    request_id,
)
from serving.calls import Refused

BOTH = ("application/json", "text/csv")


def refused(function, *told):
    with pytest.raises(Refused) as caught:
        function(*told)
    return caught.value


def test_only_headers_that_count_are_read():
    sent = [(b"x-api-key", b"a"), (b"cookie", b"b"), (b"x-forwarded-for", b"203.0.113.77")]
    assert headers_of({"headers": sent}) == {b"x-api-key": b"a"}


def test_a_header_that_was_sent_twice_is_refused_by_name():
    sent = headers_of({"headers": [(b"authorization", b"Bearer a"), (b"authorization", b"Bearer b")]})
    assert sent[TWICE] == b"authorization"
    found = refused(check_headers, sent, 10)
    assert (found.slug, found.detail) == (
        "malformed",
        "The header authorization was sent twice; send it once.",
    )


@pytest.mark.parametrize("shown", [b"Bearer sgk_a", b"Digest of-a-proxy", b""])
def test_two_keys_at_once_are_refused_because_which_counts_is_not_to_be_guessed(shown):
    found = refused(check_headers, {b"authorization": shown, b"x-api-key": b"sgk_b"}, 10)
    assert (found.slug, found.detail) == ("malformed", TWO_KEYS)
    check_headers({b"authorization": shown}, 10)
    check_headers({b"x-api-key": b"sgk_b"}, 10)
    # Nobody reads them where no key is needed.
    check_headers({b"authorization": shown, b"x-api-key": b"sgk_b"}, 10, keyed=False)


def test_a_request_keeps_the_id_that_its_client_chose():
    assert request_id(b"6F9619FF-8B86-4011-B42D-00CF4FC964FF") == "6f9619ff-8b86-4011-b42d-00cf4fc964ff"


@pytest.mark.parametrize(
    "sent", [None, b"", b"1", b"6f9619ff8b864011b42d00cf4fc964ff", b"x" * 36, b"\xff" * 36]
)
def test_any_other_id_gives_way_to_a_new_one(sent):
    assert uuid.UUID(request_id(sent)).version == 4


@given(st.binary(min_size=16, max_size=16))
def test_a_new_id_is_a_random_uuid(drawn):
    made = uuid.UUID(request_id(None, lambda n: drawn[:n]))
    assert (made.version, made.variant) == (4, uuid.RFC_4122)


def test_bytes_that_were_drawn_at_once_are_given_out_once():
    drawn = Drawn()
    given = [drawn(16) for _ in range(MANY // 16 * 2 + 1)]
    assert len(set(given)) == len(given)
    assert {len(one) for one in given} == {16}


@pytest.mark.parametrize(
    ("told", "slug", "closes"),
    [
        (None, None, False),
        (b"0", None, False),
        (b"10", None, False),
        (b"11", "too-large", False),
        (b"81", "too-large", True),
        (b"9" * 5_000, "too-large", True),
        (b"ten", "malformed", False),
        (b"-1", "malformed", False),
        (b"1_0", "malformed", False),
        ("１０".encode(), "malformed", False),
    ],
    ids=[
        "unsaid",
        "nothing",
        "all",
        "one-more",
        "far-more",
        "endless",
        "word",
        "negative",
        "underscore",
        "wide",
    ],
)
def test_a_request_that_says_it_is_too_large_is_refused_unread(told, slug, closes):
    sent = {} if told is None else {b"content-length": told}
    if slug is None:
        check_headers(sent, 10)
        return
    found = refused(check_headers, sent, 10)
    assert (found.slug, found.headers == CLOSE) == (slug, closes)


@pytest.mark.parametrize(
    ("sent", "media"),
    [
        (b"application/json", "application/json"),
        (b"Application/JSON; Charset=UTF-8", "application/json"),
        (b'application/json;charset="utf-8"', "application/json"),
        (b"application/json; format=pandas-split", "application/json"),
        (b"text/csv", "text/csv"),
    ],
)
def test_a_content_type_is_read_without_its_parameters(sent, media):
    assert media_of({b"content-type": sent}, BOTH) == media


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {b"content-type": b""},
        {b"content-type": b"text/plain"},
        {b"content-type": b"application/x-www-form-urlencoded"},
        {b"content-type": b"application/json; charset=utf-16"},
        {b"content-type": b"\xff"},
        {b"content-type": b"application/json", b"content-encoding": b"gzip"},
    ],
    ids=["none", "empty", "text", "form", "utf-16", "no-text", "compressed"],
)
def test_another_content_type_is_refused_with_those_that_are_read(sent):
    assert refused(media_of, sent, BOTH).slug == "wrong-media"


def read(pieces, most=10, patience=5.0):
    arriving = list(pieces)

    async def receive():
        piece = arriving.pop(0)
        if isinstance(piece, float):
            await asyncio.sleep(piece)
            return await receive()
        if piece is None:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": piece, "more_body": bool(arriving)}

    return asyncio.run(body_of(receive, most, patience))


@given(st.lists(st.binary(max_size=3), min_size=1, max_size=3))
def test_a_body_is_read_whole_in_however_many_pieces_it_arrives(pieces):
    assert read(pieces) == b"".join(pieces)


@pytest.mark.parametrize(
    ("pieces", "slug"),
    [
        ([b"12345678901"], "too-large"),
        ([b"123456", b"123456", b"never asked for"], "too-large"),
        ([b"1", 60.0, b"2"], "too-slow"),
        ([60.0, b"1"], "too-slow"),
        ([b"1", None], "malformed"),
        ([None], "malformed"),
    ],
    ids=["at-once", "in-chunks", "stopped", "not-begun", "cut", "gone"],
)
def test_a_body_is_not_read_beyond_its_limits(pieces, slug):
    found = refused(read, pieces, 10, 0.01)
    assert found.slug == slug
    assert (found.headers == CLOSE) == (slug != "malformed")


def test_a_body_is_told_of_as_it_grows_and_read_no_further_where_there_is_no_room():
    told = []

    def hold(size):
        told.append(size)
        if size > 5:
            raise Refused("busy", "No room.")

    arriving = [b"123", b"45", b"6", b"never asked for"]

    async def receive():
        return {"type": "http.request", "body": arriving.pop(0), "more_body": bool(arriving)}

    with pytest.raises(Refused, match="No room"):
        asyncio.run(body_of(receive, 10, 5.0, hold))
    assert (told, arriving) == ([3, 5, 6], [b"never asked for"])


def test_a_body_is_in_memory_once():
    piece, count = b"x" * 2**16, 64
    left = iter(range(count, 0, -1))

    async def receive():
        return {"type": "http.request", "body": piece, "more_body": next(left) > 1}

    async def main():
        tracemalloc.start()
        try:
            body = await body_of(receive, 2**30, 5.0)
            return len(body), tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    size, most = asyncio.run(main())
    assert size == count * len(piece)
    assert most < 1.5 * size


class Whole:
    """Stands in for the short way."""

    def __init__(self, body):
        self.body = lambda: body


def test_a_body_that_is_there_is_taken_and_one_that_is_not_is_left_to_arrive():
    assert body_there(Whole(b"12"), 2) == b"12"
    assert body_there(Whole(None), 2) is None
    assert body_there(None, 2) is None
    assert refused(body_there, Whole(b"123"), 2).slug == "too-large"


def test_a_reading_that_is_cancelled_from_outside_stays_cancelled():
    async def main():
        reading = asyncio.create_task(body_of(asyncio.Event().wait, 10, 60.0))
        await asyncio.sleep(0)
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)
        return reading.cancelled()

    assert asyncio.run(main())


def test_a_body_that_came_in_time_leaves_no_timer_behind():
    async def main():
        async def receive():
            return {"type": "http.request", "body": b"1", "more_body": False}

        await body_of(receive, 10, 0.001)
        await asyncio.sleep(0.05)
        return "not cancelled"

    assert asyncio.run(main()) == "not cancelled"
