"""Opening one's own key: why it stays closed, that every try counts, and that the right one clears them."""

from datetime import timedelta

import pytest

from segmentation.reviews.keyfiles import key_file, open_key
from serving.pages.passphrase import STATUSES, Closed, opened
from serving.pages.words import speaker
from tests.serving.pages.made import PASSPHRASE


def typed(desk, passphrase):
    return opened(desk.visit("Carol", form={"passphrase": passphrase}))


def test_the_right_one_opens_the_own_key_and_forgets_the_wrong_ones(desk):
    own = open_key(desk.office.home, "Carol", PASSPHRASE)
    for _ in range(3):
        assert [typed(desk, "wrong").why for _ in range(3)] == ["wrong"] * 3
        assert typed(desk, PASSPHRASE).public == own.public


def test_too_many_lock_the_name_and_none_is_tried_until_that_is_over(desk):
    assert [typed(desk, "wrong").why for _ in range(5)] == ["wrong"] * 4 + ["locked"]
    locked = typed(desk, PASSPHRASE)
    assert locked.why == "locked"
    assert typed(desk, "") == Closed("missing"), "nothing was typed, so nothing is counted"
    desk.office.clock.now = locked.until + timedelta(seconds=1)
    assert not isinstance(typed(desk, PASSPHRASE), Closed)


def test_a_key_that_rests_elsewhere_is_told_apart_from_a_wrong_passphrase(desk):
    key_file(desk.office.home, "Carol").unlink()

    assert typed(desk, PASSPHRASE) == Closed("away")


@pytest.mark.parametrize(
    ("why", "status"), [("missing", 422), ("locked", 429), ("wrong", 403), ("away", 409)]
)
def test_each_reason_has_a_status_and_the_words_of_the_form(desk, why, status):
    now = desk.office.clock()
    closed = Closed(why, now if why == "locked" else None)
    words = dict.fromkeys(STATUSES, "Nothing was done.") | {"locked": "Not before %(until)s."}

    assert closed.status == status
    told = closed.told(words, speaker("en"))
    assert told == (f"Not before {speaker('en').time(now)}." if why == "locked" else "Nothing was done.")
