"""Every refusal that a person can meet has its Chinese, and what has none is told to be English."""

import json
import re
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentation.bundle import fetch
from segmentation.errors import BundleError, Fault, LedgerError, PolicyError, ReviewError, SegmentationError
from segmentation.home import Home
from segmentation.ledger.records import Waiver
from segmentation.ledger.store import open_ledger
from segmentation.policy import policy_from
from segmentation.reviews import faulty
from segmentation.reviews.keyfiles import keep, key_file, open_key
from segmentation.reviews.refusals import (
    SOME,
    UNKNOWN,
    Told,
    fault_told,
    refusal_in,
    refusal_told,
)
from segmentation.reviews.retelling import retold, skeletons
from segmentation.signing import PrivateKey, sha256
from segmentation.wording.language import Voice
from tests.card import made
from tests.reviews.office import MODEL, Office, handed
from tests.reviews.said import HOLE, said, said_in

SPEAKING = {
    "segmentation.ledger": (
        *("access", "anchoring", "apart", "api_keys", "attempts", "batches", "book", "checkpoint"),
        *("commenting", "comments", "decisions", "entering", "event", "facts", "following", "guards"),
        *("history", "issuing", "notes", "place", "proof", "records", "rows", "rules", "sessions"),
        *("signatures", "standing", "store", "track", "trust", "verify", "witness", "working"),
    ),
    "segmentation.ledger.personal": ("ends", "identity", "overrides", "register", "requests", "steps"),
    "segmentation.rights": ("deciding", "exercise"),
    "segmentation.reviews": (
        *("commenting", "desk", "diff", "drafting", "elsewhere", "faulty", "foreseeing", "keyfiles"),
        *("looking", "marking", "offline", "recording", "submission"),
        *("dossier.pages", "dossier.report", "dossier.write"),
    ),
    "segmentation.bundle": ("content", "fetch", "local", "plain", "publish", "remote", "shelf"),
    "segmentation.approved": ("checks", "load", "published", "refusals"),
    "segmentation.impact": ("model",),
    "segmentation.signing": ("canonical", "keys", "passphrase"),
    "serving.pages": ("office",),
}
"""What says why something is refused, on the ways that pages lead to.

Not among them, because only commands lead there: what writes checkouts and deletes assessments, who enters
people and issues API keys (with the root key, or an administrator's), and the file of waivers. What a dossier
may lack is met when one is verified, by a command; the pages hand out those that this program writes.
"""
MODULES = [
    "segmentation.files",
    *(f"{package}.{name}" for package, names in SPEAKING.items() for name in names),
]
COMMANDS = (
    "The service was started without pages; ",
    "A root key is pinned in ",
    "The file holds no public Ed25519 key. ",
    f"{HOLE} is neither .parquet nor .csv. ",
)
"""Refusals of modules that pages use, which are met by commands alone."""
PARTS = {
    "Everything after it is in doubt; compare with a checkpoint or a backup.",
    "Everything after it is in doubt; compare with a backup.",
    f"Batch {HOLE} of the access log",
    f"{HOLE} approved it, {HOLE} anew on {HOLE};",
    f" it holds until {HOLE}, as long as the approval for {HOLE}.",
    f"{HOLE} and {HOLE} more has",
    f"{HOLE} and {HOLE} more have",
    "the audit limits differ",
    "the audit limits are the same, the rest differs",
    "start of the ledger",
    "record of an API key",
    "revocation of an API key",
    "record of a session",
    "the file system refuses",
    f"PostgreSQL database {HOLE} at {HOLE}",
    f"The bundle of {HOLE} version {HOLE}",
    f"The card in the bundle of {HOLE} version {HOLE}",
    f"The policy in {HOLE}",
    f"{HOLE} ({HOLE}) {HOLE} on {HOLE}.",
    f"{HOLE} What was served of it could not be loaded, and was published anew.",
    (
        "Nothing says how it was checked that the resident asked, or somebody who may act for them. Check "
        f"that, and say how: {HOLE} (GB/T 35273-2020, 8.7)."
    ),
    "a record of the type api-key/1 has no purposes, and no scope that needs them",
}
"""Parts of sentences, which are told within them: `said` puts them together, or `holes` knows them."""
UNSEEN = re.compile(
    r"[A-Z]+ .*(:|FROM|TABLE|TRIGGER)|[A-Za-z0-9_/.\0-]+$|(Bundle|Standing)\(|  - "
    r"|.* (in logs|of the token)\.$|does not exist$|do not proceed$|another text means the same bytes$"
)
"""What nobody is told as a sentence: statements of SQL, keys, and the like."""
FOREIGN = {
    "input should be a valid date",
    f"input should be {HOLE}",
    f"string should have at least {HOLE} character",
    f"string should have at least {HOLE} characters",
    f"string should have at most {HOLE} characters",
    f"string should match pattern '{HOLE}'",
    f"tuple should have at least {HOLE} item after validation, not {HOLE}",
    f"tuple should have at most {HOLE} items after validation, not {HOLE}",
}
"""What pydantic says of a record, in its own words."""
MADE = {
    *(f"{HOLE} ({HOLE}) {done} on {HOLE}." for done in ("rejected it", "requested changes")),
    *(f"{HOLE} ({HOLE}) {done} on {HOLE}." for done in ("revoked it", "suspended it")),
    "submitted",
    "suspended",
    "The policy is refused",
}
"""What is put together from a table, or stands in another module; each is met by a test of its own."""


