"""The document page loads every byte from this service, in a real browser, too."""

import re
import shutil

import pytest

from serving import apidoc
from serving.apidoc import ASSETS, POLICY, asset, page
from tests.serving.asgi import JSON, ask
from tests.serving.over_http import running

CHROMIUM = shutil.which("chromium")


@pytest.fixture
def app(office):
    from serving.app import create_app

    return create_app(office.settings(), clock=office.clock)


def test_the_page_names_only_files_of_this_service(app):
    answer = ask(app, "GET", "/docs")
    named = re.findall(r'(?:src|href)="([^"]+)"', answer.body.decode())

    assert answer.status == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert {name.removeprefix("docs/") for name in named if name != "openapi.json"} == ASSETS.keys()
    assert "://" not in answer.body.decode()
    assert "<script>" not in answer.body.decode()


@pytest.mark.parametrize("name", ASSETS)
def test_each_file_comes_from_an_installed_package_with_its_type(app, name):
    answer = ask(app, "GET", f"/docs/{name}")

    assert answer.status == 200
    assert answer.headers["content-type"].encode() == ASSETS[name][2]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert len(answer.body) > 100


@pytest.mark.parametrize(
    "name", ["redoc.standalone.js", "docs.html", "..", "../routes.py", "%2e%2e%2froutes.py"]
)
def test_no_other_file_is_given_away(app, name):
    answer = ask(app, "GET", f"/docs/{name}")

    assert answer.status == 404
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_browser_may_load_nothing_from_elsewhere(app):
    for path in ("/docs", "/docs/start.js"):
        assert ask(app, "GET", path).headers["content-security-policy"].encode() == POLICY
    assert b"unsafe" not in POLICY
    assert b"*" not in POLICY


def test_a_browser_that_has_a_file_is_told_so(app):
    first = ask(app, "GET", "/docs/swagger-ui.css")
    etag = first.headers["etag"].encode()

    again = ask(app, "GET", "/docs/swagger-ui.css", headers=[(b"if-none-match", etag)])
    other = ask(app, "GET", "/docs/swagger-ui.css", headers=[(b"if-none-match", b'"sha256:0"')])

    assert (again.status, again.body) == (304, b"")
    assert (other.status, other.body) == (200, first.body)


def test_each_file_is_read_once_however_often_it_is_asked_for(app, monkeypatch):
    first = {name: ask(app, "GET", f"/docs/{name}") for name in ASSETS}
    monkeypatch.setattr(apidoc, "files", None)
    monkeypatch.setattr(apidoc, "sha256", None)

    for name, answer in first.items():
        assert ask(app, "GET", f"/docs/{name}").body == answer.body
    assert len({answer.headers["etag"] for answer in first.values()}) == len(ASSETS)


def test_the_page_needs_no_key_and_no_version(app):
    answer = ask(app, "GET", "/openapi.json", headers=[JSON])

    assert answer.status == 200
    assert "no needs are listed" in answer.json()["info"]["description"]
    assert page is not asset


# ---- In a browser ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def visit(browser):
    opened = []

    def visited(address, width=1280):
        shown = browser.new_page(viewport={"width": width, "height": 900})
        opened.append(shown)
        shown.seen, shown.wrong = [], []
        shown.on("request", lambda request: shown.seen.append(request.url))
        shown.on("requestfailed", lambda request: shown.wrong.append(request.url))
        # Chromium also logs advice on forms, which is no error.
        shown.on("console", lambda told: "[DOM]" in told.text or shown.wrong.append(told.text))
        shown.on("pageerror", lambda error: shown.wrong.append(str(error)))
        shown.goto(address)
        shown.wait_for_selector(".opblock")
        return shown

    yield visited
    for shown in opened:
        shown.close()


needs_chromium = pytest.mark.skipif(
    CHROMIUM is None, reason="there is no Chromium: apt-get install chromium fonts-noto-cjk"
)


