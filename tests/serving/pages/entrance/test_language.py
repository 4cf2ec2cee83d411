"""The switch between Chinese and English."""

import pytest

from serving.pages.entrance.language import YEAR, choose
from serving.pages.visit import Declined
from tests.serving.pages.browsing import Browser, Site


def test_pages_are_in_chinese_until_english_is_chosen_which_stays(desk):
    site = Site(desk)
    browser = Browser(site)
    asked = (b"accept-language", b"en-GB,en;q=0.9")
    assert 'lang="zh-CN"' in browser.get("/review/sign-in", asked).text
    found = browser.get("/review/language?language=en&back=/review/sign-in?next=/review/compare")
    assert (found.status, found.headers["location"]) == (303, "/review/sign-in?next=/review/compare")
    assert f"Max-Age={YEAR}" in found.cookies[0]
    assert '<html lang="en">' in browser.get("/review/sign-in").text
    browser.get("/review/language?language=zh")
    assert '<html lang="zh-CN">' in browser.get("/review/sign-in").text
    assert site.events == []
    site.close()


def test_from_a_note_that_is_to_be_mended_it_leads_to_its_version(desk):
    desk.office.submit()
    site = Site(desk)
    browser = Browser(site)
    browser.sign_in()
    found = browser.submit(
        "/review/versions/1", "/review/versions/1/notes", {"kind": "comment", "key": "gaps", "text": " "}
    )
    site.close()
    assert found.status == 422
    assert 'back=%2Freview%2Fversions%2F1"' in found.text


@pytest.mark.parametrize("back", ["", "https://elsewhere.example/", "//elsewhere.example", "/review\r\nx: y"])
@pytest.mark.parametrize(("name", "to"), [(None, "/review/sign-in"), ("Carol", "/review")])
def test_it_leads_to_no_other_site(desk, back, name, to):
    assert choose(desk.visit(name, query={"language": "en", "back": back})).to == to


@pytest.mark.parametrize("told", ["", "de", "EN", "en\r\n"])
def test_there_are_two_languages(desk, told):
    with pytest.raises(Declined, match="malformed"):
        choose(desk.visit(query={"language": told}))
