"""The register of breaches: step by step, who was told when, and nobody named."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from segmentation.answers import Texts
from segmentation.errors import LedgerError, ReviewError
from segmentation.ledger.access import AccessLog
from segmentation.ledger.personal.breaches import STATES, Breaches, Told
from segmentation.ledger.personal.verify import verify_personal

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)


def told(state="found", note="A disk is missing.", **more):
    return Told(by="Carol", state=state, note=note, **more)


@pytest.fixture
def register(ledger):
    return Breaches(ledger)


@pytest.fixture
def found(register):
    return register.open(told(), NOW)


def stepped(register, found, *states):
    for at, state in enumerate(states, start=1):
        found = register.step(found.id, told(state), NOW + at * HOUR)
    return found


def test_a_breach_goes_from_found_to_closed_and_every_step_has_its_time(register, found):
    stepped(register, found, "assessed", "authority_notified", "residents_notified")
    ended = register.step(found.id, told("closed", outcome="handled"), NOW + 4 * HOUR)

    assert [step.told.state for step in ended.steps] == list(STATES)
    assert [ended.reached(state) for state in STATES] == [NOW + at * HOUR for at in range(5)]
    assert (ended.state, ended.outcome) == ("closed", "handled")
    assert register.all() == (ended,) == (register.one(found.id),)


def test_what_is_learned_later_holds_and_the_rest_stays(register):
    first = told(facts={"kinds": Texts("Segments", "分群"), "cause": Texts("Unknown", "")}, residents=12)
    found = register.open(first, NOW)
    later = told("assessed", facts={"cause": Texts("", "硬盘丢失")}, happened=NOW - HOUR)
    found = register.step(found.id, later, NOW + HOUR)

    assert found.facts == {"kinds": Texts("Segments", "分群"), "cause": Texts("Unknown", "硬盘丢失")}
    assert (found.residents, found.happened) == (12, NOW - HOUR)


def test_every_step_is_a_line_of_the_access_log_and_an_altered_row_shows(register, found, ledger):
    stepped(register, found, "assessed")
    lines = list(AccessLog(ledger).lines())
    assert len(lines) == 2
    assert all('"table":"breaches"' in line and '"by":"Carol"' in line for line in lines)
    assert verify_personal(ledger).rows["breaches"] == 2

    with ledger.writer("", "") as connection:
        connection.execute(text("UPDATE breaches SET at = at + 1 WHERE number = 2"))
    with pytest.raises(LedgerError, match="Row 2 of breaches was altered"):
        verify_personal(ledger)


@pytest.mark.parametrize(
    ("before", "outcome", "match"),
    [
        pytest.param((), "handled", "authority was not notified", id="nobody was told"),
        pytest.param(("residents_notified",), "handled", "authority was not", id="not the authority"),
        pytest.param(("authority_notified",), "handled", "Residents were not notified", id="not residents"),
        pytest.param((), "harm_avoided", "authority was not notified", id="harm avoided, untold"),
    ],
)
def test_it_is_not_closed_before_those_were_told_who_must_be(register, found, before, outcome, match):
    stepped(register, found, *before)
    with pytest.raises(ReviewError, match=match):
        register.step(found.id, told("closed", outcome=outcome), NOW + 5 * HOUR)
    assert register.one(found.id).state == (before[-1] if before else "found")


@pytest.mark.parametrize(
    ("before", "outcome"), [(("authority_notified",), "harm_avoided"), ((), "no_breach")]
)
def test_residents_need_not_be_told_where_harm_is_avoided_or_nothing_was(register, found, before, outcome):
    stepped(register, found, *before)
    with pytest.raises(ReviewError, match=f"Say why it ends as {outcome}"):
        register.step(found.id, told("closed", "", facts={"cause": Texts("A", "")}, outcome=outcome), NOW)
    assert register.step(found.id, told("closed", outcome=outcome), NOW + 5 * HOUR).outcome == outcome


def test_what_is_closed_stays_so_and_nothing_is_found_twice(register, found):
    with pytest.raises(ReviewError, match="was found already"):
        register.step(found.id, told(), NOW)
    register.step(found.id, told("closed", outcome="no_breach"), NOW + HOUR)
    with pytest.raises(ReviewError, match="is closed and stays so"):
        register.step(found.id, told("assessed"), NOW + 2 * HOUR)


@pytest.mark.parametrize(
    ("step", "match"),
    [
        pytest.param(told(note=" "), "Say what was found", id="nothing said"),
        pytest.param(told(note="x" * 4_001), "more than 4,000", id="too long"),
        pytest.param(told(note="It was 410103198001011234."), "number of a person", id="identity"),
        pytest.param(told(note="It was 6222 0210 0111 6245 702"), "number of a person", id="bank card"),
        pytest.param(told(facts={"cause": Texts("", "致电 13800138000")}), "number of a", id="mobile"),
        pytest.param(told(residents=-1), "residents is how many", id="count"),
        pytest.param(told(happened=NOW.replace(tzinfo=None)), "no time zone", id="naive"),
        pytest.param(told("assessed"), "begins with that it was found", id="not found"),
        pytest.param(told(outcome="handled"), "says how it ended", id="outcome without an end"),
        pytest.param(told("closed"), "says how it ended", id="end without an outcome"),
    ],
)
def test_what_the_register_does_not_take(register, step, match):
    with pytest.raises(ReviewError, match=match) as refused:
        register.open(step, NOW)
    assert "410103198001011234" not in str(refused.value)
    assert register.all() == ()


def test_a_number_to_call_and_a_count_are_no_person(register):
    contact = Texts("Call 13800138000 or 0371-12345678", "请致电 400-123-4567")
    found = register.open(told(note="1,204 rows of 2026-11-20.", facts={"contact": contact}), NOW)
    assert found.facts["contact"] == contact


@pytest.mark.parametrize("id_", ["B000000000000", "1", "", "B00000000000G"])
def test_a_breach_that_is_not_there_is_not_found(register, found, id_):
    with pytest.raises(ReviewError, match="breach"):
        register.one(id_)


def test_a_row_of_a_newer_version_is_told_by_its_number(register, found, ledger):
    with ledger.writer("", "") as connection:
        connection.execute(text("UPDATE breaches SET document = '{}'"))
    with pytest.raises(LedgerError, match="Row 1 of breaches holds no step"):
        register.all()
