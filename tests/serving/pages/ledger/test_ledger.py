"""The page of the ledger: what was verified, then events escaped, filtered and in pages; else nothing."""

import json

import pytest

from segmentation.errors import LedgerError
from segmentation.ledger.event import Draft
from segmentation.ledger.history import History
from serving.pages.ledger import ledger_told
from serving.pages.ledger.ledger import as_csv, as_json, ledger
from serving.pages.render import rendered
from serving.pages.visit import Declined
from tests.serving.pages.browsing import Browser, Site
from tests.serving.pages.made import PageOffice, blocked

SCRIPT = '<script>alert("x")</script> </td> {{ 7*7 }} =1+1 ' + "x" * 900


@pytest.fixture(scope="module")
def busy(first_page_office, tmp_path_factory):
    """A version in service and one that waits, to be read alone; the reason of one is no friend."""
    made = PageOffice(first_page_office.copied(tmp_path_factory.mktemp("busy")))
    made.office.activated(1)
    made.office.submit(blocked(2), reason=SCRIPT)
    yield made
    made.pages.close()
    made.office.book.close()


def page(desk, language="en", **query):
    return ledger(desk.visit(language=language, query=query)).page


def html(desk, language="en", **query):
    visit = desk.visit(language=language, query=query)
    return rendered(ledger(visit).page, visit, here="/review/ledger")


def numbers(found):
    return [one.told.seq for one in found.rows]


def test_what_was_verified_is_told_first(busy):
    found = page(busy)
    head = busy.office.book.history().head
    assert (found.verified.events, found.verified.digest) == (head.seq, head.digest)
    assert found.verified.root == busy.office.root.public.fingerprint
    assert found.verified.seen == head.seq
    told = html(busy)
    assert "Chain and signatures hold up to event 13" in told
    assert told.index('id="verified"') < told.index('id="rows"')
    assert "segmentation ledger verify" in told


def test_events_are_shown_newest_first(busy):
    assert numbers(page(busy)) == list(range(13, 0, -1))


def test_which_versions_have_a_page_is_found_out_once_for_all_rows(busy, monkeypatch):
    asked, own = [], History.versions
    monkeypatch.setattr(History, "versions", lambda *told: asked.append(told) or own(*told))
    monkeypatch.setattr(ledger_told, "PAGE", 1)
    page(busy)
    few = len(asked)
    monkeypatch.setattr(ledger_told, "PAGE", 13)
    assert len(page(busy).rows) == 13

    assert len(asked) == 2 * few


def test_an_event_that_was_altered_is_found_at_this_request_and_nothing_is_shown(busy, monkeypatch):
    page(busy)
    book = busy.pages.book
    events = list(book._ledger.read())
    events[4], events[5] = events[5], events[4]
    monkeypatch.setattr(type(book._ledger), "read", lambda _: tuple(events))
    with pytest.raises(LedgerError):
        page(busy)


def test_a_filter_shows_what_is_asked_for_and_keeps_it_in_the_links(busy, monkeypatch):
    monkeypatch.setattr(ledger_told, "PAGE", 1)
    found = page(busy, kind="approve")
    assert (numbers(found), found.found, found.older) == ([11], 2, 11)
    told = html(busy, kind="approve")
    assert "kind=approve&amp;before=11" in told
    assert 'rel="next"' in told
    assert 'rel="prev"' not in told
    assert "/review/ledger.csv?kind=approve" in told
    older = html(busy, kind="approve", before="11")
    assert 'rel="prev"' in older
    assert "kind=approve&amp;after=10" in older


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_is_unknown_is_told_and_never_repeated(busy, language):
    told = html(busy, language, kind="<b>strange", person="strange", version="strange", to="strange")
    assert "strange" not in told
    assert told.count('class="warn"') == 4


@pytest.mark.parametrize("language", ["zh", "en"])
def test_reasons_are_shown_as_text(busy, language):
    told = html(busy, language)
    assert "<script" not in told
    assert "&lt;script&gt;" in told
    assert "{{ 7*7 }}" in told


def test_an_unsigned_event_says_that_nobody_signs_its_kind(busy):
    assert "nobody signs this kind" in html(busy, kind="activated")


def test_where_nothing_is_found_that_is_said(busy):
    assert "No event was found." in html(busy, to="2020-01-01")


def test_an_empty_ledger_has_its_people_and_no_anchor(desk):
    found = page(desk)
    assert found.anchor is None
    assert len(found.rows) == 8
    assert "held fast among the events yet" in html(desk)


def test_how_far_the_access_log_is_held_fast_is_told(desk):
    body = {"log": "access", "number": 7, "digest": "sha256:" + "a" * 64}
    desk.office.book.record(lambda *_: [Draft("anchored", body=body)])
    assert page(desk).anchor.number == 7
    assert "Anchored up to batch 7." in html(desk)


def test_the_exports_hold_what_the_filter_asks_for(busy):
    visit = busy.visit(query={"kind": "approve"})
    table, whole = as_csv(visit), as_json(visit)
    assert (table.name, table.media.partition(";")[0]) == ("ledger-13.csv", "text/csv")
    assert table.body.decode().count("\r\n") == 3
    assert (whole.name, whole.media) == ("ledger-13.json", "application/json")
    assert [one["seq"] for one in json.loads(whole.body)["events"]] == [10, 11]


@pytest.mark.parametrize("export", [as_csv, as_json])
def test_no_file_is_written_of_something_unknown(busy, export):
    with pytest.raises(Declined) as declined:
        export(busy.visit(query={"person": "Nobody"}))
    assert declined.value.kind == "malformed"
    assert "Nobody" not in declined.value.why


def test_chinese_holds_no_english_sentence(desk):
    desk.office.activated(1)
    told = html(desk, "zh").replace("Trained on spring data.", "").replace("Looked at it.", "")
    assert " the " not in told
    assert " of " not in told


def test_over_http_the_files_are_kept_under_a_name_of_ours_and_a_page_is_shown(busy):
    site = Site(busy)
    carol = Browser(site)
    carol.sign_in()
    for kind, media in (("csv", "text/csv"), ("json", "application/json")):
        found = carol.get(f"/review/ledger.{kind}?kind=approve")
        assert (found.status, found.headers["content-type"].partition(";")[0]) == (200, media)
        assert f'filename="ledger-13.{kind}"' in found.headers["content-disposition"]
    assert carol.get("/review/ledger.csv?person=Nobody").status == 400
    assert carol.get("/review/ledger?person=Nobody&before=x").status == 200
    assert carol.get("/review/compare?before=1&after=99").status == 404
    assert carol.get("/review/versions/1/dossier.zip").headers["content-type"] == "application/zip"
    assert carol.get("/review/versions/99/dossier.zip").status == 404
    site.close()


@pytest.mark.slow
def test_in_each_kind_of_database(desk_at):
    desk_at.office.activated(1)
    assert page(desk_at).verified.events == 12
