"""A segment is kept for who consents, and told for the purpose that they consented to."""

from datetime import datetime, timedelta

import pytest

from segmentation.ledger.personal.erasing import Erasures
from segmentation.ledger.personal.overrides import Overrides, Told
from segmentation.ledger.personal.segments import By, Placed, Segments
from segmentation.ledger.personal.tombstones import Tombstones
from serving.residents import placing
from tests.serving.made import MODEL, policy, residents, scorer
from tests.serving.residents.front import PURPOSE, REF, Front, slug


def test_a_resident_is_placed_kept_and_told_for_the_purpose(front_at):
    front = front_at
    front.consent()
    found, kept = front.place().json(), front.kept().json()

    segment = scorer().segments[scorer().one(dict.fromkeys(scorer().features) | residents(1)[0]).label]
    assert kept == found
    assert (kept["segment"], kept["computed"], kept["is_override"]) == (segment, segment, False)
    assert (kept["model"], kept["version"], kept["purpose"]) == (MODEL, 1, PURPOSE)
    assert kept["told"]["name"]["zh"]
    expires = front.office.clock() + timedelta(days=policy().retention_days)
    assert kept["expires"] == expires.isoformat()


def test_the_days_of_a_segment_count_from_the_day_on_which_the_needs_were_collected(front):
    front.consent()
    days, now = policy().retention_days, front.office.clock()
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)

    def expires(ago):
        found = front.place(query=f"collected_on={(now - timedelta(days=ago)).date()}")
        return datetime.fromisoformat(found.json()["expires"])

    assert expires(0) == now + timedelta(days=days)
    assert expires(10) == midnight + timedelta(days=days - 10 + 1)
    assert expires(days) == midnight + timedelta(days=1), "it may be used on that last day"
    assert front.kept().json()["expires"] == (midnight + timedelta(days=1)).isoformat()


def test_needs_that_were_collected_too_long_ago_place_nobody(front):
    front.consent()
    day = front.office.clock().date() - timedelta(days=policy().retention_days + 1)
    found = front.place(query=f"collected_on={day}")

    assert (found.status, slug(found)) == (403, "no-consent")
    assert "longer ago than the policy lets them be used" in found.json()["detail"]
    assert slug(front.kept()) == "none-kept"


@pytest.mark.parametrize(
    "query",
    ["collected_on=", "collected_on=yesterday", "collected_on=2026-07-05", "collected_on=a&collected_on=b"],
)
def test_what_is_no_day_of_before_is_told(front, query):
    found = front.place(query=query)

    assert (found.status, slug(found)) == (400, "malformed")
    assert "YYYY-MM-DD" in found.json()["detail"]


def test_placing_anew_keeps_what_was_before(placed):
    before = placed.kept().json()
    placed.office.clock.wait(hours=1)
    placed.app.edge.state.watch.look()
    placed.place(seed=5)

    history = Segments(placed.records).history(placed.subject(), PURPOSE)
    assert [one.at.isoformat() for one in history] == [before["at"], placed.kept().json()["at"]]


@pytest.mark.parametrize("state", ["refused", "withdrawn", "objected"])
def test_who_takes_back_their_consent_is_refused_from_the_very_next_request_on(placed, state):
    assert placed.kept().status == 200
    placed.consent(state)

    for found in (placed.kept(), placed.place()):
        assert (found.status, slug(found)) == (403, "no-consent")
        assert found.json()["detail"].endswith("the standard service goes on as the contract says.")
    placed.consent("objection_lifted" if state == "objected" else "given")
    assert placed.kept().status == (200 if state == "objected" else 404), "a withdrawal takes it out"
    assert placed.place().status == 200
    assert placed.kept().status == 200


def test_who_never_consented_is_not_placed_and_nothing_is_kept(front):
    found = front.place()

    assert (found.status, slug(found)) == (403, "no-consent")
    assert "no consent for the purpose service_planning on record" in found.json()["detail"]
    assert Segments(front.records).history(front.subject(), PURPOSE) == ()


@pytest.mark.parametrize("state", ["withdrawn", "objected"])
def test_who_takes_it_back_while_they_are_placed_is_not_kept(front_at, monkeypatch, state):
    front = front_at
    front.consent()
    placed = placing._placed

    def taken_back(*words):
        assert front.consent(state).status == 200
        return placed(*words)

    monkeypatch.setattr(placing, "_placed", taken_back)
    found = front.place()

    assert (found.status, slug(found)) == (403, "no-consent")
    assert Segments(front.records).history(front.subject(), PURPOSE) == ()


def test_who_is_erased_while_they_are_placed_does_not_come_back(front_at, tmp_path, monkeypatch):
    front = front_at
    front.consent()
    placed = placing._placed

    def erased(*words):
        erasures = Erasures(front.records, Tombstones(tmp_path / "tombstones.jsonl"))
        assert erasures.erase([front.subject()], "Carol", front.office.clock()).residents == 1
        return placed(*words)

    monkeypatch.setattr(placing, "_placed", erased)

    assert front.place().status in {403, 503}
    assert front.records.keys([front.subject()]) == {}


def test_consent_to_a_notice_of_something_else_does_not_count(front):
    front.consent(privacy_notice="1999-1")

    assert "other features" in front.place().json()["detail"]


