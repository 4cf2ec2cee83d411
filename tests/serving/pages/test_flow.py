"""The whole way in a browser: read, comment, waive, approve twice, serve, revoke; in Chinese and in English.

The application is `segmentation serve` in a process of its own, by the machine's clock. Nothing is asserted
of how fast this machine is: what was asked two seconds or more after a revocation must be refused, however
busy it is, because a look at the ledger counts no longer. How long the service really went on is printed.
"""

import sys
import time
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import httpx
import pytest

from segmentation.ledger.book import Book
from serving.seen import HEEDED
from tests.reviews.office import MODEL
from tests.serving.pages.browser import (
    LANGUAGES,
    assessed,
    browsed,
    shots_folder,
    started,
    tabs,
    token,
)
from tests.serving.process import Service

pytestmark = browsed
SAID = {
    "zh": {
        "comment": "分群名称清楚，住户读得懂。",
        "waiver": "已上门核实，本月内另行安排巡访。",
        "approve": "已阅读卡片、审计和影响评估。",
        "revoke": "问卷有误，住户分群有偏差。",
        "shown": ("您已登录", "合规负责人"),
    },
    "en": {
        "comment": "The names of the segments are plain, and residents understand them.",
        "waiver": "Looked into at the doors; a visit is planned for this month.",
        "approve": "Read the card, the audit and the impact assessment.",
        "revoke": "The survey was wrong, and residents are in segments that are not theirs.",
        "shown": ("You are signed in.", "compliance"),
    },
}
LONGEST = 10.0
"""Seconds to wait for an answer that must come."""


@pytest.fixture
def served(tmp_path):
    """An office with a version that waits for its signatures, served by a process; findings of it block."""
    desk = started(tmp_path)
    key = token(desk)
    desk.office.submit(assessed(desk, blocking=True))
    place = SimpleNamespace(trust=desk.office.trust, folder=desk.office.home.root)
    with Service.command(place, "--model", MODEL) as service:
        yield SimpleNamespace(desk=desk, key=key, base=service.address)
    desk.pages.close()
    desk.office.book.close()


def predicted(served):
    """Ask for the segment of one resident; return the status, and the version that answers."""
    headers = {"Authorization": f"Bearer {served.key}"}
    body = {"residents": [{"repairs": 3}]}
    answer = httpx.post(f"{served.base}/v1/segments:predict", headers=headers, json=body)
    return answer.status_code, answer.json().get("version")


def until(condition, seconds=LONGEST):
    """Ask until something holds; return the seconds that it took, or None where it never did."""
    start = time.monotonic()
    while time.monotonic() - start < seconds:
        if condition():
            return time.monotonic() - start
        time.sleep(0.02)
    return None


def asked_after(served, moment):
    """Ask until a while after revoked answers must have ended; return each status by when it was asked for.

    Seconds count from the moment, which is one of the monotonic clock.
    """
    found = []
    while not found or found[-1][0] < HEEDED + 0.3:
        found.append((time.monotonic() - moment, predicted(served)[0]))
        time.sleep(0.02)
    return found


def comment(tab, text):
    """Note a comment on the segments."""
    tab.go("version", version=1)
    box = tab.page.locator("#segments details.write")
    box.locator("summary").click()
    box.locator("textarea").fill(text)
    with tab.page.expect_navigation():
        box.locator("button[type=submit]").click()


def waive(tab, text, day):
    """Waive every finding that blocks, one attribute after another."""
    tab.go("version", version=1)
    for number in range(tab.page.locator("details.waive").count()):
        group = tab.page.locator("details.waive").nth(number)
        group.locator("summary").first.click()
        group.locator("textarea").fill(text)
        group.locator("input[type=date]").fill(day.isoformat())
        with tab.page.expect_navigation():
            group.locator("button[name=what][value=every]").click()


def approve(tab, said, day, name):
    """Read, waive, approve and sign, as a reviewer does; keeps a picture of each step."""
    tab.go("start")
    tab.shot(f"start-{name}")
    tab.go("version", version=1)
    tab.shot(f"version-{name}")
    waive(tab, said["waiver"], day)
    tab.shot(f"waived-{name}")
    tab.act(1, "approve", reason=said["approve"])
    tab.shot(f"what-is-signed-{name}")
    shown = tab.page.locator("main").inner_text()
    payload = tab.page.locator("#sign input[name=payload]").input_value()
    tab.sign()
    tab.shot(f"signed-{name}")
    return shown, payload


def documents(desk):
    """Return every document that was signed, in the order of the ledger, by the machine's clock."""
    with Book(desk.office.trust, lambda: datetime.now(UTC)) as book:
        events = book.history().events
    return [one.draft.signed.document for one in events if one.draft.signed is not None]


@pytest.mark.parametrize("language", LANGUAGES)
def test_two_reviewers_approve_the_service_answers_and_one_revokes(served, browser, tmp_path, language):
    said, day = SAID[language], served.desk.office.clock.now.date() + timedelta(days=30)
    with tabs(browser, served.base, shots_folder(tmp_path)) as open_tab:
        carol, bob = open_tab(language), open_tab(language)
        assert predicted(served) == (503, None)

        carol.sign_in("Carol")
        page = carol.page.locator("body").inner_text()
        assert [word for word in said["shown"] if word not in page] == []
        comment(carol, said["comment"])
        shown, payload = approve(carol, said, day, "Carol")
        assert said["approve"] in shown
        assert said["comment"] in shown
        assert payload in documents(served.desk)
        assert predicted(served) == (503, None)

        bob.sign_in("Bob")
        approve(bob, said, day, "Bob")
        assert bob.page.locator("#segments").inner_text().count(said["comment"]) == 1
        assert until(lambda: predicted(served) == (200, 1)) is not None

        carol.act(1, "revoke", reason=said["revoke"])
        carol.shot("what-is-revoked")
        carol.sign()
        revoked = time.monotonic()
        found = asked_after(served, revoked)
        carol.shot("revoked")
        taken = next(since for since, status in found if status == 503)
        sys.stdout.write(f"first 503 {taken:.2f} s after the browser was told that it is revoked\n")
        assert {status for since, status in found if since >= HEEDED} == {503}
        assert {status for since, status in found if since >= taken} == {503}, "it stays so"

        for tab in (carol, bob):
            with tab.page.expect_navigation():
                tab.page.locator("form.person button").click()
            tab.go("start")
            assert tab.at().startswith("/review/sign-in")
            assert tab.strangers() == []
            assert tab.complaints == []
    last = documents(served.desk)
    assert [text in last[at] for at, text in ((-1, said["revoke"]), (-2, said["approve"]))] == [True, True]


def test_a_version_is_rejected_and_the_service_goes_on_without_it(served, browser, tmp_path):
    with tabs(browser, served.base, shots_folder(tmp_path)) as open_tab:
        bob = open_tab("en")
        bob.sign_in("Bob")
        bob.act(1, "reject", reason="It sorts by age.")
        bob.sign("not the passphrase")
        refused = documents(served.desk)
        bob.sign()

    assert "It sorts by age." not in refused[-1]
    assert "It sorts by age." in documents(served.desk)[-1]
    assert predicted(served) == (503, None)
