"""The start page in both languages: what needs me, what runs, every version; no bundle is read for it."""

import re
from datetime import timedelta

import pytest

from segmentation.errors import LedgerError
from segmentation.reviews.desk import Desk
from serving.pages.home.start import home, start
from serving.pages.render import rendered
from serving.pages.residents.register import Waiting
from serving.pages.table import address
from tests.reviews.office import MODEL
from tests.serving.pages.made import blocked
from tests.serving.pages.residents.kept import Keeping


@pytest.fixture
def office(desk):
    return desk.office


@pytest.fixture
def page(desk):
    """The page of somebody, and its words."""

    def shown(name="Carol", language="en"):
        visit = desk.visit(name, language)
        made = start(visit).page
        html = rendered(made, visit, here=address("start"))
        return made, re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))

    return shown


def suspend(office, name="Mona"):
    office.desk.suspend(MODEL, 1, signer=office.signer(name), reason="It drifts.")


def test_the_address_of_the_service_alone_leads_here(desk):
    assert home(desk.visit(None)).to == "/review"


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "en",
            (
                "Nothing needs you at the moment.",
                "Nothing runs.",
                "No version was ever signed",
                "No version was submitted yet.",
            ),
        ),
        ("zh", ("目前没有待您处理的事项。", "当前没有版本在运行。", "尚无任何版本", "尚未提交任何版本。")),
    ],
)
def test_that_there_is_nothing_is_said(page, language, words):
    made, text = page(language=language)

    assert (made.needs, made.others, made.versions, made.running.version) == ((), (), (), None)
    assert all(word in text for word in words)
    assert "What needs others" not in text


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "en",
            (
                "It waits for your signature as compliance. Tina submitted it on 2026-03-02.",
                "Read and decide : Version 2",
                "In use since 2026-03-02 08:00 UTC, approved until 2026-08-29.",
                "compliance, business owner",
                "Approved and in use",
            ),
        ),
        (
            "zh",
            (
                "等待您以合规负责人身份签署。Tina于2026年3月2日提交。",
                "查看并决定 ：版本 2",
                "起使用，批准有效期至2026年8月29日。",
                "合规负责人、业务负责人",
                "已批准并在使用",
            ),
        ),
    ],
)
def test_what_waits_what_runs_and_every_version_are_told(page, office, language, words):
    office.activated()
    office.submit(2)
    made, text = page(language=language)

    assert [(row.version, row.state, row.verdict) for row in made.versions] == [
        (2, "submitted", "kept"),
        (1, "active", "kept"),
    ]
    assert made.running.version == 1
    assert made.running.is_in_use
    assert [word for word in words if word.lower() not in text.lower()] == []


@pytest.mark.parametrize(
    ("language", "mine", "others"),
    [
        ("en", "A monitor (Mona) suspended it on 2026-03-02.", "What needs others"),
        ("zh", "监测程序（Mona）于2026年3月2日将其暂停使用。", "待他人处理"),
    ],
)
def test_a_suspension_by_a_monitor_is_said_to_be_one(page, office, language, mine, others):
    office.activated()
    suspend(office)
    made, text = page("Carol", language)

    assert made.running.state == "suspended"
    assert not made.running.is_in_use
    assert mine in text
    assert others not in text
    assert others in page("Tina", language)[1]


def test_who_suspended_it_is_told_with_their_role(page, office):
    office.activated()
    suspend(office, "Adam")

    assert "Adam (administrator) suspended it on 2026-03-02." in page()[1]


def test_what_ends_soon_is_told_with_who_can_renew_it(page, office):
    one = blocked(2)
    office.submit(one)
    for name in ("Carol", "Bob"):
        office.approve(name, 2, waivers=one.waivers)
    office.clock.now += timedelta(days=100)

    assert (
        "Waivers end on 2026-06-30, and the approval with them. You can renew it as compliance." in page()[1]
    )
    assert "Who can renew it: compliance, business owner." in page("Tina")[1]


def test_a_resume_that_lacks_a_signature_is_told_to_both(page, office):
    office.activated()
    suspend(office)
    office.desk.resume(MODEL, 1, signer=office.signer("Bob"), reason="Looked into.")

    assert "your signature as compliance is missing" in page("Carol")[1]
    assert "the signature as compliance is missing" in page("Bob")[1]


def test_changes_and_training_are_told(page, office):
    office.submit()
    office.desk.request_changes(MODEL, 1, signer=office.signer("Bob"), reason="Explain S2.")
    office.clock.now = office.clock.now.replace(year=2027, month=6, day=20)

    text = page("Tina")[1]

    assert "Bob (business owner) asked for changes on 2026-03-02." in text
    assert "Your training counts until 2027-06-30" in text


def test_what_ran_last_is_told_where_nothing_runs(page, office):
    office.activated()
    office.desk.revoke(MODEL, 1, signer=office.signer("Adam"), reason="Withdrawn.")
    made, text = page()

    assert (made.running.version, made.running.state) == (1, "revoked")
    assert "The last one in use: Version 1 revoked since 2026-03-02" in text


def test_no_bundle_is_read(page, office, monkeypatch):
    office.activated()
    office.submit(2)
    monkeypatch.setattr(Desk, "review", None)

    assert [row.version for row in page()[0].versions] == [2, 1]


def test_a_name_that_is_a_script_is_shown_as_text(desk, office):
    office.submit()
    visit = desk.visit("Carol")
    made = start(visit).page
    odd = made.versions[0].__class__(**vars(made.versions[0]) | {"by": "<script>alert(1)</script>"})
    html = rendered(made.__class__(**vars(made) | {"versions": (odd,)}), visit, here="/review")

    assert "<script" not in html
    assert "&lt;script&gt;alert(1)" in html


@pytest.mark.parametrize(
    ("name", "language", "words"),
    [
        ("Carol", "en", ("Waiting: 2", "Overdue: 1")),
        ("Carol", "zh", ("待答复：2", "已逾期：1")),
        ("Bob", "en", ("Waiting: fewer than 10", "Overdue: fewer than 10")),
        ("Adam", "zh", ("待答复：少于10", "已逾期：少于10")),
    ],
)
def test_how_many_residents_wait_is_told_as_the_role_may_know_it(desk, page, name, language, words):
    keeping = Keeping(desk)
    keeping.ask("access")
    keeping.ask("copy", at=keeping.now - timedelta(days=40))
    _, text = page(name, language)
    keeping.close()

    assert [one for one in words if one not in text] == []


def test_where_nobody_waits_that_is_told_and_a_trainer_is_told_nothing(desk, page):
    keeping = Keeping(desk)
    found = {name: page(name)[0].residents for name in ("Carol", "Bob", "Tina")}
    assert "None is overdue" in page()[1]
    keeping.close()

    assert (found["Carol"], found["Bob"]) == (Waiting("", 0, 0), Waiting("", 0, 0))
    assert found["Tina"] is None


def test_the_start_page_does_not_wait_for_what_is_kept_of_residents(desk, page, monkeypatch):
    def broken():
        raise LedgerError("The disk fell out.")

    keeping = Keeping(desk)
    monkeypatch.setattr(keeping.residents, "_opened", broken)
    assert page()[0].residents is None
    keeping.close()
    desk.pages.residents = None
    assert page()[0].residents is None
