"""Each event of a version is told with what lets anybody check it."""

from datetime import date

from segmentation.ledger.records import Waiver
from serving.pages.version.history_told import entries, passed
from serving.pages.words import speaker
from tests.reviews.office import MODEL
from tests.serving.pages.made import blocked


def told(desk, number, language="en", titles=()):
    return entries(speaker(language), desk.pages.history(), MODEL, number, dict(titles))


def test_events_of_the_version_alone_are_told_the_latest_first(seen):
    found = told(seen, 1)

    assert [one.event.kind for one in found] == ["activated", "decision", "decision", "decision"]
    assert [one.event.seq for one in found] == sorted((one.event.seq for one in found), reverse=True)
    assert [one.event.action for one in told(seen, 2)] == ["submit"]


def test_an_approval_tells_its_waivers_by_the_keys_that_were_signed(desk):
    desk.office.submit(blocked())
    desk.office.approve("Carol", 2, waivers=blocked().waivers, conditions=("Look again in May.",))
    latest = told(desk, 2)[0]

    (same,) = latest.waived
    assert sorted(same.keys) == sorted(one.finding for one in blocked().waivers)
    assert latest.event.conditions == ("Look again in May.",)
    assert latest.event.valid_until is not None


def test_waivers_of_another_reason_or_day_stand_apart():
    day, later = date(2026, 6, 30), date(2026, 7, 31)
    found = passed(
        Waiver(finding=key, reason=reason, expires=until)
        for key, reason, until in [("a", "x", day), ("b", "x", day), ("c", "y", day), ("d", "x", later)]
    )

    assert [one.keys for one in found] == [("a", "b"), ("c",), ("d",)]


def test_a_waiver_tells_what_its_finding_says_and_nothing_where_nobody_can_read_it():
    waivers = [Waiver(finding=key, reason="Looked into.", expires=date(2026, 6, 30)) for key in ("a", "b")]

    assert passed(waivers, {"a": "It is so."})[0].said == ("It is so.", "")
    assert passed(waivers)[0].said == ("", "")
