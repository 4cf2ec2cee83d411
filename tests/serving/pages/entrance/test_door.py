"""Pages over HTTP: what is refused at the door, what every answer says of itself, what is written down."""

import asyncio
import socket
from contextlib import ExitStack
from functools import partial
from types import SimpleNamespace
from urllib.parse import urlencode

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from segmentation.errors import LedgerError, StorageError, UnreachableError
from segmentation.ledger import sessions
from segmentation.ledger.store import Ledger
from serving.calls import Refused
from serving.pages.entrance import attending, door
from serving.pages.entrance.csrf import token_of
from serving.pages.entrance.replying import POLICY
from serving.pages.forms import MOST_BYTES
from serving.pages.visit import Declined, File, Sent
from serving.sending import SECURITY
from tests.serving.over_http import running
from tests.serving.pages.browsing import FORM, TOKEN, Browser, Site
from tests.serving.pages.made import PASSPHRASE

PLANTED = "410103198001011234"
SIGN_IN = "/review/sign-in"


@pytest.fixture
def site(desk):
    made = Site(desk)
    yield made
    made.close()


@pytest.fixture
def carol(site):
    """Somebody who is signed in."""
    browser = Browser(site)
    browser.sign_in()
    return browser


def answering(monkeypatch, answer):
    """Let every page answer this, or raise it."""

    def handler(visit):
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(attending, "handler_of", lambda _: handler)


# ---- In ------------------------------------------------------------------------------------------------


def test_a_stranger_is_sent_to_sign_in_and_then_to_where_they_wanted_to_go(site):
    browser = Browser(site)
    wanted = "/review/ledger?kind=decision"
    found = browser.get(wanted)
    assert found.status == 303
    assert found.headers["location"] == f"{SIGN_IN}?{urlencode({'next': wanted})}"
    assert browser.sign_in(next=wanted).headers["location"] == wanted
    assert browser.get("/review").status == 200
    told = [(event["route"], event["status"], event["person"], event["key"]) for event in site.events]
    assert told == [("page_enter", 303, "Carol", ""), ("page_start", 200, "Carol", "")]


def test_a_prefix_that_a_proxy_takes_off_stands_before_every_address(desk):
    site = Site(desk, {"root_path": "/segments", "proxies": ("10.0.0.0/8",)})
    browser = Browser(site)
    assert browser.get("/review").headers["location"] == f"/segments{SIGN_IN}?next=%2Freview"
    page = browser.get(SIGN_IN)
    assert 'action="/segments/review/sign-in"' in page.text
    assert all("; Secure" in cookie and cookie.startswith("__Host-") for cookie in page.cookies)
    assert browser.sign_in().headers["location"] == "/segments/review"
    assert browser.get("/review").status == 200
    site.close()


def test_head_is_answered_as_get_is_and_other_methods_are_told_which_there_are(carol):
    assert carol.ask("HEAD", "/review").status == 200
    for method, path, allow in (
        ("DELETE", "/review", "GET, HEAD"),
        ("POST", "/review", "GET, HEAD"),
        ("GET", "/review/sign-out", "POST"),
        ("PUT", SIGN_IN, "GET, HEAD, POST"),
        ("OPTIONS", "/review/versions/1/approve", "GET, HEAD, POST"),
    ):
        found = carol.ask(method, path)
        assert (found.status, found.headers["allow"]) == (405, allow)


@pytest.mark.parametrize(
    "path",
    [
        "/review/nowhere",
        "/review/versions/../../etc/passwd",
        "/review/versions/" + "9" * 10_000,
        "/review/static/../door.py",
        "/review/static/a/b",
        "/review/static/a\0b",
        "/review/<script>alert(1)</script>",
        "/review/" + "x" * 20_000,
    ],
    ids=range(8),
)
def test_an_address_of_no_page_is_told_so_without_repeating_it(site, path):
    found = Browser(site).get(path)
    assert found.status == 404
    assert "此处没有内容" in found.text
    assert "<script" not in found.text
    assert len(found.text) < 4_000


def test_the_api_beside_the_pages_answers_as_it_did(site):
    for path, status in (("/healthz", 200), ("/v1/model", 503), ("/nowhere", 404), ("/reviews", 404)):
        found = Browser(site).get(path)
        assert found.status == status
        assert "html" not in found.headers["content-type"]


def test_a_service_without_a_home_has_no_pages(desk):
    site = Site(desk, {"home": None})
    assert site.app.door is None
    for path in ("/", "/review", SIGN_IN):
        found = Browser(site).get(path)
        assert (found.status, found.headers["content-type"]) == (404, "application/problem+json")


