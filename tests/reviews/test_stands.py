"""A Chinese reader is told where a version stands, and why, in every sentence that the ledger knows."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from segmentation.ledger.records import Waiver
from segmentation.reviews.stands import why
from segmentation.signing import sha256
from segmentation.wording.language import Voice
from tests.signed import DIGESTS, LIMITS, MODEL, Cast

EN, ZH = Voice("en"), Voice("zh")


@pytest.fixture
def cast():
    return Cast.assembled()


def told(cast, version=1, **asked):
    return why(cast.standing(version, **asked), ZH)


def test_english_is_as_the_ledger_says_it(cast):
    cast.decide("submit", "Tina")

    assert why(cast.standing(), EN) == cast.standing().why


def test_a_draft(cast):
    assert told(cast) == "尚无人提交。"


def test_the_way_to_an_approval(cast):
    cast.decide("submit", "Tina")
    assert told(cast) == "Tina于2026年7月1日提交。"

    cast.decide("approve", "Carol")
    assert told(cast) == "Tina于2026年7月1日提交。Carol（合规负责人）已批准；尚缺业务负责人的签署。"

    cast.decide("approve", "Bob")
    assert told(cast) == "Carol（合规负责人）和Bob（业务负责人）已批准，有效期至2026年12月1日。"

    cast.activate()
    assert told(cast) == (
        "其文件包于2026年7月1日发布。Carol（合规负责人）和Bob（业务负责人）已批准，有效期至2026年12月1日。"
    )


def test_a_renewal(cast):
    cast.approve()
    cast.decide("approve", "Bob", valid_until=date(2026, 9, 1))

    assert told(cast) == (
        "Carol（合规负责人）和Bob（业务负责人）已批准，其中Bob于2026年7月1日重新批准；"
        "有效期至2026年9月1日，与业务负责人的批准期限一致。"
    )


def test_half_a_renewal_under_another_law_catalogue(cast):
    cast.approve()
    cast.decide("approve", "Carol", catalogue=sha256(b"newer"))

    assert told(cast).endswith("Carol（合规负责人）已重新批准；尚缺业务负责人的签署。")


@pytest.mark.parametrize(
    ("action", "by", "chinese"),
    [
        ("request_changes", "Carol", "Carol（合规负责人）于2026年7月1日要求修改。"),
        ("reject", "Bob", "Bob（业务负责人）于2026年7月1日驳回。"),
        ("revoke", "Adam", "Adam（管理员）于2026年7月1日撤销。"),
    ],
)
def test_what_ends_a_review(cast, action, by, chinese):
    cast.decide("submit", "Tina")
    cast.decide(action, by)

    assert told(cast) == chinese


def test_a_suspension_and_its_end(cast):
    cast.approve()
    cast.decide("suspend", "Mona")
    assert told(cast) == "Mona（监测程序）于2026年7月1日暂停。"

    cast.decide("resume", "Bob")
    assert told(cast) == (
        "Mona（监测程序）于2026年7月1日暂停。Bob（业务负责人）已签署恢复使用；尚缺合规负责人的签署。"
    )

    cast.decide("resume", "Carol")
    assert told(cast) == "Carol（合规负责人）和Bob（业务负责人）于2026年7月1日恢复使用。"


def test_an_approval_that_ran_out(cast):
    waivers = (Waiver(finding="x", reason="Known.", expires=date(2026, 8, 1)),)
    cast.approve(verdict="undetermined", blocking=("x",), waivers=waivers)

    after = cast.history.standing(MODEL, 1, cast.now + timedelta(days=32))

    assert why(after, ZH) == "其批准或其中的某项豁免有效至2026年8月1日，现已到期。"


def test_another_law_catalogue(cast):
    cast.approve()

    assert told(cast, catalogue=sha256(b"newer")) == "法律目录已改变：依据其他目录的批准不再有效。"


def test_a_signer_who_left(cast):
    cast.decide("submit", "Tina")
    cast.decide("approve", "Carol")
    cast.enter("Carol", ("monitor",))

    assert told(cast) == (
        "Tina于2026年7月1日提交。Carol（合规负责人）的签署不再有效，因其角色或密钥于2026年7月1日变更；须重新签署。"
    )


def test_a_signer_who_turns_out_to_have_made_it(cast):
    cast.decide("submit", "Tina")
    cast.decide("approve", "Carol")
    cast.decide("submit", "Tina", 2, trained_by=("Tina", "Carol"))

    assert told(cast).endswith(
        "Carol（合规负责人）的签署不再有效，因resident_needs第2版的提交将其列为该模型的制作者。"
    )


@pytest.mark.parametrize(
    ("limits", "what"), [(LIMITS, "审计界限相同，其余内容不同"), (sha256(b"looser"), "审计界限不同")]
)
def test_another_policy_and_the_way_back(cast, limits, what):
    cast.approve()
    cast.adopt(policy=sha256(b"other"), limits=limits)
    assert told(cast) == f"Carol于2026年7月1日采用了另一策略：{what}。其批准不再有效。"

    cast.adopt(policy=DIGESTS.policy)
    assert told(cast) == "Carol于2026年7月1日采用了其策略；此前的批准不再有效。"


def test_a_version_that_gave_way(cast):
    cast.approve()
    cast.wait(days=1)
    cast.approve(2)

    assert told(cast) == "第2版于2026年7月2日取代了它。"


def test_a_version_that_waits_while_one_of_another_policy_comes_into_service(cast):
    cast.decide("submit", "Tina", 2)
    cast.decide("approve", "Carol", 2)
    other = DIGESTS.model_copy(update={"policy": sha256(b"other"), "bundle": sha256(b"other bundle")})
    for action, by in (("submit", "Tina"), ("approve", "Carol"), ("approve", "Bob")):
        cast.decide(action, by, 3, digests=other)
    cast.activate(3, other.bundle)

    assert (
        told(cast, 2) == "依据另一策略的第3版于2026年7月1日启用：审计界限相同，其余内容不同。其批准不再有效。"
    )


def test_a_sentence_that_nobody_knows_stays_english(cast):
    standing = replace(cast.standing(), why="Somebody sat on it.")

    assert why(standing, ZH) == "Somebody sat on it."


def test_the_day_is_the_one_that_the_ledger_tells(cast):
    cast.wait(days=40)
    cast.decide("submit", "Tina")

    assert told(cast) == "Tina于2026年8月10日提交。"
