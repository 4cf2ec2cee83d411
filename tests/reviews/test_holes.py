"""A hole holds what its name says and nothing else, and tells it in Chinese."""

import pytest

from segmentation.reviews.holes import kind_of, stem_of


@pytest.mark.parametrize(
    ("hole", "good", "bad"),
    [
        ("version2", "31", "three"),
        ("day", "2026-03-02", "2026-3-2"),
        ("time1", "2026-03-02 08:00:59", "08:00"),
        ("by", "J. Smith", "Smith; Jones"),
        ("name", "王芳", "Chen: Bob"),
        ("which", "small_needs version 1", "small_needs 1"),
        ("signers", "J. Smith (compliance)", "J. Smith"),
        ("path", "memory://a/b c.json", "/a/b: it is not there"),
        ("place", "/srv/ledger.db", "Nothing was recorded. /srv"),
        ("role", "trainer", "Trainer 2"),
        ("right", "access", "access, copy"),
        ("label", "person, Carol", ""),
        ("typed", "whatever; they: wrote.", ""),
    ],
)
def test_a_hole_holds_its_own_kind_alone(hole, good, bad):
    assert kind_of(hole).holds(good)
    assert not kind_of(hole).holds(bad)


@pytest.mark.parametrize(
    ("hole", "english", "chinese"),
    [
        ("lacking", "a:b has", "a:b"),
        ("lacking", "a, b, c and 12 more have", "a、b、c，另有12项"),
        ("field", "waivers.0.reason", "豁免第1项的理由"),
        ("field", "valid_until", "截止日"),
        ("field", "digests.model", "digests的model"),
        ("label", "start", "账本起始"),
        ("label", "activated, resident_needs 2", "启用：resident_needs第2版"),
        ("label", "adoption, resident_needs", "采用策略：resident_needs"),
        ("label", "lunch, of many", "lunch：of many"),
        ("path", "The card in the bundle of small_needs version 2", "small_needs第2版的文件包中的卡片"),
        ("path", "it", "其内容"),
        ("place", "PostgreSQL database books at db", "db上的PostgreSQL数据库books"),
        ("any_role", "trainer", "训练者"),
        ("reason", "no such luck", "no such luck"),
        ("record", "comment", "意见记录"),
        ("rooted", "start of the ledger", "账本起始记录"),
        ("rights", "access, copy", "查阅、复制"),
        ("ended", "erased", "因删除而终结"),
    ],
)
def test_what_a_hole_holds_is_told_in_chinese(hole, english, chinese):
    assert kind_of(hole).holds(english)
    assert kind_of(hole).tell(english) == chinese


def test_a_number_tells_holes_of_a_kind_apart():
    assert (stem_of("time2"), stem_of("time")) == ("time", "time")
