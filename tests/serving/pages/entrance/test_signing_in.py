"""Signing in and out: who is let in, what they are told who are not, and what is known of it afterwards."""

import threading
from datetime import timedelta

import pytest

from segmentation.ledger.attempts import MOST
from segmentation.reviews.people import change_person, remove_person
from segmentation.signing import PrivateKey
from serving.pages.entrance import signing_in
from serving.pages.entrance.sessions import Porter
from serving.pages.visit import Sent
from tests.serving.pages.acting import Acting
from tests.serving.pages.browsing import Browser, Site
from tests.serving.pages.made import PASSPHRASE, QUICK

WRONG = "a passphrase that was typed wrong"
SIGN_IN = "/review/sign-in"


@pytest.fixture(autouse=True)
def quick_decoy(monkeypatch):
    """The key file that nobody opens costs as little as those of these tests."""
    sealed = PrivateKey.generate().sealed(PASSPHRASE, QUICK)
    monkeypatch.setattr(signing_in, "_decoy", lambda: sealed)


@pytest.fixture
def site(desk):
    made = Site(desk)
    yield made
    made.close()


def refusal(found):
    """Return what a page says why somebody was not let in."""
    return found.text.partition('role="alert"')[2].partition("</div>")[0]


def session_of(browser):
    return browser.jar.get("segmentation")


def test_who_opens_their_key_is_signed_in_and_sees_the_pages(site):
    browser = Browser(site)
    found = browser.sign_in()
    assert (found.status, found.headers["location"]) == (303, "/review")
    assert "segmentation-visitor" not in browser.jar
    page = browser.get("/review")
    assert page.status == 200
    assert "Carol" in page.text
    assert "您已登录" in page.text
    assert "您已登录" not in browser.get("/review").text


def test_a_name_is_the_same_with_blanks_around_it(site):
    assert Browser(site).sign_in("  Carol ").status == 303


def test_a_name_without_a_key_is_answered_as_a_wrong_passphrase(site, desk):
    found = [
        Browser(site).sign_in(name, passphrase)
        for name, passphrase in (
            ("Carol", WRONG),
            ("Nobody", WRONG),
            ("root", WRONG),
            ("../Carol", WRONG),
            ("", WRONG),
            (".", ""),
            ("C" * 5_000, WRONG),
            ("Bob", "x" * 5_000),
            ("Tina", "   "),
            ("Adam", ""),
            ("Carol\n", ""),
        )
    ]
    assert {one.status for one in found} == {403}
    assert len({refusal(one) for one in found}) == 1
    assert "姓名或口令不正确" in refusal(found[0])


def test_the_same_work_is_done_for_a_name_without_a_key(site, monkeypatch):
    done = []
    unsealed = PrivateKey.unsealed
    monkeypatch.setattr(
        PrivateKey, "unsealed", lambda text, passphrase: done.append(1) or unsealed(text, passphrase)
    )
    for name in ("Carol", "Nobody", "root", "../Carol"):
        Browser(site).sign_in(name, WRONG)
    assert len(done) == 4


def test_the_root_signs_in_as_nobody(site, desk):
    path = desk.office.home.keys / "root.key"
    path.write_text(desk.office.root.sealed(PASSPHRASE, QUICK), encoding="utf-8")
    assert "姓名或口令不正确" in refusal(Browser(site).sign_in("root"))


def test_what_was_typed_as_a_name_stays_and_the_passphrase_does_not(site):
    found = Browser(site).sign_in('<script>"&', WRONG, next="/review/ledger")
    assert 'value="&lt;script&gt;&#34;&amp;"' in found.text
    assert 'value="/review/ledger"' in found.text
    assert WRONG not in found.text
    assert "<script" not in found.text


def test_a_monitor_is_told_after_the_right_passphrase_that_it_has_no_pages(site):
    found = Browser(site).sign_in("Mona")
    assert found.status == 403
    assert "监测程序没有可用页面" in refusal(found)
    assert "姓名或口令不正确" in refusal(Browser(site).sign_in("Mona", WRONG))


