"""`segmentation consent state`, `give`, `refuse`, `withdraw` and `object`: what one resident says."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from segmentation.ledger.access import AccessLog
from segmentation.ledger.personal.consents import Consents
from segmentation.ledger.personal.segments import By, Placed, Segments
from segmentation.ledger.personal.tables import segments
from tests.cli.consent.conftest import PURPOSE
from tests.policies import small_policy
from tests.reviews.office import START


def test_what_a_resident_says_is_recorded_and_shown_and_takes_effect_at_once(of, records):
    given = of("R-1", "give", "--notice", "2026-01", "--language", "zh", "--channel", "app")
    assert given.code == 0, given.err
    assert given.out.startswith("Recorded. Consent: given since ")
    assert "notice 2026-01" in given.out
    assert "Objection to automated decisions since" in of("R-1", "object").out
    assert "Objection" not in of("R-1", "object", "--lift").out
    assert "Recorded. Consent: withdrawn since" in of("R-1", "withdraw").out
    assert "Consent: refused since" in of("R-2", "refuse").out

    found = of("R-1", "state", "--json").content
    assert (found["event_state"], found["objected"]) == ("withdrawn", None)
    assert of("R-3", "state").out == "Consent: nothing on record.\n"
    assert of("R-1", "state", "--at", "2020-01-01").out == "Consent: nothing on record.\n"
    subject = records.keyring.subject_of("R-1")
    assert [one.told.entity_id for one in Consents(records).events(subject, PURPOSE[1])] == ["Carol"] * 4
    assert [line for line in AccessLog(records.ledger).lines() if '"route":"consent state"' in line]


@pytest.mark.parametrize("words", [("withdraw",), ("refuse",), ("object",), ("object", "--lift")])
def test_what_is_taken_back_of_a_purpose_that_is_nowhere_is_not_said_to_be_recorded(run, of, records, words):
    of("R-1", "give", "--notice", "2026-01")
    before = AccessLog(records.ledger).head().number
    ended = run("consent", *words, "--purpose", "servise_planning", "--as", "Carol", "--reference-file", "no")

    assert ended.code == 2
    assert "Nothing was recorded" in ended.err
    assert "The purposes are service_planning." in ended.err
    assert AccessLog(records.ledger).head().number == before


def test_where_a_notice_tells_of_a_purpose_it_is_taken_back_before_anything_is_on_record(
    run, of, policy, records
):
    assert "segmentation consent notice" in of("R-1", "withdraw").err
    assert run("consent", "notice", "2026-01", "--policy", policy, "--as", "Carol").code == 0

    assert "Recorded. Consent: withdrawn since" in of("R-1", "withdraw").out
    assert "Recorded. Consent: nothing on record. Objection" in of("R-2", "object").out


def test_what_a_version_in_use_states_is_taken_back_whatever_is_on_record(of, records, monkeypatch):
    from segmentation.cli.resident import desk

    rules = small_policy()
    monkeypatch.setattr(desk, "policies_at", lambda *_: [rules])

    assert "Recorded. Consent: refused since" in of("R-1", "refuse").out


def test_the_first_event_tells_what_counts_from_then_on(run, of, policy, records):
    assert run("consent", "notice", "2026-01", "--policy", policy, "--as", "Carol").code == 0
    first = of("R-1", "give", "--notice", "2026-01").out
    assert "This is the first event on record for service_planning." in first
    assert "the consents on record alone count" in first
    assert "consent import" in first
    assert "first event" not in of("R-2", "withdraw").out
    assert of("R-3", "refuse", "--json").content["first"] is False


def test_what_a_withdrawal_takes_out_leaves_the_files_of_the_database(of, records):
    of("R-1", "give", "--notice", "2026-01")
    subject, by = records.keyring.subject_of("R-1"), By(PURPOSE[1], "needs", 1, timedelta(days=9))
    Segments(records).keep(subject, Placed("S1", 0.5, borderline=False, decision=""), by, "Test", START)
    with records.ledger.reading() as connection:
        sealed = bytes(connection.execute(select(segments.c.sealed)).scalar_one())
    path = records.ledger.place.path
    with records.ledger.bare() as service:  # who has the database open keeps its log
        service.cursor().execute("SELECT count(*) FROM segments").fetchall()
        of("R-1", "withdraw")

        assert not any(sealed in file.read_bytes() for file in path.parent.glob(f"{path.name}*"))


def test_who_is_not_of_compliance_records_nothing(run, of, records, bare):
    of("R-1", "give", "--notice", "2026-01")
    (bare / "who.txt").write_text("R-1\n")
    ended = run("consent", "refuse", *PURPOSE, "--as", "Tina", "--reference-file", bare / "who.txt")

    assert ended.code == 2
    assert "ask somebody who is entered as compliance" in ended.err
    subject = records.keyring.subject_of("R-1")
    assert Consents(records).standing(subject, PURPOSE[1]).state == "given"