# ---- Forms ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "media", "status"),
    [
        (b"a=" + b"x" * MOST_BYTES, FORM, 413),
        (b"a=1", b"application/json", 415),
        (b"a=1", b"multipart/form-data; boundary=x", 415),
        (b"a=1", b"application/x-www-form-urlencoded; charset=gbk", 415),
        (b"a=%FF", FORM, 400),
        (b"a=%00", FORM, 400),
        (b"&".join([b"a=1"] * 2_001), FORM, 400),
        (b"", FORM, 403),
    ],
    ids=["long", "json", "multipart", "gbk", "no text", "NUL", "many", "empty"],
)
def test_a_body_that_is_no_form_of_ours_is_refused_as_a_page(carol, body, media, status):
    found = carol.ask("POST", "/review/sign-out", body, media=media)
    assert found.status == status
    assert found.headers["content-type"] == "text/html; charset=utf-8"
    assert carol.get("/review").status == 200


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.binary(max_size=400), st.text(st.characters(codec="utf-8"), max_size=60))
def test_no_body_and_no_field_brings_the_service_down(site, body, text):
    browser = Browser(site, {"segmentation-visitor": "v" * 43})
    assert browser.ask("POST", SIGN_IN, body).status in {400, 403}
    told = {"csrf": token_of("v" * 43), "next": text, "language": text, text: text}
    assert browser.post(SIGN_IN, told).status in {400, 403, 429}
    query = urlencode({"next": text, "back": text, "language": "en", text: text})
    assert browser.get(f"{SIGN_IN}?{query}").status in {200, 400}
    found = browser.get(f"/review/language?{query}")
    assert found.status == 400 or found.headers["location"] in {text, SIGN_IN}
    assert '"failed"' not in site.log


def test_what_somebody_wrote_who_was_signed_out_meanwhile_is_shown_to_be_copied(site):
    told = {
        "reason": f"Looked at <b>it</b> {PLANTED}",
        "passphrase": PASSPHRASE,
        "payload": '{"a": 1}',
        "csrf": "x",
        "name": "Carol",
        "kind": "comment",
        "key": "gaps",
        "until": "2026-05-31",
    }
    browser = Browser(site)
    found = browser.post("/review/versions/1/approve", told)
    assert found.status == 403
    assert f"Looked at &lt;b&gt;it&lt;/b&gt; {PLANTED}</pre>" in found.text
    assert PASSPHRASE not in found.text
    assert "&#34;a&#34;" not in found.text
    for machine in ("comment", "gaps", "2026-05-31"):
        assert f"{machine}</pre>" not in found.text
    browser.origin = ()
    assert PLANTED not in browser.post("/review/versions/1/approve", told).text
    assert PLANTED not in site.log


# ---- Out -----------------------------------------------------------------------------------------------


def test_every_answer_of_a_page_says_what_a_browser_may_do_with_it(carol):
    own = {name.decode(): value.decode() for name, value in SECURITY}
    for path in ("/review", "/review/nowhere", SIGN_IN, "/review/static/pages.css", "/"):
        found = carol.get(path)
        names = [name for name, _ in found.fields if name != b"set-cookie"]
        assert len(set(names)) == len(names)
        assert set(own) <= set(found.headers)
        for name in set(own) - {"cache-control", "content-security-policy", "referrer-policy"}:
            assert found.headers[name] == own[name]
        assert found.headers["referrer-policy"] == "same-origin"
        policy = found.headers["content-security-policy"]
        if found.headers["content-type"].startswith("text/html"):
            assert policy == POLICY.decode()
            assert found.headers["cache-control"] == "no-store"
        assert "unsafe" not in policy


def test_a_page_is_packed_for_browsers_that_unpack(carol):
    for told, is_packed in ((b"gzip, br", True), (b"br", False), (b"gzip;q=0", False), (b"*", False)):
        found = carol.get("/review/words", (b"accept-encoding", told))
        assert ("content-encoding" in found.headers) == is_packed
        assert found.text.startswith("<!doctype html>")
        assert int(found.headers["content-length"]) == len(found.body)


@pytest.mark.parametrize(
    "target", ["//elsewhere.example", "https://elsewhere.example", "/a\r\nx: y", "/名", ""]
)
def test_a_handler_that_would_send_somebody_off_the_site_has_failed(carol, monkeypatch, target):
    answering(monkeypatch, Sent(target))
    assert carol.get("/review").status == 500