def known():
    return {re.sub(r"%\(\w+\)s", HOLE, skeleton.english) for skeleton in skeletons()}


def is_worded(text):
    """Whether a text is one of those that the catalogue of cards and reports translates."""
    return Voice("zh").t(text) != text


# ---- The catalogue ----------------------------------------------------------------------------------


@pytest.mark.parametrize("module", MODULES)
def test_every_refusal_has_its_chinese(module):
    refusals, others = said_in(module)
    lacking = {text for text in refusals - known() - PARTS if not text.startswith(COMMANDS)}
    silent = {text for text in others - known() - PARTS if not (UNSEEN.match(text) or is_worded(text))}

    assert (lacking, silent) == (set(), set())


def test_no_chinese_is_left_of_what_nobody_says_any_more():
    every = {text for module in MODULES for texts in said_in(module) for text in texts}

    assert known() - every - FOREIGN - MADE == set()


def test_a_planted_refusal_is_found_and_told_from_its_parts():
    source = '''
def refuse(name, day, first):
    """Return nothing that is said."""
    when = "is over" if day else f"was {day} days ago"
    told = f"{name} was late"
    told += f", and {LEAST:,} days are the least."
    if first:
        raise ReviewError(f"{name} {when}; call {HELP}.")
    message = "A message in a name."
    raise type(first)(message)
    return told
'''
    refusals, others = said(source, {"LEAST": 1000, "HELP": "the desk", "ReviewError": ReviewError})

    assert refusals == {
        f"{HOLE} is over; call the desk.",
        f"{HOLE} was {HOLE} days ago; call the desk.",
        "A message in a name.",
    }
    assert others == {", and 1,000 days are the least."}
    assert not refusals & known()


# ---- Refusals as they are met -----------------------------------------------------------------------


def refused(act, *given, **told):
    with pytest.raises(SegmentationError) as found:
        act(*given, **told)
    return found.value


def zh(error):
    assert str(refusal_told(error, "en")) == str(error) == refusal_in(error, "en")
    assert refusal_told(error, "zh").english == ""
    return refusal_in(error, "zh")


def test_who_may_not_approve_is_told_in_chinese(office):
    office.submit()

    told = {by: zh(refused(office.approve, by)) for by in ("Tina", "Adam", "Mona")}

    assert told == {
        "Tina": "Tina训练或提交了small_needs第1版，不得对其进行“批准”；"
        "请由另一位合规负责人或业务负责人进行。",
        "Adam": "Adam是管理员，管理人员登记的人不得进行“批准”；请由不是管理员的合规负责人或业务负责人进行。",
        "Mona": "监测程序无权进行“批准”；请由合规负责人或业务负责人进行。",
    }


def test_one_person_for_both_signatures_is_told_in_chinese(office):
    office.submit()
    office.approve("Both", role="business")

    assert zh(refused(office.approve, "Both", role="compliance")) == (
        "Both已以业务负责人身份批准，而两项签署须由两人作出；请由另一位合规负责人签署。"
    )


def test_a_step_that_leads_nowhere_is_told_in_chinese(office):
    office.activated()
    signer = office.signer("Carol")

    turned = refused(office.desk.request_changes, MODEL, 1, signer=signer, reason="Late.")
    office.desk.revoke(MODEL, 1, signer=signer, reason="Harm.")
    over = refused(office.desk.suspend, MODEL, 1, signer=signer, reason="Late.")

    assert (
        zh(turned) == "small_needs第1版的状态是“现行”。在“现行”状态下可以：批准、暂停、撤销；不能要求修改。"
    )
    assert zh(over) == (
        "状态为“已撤销”的版本不能再进行任何操作，因此不能对small_needs第1版进行“暂停”；请登记新版本。"
    )


