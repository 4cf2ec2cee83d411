"""Every kind of event is told in words in both languages, and no secret with it."""

from dataclasses import fields
from datetime import UTC, date, datetime, timedelta, timezone
from typing import get_args

import pytest

from segmentation.ledger.event import Draft, Kind, linked
from segmentation.ledger.records import Waiver
from segmentation.reviews import events
from segmentation.reviews.events import EventTold, Said, event_told
from segmentation.signing import PublicKey
from segmentation.wording.language import Voice
from tests.signed import KEY, SECRET, Cast

EN, ZH = Voice("en"), Voice("zh")


@pytest.fixture
def cast():
    return Cast.assembled()


def both(event):
    return tuple((told.title, told.sentence) for told in (event_told(event, EN), event_told(event, ZH)))


def fingerprint(cast, name):
    return cast.keys[name].public.fingerprint


def test_every_kind_is_told():
    assert {*events._SIGNED, *events._UNSIGNED} == set(get_args(Kind))


def test_the_start(cast):
    root = cast.root.public.fingerprint

    assert both(cast.events[0]) == (
        ("Ledger begun", f"The ledger begins, under the root key {root}."),
        ("建立账本", f"账本自此开始，根密钥为{root}。"),
    )
    assert event_told(cast.events[0], ZH).key_fingerprint == root


def test_a_person_who_is_entered_changed_and_gone(cast):
    carol = fingerprint(cast, "Carol")
    cast.enter("Carol", ("compliance", "business"), None)
    cast.enter("Carol", ())
    roles = "compliance, business owner"
    none, until = "No training is entered.", "Their training counts until 2027-06-30."
    entered, changed, gone = (event for event in cast.events if "Carol" in event.draft.signed.document)

    assert both(entered) == (
        (
            "Person entered",
            f"The root key entered Carol as compliance, with the key {carol}. {until}",
        ),
        ("登记人员", f"以根密钥签署，登记Carol为合规负责人，密钥为{carol}。培训有效至2027年6月30日。"),
    )
    assert both(changed) == (
        (
            "Person changed",
            f"The root key changed the record of Carol: {roles}, with the key {carol}. {none}",
        ),
        (
            "变更人员登记",
            f"以根密钥签署，变更Carol的登记：合规负责人、业务负责人，密钥为{carol}。未登记培训。",
        ),
    )
    assert both(gone)[1] == (
        "变更人员登记",
        "以根密钥签署，取消了Carol的全部角色；此人不得再签署任何内容。",
    )
    assert event_told(gone, ZH).by == ""


@pytest.mark.parametrize(
    ("action", "by", "title", "chinese"),
    [
        ("submit", "Tina", "Submitted", "Tina（训练者）提交了resident_needs第1版。由Tina训练。"),
        (
            "request_changes",
            "Carol",
            "Changes requested",
            "Carol（合规负责人）要求修改resident_needs第1版。附2项条件。",
        ),
        ("reject", "Bob", "Rejected", "Bob（业务负责人）驳回了resident_needs第1版。附2项条件。"),
        ("revoke", "Adam", "Revocation", "Adam（管理员）撤销了resident_needs第1版。附2项条件。"),
        ("suspend", "Mona", "Suspended", "Mona（监测程序）暂停了resident_needs第1版。附2项条件。"),
        ("resume", "Bob", "Use resumed", "Bob（业务负责人）签署同意恢复使用resident_needs第1版。附2项条件。"),
    ],
)
def test_a_decision(cast, action, by, title, chinese):
    conditions = () if action == "submit" else ("Tell residents.", "Look again in June.")
    cast.decide(action, by, conditions=conditions, reason="须再看一次。")

    told = event_told(cast.events[-1], ZH)

    assert event_told(cast.events[-1], EN).title == title
    assert told.sentence == chinese
    assert (told.by, told.reason, told.conditions) == (by, "须再看一次。", conditions)
    assert (told.action, told.model, told.version) == (action, "resident_needs", 1)
    assert told.key_fingerprint == fingerprint(cast, by)