def test_a_file_is_called_by_letters_of_ours(carol, monkeypatch):
    answering(monkeypatch, File(b"a,b\n", "text/csv; charset=utf-8", "ledger-2026.csv"))
    found = carol.get("/review/ledger.csv")
    assert found.headers["content-disposition"] == 'attachment; filename="ledger-2026.csv"'
    assert found.headers["cache-control"] == "no-store"
    answering(monkeypatch, File(b"a,b\n", "text/csv", 'a"; x="/../b'))
    assert carol.get("/review/ledger.csv").status == 500


# ---- What goes wrong -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "status", "told"),
    [
        (Declined("not_found", "Gone."), 404, "Gone."),
        (Declined("no such kind", "Odd."), 400, "Odd."),
        (LedgerError(PLANTED), 503, "账本不可信"),
        (UnreachableError(PLANTED), 503, "账本暂时无法读取"),
        (StorageError(PLANTED), 500, "服务出错"),
        (ValueError(PLANTED), 500, "服务出错"),
    ],
    ids=["declined", "of no kind", "untrusted", "unreachable", "storage", "bug"],
)
def test_what_a_page_raises_is_a_page_and_its_sentence_reaches_no_log(
    carol, monkeypatch, error, status, told
):
    answering(monkeypatch, error)
    found = carol.get("/review")
    assert found.status == status
    assert told in found.text
    assert PLANTED not in f"{found.text}{carol.site.log}{carol.site.events}"
    assert carol.site.events[-1]["status"] == status


def test_a_ledger_that_is_not_to_be_trusted_shows_nothing_to_anybody(carol, desk):
    desk.office.home.witness.write_text("not a witness", encoding="utf-8")
    found = carol.get("/review")
    assert found.status in {500, 503}
    assert "Carol" not in found.text


def test_a_database_that_is_away_is_told_as_such(carol, monkeypatch):
    def away(*_):
        raise UnreachableError(PLANTED)

    monkeypatch.setattr(Ledger, "page", away)
    assert carol.get("/review").status == 503
    assert carol.get("/review/static/pages.css").status == 200


def test_a_visit_that_cannot_be_recorded_is_not_answered(carol):
    carol.site.spool.error = StorageError("full")
    found = carol.get("/review")
    assert found.status == 503
    assert "访问未能记录" in found.text
    assert carol.get("/review/static/pages.css").status == 200
    assert "not-recorded" in carol.site.log


def test_who_knocks_at_a_locked_name_fills_no_log(site):
    """Some events a minute of each status, and then how often it was."""
    browser = Browser(site, {"segmentation-visitor": "v" * 43})
    for _ in range(30):
        browser.post(SIGN_IN, {"csrf": token_of("v" * 43), "name": "Bob", "passphrase": "guess"})
    assert [event["status"] for event in site.events] == [403] * 5 + [429] * door.SPARING.events
    site.app.edge.record_counted()
    assert sum(event.get("requests", 1) for event in site.events) == 30


@pytest.mark.parametrize(
    ("body", "media", "status"),
    [
        (b"x=y", FORM, 403),
        (b"a=%FF", FORM, 400),
        (b"a=1", b"application/json", 415),
        (b"a=" + b"x" * 10_000, FORM, 413),
    ],
    ids=["forged", "no text", "json", "long"],
)
def test_where_no_passphrase_was_tried_nothing_is_written_down(site, body, media, status):
    browser = Browser(site)
    assert browser.ask("POST", SIGN_IN, body, media=media).status == status
    site.app.edge.record_counted()
    assert site.events == []
    browser.sign_in(passphrase="guess")
    assert [event["status"] for event in site.events] == [403]


def crowd(site, *names):
    """Let somebody else take every place of some lanes."""
    for name in names:
        lane = site.app.door._lanes[name]
        lane.taken = lane.bounds.most


def test_beyond_what_a_worker_has_in_hand_pages_wait_and_predictions_do_not(carol):
    crowd(carol.site, *door.LANES)
    for method, path in (("GET", "/review"), ("POST", SIGN_IN), ("POST", "/review/sign-out")):
        found = carol.ask(method, path)
        assert (found.status, found.headers["retry-after"]) == (503, "1")
        assert found.headers["referrer-policy"] == "same-origin"
        assert "当前访问人数过多" in found.text
    assert carol.get("/healthz").status == 200