@pytest.mark.slow
@needs_chromium
@pytest.mark.parametrize("width", [360, 1280])
def test_the_page_shows_every_operation_and_asks_no_other_host(office, visit, tmp_path, width):
    with running(office) as address:
        shown = visit(f"{address}/docs", width)
        shown.screenshot(path=tmp_path / f"docs.{width}.png", full_page=True)

        paths = shown.eval_on_selector_all(".opblock-summary-path", "all => all.map(one => one.dataset.path)")
        assert {"/v1/segments:predict", "/v1/model/versions", "/readyz", "/invocations"} <= set(paths)
        assert [url for url in shown.seen if not url.startswith((address, "data:"))] == []
        assert shown.wrong == []
        assert (tmp_path / f"docs.{width}.png").stat().st_size > 10_000


@pytest.mark.slow
@needs_chromium
def test_a_prediction_is_tried_out_on_the_page(office, visit):
    token = office.issue("predict")
    with running(office) as address:
        shown = visit(f"{address}/docs")
        shown.click(".authorize")
        shown.fill("#api_key_value", token)
        shown.click(".auth-container:has(#api_key_value) .authorize")
        shown.click(".btn-done")
        shown.click("#operations-segments-predict .opblock-summary-control")
        shown.click("#operations-segments-predict .execute")
        shown.wait_for_selector("#operations-segments-predict .live-responses-table")

        told = shown.inner_text("#operations-segments-predict .live-responses-table")
        assert "200" in told
        assert '"results"' in told
        assert [url for url in shown.seen if not url.startswith((address, "data:"))] == []
        assert shown.wrong == []
        assert token not in shown.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")


@pytest.mark.slow
@needs_chromium
@pytest.mark.parametrize("operation", ["segments-predict", "mlflow-invocations", "model-card"])
def test_an_opened_operation_fits_a_telephone_and_stays_open_to_be_tried_out(office, visit, operation):
    with running(office) as address:
        shown = visit(f"{address}/docs", 360)
        shown.click(f"#operations-{operation} .opblock-summary-control")
        shown.wait_for_selector(f"#operations-{operation} .execute")

        assert shown.evaluate("document.documentElement.scrollWidth") <= 360
        assert not shown.is_visible(f"#operations-{operation} .try-out__btn.cancel")


@pytest.mark.slow
@needs_chromium
def test_a_key_is_hidden_while_it_is_typed(office, visit):
    with running(office) as address:
        shown = visit(f"{address}/docs")
        shown.click(".authorize")
        look = "one => getComputedStyle(one).webkitTextSecurity"
        assert shown.eval_on_selector("#api_key_value", look) == "disc"


@pytest.mark.slow
@needs_chromium
def test_the_password_that_a_browser_asks_for_opens_the_card(office, browser):
    sent = {"username": "any", "password": office.issue("read")}
    with running(office) as address, browser.new_context(http_credentials=sent) as visitor:
        shown = visitor.new_page()
        answered = shown.goto(f"{address}/v1/model/card")
        assert answered.status == 200
        assert answered.headers["content-type"].startswith("text/html")
        assert shown.inner_text("h1")


@pytest.mark.slow
@needs_chromium
def test_a_browser_with_a_wrong_password_is_refused(office, browser):
    sent = {"username": "any", "password": "sgk_0123456789ab_wrong"}
    with running(office) as address, browser.new_context(http_credentials=sent) as visitor:
        assert visitor.new_page().goto(f"{address}/v1/model/card").status == 401


@pytest.mark.slow
@needs_chromium
def test_a_request_of_the_page_without_a_key_shows_the_refusal_and_asks_for_no_password(office, browser):
    sent = {"username": "any", "password": office.issue("predict")}
    with running(office) as address, browser.new_context(http_credentials=sent) as visitor:
        shown = visitor.new_page()
        shown.goto(f"{address}/docs")
        shown.click("#operations-segments-predict .opblock-summary-control")
        shown.click("#operations-segments-predict .execute")
        shown.wait_for_selector("#operations-segments-predict .live-responses-table .response")

        assert "401" in shown.inner_text("#operations-segments-predict .live-responses-table")


@pytest.mark.slow
@needs_chromium
def test_a_page_that_asks_elsewhere_would_be_noticed(office, visit):
    with running(office) as address:
        shown = visit(f"{address}/docs")
        shown.evaluate("fetch('https://validator.example/').catch(() => 0)")

        assert any("validator.example" in told for told in shown.wrong)