def test_who_lost_their_roles_or_has_another_key_is_told_so_after_the_right_passphrase(site, desk):
    book, root = desk.office.book, desk.office.root
    remove_person(book, root, "Bob")
    change_person(book, root, "Carol", public_key=PrivateKey.generate().public)
    for name, told in (("Bob", "没有任何角色"), ("Carol", "另一把密钥")):
        browser = Browser(site)
        found = browser.sign_in(name)
        assert (found.status, session_of(browser)) == (403, None)
        assert told in refusal(found)
        assert "姓名或口令不正确" in refusal(Browser(site).sign_in(name, WRONG))


# ---- Sessions ------------------------------------------------------------------------------------------


def test_each_sign_in_begins_a_session_of_its_own_and_ends_the_one_before(site):
    browser = Browser(site)
    browser.sign_in()
    first = session_of(browser)
    visitor = "v" * 43
    browser.jar["segmentation-visitor"] = visitor
    told = {"csrf": signing_in_token(visitor), "name": "Bob", "passphrase": PASSPHRASE}
    assert browser.post(SIGN_IN, told).status == 303
    assert session_of(browser) != first
    assert Browser(site, {"segmentation": first}).get("/review").status == 303
    assert "Bob" in browser.get("/review").text


def signing_in_token(visitor):
    from serving.pages.entrance.csrf import token_of

    return token_of(visitor)


def test_a_session_that_was_planted_in_a_browser_is_not_the_one_that_is_signed_in(site):
    planted = "p" * 43
    browser = Browser(site, {"segmentation": planted})
    browser.sign_in()
    assert session_of(browser) != planted
    assert Browser(site, {"segmentation": planted}).get("/review").status == 303


def test_a_stolen_cookie_opens_nothing_after_its_owner_signed_out(site):
    browser = Browser(site)
    browser.sign_in()
    thief = Browser(site, dict(browser.jar))
    assert thief.get("/review").status == 200
    found = browser.submit("/review", "/review/sign-out", {})
    assert (found.status, found.headers["location"]) == (303, SIGN_IN)
    assert session_of(browser) is None
    assert "您已退出登录" in browser.get(SIGN_IN).text
    assert thief.get("/review").status == 303
    assert thief.post("/review/sign-out", {"csrf": "x"}).status == 403


def test_who_lost_a_browser_signs_out_everywhere_and_nobody_else_is(site):
    lost, here, bob = (Browser(site) for _ in range(3))
    for browser, name in ((lost, "Carol"), (here, "Carol"), (bob, "Bob")):
        browser.sign_in(name)
    page = here.get("/review").text
    assert "您的登录最迟于2026年3月2日 18:00（UTC）结束" in page
    assert "30分钟未操作将自动退出" in page
    found = here.submit("/review", "/review/sign-out", {"where": "everywhere"})
    assert (found.status, session_of(here)) == (303, None)
    assert "您已在所有浏览器中退出登录" in here.get(SIGN_IN).text
    assert [browser.get("/review").status for browser in (lost, bob)] == [303, 200]


def test_to_sign_out_here_leaves_another_browser_signed_in(site):
    other, here = Browser(site), Browser(site)
    other.sign_in()
    here.sign_in()
    here.submit("/review", "/review/sign-out", {"where": "<elsewhere>"})
    assert [browser.get("/review").status for browser in (other, here)] == [200, 303]


def test_who_is_signed_in_is_sent_on_from_the_form(site):
    browser = Browser(site)
    browser.sign_in()
    assert browser.get(SIGN_IN).headers["location"] == "/review"
    assert browser.get(f"{SIGN_IN}?next=/review/compare").headers["location"] == "/review/compare"


@pytest.mark.parametrize(
    "target", ["https://elsewhere.example/", "//elsewhere.example", "/review\r\nx: y", "/\\elsewhere.example"]
)
def test_nobody_is_sent_off_the_site_by_signing_in(site, target):
    browser = Browser(site)
    assert 'name="next"' not in browser.get(f"{SIGN_IN}?next={target}").text
    assert browser.sign_in(next=target).headers["location"] == "/review"


def test_a_session_ends_when_nobody_uses_it_and_after_its_longest_time(site, desk):
    clock = desk.office.clock
    browser = Browser(site)
    browser.sign_in()
    for minutes, status in ((29, 200), (29, 200), (31, 303)):
        clock.now += timedelta(minutes=minutes)
        assert browser.get("/review").status == status
    browser.sign_in()
    for _ in range(21):
        clock.now += timedelta(minutes=29)
        found = browser.get("/review").status
    assert found == 303


