"""Everything that is kept of a resident, as data and as a page in their language."""

import base64
import hashlib

import msgspec
import pytest

from segmentation.ledger.access import AccessLog
from segmentation.rights.account import Account
from tests.serving.residents.front import PURPOSE, REF, slug

HTML = (b"accept", b"text/html,*/*;q=0.8")


def test_an_account_holds_all_that_was_kept_and_who_asked(front_at):
    front = front_at
    front.consent()
    front.place()
    front.ask("POST", "/requests", {"right": "access"})
    lines = b"".join(msgspec.json.encode(one) + b"\n" for one in front.events)
    AccessLog(front.records.ledger).append("spool", 0, lines, front.office.clock())
    found = msgspec.json.decode(front.ask("GET").body, type=Account, strict=True)

    assert [one.event_state for one in found.consents] == ["given"]
    assert [(one.version, one.is_expired) for one in found.segments] == [(1, False)]
    assert [(one.right, one.state) for one in found.requests] == [("access", "received")]
    routes = [(one.route, one.purpose, one.status) for one in found.readings]
    assert routes == [
        ("resident_consent", PURPOSE, 200),
        ("resident_place", PURPOSE, 200),
        ("resident_ask", "rights", 200),
    ]
    assert REF.encode() not in front.ask("GET").body


@pytest.mark.parametrize(
    ("headers", "query", "title", "tag"),
    [
        ([HTML], "", "What is kept of you", "en"),
        ([HTML, (b"accept-language", b"zh-CN")], "", "关于您所保存的信息", "zh-CN"),
        ([HTML], "language=zh", "关于您所保存的信息", "zh-CN"),
    ],
)
def test_a_page_is_in_the_language_that_was_asked_for(placed, headers, query, title, tag):
    found = placed.ask("GET", headers=headers, query=query)
    page = found.body.decode()

    assert (found.status, found.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert found.headers["content-language"] == tag
    assert f"<h1>{title}</h1>" in page
    style = page.partition("<style>")[2].partition("</style>")[0].encode()
    digest = base64.b64encode(hashlib.sha256(style).digest()).decode()
    assert f"'sha256-{digest}'" in found.headers["content-security-policy"]


@pytest.mark.parametrize("accept", [b"application/json", b"*/*", b"application/json, text/html", b""])
def test_who_asks_for_no_page_first_gets_data(placed, accept):
    assert placed.ask("GET", headers=[(b"accept", accept)]).headers["content-type"] == "application/json"


def test_another_language_is_refused(placed):
    assert slug(placed.ask("GET", query="language=fr")) == "malformed"


def test_of_who_is_not_known_nothing_is_told(front):
    found = front.ask("GET", ref="nobody")

    assert (found.status, slug(found)) == (404, "none-kept")
    assert "nobody" not in found.body.decode() + str(front.events) + front.log.getvalue()


def test_an_account_does_not_wait_for_a_version(placed):
    placed.office.revoke()
    placed.app.edge.state.watch.look()

    assert placed.ask("GET").json()["consents"]
    assert "S1" in placed.ask("GET", headers=[HTML]).body.decode() or placed.ask("GET").json()["segments"]
