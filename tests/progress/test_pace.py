"""How far rows are is told with a rate and what is left; of anything else, how much is done."""

import pytest

from segmentation.progress.pace import LEAST, Pace


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def pace(clock):
    return Pace(clock)


def test_rows_have_a_rate_and_what_is_left_once_it_can_be_known(pace, clock):
    assert pace.told("rows", 0, 9_000) == "0 of 9,000 rows"
    clock.now = LEAST / 2
    assert pace.told("rows", 200, 9_000) == "200 of 9,000 rows"
    clock.now = 3.0
    assert pace.told("rows", 1_200, 9_000) == "1,200 of 9,000 rows, 400 a second, 0:00:20 left"


def test_what_is_no_row_has_none(pace, clock):
    pace.told("bootstrap samples", 0, 50)
    clock.now = 10.0
    assert pace.told("bootstrap samples", 20, 50) == "20 of 50 bootstrap samples"
    assert pace.summary() == ""


def test_rows_that_an_interrupted_run_had_done_make_this_one_no_faster(pace, clock):
    pace.told("rows", 8_000, 9_000)
    clock.now = 5.0
    assert pace.told("rows", 8_500, 9_000) == "8,500 of 9,000 rows, 100 a second, 0:00:05 left"


def test_rows_that_are_done_anew_begin_anew(pace, clock):
    pace.told("rows", 9_000, 9_000)
    clock.now = 5.0
    assert pace.told("rows", 0, 9_000) == "0 of 9,000 rows"
    clock.now = 10.0
    assert ", 200 a second, " in pace.told("rows", 1_000, 9_000)


def test_the_end_says_how_many_and_how_fast_and_nothing_is_left(pace, clock):
    pace.told("rows", 0, 9_000)
    clock.now = 10.0
    assert pace.told("rows", 9_000, 9_000) == "9,000 of 9,000 rows, 900 a second"
    assert pace.summary() == "9,000 rows, 900 a second"


def test_a_short_end_has_no_rate_and_another_step_nothing_of_the_one_before(pace):
    pace.told("rows", 9_000, 9_000)
    assert pace.summary() == "9,000 rows"
    pace.begin()
    assert pace.summary() == ""