# ---- Lock-out ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["Carol", "Nobody", "root"])
def test_after_five_failures_a_name_is_locked_whether_there_is_one_or_not(site, desk, name, monkeypatch):
    for _ in range(MOST):
        assert Browser(site).sign_in(name, WRONG).status == 403
    tried = []
    monkeypatch.setattr(PrivateKey, "unsealed", lambda *_: tried.append(1))
    found = Browser(site).sign_in(name)
    assert (found.status, tried) == (429, [])
    assert "已锁定至2026年3月2日 08:15（UTC）" in refusal(found)
    assert Browser(site).sign_in(name.upper()).status == 429
    assert Browser(site).sign_in("Bob", WRONG) is not None


def test_a_stranger_who_guesses_keeps_nobody_from_signing_who_is_inside(site, desk):
    desk.office.submit()
    for _ in range(MOST + 1):
        assert Browser(site).sign_in("Carol", WRONG).status in {403, 429}
    carol = Acting(desk, "Carol", "approve")
    assert isinstance(carol.sign(carol.preview()), Sent)
    assert Browser(site).sign_in().status == 429


def test_a_lock_ends_and_a_right_passphrase_forgets_the_failures(site, desk):
    for _ in range(MOST - 1):
        Browser(site).sign_in("Carol", WRONG)
    assert Browser(site).sign_in().status == 303
    for _ in range(MOST):
        assert Browser(site).sign_in("Carol", WRONG).status == 403
    assert Browser(site).sign_in().status == 429
    desk.office.clock.now += timedelta(minutes=15)
    assert Browser(site).sign_in().status == 303


def test_who_tries_many_at_once_has_no_more_of_them(desk):
    """Twelve at once, as from several workers: five are tried, and the rest are told to wait."""
    allowed, porters = [], [Porter(desk.pages) for _ in range(12)]
    start = threading.Barrier(len(porters))

    def attempt(number, porter):
        start.wait()
        now = desk.office.clock.now + timedelta(microseconds=number)
        if porter.counted("sign in", "Carol", now) is None:
            allowed.append(number)

    threads = [threading.Thread(target=attempt, args=told) for told in enumerate(porters)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(allowed) == MOST


# ---- What is known of it ---------------------------------------------------------------------------------


def test_neither_a_name_that_was_typed_nor_a_secret_is_written_down_anywhere(site, desk):
    browser = Browser(site)
    browser.sign_in("Nobody-at-all", WRONG)
    browser.sign_in("Carol", WRONG)
    browser.sign_in("Mona")
    token = signing_in_token("v" * 43)
    browser.post(SIGN_IN, {"csrf": token, "name": "Nobody-at-all", "passphrase": WRONG})
    browser.sign_in()
    session = session_of(browser)
    for _ in range(MOST + 1):
        Browser(site).sign_in("Bob", WRONG)
    kept = f"{site.log}{site.events}{site.app.edge.state.metrics.text('needs', 0.0)}"
    for secret in ("Nobody-at-all", WRONG, PASSPHRASE, session, token, "Bob", "Mona"):
        assert secret not in kept
    told = [(event["route"], event["status"], event.get("person")) for event in site.events]
    assert told[:4] == [("page_enter", 403, None)] * 3 + [("page_enter", 303, "Carol")]
    assert told[4:] == [("page_enter", 403, None)] * MOST + [("page_enter", 429, None)]


def test_the_database_has_no_token_and_no_name_that_was_typed(site, desk):
    browser = Browser(site)
    browser.sign_in("Nobody-at-all", WRONG)
    browser.sign_in()
    held = desk.office.home.ledger.read_bytes()
    assert session_of(browser).encode() not in held
    assert b"Nobody-at-all" not in held


def test_the_page_says_where_who_has_no_key_here_signs(site):
    assert "segmentation review" in Browser(site).get(SIGN_IN).text


def test_fields_are_marked_for_a_keeper_of_passphrases(site):
    page = Browser(site).get(SIGN_IN).text
    assert 'autocomplete="username"' in page
    assert 'autocomplete="current-password"' in page
