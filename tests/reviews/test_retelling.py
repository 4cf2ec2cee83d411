"""Every skeleton is found again by the sentence that it makes, and nothing else is taken for one."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentation.reviews.holes import stem_of
from segmentation.reviews.retelling import LONGEST, Skeleton, retold, skeletons

SAMPLES = {
    "version": ("3", "3"),
    "seq": ("12", "12"),
    "n": ("7", "7"),
    "size": ("1,024", "1,024"),
    "by": ("J. Smith", "J. Smith"),
    "name": ("王芳", "王芳"),
    "day": ("2026-03-02", "2026年3月2日"),
    "time": ("2026-03-02 08:00", "2026年3月2日 08:00"),
    "moment": ("2026-03-02 08:00 UTC", "2026年3月2日 08:00（UTC）"),
    "which": ("small_needs version 3", "small_needs第3版"),
    "bundle": ("the bundle of small_needs version 3", "small_needs第3版的文件包"),
    "signers": ("Carol (compliance) and Bob B. (business)", "Carol（合规负责人）和Bob B.（业务负责人）"),
    "state": ("changes requested", "已要求修改"),
    "action": ("request_changes", "要求修改"),
    "steps": ("submit, revoke", "提交、撤销"),
    "role": ("compliance", "合规负责人"),
    "all_roles": ("compliance and business", "合规负责人和业务负责人"),
    "any_role": ("compliance, business or administrator", "合规负责人、业务负责人或管理员"),
    "findings": ("a:b, c:d", "a:b、c:d"),
    "lacking": ("a:b, c:d and 2 more have", "a:b、c:d，另有2项"),
    "parts": ("digests and verdict", "摘要、审计总体判定"),
    "part": ("card", "卡片"),
    "names": ("Tina, Zoe", "Tina、Zoe"),
    "field": ("conditions.0", "条件第1项"),
    "choices": ("'trainer' or 'monitor'", "'trainer'、'monitor'"),
    "label": ("decision, approve of small_needs 1", "审批决定：批准，small_needs第1版"),
    "event": ("event 5 (person, Carol)", "第5号事件（人员登记：Carol）"),
    "kind": ("person", "人员登记"),
    "record": ("A decision record", "审批决定记录"),
    "rooted": ("record of Carol", "Carol的人员记录"),
    "path": ("/srv/the keys", "/srv/the keys"),
    "reason": ("permission denied", "没有权限"),
    "told": ("Nobody has submitted it.", "尚无人提交。"),
    "place": ("PostgreSQL database books at db", "db上的PostgreSQL数据库books"),
    "clauses": ("the trigger a is missing; the trigger b was added", "触发器a缺失；触发器b被添加"),
    "cause": ("it is not a table", "它不是表"),
    "right": ("access", "查阅"),
    "rights": ("review or correction", "人工复核、更正、补充"),
    "ended": ("done", "已办结"),
}
"""What a hole may hold, and what that is in Chinese."""


def filled(text, values):
    return re.sub(r"%\((\w+)\)s", lambda hole: values[hole[1]], text)


def sample(hole, language):
    return SAMPLES.get(stem_of(hole), ("xx", "xx"))[language]


def ids(skeleton):
    return skeleton.english[:60]


@pytest.mark.parametrize("skeleton", skeletons(), ids=ids)
def test_a_sentence_is_told_by_its_own_skeleton(skeleton):
    english, chinese = ({hole: sample(hole, language) for hole in skeleton.holes} for language in (0, 1))

    assert retold(filled(skeleton.english, english)) == filled(skeleton.chinese, chinese)


def test_both_languages_have_the_same_holes_each_once():
    for skeleton in skeletons():
        holes = re.findall(r"%\((\w+)\)s", skeleton.chinese)
        assert (sorted(holes), len(set(holes))) == (sorted(skeleton.holes), len(holes)), skeleton.english


def test_no_two_holes_stand_side_by_side():
    """Nobody could tell where the one ends."""
    assert [one.english for one in skeletons() if "" in one.literals[1:-1]] == []


def test_several_sentences_are_told_one_by_one():
    english = "Its bundle was published on 2026-07-02. Tina submitted it on 2026-07-01."

    assert retold(english) == "其文件包于2026年7月2日发布。Tina于2026年7月1日提交。"


@pytest.mark.parametrize(
    "english",
    [
        "",
        ".",
        "Something that nobody wrote.",
        "Tina submitted it on Monday.",
        "Tina submitted it on 2026-07-01",
        "Nobody has submitted it. Something that nobody wrote.",
        "Nobody has submitted it.  Nobody has submitted it.",
        "The key of Carol stays closed. Something that nobody wrote.",
    ],
)
def test_what_no_skeleton_fits_is_not_guessed(english):
    assert retold(english) is None


def test_a_name_cannot_swallow_a_sentence():
    inner = (
        "Chen trained or submitted version 2 of small_needs and may not approve it; ask another compliance "
        "person."
    )

    told = retold(f"Event 13 of the proof (decision, approve of small_needs 2) breaks the rules: {inner}")

    assert told == f"证明中的第13号事件（审批决定：批准，small_needs第2版）违反规则：{retold(inner)}"


def test_what_stands_in_a_hole_is_told_as_it_is_and_never_filled_again():
    assert retold("A waiver is for %(by)s, which does not block; leave it out.") == (
        "豁免所针对的%(by)s并不阻止签署；请去掉。"
    )


@pytest.mark.parametrize(
    "english", ["Set the clock. " * 1400, "x: " * 6000, "(" * LONGEST, "a, " * 9000 + " have"]
)
def test_a_hostile_text_stays_english(english):
    assert retold(english) is None


def test_sentences_within_sentences_end_somewhere():
    assert retold("The root key stays closed. " * 7 + "The key file is of another format.") is None


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200))
def test_whatever_somebody_writes_raises_nothing(text):
    assert retold(text) is None or isinstance(retold(text), str)


def test_a_skeleton_without_holes_fits_itself_alone():
    skeleton = Skeleton("Nobody.", "无人。")

    assert (skeleton.fits("Nobody."), skeleton.fits("Nobody. x")) == ({}, None)
    assert (skeleton.opens("Nobody. x", 0), skeleton.opens("Nobodyx", 0)) == ((7, {}), None)