def test_a_crowd_of_strangers_takes_no_place_of_who_is_signed_in(carol):
    """Nor does one with sessions of its own invention, once somebody was let in."""
    crowd(carol.site, "enter", "open", "known")
    assert carol.get("/review").status == 200
    assert carol.get("/review/nowhere").status == 404
    assert carol.submit("/review", "/review/sign-out", {}).status == 303
    other = Browser(carol.site, {"segmentation": "made-up".ljust(43, "x")})
    assert other.get("/review").status == 503


def test_a_crowd_that_waits_for_dossiers_keeps_no_page_waiting(carol):
    crowd(carol.site, "dossier")
    assert carol.get("/review/versions/1/dossier.zip").status == 503
    assert carol.get("/review").status == 200


def test_a_crowd_of_readers_keeps_nobody_from_signing_in_and_strangers_from_no_way(carol):
    crowd(carol.site, "read", "act", "dossier", "open")
    stranger = Browser(carol.site, {"segmentation-visitor": "v" * 43})
    assert stranger.get("/review").headers["location"].startswith(SIGN_IN)
    assert stranger.get("/review/static/pages.css").status == 200
    told = {"csrf": token_of("v" * 43), "name": "Bob", "passphrase": PASSPHRASE}
    assert stranger.post(SIGN_IN, told).status == 303


def test_a_session_that_a_worker_never_saw_is_looked_up_once(carol, monkeypatch):
    looked, has_session = [], attending.Attendant.has_session

    def counted(self, token):
        looked.append(token)
        return has_session(self, token)

    monkeypatch.setattr(attending.Attendant, "has_session", counted)
    assert carol.get("/review").status == 200
    assert looked == [], "a session is known where it began"
    carol.site.app.door._remembered.discard(carol.jar["segmentation"])
    for _ in range(3):
        assert carol.get("/review").status == 200
    assert looked == [carol.jar["segmentation"]]


def test_who_was_signed_out_is_forgotten(carol):
    token = carol.jar["segmentation"]
    carol.submit("/review", "/review/sign-out", {})
    carol.jar["segmentation"] = token
    assert carol.get("/review").status == 303
    assert token not in carol.site.app.door._remembered


def test_where_the_database_does_not_say_who_is_there_the_page_tells_why(carol, monkeypatch):
    def away(*_):
        raise UnreachableError(PLANTED)

    monkeypatch.setattr(sessions.Sessions, "find", away)
    carol.site.app.door._remembered.discard(carol.jar["segmentation"])
    found = carol.get("/review")
    assert found.status == 503
    assert "账本暂时无法读取" in found.text
    assert carol.jar["segmentation"] not in carol.site.app.door._remembered, "nobody knows"


def test_a_full_room_is_told_as_such_and_not_as_tried_too_often(carol):
    rooms = carol.site.app.door._rooms
    while True:
        try:
            rooms["enter"].enter("enter")
        except Refused:
            break
    found = carol.ask("POST", SIGN_IN, b"x=y")
    assert (found.status, found.headers["retry-after"]) == (503, "1")
    assert carol.submit("/review", "/review/sign-out", {}).status == 303


def test_no_form_of_a_stranger_is_read_but_one_that_a_browser_says_is_of_ours(site):
    read = []

    def unread(*given):
        read.append(given)
        raise AssertionError

    browser = Browser(site, origin=())
    assert browser.get("/review").status == 303
    site.app.door._body = unread
    found = browser.post("/review/versions/1/revoke", {"reason": PLANTED})
    assert (found.status, read) == (403, [])
    assert "您已不在登录状态" in found.text


def test_a_dossier_is_not_made_for_its_headers_alone(carol):
    found = carol.ask("HEAD", "/review/versions/1/dossier.zip")
    assert (found.status, found.headers["allow"]) == (405, "GET")


def test_a_place_is_given_back_whatever_becomes_of_a_request(carol, monkeypatch):
    answering(monkeypatch, ValueError(PLANTED))
    for _ in range(20):
        carol.get("/review")
        carol.post("/review/sign-out", {})
    assert {lane.taken for lane in carol.site.app.door._lanes.values()} == {0}
    assert {room.taken.places for room in carol.site.app.door._rooms.values()} == {0}


def test_what_attends_may_fail_as_a_whole(site, monkeypatch):
    def failed(*_):
        raise ValueError(PLANTED)

    monkeypatch.setattr(attending.Attendant, "attend", failed)
    found = Browser(site).get("/review")
    assert found.status == 500
    assert PLANTED not in f"{found.text}{site.log}"
    assert "ValueError" in site.log


