"""The register in both languages: what is due first, what is overdue, and counts alone for others."""

import re
from datetime import timedelta

import pytest

from serving.pages.render import rendered
from serving.pages.residents import register
from serving.pages.table import address
from serving.pages.visit import Declined, Sent
from tests.serving.pages.residents.kept import PURPOSE, REF, WORDS


def words(shown, visit):
    html = rendered(shown.page, visit, here=address("residents"))
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def seen(keeping, name="Carol", language="en", **query):
    visit = keeping.visit(name, language, query=query)
    shown = register.register(visit)
    return shown.page, words(shown, visit)


@pytest.mark.parametrize(
    ("language", "told"), [("en", "This service has no keyring"), ("zh", "本服务没有密钥环")]
)
def test_without_a_keyring_it_says_so_in_one_sentence(desk, language, told):
    visit = desk.visit("Carol", language)

    assert told in words(register.register(visit), visit)
    for handler in (register.find, register.whose):
        with pytest.raises(Declined, match="not_found"):
            handler(visit)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_is_due_first_stands_first_and_what_is_overdue_is_told_by_a_word(keeping, language):
    new = keeping.ask("access")
    old = keeping.ask("correction", at=keeping.now - timedelta(days=40), channel="letter")
    older = keeping.ask("copy", at=keeping.now - timedelta(days=29, hours=12))

    page, text = seen(keeping, language=language)

    assert [one.id for one in page.rows] == [old.id, older.id, new.id]
    assert [one.is_late for one in page.rows] == [True, False, False]
    assert next((one.right, one.waiting, one.late) for one in page.counts) == ("", 3, 1)
    told = {
        "en": ("Overdue", "10 days over", "less than a day left"),
        "zh": ("已逾期", "已超期10天", "剩余不足1天"),
    }
    assert all(one in text for one in told[language])
    assert REF not in text
    assert WORDS not in text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ("correction", "access")),
        ({"show": "late"}, ("correction",)),
        ({"show": "ended"}, ("withdrawal",)),
        ({"show": "all", "right": "access"}, ("access",)),
        ({"show": "<b>", "right": "nobody"}, ("correction", "access")),
        ({"right": "erasure"}, ()),
    ],
)
def test_the_register_is_searched_by_state_and_right(keeping, query, found):
    keeping.ask("access")
    keeping.ask("correction", at=keeping.now - timedelta(days=40))
    keeping.ask("withdrawal", purposes=[PURPOSE])

    page, text = seen(keeping, **query)

    assert tuple(one.key for one in page.rows) == found
    assert ("No request was found." in text) == (not found)


@pytest.mark.parametrize("name", ["Bob", "Adam"])
def test_who_does_not_answer_reads_counts_alone_and_no_small_one(keeping, name):
    for at in range(12):
        keeping.ask("access", ref=f"R-{at}")
    keeping.ask("copy", at=keeping.now - timedelta(days=40))

    page, text = seen(keeping, name)

    assert (page.rows, page.search) == ((), None)
    # Not by right: a hidden count could be worked out from the others.
    assert [(one.right, one.waiting, one.late) for one in page.counts] == [("", 13, None)]
    assert "fewer than 10" in text
    assert "Find a resident" not in text


def test_more_requests_than_a_page_shows_are_counted(keeping, monkeypatch):
    monkeypatch.setattr(register, "MOST", 2)
    for at in range(3):
        keeping.ask("access", ref=f"R-{at}")

    page, text = seen(keeping)

    assert (len(page.rows), page.more) == (2, 1)
    assert "Not shown: 1" in text


def test_a_resident_is_found_by_their_reference_which_is_in_no_address(keeping):
    visit = keeping.visit(form={"reference": f" {REF} "})

    assert register.find(visit) == Sent(address("resident", subject=keeping.subject.hex()))
    assert visit.about.purpose == "rights"
    assert visit.about.subject not in {"", keeping.subject.hex()}


@pytest.mark.parametrize("reference", ["", "   ", "a\tb", "x" * 201])
def test_a_reference_that_cannot_be_one_is_told_and_not_shown_back(keeping, reference):
    visit = keeping.visit(form={"reference": reference})
    shown = register.find(visit)

    assert shown.status == 422
    assert "A reference has 1 to 200 letters" in words(shown, visit)
    assert reference.strip() == "" or reference not in rendered(shown.page, visit, here="/review/residents")


def test_a_request_leads_to_whose_it_is(keeping):
    asked = keeping.ask()
    visit = keeping.visit(path={"request": asked.id})

    to = register.whose(visit).to

    assert to == address("request", subject=keeping.subject.hex(), request=asked.id)


def test_a_request_that_there_is_not_leads_nowhere(keeping):
    with pytest.raises(Declined, match="not_found"):
        register.whose(keeping.visit(path={"request": "R" + "0" * 12}))


def test_who_has_no_training_that_counts_is_told_nothing(keeping):
    keeping.desk.office.clock.now += timedelta(days=600)
    for handler in (register.register, register.find, register.whose):
        with pytest.raises(Declined, match="refused"):
            handler(keeping.visit(path={"request": "R" + "0" * 12}))


def test_a_ledger_that_cannot_be_read_is_told_and_logged(keeping, monkeypatch):
    from segmentation.errors import LedgerError

    def broken():
        raise LedgerError("The disk fell out.")

    monkeypatch.setattr(keeping.residents, "_opened", broken)
    with pytest.raises(Declined, match="closed") as no:
        register.register(keeping.visit())
    assert "disk" not in no.value.why