def test_another_purpose_than_the_key_names_is_refused_and_on_record(placed):
    found = placed.kept("fairness_audit")

    assert (found.status, slug(found)) == (403, "no-consent")
    assert "was not issued for that purpose" in found.json()["detail"]
    event = placed.events[-1]
    assert (event["status"], event["purpose"], event["rows"]) == (403, "other", 1)
    assert len(event["subject"]) == 32


def test_a_purpose_that_the_key_names_and_the_policy_does_not_state_is_refused(placed):
    placed.issue("strange", "resident", purposes=("marketing",))
    found = placed.kept("marketing", key="strange")

    assert (found.status, slug(found)) == (403, "no-consent")
    assert placed.events[-1]["purpose"] == "marketing"


def test_a_key_of_another_purpose_places_nobody(front):
    front.consent()
    front.issue("strange", "store", purposes=("marketing",))

    assert slug(front.place(key="strange")) == "no-consent"


@pytest.mark.parametrize("query", ["", "purpose=", "purpose=a&purpose=b", "for=service_planning"])
def test_who_asks_says_what_for(placed, query):
    found = placed.ask("GET", "/segment", query=query)

    assert (found.status, slug(found)) == (400, "malformed")


def test_there_may_be_nothing_to_tell(front):
    front.consent()

    assert (front.kept().status, slug(front.kept())) == (404, "none-kept")


def test_a_segment_that_has_expired_is_not_told(front):
    front.consent()
    segments, now = Segments(front.records), front.office.clock()
    for retention, status in ((timedelta(microseconds=1), 200), (timedelta(0), 404)):
        by = By(PURPOSE, MODEL, 1, retention)
        segments.keep(
            front.subject(), Placed("S1", 0.5, borderline=False, decision="sha256:0"), by, "Test", now
        )
        assert front.kept().status == status


def test_what_a_person_decided_stands_in_the_place_of_what_was_computed(placed):
    computed = placed.kept().json()["segment"]
    other = next(one for one in scorer().segments if one != computed)
    told = Told(other, "Works at night.", "Carol")
    Overrides(placed.records).set(placed.subject(), PURPOSE, MODEL, told, placed.office.clock())

    for found in (placed.kept().json(), placed.place().json()):
        assert (found["segment"], found["computed"], found["is_override"]) == (other, computed, True)


def test_an_override_rests_while_no_segment_is_kept_and_the_next_scoring_wakes_it(front):
    front.consent()
    segments, now = Segments(front.records), front.office.clock()
    by = By(PURPOSE, MODEL, 1, timedelta(0))
    segments.keep(front.subject(), Placed("S1", 0.5, borderline=False, decision="sha256:0"), by, "Test", now)
    told = Told("S2", "Works at night.", "Carol")
    Overrides(front.records).set(front.subject(), PURPOSE, MODEL, told, now)

    assert (front.kept().status, slug(front.kept())) == (404, "none-kept")
    assert "S2" not in str(front.kept().json())
    for found in (front.place().json(), front.kept().json()):
        assert (found["segment"], found["is_override"]) == ("S2", True)


def test_an_override_to_a_segment_that_the_version_lacks_is_not_served_and_is_an_alert(placed):
    computed = placed.kept().json()["segment"]
    told = Told("S999", "Works at night.", "Carol")
    Overrides(placed.records).set(placed.subject(), PURPOSE, MODEL, told, placed.office.clock())

    for ask in (placed.kept, placed.place):
        found = ask().json()
        assert (found["segment"], found["computed"], found["is_override"]) == (computed, computed, False)
        assert placed.events[-1]["alert"] == "override-lost"


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"residents": residents(2)}, "too-large"),
        ({"residents": [{"age": 3}]}, "invalid"),
        ({"columns": {}}, "invalid"),
        (b"{", "malformed"),
    ],
)
def test_needs_are_held_to_the_policy_as_everywhere(front, body, told):
    front.consent()

    assert slug(front.ask("POST", "/segment", body)) == told
    assert front.events[-1]["status"] >= 400


def test_a_segment_of_a_version_that_was_revoked_is_not_told(placed):
    placed.office.approve(2)
    placed.app.edge.state.watch.look()
    assert placed.kept().json()["version"] == 1, "the control: a newer version alone changes nothing"
    placed.office.revoke(1)
    placed.app.edge.state.watch.look()

    assert (placed.kept().status, slug(placed.kept())) == (404, "none-kept")
    assert placed.place().json()["version"] == 2
    assert placed.kept().status == 200


def test_where_no_version_may_be_served_nothing_is_told(placed):
    placed.office.revoke()
    placed.app.edge.state.watch.look()

    assert (placed.kept().status, slug(placed.kept())) == (503, "not-approved")
    assert placed.place().status == 503


def test_the_access_event_says_who_what_for_and_stands_for_whom(placed):
    event = placed.events[-1]
    assert (event["route"], event["purpose"], event["status"], event["version"]) == (
        "resident_place",
        PURPOSE,
        200,
        1,
    )
    assert event["subject"] == placed.keyring.marker("access log")(placed.subject(REF)).hex()
    assert REF not in str(placed.events) + placed.log.getvalue()


def test_placing_counts_against_mass_reading_for_it_tells_what_a_person_decided(office):
    front = Front.of(office, residents_an_hour=2)
    front.consent()

    assert [front.place().status for _ in range(3)] == [200, 200, 429]
    assert front.consent("withdrawn").status == 200, "what is said never waits"
    front.close()
