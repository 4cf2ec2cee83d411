"""`segmentation ledger witness`: a time that was wrong is taken back, and nothing else is."""

from datetime import timedelta

import pytest

from segmentation.ledger.witness import Witness
from segmentation.reviews.people import remove_person

RESET = ("ledger", "witness", "--reset-time")


@pytest.fixture
def ahead(office):
    """The office, whose clock was a year ahead when somebody looked."""
    office.clock.now += timedelta(days=365)
    office.book.history()
    office.clock.now -= timedelta(days=365)
    return office


def seen(office):
    return Witness(office.trust.witness).seen()


def test_a_machine_whose_clock_was_ahead_is_told_the_way_out_and_takes_it(run, ahead):
    before = seen(ahead)
    refused = run("people", "list")
    assert refused.code == 2
    assert "segmentation ledger witness --reset-time" in refused.err

    assert run(*RESET, "--yes").code == 0
    assert seen(ahead).at < before.at - timedelta(days=364)
    assert seen(ahead).model_copy(update={"at": before.at}) == before
    assert run("people", "list").code == 0


def test_it_is_told_what_was_seen_and_nothing_changes(run, ahead):
    before = seen(ahead)
    ended = run("ledger", "witness")

    assert "8 events" in ended.out
    assert "Latest time seen: 2027-03-02" in ended.out
    assert seen(ahead) == before


@pytest.mark.parametrize(("answer", "code"), [("n", 1), ("y", 0)])
def test_somebody_is_asked_whether_the_time_is_right(run, ahead, monkeypatch, answer, code):
    before = seen(ahead)
    monkeypatch.setattr("segmentation.cli.secrets.is_asked", lambda: True)
    monkeypatch.setattr("typer.confirm", lambda _: answer == "y")

    assert run(*RESET).code == code
    assert (seen(ahead) == before) == (answer == "n")


def test_where_nobody_can_be_asked_nothing_is_taken_back(run, ahead, monkeypatch):
    before = seen(ahead)
    monkeypatch.setattr("segmentation.cli.secrets.is_asked", lambda: False)
    ended = run(*RESET)

    assert ended.code == 2
    assert "say --yes" in ended.err
    assert seen(ahead) == before


def test_a_ledger_that_went_back_is_refused_as_before(run, office):
    less = office.home.ledger.read_bytes()
    remove_person(office.book, office.root, "Mona")
    before = seen(office)
    office.book.close()
    for file in office.home.root.glob("ledger.db-*"):
        file.unlink()
    office.home.ledger.write_bytes(less)
    ended = run(*RESET, "--yes")

    assert ended.code == 2
    assert "its end was cut off" in ended.err
    assert seen(office) == before


def test_where_nothing_was_seen_yet_there_is_nothing_to_take_back(run, office):
    office.trust.witness.unlink()
    ended = run(*RESET, "--yes")

    assert ended.code == 0
    assert "Nothing was seen" in ended.out
    assert seen(office) is None


def test_a_first_look_says_once_on_standard_error_that_it_is_one(run, office):
    office.trust.witness.unlink()
    first, second = (run("people", "list", "--json") for _ in range(2))

    assert "First sight of this ledger from here: event 8" in first.err
    assert first.content == second.content
    assert second.err == ""


def test_a_ledger_that_begins_here_is_no_first_look(run, bare):
    assert run("people", "init").code == 0
    ended = run("people", "add", "Mona", "--role", "monitor")

    assert (ended.code, ended.err) == (0, "")
