"""What a profile tells, and what of it may leave the build."""

from segmentation.policy import Text
from segmentation.profiles import Distinction, Profile


def need(difference, interval, *, hidden=False):
    return Distinction("repairs", None, 1.23456, 2.34567, difference, interval, hidden)


def profile(*needs):
    return Profile("S1", Text(en="One", zh="一"), 100, 0.5, needs, None)


def test_what_surely_differs_enough_is_notable():
    sure = need(0.3, (0.1, 0.5))

    assert profile(
        sure, need(0.29, (0.1, 0.5)), need(0.9, (-0.1, 1.9)), need(-0.4, (-0.5, -0.3))
    ).notable == (
        sure,
        need(-0.4, (-0.5, -0.3)),
    )


def test_what_leaves_the_build_has_no_hidden_figure():
    (shown,) = profile(need(0.7, (0.4, 0.9), hidden=True)).shown.needs

    assert shown == Distinction("repairs", None, None, None, None, None, hidden=True)
    assert not shown.is_sure
    assert profile(shown).notable == ()


def test_what_leaves_the_build_is_rounded_so_that_no_count_follows():
    (shown,) = profile(need(0.76543, (0.45678, 0.98765))).shown.needs

    assert (shown.inside, shown.outside) == (1.235, 2.346)
    assert (shown.difference, shown.interval) == (0.765, (0.457, 0.988))