def test_an_approval_tells_what_it_waives_and_until_when(cast):
    waivers = (Waiver(finding="x", reason="Looked into.", expires=date(2026, 8, 1)),)
    cast.decide("approve", "Carol", verdict="undetermined", blocking=("x",), waivers=waivers)

    told = event_told(cast.events[-1], EN)

    assert told.sentence == (
        "Carol (compliance) approved version 1 of resident_needs. It holds until 2026-12-01. 1 finding is "
        "waived."
    )
    assert both(cast.events[-1])[1] == (
        "批准",
        "Carol（合规负责人）批准了resident_needs第1版。有效期至2026年12月1日。豁免1项结论。",
    )
    assert (told.waivers, told.valid_until, told.role) == (waivers, date(2026, 12, 1), "Compliance")


def test_a_policy_that_is_adopted(cast):
    cast.adopt(reason="New limits.")

    assert both(cast.events[-1])[1] == ("采用策略", "Carol（合规负责人）为resident_needs采用了一项策略。")
    assert event_told(cast.events[-1], EN).reason == "New limits."


def test_an_api_key_and_its_end(cast):
    cast.issue(
        expires=datetime(2027, 1, 1, 8, 0, tzinfo=timezone(timedelta(hours=8))), scopes=("predict", "read")
    )
    cast.end_key("Carol", role="compliance")
    issued, ended = cast.events[-2:]

    assert both(issued)[0][0] == "API key issued"
    assert "It opens segments, model, card and metrics, " in both(issued)[0][1]
    assert both(issued)[0][1].endswith(" requests a second, until 2027-01-01 00:00 UTC.")
    assert both(issued)[1][0] == "签发API密钥"
    assert f"API密钥{KEY}。" in both(issued)[1][1]
    assert "可访问：分群、模型、卡片和运行指标；" in both(issued)[1][1]
    assert both(ended)[1] == ("撤销API密钥", f"Carol（合规负责人）撤销了API密钥{KEY}。")


def test_no_digest_of_a_secret_is_told(cast):
    cast.issue()
    record = cast.events[-1].draft.signed.document

    told = event_told(cast.events[-1], EN)
    every = " ".join(str(getattr(told, one.name)) for one in fields(EventTold))

    assert "sha256:" in record
    assert "sha256:" not in every
    assert SECRET not in every


def test_a_comment(cast):
    cast.decide("submit", "Tina")
    cast.say("Carol")

    told = event_told(cast.events[-1], ZH)

    assert (told.title, told.sentence) == ("意见", "Carol（合规负责人）对resident_needs第1版提出了意见。")
    assert all(isinstance(one, Said) and one.text for one in told.remarks)
    assert len(told.remarks) >= 1
    assert told.reason == ""


def test_what_nobody_signs(cast):
    cast.approve()
    cast.anchor(1024)
    activated, anchored = cast.events[-2:]

    assert both(activated)[1] == (
        "启用",
        "resident_needs第1版的文件包已发布，该版本生效。此事件无须签署，由两项批准得出。",
    )
    assert both(anchored)[0] == (
        "Access log anchored",
        "The access log went as far as batch 1,024. Nobody signs that: the log is held against it.",
    )
    assert event_told(anchored, ZH).key_fingerprint == ""


@pytest.mark.parametrize(
    "draft",
    [
        Draft("lunch", body={"number": "many"}),
        Draft("decision", Cast().root.sign({"type": "start/1"}), "resident_needs", 1),
        Draft("lunch", Cast().root.sign({})),
    ],
    ids=["unsigned", "another record", "signed"],
)
def test_an_event_that_this_version_does_not_know_is_told_as_such(draft):
    event = linked(draft, datetime(2026, 7, 1, tzinfo=UTC), None)

    told = event_told(event, ZH)

    assert told.sentence == "本版本程序无法读出此事件的内容。"
    assert (told.seq, told.by) == (1, "")


def test_the_place_of_an_event_is_told_as_the_ledger_has_it(cast):
    event = cast.events[3]

    told = event_told(event, ZH)

    assert (told.seq, told.at, told.kind, told.model, told.version) == (4, event.at, "person", "", None)
    assert PublicKey(cast.keys["Bob"].public.text).fingerprint in told.sentence