def test_findings_that_lack_a_waiver_are_named_in_chinese(office):
    one = handed(audit=made.audit())
    office.submit(one)
    first, *rest = (waiver.finding for waiver in one.waivers)

    lacking = zh(refused(office.approve, "Carol"))
    odd = refused(
        office.approve,
        "Carol",
        waivers=(*one.waivers, Waiver(finding="x", reason="It is nothing.", expires=date(2026, 6, 30))),
    )

    assert lacking == (
        f"每项阻止签署的结论都须单独豁免，而以下结论尚未豁免：{first}、{rest[0]}、{rest[1]}，"
        f"另有{len(rest) - 2}项；请写明理由和截止日予以豁免，或要求修改。"
    )
    assert zh(odd) == "豁免所针对的x并不阻止签署；请去掉。"


def test_a_last_day_that_cannot_be_is_told_in_chinese(office):
    office.submit()
    today = office.clock.now.date()

    told = [zh(refused(office.approve, "Carol", valid_until=today + timedelta(days=n))) for n in (-1, 181)]

    assert told == [
        "批准的截止日2026年3月1日已过；请选择更晚的日期。",
        "批准的截止日2026年8月30日距今181天，而策略规定每180天复审一次；请选择更早的日期。",
    ]


def test_a_record_that_cannot_be_written_is_told_in_chinese(office):
    office.submit()

    told = [zh(refused(office.approve, "Carol", reason=reason)) for reason in ("", "x" * 4001, "a\x1b[2J")]
    listed = zh(refused(office.approve, "Carol", conditions=("Tell residents.", " ")))

    assert told == [
        "无法写成记录：理由：至少须有1个字符。",
        "无法写成记录：理由：最多4000个字符。",
        "无法写成记录：理由：控制字符和格式字符（制表符、转义符、不可见字符）不得签署，请去掉。",
    ]
    assert listed == "无法写成记录：条件第2项：至少须有1个字符。"


def test_a_version_or_a_person_that_nobody_knows_is_told_in_chinese(office):
    assert zh(refused(office.desk.review, MODEL, 7)) == (
        "small_needs第7版从未提交。请用`segmentation review submit`提交，或选择其他版本。"
    )
    office.submit()
    reject = office.desk.payload

    assert zh(refused(reject, "reject", MODEL, 1, name="Zoë; x", reason="No.")) == (
        "账本中没有Zoë; x这个姓名。请用`segmentation people add`登记此人，或更正姓名。"
    )


def test_what_was_signed_elsewhere_is_refused_in_chinese(office):
    office.submit()
    payload = office.desk.payload("reject", MODEL, 1, name="Carol", reason="No.")
    record = json.loads(payload)

    another = refused(office.desk.attach, payload, office.keys["Bob"].sign(record).signature)
    none = refused(office.desk.attach, b"{}", "")
    short = refused(office.desk.attach, payload, "AAAA")

    assert zh(another).startswith("此签名不是Carol对该待签内容的签名：用了其他密钥，或内容被改动过。")
    assert zh(none) == "待签内容不是`review payload`所写的。请使用原文件，不作改动，末尾不加换行。"
    assert zh(short).startswith("签名既不是64个字节，也不是其base64形式。")


def test_a_key_that_stays_closed_is_told_in_chinese(tmp_path):
    home = Home(tmp_path)
    keep(key_file(home, "Carol"), PrivateKey.generate().sealed("a long passphrase", {**COST}))

    wrong = zh(refused(open_key, home, "Carol", "another passphrase"))
    absent = zh(refused(open_key, home, "Bob", "another passphrase"))

    assert wrong == "Carol的密钥未能打开。口令不能打开此密钥。请重新输入；若其文件被改动过，请恢复该文件。"
    assert absent == (
        f"{home.keys}/Bob.key处没有Bob的密钥。请在密钥所在的机器上签署；密钥在其他地方时，"
        "请使用`review payload`和`review attach`。"
    )


COST = {"iterations": 1, "lanes": 1, "memory_kib": 8}


def test_an_approval_that_cannot_be_published_says_why_in_chinese(office):
    office.submit()
    office.approve("Carol")
    at = office.home.root.parent / "bundles" / "approved"
    at.write_text("no folder")

    told = zh(refused(office.approve, "Bob"))

    assert told.startswith("small_needs第1版的批准未记录，因为无法发布：")
    assert told.endswith("。请另选位置，或腾出空间。")


def test_a_bundle_that_was_altered_is_told_in_chinese(office):
    bundle = office.submit().submission.digests.bundle
    card = next(office.home.root.parent.glob("bundles/reviews/*/*/card.json"))
    card.write_text("{}")

    assert zh(refused(fetch, office.trust.bundles, MODEL, 1, bundle, approved=False)) == (
        f"{card}不是所签署的内容。请勿使用；请查明由谁改动，并重新发布文件包。"
    )


