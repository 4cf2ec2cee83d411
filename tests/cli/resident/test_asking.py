"""`segmentation resident request` and `requests`."""

from datetime import timedelta

import pytest

from segmentation.ledger.personal.consents import Consents
from segmentation.ledger.personal.requests import Requests
from tests.cli.resident.conftest import REF


def test_a_request_is_entered_and_waits_for_its_answer(about, placed, run, office):
    ended = about("request", "access", "--channel", "front_desk")
    waiting = run("resident", "requests")

    assert ended.code == 0, ended.err
    assert "Keep its id" in ended.out
    assert waiting.out == f"{ended.out.splitlines()[0].removeprefix('Entered: ')}\n"
    assert REF not in ended.out + waiting.out
    office.clock.now += timedelta(days=31)
    assert "LATE" in run("resident", "requests").out
    assert run("resident", "requests", "--json").content["requests"][0]["late"] is True


def test_how_it_was_checked_who_asks_is_entered_with_the_request(about, placed, personal):
    assert about("request", "copy", "--identity", "callback").code == 0

    (found,) = Requests(personal.records).of(placed)
    assert found.steps[0].told.identity == "callback"


def test_what_a_resident_said_comes_from_a_file_and_not_from_an_argument(about, placed, personal, said):
    assert about("request", "copy", "--text-file", said("On paper, please.\n")).code == 0

    (found,) = Requests(personal.records).of(placed)
    assert found.steps[0].told.text == "On paper, please."


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00"])
def test_what_cannot_be_read_as_a_text_enters_nothing(about, placed, personal, bare, content):
    if content is not None:
        (bare / "said.txt").write_bytes(content)
    ended = about("request", "copy", "--text-file", bare / "said.txt")

    assert ended.code != 0
    assert "cannot be read as a text" in ended.err
    assert Requests(personal.records).of(placed) == ()


def test_standard_input_is_one_thing_alone(run, placed, personal):
    ended = run("resident", "request", "copy", "--as", "Carol", "--text-file", "-")

    assert ended.code == 2
    assert "and not both" in ended.err
    assert Requests(personal.records).of(placed) == ()


def test_an_objection_takes_effect_at_once(about, placed, run, personal):
    assert about("request", "objection").code == 0

    assert Consents(personal.records).standing(placed, "service_planning").objected is not None
    assert "Nobody waits for an answer" in run("resident", "requests").out
    assert "objection; done" in run("resident", "requests", "--all").out


def test_a_withdrawal_takes_back_what_was_given(about, placed, personal):
    about("request", "withdrawal")

    assert Consents(personal.records).standing(placed, "service_planning").state == "withdrawn"


def test_a_request_that_is_the_first_event_of_a_purpose_tells_what_counts_from_then_on(about, placed):
    ended = about("request", "withdrawal")

    assert "first event on record for fairness_audit" in ended.out
    assert "first event on record for service_planning" not in ended.out
    assert about("request", "objection", "--json").content["first"] == []


def test_a_withdrawal_leaves_nothing_of_a_segment_in_the_files_of_the_database(about, placed, personal):
    ledger = personal.records.ledger
    with ledger.bare() as service:  # who has the database open keeps its log
        cursor = service.cursor()
        sealed = bytes(cursor.execute("SELECT sealed FROM segments").fetchone()[0])
        assert about("request", "withdrawal").code == 0

        path = ledger.place.path
        assert not any(sealed in file.read_bytes() for file in path.parent.glob(f"{path.name}*"))


def test_a_request_that_ended_with_an_erasure_says_why(about, placed, run):
    about("request", "review")
    assert about("erase", "--yes", "--identity", "callback").code == 0

    out = run("resident", "requests", "--all").out
    assert "with the erasure of who asked" in out
    assert "refused" not in out
    (told,) = run("resident", "requests", "--all", "--json").content["requests"]
    assert (told["state"], "PIPL Art. 47" in told["reason"]) == ("erased", True)


def test_what_is_no_right_is_refused(about, placed):
    ended = about("request", "pardon")

    assert ended.code == 2
    assert "erasure" in ended.err


@pytest.mark.parametrize("words", [(), ("--all",)])
def test_where_nobody_asked_that_is_told(run, personal, words):
    assert run("resident", "requests", *words).out.startswith("Nobody")
