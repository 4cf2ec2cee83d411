"""An account as rows: what holds now, and what was done, in words."""

from segmentation.rights.account import Account, Consent, Kept, Override, Reading, Request, Step
from segmentation.rights.report import Names
from serving.pages.residents.told import PAGES, Teller
from serving.pages.table import all_pages
from serving.pages.words import speaker

AT, LATER = "2026-03-02T08:00:00+00:00", "2026-03-03T08:00:00+00:00"
TELL = Teller(Names(), speaker("en"))


def kept(segment="S1", *, is_expired=False, model="a", state="active"):
    return Kept("p", model, 1, segment, 0.5, False, (), "sha256:d", AT, LATER, is_expired, state)


def put(segment, model="a"):
    return Override("p", model, segment, "Why.", "Carol", "", AT)


def holds(segments=(), overrides=()):
    found = TELL.holds(Account(AT, (), (), segments, overrides, (), ()))
    return [(one.model, one.segment, one.placed is not None, one.put is not None) for one in found]


def test_what_a_person_put_holds_before_what_was_computed_until_it_is_lifted():
    assert holds((kept("S1"), kept("S2"))) == [("a", "S2", True, False)]
    assert holds((kept(),), (put("S2"),)) == [("a", "S2", True, True)]
    assert holds((kept(),), (put("S2"), put(None))) == [("a", "S1", True, False)]


def test_what_has_expired_holds_no_more_and_models_stand_apart():
    assert holds((kept(is_expired=True),)) == [("a", "", False, False)]
    assert holds((kept(), kept("S2", model="b"))) == [("a", "S1", True, False), ("b", "S2", True, False)]
    assert holds() == []


def test_what_a_person_put_rests_while_there_is_nothing_in_whose_place_it_stands():
    for kept_then in ((), (kept(is_expired=True),), (kept(state="revoked"),)):
        assert holds(kept_then, (put("S2"),)) == [("a", "", False, True)]


def test_what_a_version_gave_that_was_taken_back_holds_no_more():
    assert holds((kept(state="revoked"),)) == [("a", "", False, False)]
    assert holds((kept(state="superseded"),)) == [("a", "S1", True, False)]
    assert holds((kept(), kept("S2", state="suspended"))) == [("a", "", False, False)], "the newest counts"
    assert TELL.placed(kept(state="revoked")).standing.startswith("its version was revoked")
    assert Teller(Names(), speaker("zh")).placed(kept(state="draft")).standing == "该版本未在使用"
    assert not TELL.placed(kept(state="")).standing


def test_events_steps_and_readings_are_told_in_words_and_unknown_codes_stay():
    (said,) = TELL.said((Consent("p", "objected", AT, "1", "fr", "fax", "key"),))
    assert (said.state, said.channel, said.language) == ("Objection to automated decisions", "fax", "fr")
    steps = (
        Step("received", AT, "key", "Text.", "app", "zh"),
        Step("refused", LATER, "Carol", "No.", "", ""),
    )
    request = Request("R0", "copy", "refused", AT, LATER, LATER, steps)
    told = TELL.requested(request, said.at)
    assert [(one.state, one.channel) for one in told.steps] == [
        ("Received", "In the app"),
        ("Refused with a reason", ""),
    ]
    first, last = TELL.looked(
        (Reading(AT, "key", "resident_account", "p", 403), Reading(LATER, "C", "x", "p", 200))
    )
    assert (first.by, first.is_told, last.is_told) == ("C", True, False)


def test_every_page_about_one_resident_is_told_in_words_to_who_reads_who_asked():
    about = {f"page_{one.name}" for one in all_pages() if one.handler.startswith("residents.")}

    assert set(PAGES) == about - {"page_residents"}
