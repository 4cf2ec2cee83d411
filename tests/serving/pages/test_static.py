"""The files that a page loads."""

import pytest

from serving.pages.static import FILES, VERSION, file, read
from serving.pages.visit import Declined
from tests.serving.pages.browsing import Browser, Site


@pytest.fixture
def site(desk):
    made = Site(desk)
    yield made
    made.close()


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_kept_for_good_under_its_digest_and_asked_for_again_without(site, name):
    browser = Browser(site)
    path = f"/review/static/{name}"
    found = browser.get(path)
    assert (found.status, found.headers["cache-control"]) == (200, "no-cache")
    assert found.body == read(name)[0]
    etag = found.headers["etag"]
    again = browser.get(path, (b"if-none-match", f'W/"other", {etag}'.encode()))
    assert (again.status, again.body, again.headers["etag"]) == (304, b"", etag)
    assert browser.get(path, (b"if-none-match", b'"other"')).status == 200
    digest = etag.removeprefix('"sha256:')[:VERSION]
    assert "immutable" in browser.get(f"{path}?v={digest}").headers["cache-control"]
    assert browser.get(f"{path}?v=other").headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("name", ["door.py", "docs.html", "PAGES.CSS", "..", ""])
def test_no_name_is_looked_up_on_the_disk(desk, name):
    with pytest.raises(Declined, match="not_found"):
        file(desk.visit(path={"file": name}))


def test_no_file_is_an_access_event_or_asks_who_is_signed_in(site):
    Browser(site, {"segmentation": "x" * 43}).get("/review/static/pages.css")
    assert site.events == []


def test_the_style_sheets_load_nothing_from_anywhere():
    for name in ("pages.css", "card.css"):
        text = read(name)[0].decode()
        assert "@import" not in text
        assert "url(" not in text.replace("url(data:", "")