def test_a_ledger_that_was_cut_off_or_is_gone_is_told_in_chinese(office, tmp_path):
    office.submit()
    office.book.close()
    before = office.home.ledger.read_bytes()
    office.approve("Carol")
    office.book.close()
    for file in office.home.ledger.parent.glob("ledger.db*"):
        file.unlink()
    office.home.ledger.write_bytes(before)

    again = Office.at(office.home.root.parent, office.root, {})
    again.clock.now = office.clock.now

    assert zh(refused(again.book.history)) == (
        "账本止于第9号事件，而此处先前见过10个事件：其末尾被截去，或恢复了旧备份。请完整恢复账本。"
    )
    assert zh(refused(open_ledger, f"sqlite:///{tmp_path}/none.db")) == (
        f"{tmp_path}/none.db处没有账本。请用`segmentation people init`建立。"
    )


# ---- Faults, and what has no Chinese ----------------------------------------------------------------


def test_parts_that_do_not_belong_together_are_told_one_by_one(office):
    one = handed()
    other = handed(2)
    mixed = one.parts() | {"impact": other.impact}

    error = refused(
        office.desk.submit, **mixed, signer=office.signer("Tina"), trained_by=("Tina",), reason="Spring."
    )

    lines = zh(error).split("\n")
    assert lines[0] == f"small_needs第1版的各部分不属于同一版本，共{len(error.faults)}处："
    assert "  - impact.json：评估的不是本版本（版本不同）；请撰写本版本的评估。" in lines


def test_faults_without_chinese_are_told_in_english_after_the_others():
    faults = (Fault("impact.json", "is missing"), Fault("features.x", "is odd", "mend it"))
    error = PolicyError.from_faults("The policy of small_needs version 1 is refused", faults)

    assert refusal_told(error, "zh") == Told(
        f"small_needs第1版的策略被拒绝，共2处：\n  - impact.json：缺失。\n{SOME}",
        "\n  - features.x: is odd; mend it.",
    )


def test_a_policy_that_breaks_a_rule_has_a_chinese_title():
    told = refusal_told(refused(policy_from, {}), "zh")

    assert told.text.startswith("策略被拒绝，共")
    assert "  - name: is missing; add it." in told.english.split("\n")


def test_several_misfits_of_the_access_log_are_told_line_by_line():
    error = LedgerError(
        "The access log ends at batch 3, and batch 4 was anchored among the events on 2026-07-02 08:00 UTC: "
        "its end was cut off, or somebody who writes the database added that anchor. Compare with a backup.\n"
        "The access log does not fit 1,024 more of its anchors."
    )

    assert zh(error).split("\n")[1] == "访问日志还与另外1,024个锚定不符。"


def test_what_has_no_chinese_is_told_to_be_english():
    error = BundleError("The store is on strike. Wait.")

    assert refusal_told(error, "zh") == Told(UNKNOWN, "The store is on strike. Wait.")
    assert refusal_in(error, "zh") == f"{UNKNOWN}The store is on strike. Wait."
    assert refusal_told(error, "en") == Told("The store is on strike. Wait.")


def test_a_fault_of_a_waiver_is_told_without_its_place():
    found = [*faulty.reason("short", "waiver 1"), *faulty.day(date(2026, 1, 1), "waiver 1", date(2026, 3, 2))]

    assert [fault_told(fault, "zh").text for fault in found] == [
        "少于20个字母（10个汉字）；请说明为何可以放行以及采取何种措施。",
        "早于今天（2026年3月2日）；请写更晚的日期，或删去该项。",
    ]
    assert fault_told(found[0], "en").text.startswith("has fewer than 20 letters")
    assert fault_told(Fault("x", "is odd"), "zh") == Told(UNKNOWN, "is odd.")


def test_a_longer_text_than_any_refusal_stays_english():
    english = f"A waiver is for {'x' * 20_000}, which does not block; leave it out."

    assert refusal_told(ReviewError(english), "zh") == Told(UNKNOWN, english)


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=80))
def test_whatever_a_name_holds_the_refusal_is_told(name):
    english = (
        f"There is no key of {name} at /keys/x.key. Sign where the key is, or with `review payload` and "
    )
    english += "`review attach` where it lives elsewhere."

    told = refusal_told(ReviewError(english), "zh")

    assert told.text
    assert told.english in {"", english}


def test_digests_and_keys_are_told_as_they_are():
    key = sha256(b"key")

    assert retold(f"Carol signed with a key that was never theirs; sign with the key {key}.") == (
        f"Carol签署所用的密钥从不属于此人；请用密钥{key}签署。"
    )
