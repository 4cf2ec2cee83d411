"""Findings that block stand by attribute, and a form waives what its reader meant and nothing else."""

from datetime import UTC, date, datetime

import pytest

from segmentation.ledger.notes import Note
from segmentation.policy import Text
from segmentation.reviews.waivers import Blocking, blocking_of
from serving.pages.version.waiving import LACKING, WaiverForm, bounds, chosen_of, faults, waivers_of
from serving.pages.words import speaker
from tests.card import made as card
from tests.reviews.office import START
from tests.serving.pages.made import blocked

R = speaker("en")
DAYS = (date(2026, 3, 2), date(2026, 8, 29))
REASON = "Looked into; a visit to each of them is planned."
BROKEN = {"status": "broken", "sentence": Text(en="It is so.", zh="如此。")}
CLAIMS = (
    (Blocking("structure:noise", None, **BROKEN),),
    (Blocking("a:age:old", "age", **BROKEN), Blocking("a:age:young", "age", **BROKEN)),
    (Blocking("b:age:old", "age", **BROKEN),),
    (Blocking("a:sex:f", "sex", **BROKEN),),
)


class Handed:
    """What `waivers_of` needs of a version."""

    card = card.card()


def told(pending=(), typed=None, errors=None):
    return waivers_of(R, Handed, CLAIMS, pending, DAYS, typed, errors)


def noted(key, until):
    return Note("waiver", key, REASON, until, START, "sha256:00")


def test_findings_stand_by_attribute_and_what_the_segments_lack_stands_first():
    found = told()

    assert [(one.number, one.name, one.total) for one in found.groups] == [
        (1, LACKING, 1), (2, "age", 3), (3, "sex", 1)
    ]  # fmt: skip
    assert [one.alike for one in found.groups] == [False, True, False]
    assert (found.total, found.open) == (5, 5)
    assert (found.first, found.last) == ("2026-03-02", "2026-08-29")


@pytest.mark.parametrize(
    ("until", "is_over"),
    [
        (date(2026, 3, 1), True),
        (date(2026, 3, 2), False),
        (date(2026, 8, 29), False),
        (date(2026, 8, 30), True),
    ],
    ids=["over", "first", "last", "beyond"],
)
def test_a_waiver_that_can_be_signed_closes_a_finding_and_another_does_not(until, is_over):
    found = told([noted("a:age:young", until)])
    one = found.groups[1].claims[0][1]

    assert (one.waived.text, one.is_over) == (REASON, is_over)
    assert found.open == (5 if is_over else 4)


def test_a_form_that_is_to_be_mended_keeps_what_was_typed_in_its_own_group_alone():
    typed = WaiverForm("age", "short", "", ("b:age:old",))
    found = told(typed=typed, errors={"reason": "Too short."})

    assert [one.typed.reason for one in found.groups] == ["", "short", ""]
    assert [bool(one.errors) for one in found.groups] == [False, True, False]
    assert [one.key for same in found.groups[1].claims for one in same if one.ticked] == ["b:age:old"]


@pytest.mark.parametrize(
    ("typed", "chosen"),
    [
        (WaiverForm("age", keys=("a:age:old",)), ["a:age:old"]),
        (WaiverForm("age", keys=("a:age:old",), mirrored=True), ["a:age:old", "a:age:young"]),
        (WaiverForm("age", keys=("b:age:old",), mirrored=True), ["b:age:old"]),
        (WaiverForm("age", every=True), ["a:age:old", "a:age:young", "b:age:old"]),
        (WaiverForm(LACKING, every=True), ["structure:noise"]),
        (WaiverForm("age", keys=("a:sex:f", "nothing")), []),
        (WaiverForm("nobody", every=True), []),
        (WaiverForm("age"), []),
    ],
    ids=["ticked", "mirrored", "alone", "every", "lacking", "other", "unknown", "none"],
)
def test_a_form_waives_what_was_chosen_and_nothing_else(typed, chosen):
    assert list(chosen_of(typed, CLAIMS)) == chosen


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_is_wrong_is_said_in_the_language_of_the_reader(language):
    found = faults(speaker(language), WaiverForm(reason="short", until="2026-08-30"), ("a:age:old",), DAYS)

    assert set(found) == {"reason", "until"}
    assert all(any("一" <= letter <= "鿿" for letter in one) is (language == "zh") for one in found.values())


def test_a_reason_of_letters_that_show_nothing_is_none():
    typed = WaiverForm(reason="\u3164" * 30, until="2026-08-29")

    assert set(faults(R, typed, ("a:age:old",), DAYS)) == {"reason"}


def test_nothing_is_wrong_with_a_form_that_keeps_every_rule():
    assert faults(R, WaiverForm(reason=REASON, until="2026-08-29"), ("a:age:old",), DAYS) == {}


def test_a_form_is_read_as_a_browser_sends_it():
    form = {
        "group": "age",
        "reason": " One.\nTwo. ",
        "until": "2026-06-30",
        "what": "every",
        "mirrored": "yes",
    }
    typed = WaiverForm.of(form, {"key": ("x", "y")})

    assert typed == WaiverForm("age", "One.\nTwo.", "2026-06-30", ("x", "y"), mirrored=True, every=True)
    assert typed.day == date(2026, 6, 30)
    assert WaiverForm.of({}, {}) == WaiverForm()


def test_the_last_day_is_that_of_an_approval():
    class Submission:
        review_days = 180

    assert bounds(Submission, datetime(2026, 3, 2, 23, 59, tzinfo=UTC)) == DAYS


def test_every_finding_of_a_real_card_is_in_a_form():
    from segmentation.reviews.submission import Version
    from serving.pages.version.card_parts import parts_of

    class Bundle:
        digest = "sha256:00"

    version = Version(Bundle, blocked().policy, blocked().card, blocked().impact)
    found = waivers_of(R, version, parts_of(version, "en").blocking, (), DAYS)
    keys = [one.key for group in found.groups for same in group.claims for one in same]

    assert sorted(keys) == [one.key for one in blocking_of(blocked().card)]


def test_what_is_left_to_waive_stands_first_and_unfolds_its_group():
    day = date(2026, 5, 31)
    untouched, begun = told().groups[1], told([noted("a:age:old", day), noted("a:age:young", day)]).groups[1]
    done = told([noted(key, day) for key in ("a:age:old", "a:age:young", "b:age:old")]).groups[1]

    assert [same[0].key for same in untouched.claims] == ["a:age:old", "b:age:old"]
    assert [same[0].key for same in begun.claims] == ["b:age:old", "a:age:old"]
    assert [untouched.unfolded, begun.unfolded, done.unfolded] == [False, True, False]