def test_nothing_of_a_request_reaches_the_log_or_an_event(carol, monkeypatch):
    answering(monkeypatch, ValueError(PLANTED))
    sent = ((b"user-agent", PLANTED.encode()), (b"referer", PLANTED.encode()))
    carol.get(f"/review?who={PLANTED}", *sent)
    carol.get(f"/review/{PLANTED}", *sent)
    carol.post(f"/review/versions/1/notes?{PLANTED}", {"csrf": PLANTED, "text": PLANTED}, *sent)
    kept = f"{carol.site.log}{carol.site.events}"
    for secret in (PLANTED, carol.jar["segmentation"], "203.0.113.77"):
        assert secret not in kept


def test_the_attendant_is_made_once_and_pages_are_loaded_when_one_is_asked_for(site):
    made = []
    here = door.Door(site.app.edge, lambda: made.append(1) or site.app.door._made())
    site.app.door = here
    for _ in range(2):
        asyncio.run(asyncio.sleep(0))
        Browser(site).get("/review")
    assert made == [1]
    here.close()


# ---- Over the wire -------------------------------------------------------------------------------------


@pytest.fixture
def wire(desk):
    """Send bytes to the service as it runs, and return all that it answers."""
    served = SimpleNamespace(settings=desk.settings, clock=desk.office.clock)
    with running(served) as address:
        port = int(address.rpartition(":")[2])

        def asked(target, method="GET", *headers):
            lines = [f"{method} {target} HTTP/1.1", "Host: here", "Connection: close", *headers]
            with socket.create_connection(("127.0.0.1", port), 10) as connection:
                connection.sendall("\r\n".join([*lines, "", ""]).encode())
                return b"".join(iter(partial(connection.recv, 65_536), b"")).decode("latin-1")

        yield asked


def test_no_trick_with_an_address_leads_anywhere(wire):
    for target in (
        "/review/versions/%2e%2e/%2e%2e/etc/passwd",
        "/review/versions/../../healthz",
        "/review/static/%2e%2e%2fdoor.py",
        "/review/static/..%5cdoor.py",
        "/review/static/pages.css%00",
        "/review/versions/" + "9" * 10_000,
        "/review/versions/%EF%BC%91",
        "/review/%ff%fe",
        "/review/%0d%0aset-cookie:%20a=b",
    ):
        answer = wire(target)
        assert answer.startswith("HTTP/1.1 404 "), target
        assert "set-cookie" not in answer
    for name in ("next", "back"):
        answer = wire(f"/review/language?language=en&{name}=/review%0d%0ax-planted:%20yes")
        assert "\r\nlocation: /review/sign-in\r\n" in answer
        assert "x-planted" not in answer


def test_head_has_the_headers_of_get_and_no_body(wire):
    head, _, body = wire(SIGN_IN, "HEAD").partition("\r\n\r\n")
    assert head.startswith("HTTP/1.1 200 ")
    assert "content-security-policy: default-src 'none'; style-src 'self'" in head
    assert body == ""


def test_no_host_that_a_request_names_comes_back_in_the_answer(wire):
    answer = wire(
        "/review", "GET", "X-Forwarded-Host: elsewhere.example", "Forwarded: host=elsewhere.example"
    )
    assert "\r\nlocation: /review/sign-in?next=%2Freview\r\n" in answer
    assert "elsewhere" not in answer


def test_forms_that_strangers_send_slowly_keep_nobody_from_signing(desk):
    """Each holds a place while it arrives; those who are signed in have places of their own."""
    served = SimpleNamespace(settings=desk.settings, clock=desk.office.clock)
    head = "Host: here\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n"
    with running(served) as address, httpx.Client(base_url=address) as client, ExitStack() as crowd:
        token = TOKEN.search(client.get(SIGN_IN).text)[1]
        told = {"csrf": token, "name": "Carol", "passphrase": PASSPHRASE}
        assert client.post(SIGN_IN, data=told).status_code == 303
        token = TOKEN.search(client.get("/review").text)[1]
        for path in (SIGN_IN, "/review/versions/1/revoke"):
            for _ in range(260):
                port = int(address.rpartition(":")[2])
                slow = crowd.enter_context(socket.create_connection(("127.0.0.1", port), 10))
                slow.sendall(f"POST {path} HTTP/1.1\r\n{head}\r\na".encode())
        assert client.get("/review").status_code == 200
        assert client.post("/review/versions/1/revoke", data={"csrf": token}).status_code not in {429, 503}
        assert client.get("/healthz").status_code == 200
