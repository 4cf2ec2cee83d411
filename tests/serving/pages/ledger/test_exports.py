"""What is taken away: a table that no spreadsheet runs, and JSON from which the chain is verified anew."""

import csv
import json
from datetime import datetime, timedelta
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmentation.ledger.event import Draft, Event
from segmentation.ledger.history import History
from segmentation.reviews.api_keys import issue_api_key
from segmentation.signing import PublicKey, Signed, canonical, sha256
from serving.pages.ledger.exports import BOM, COLUMNS, RUN, harmless, written_csv, written_json
from serving.pages.ledger.ledger_told import Filter
from serving.pages.words import speaker
from tests.serving.pages.made import blocked

FORMULA = '=HYPERLINK("http://a.example","x")'
LINES = 'Two lines,\n"quoted"，和中文。'


@pytest.fixture(scope="module")
def history(first_page_office, tmp_path_factory):
    office = first_page_office.copied(tmp_path_factory.mktemp("exports"))
    office.activated(1)
    office.submit(blocked(2), reason=FORMULA)
    office.desk.reject("small_needs", 2, signer=office.signer("Carol"), reason=LINES)
    yield office.book.history()
    office.book.close()


def table(history, language="en"):
    text = written_csv(history.events, history, speaker(language)).decode()
    assert text.startswith(BOM)
    return list(csv.DictReader(StringIO(text.removeprefix(BOM), newline="")))


def read(told):
    """The events of an export, made anew as a reader would who knows how an event is written."""
    for one in told["events"]:
        content = {name: value for name, value in one.items() if name != "digest"}
        assert sha256(canonical(content)) == one["digest"]
        signed = one["signed"] and Signed(one["signed"]["document"], one["signed"]["signature"])
        draft = Draft(one["kind"], signed, one["model"], one["version"], one["body"] or None)
        yield Event(one["seq"], datetime.fromisoformat(one["at"]), draft, one["previous"], one["digest"])


# ---- The table --------------------------------------------------------------------------------------


def test_the_table_has_a_row_for_each_event(history):
    rows = table(history)
    assert tuple(rows[0]) == COLUMNS
    assert [int(one["event"]) for one in rows] == [event.seq for event in history.events]
    assert rows[10]["by"] == "Bob"
    assert rows[10]["action"] == "approve"
    assert datetime.fromisoformat(rows[10]["at"]) == history.events[10].at
    assert rows[0]["signed_by"] == history.root.fingerprint


def test_what_a_person_wrote_is_kept_whatever_letters_it_has(history):
    assert table(history)[-1]["reason"] == LINES


def test_a_cell_that_a_spreadsheet_would_run_begins_with_an_apostrophe(history):
    cells = [cell for one in table(history) for cell in one.values()]
    assert f"'{FORMULA}" in cells
    assert not any(cell.startswith(RUN) for cell in cells)


def test_what_happened_is_told_in_the_language_of_who_asks(history):
    assert "批准" in table(history, "zh")[10]["what"]
    assert "approved" in table(history, "en")[10]["what"]


@given(st.text())
def test_a_harmless_cell_stays_as_it_is_and_no_other_is_run(cell):
    told = harmless(cell)
    assert not told.startswith(RUN)
    assert told == cell or (cell.startswith(RUN) and told[1:] == cell)


def test_the_secret_of_an_api_key_is_in_neither_page_nor_table(desk):
    office = desk.office
    token, record = issue_api_key(
        office.book, office.signer("Adam"), "front desk", ("predict",), office.clock() + timedelta(days=9), 5,
        "For the desk.", random=bytes,
    )  # fmt: skip
    history = office.book.history()
    text = written_csv(history.events, history, speaker("en")).decode()
    assert record.id in text
    assert record.secret not in text
    assert token not in text


# ---- The whole --------------------------------------------------------------------------------------


def test_the_chain_is_verified_anew_from_the_file_and_its_root_key(history):
    told = json.loads(written_json(history.events, history, Filter()))
    again = History.replayed(read(told), PublicKey(told["root"]))
    assert again.events == history.events
    assert told["head"]["digest"] == again.head.digest
    assert told["filter"] == {}


def test_a_file_of_some_events_says_which_were_asked_for(history):
    asked = Filter(kind="approve")
    some = tuple(one for one in history.events if asked.takes(one))
    told = json.loads(written_json(some, history, asked))
    assert [one.seq for one in read(told)] == [10, 11]
    assert told["filter"] == {"kind": "approve"}
    assert told["head"]["seq"] == history.head.seq


def test_a_file_of_no_events_is_one(history):
    assert json.loads(written_json((), history, Filter()))["events"] == []
