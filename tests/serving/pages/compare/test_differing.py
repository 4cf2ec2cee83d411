"""What differs between two versions is computed once, whichever page asks."""

from segmentation.reviews.diff import Side, diff
from serving.pages.compare import differing as module
from serving.pages.compare.compare import compare
from serving.pages.compare.differing import differing
from serving.pages.version.version import page_of


def versions(desk):
    history, now = desk.pages.history(), desk.office.clock()
    return tuple(desk.pages.version(history, number, now) for number in (1, 2))


def side(version, number):
    return Side(number, version.policy, version.card)


def test_it_is_what_the_review_tells(seen):
    one, other = versions(seen)

    assert differing(seen.pages, one, other) == diff(side(one, 1), side(other, 2))
    assert differing(seen.pages, None, one) == diff(None, side(one, 1))


def test_it_is_kept_by_both_versions_in_their_order(seen):
    one, other = versions(seen)
    first = differing(seen.pages, one, other)

    assert differing(seen.pages, one, other) is first
    assert differing(seen.pages, other, one) is not first
    assert differing(seen.pages, None, other) is not first


def test_the_page_of_a_version_and_the_one_that_compares_share_it(desk, monkeypatch):
    desk.office.activated(1)
    desk.office.submit(2)
    counted = []
    monkeypatch.setattr(module, "diff", lambda *sides: counted.append(sides) or diff(*sides))

    page_of(desk.visit(path={"version": "2"}))
    compare(desk.visit())

    assert len(counted) == 1
