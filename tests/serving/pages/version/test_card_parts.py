"""The parts that never change are written once for each bundle and language."""

from dataclasses import dataclass, replace

from segmentation.card.html import sections_html
from segmentation.reviews.submission import Version
from segmentation.reviews.waivers import blocking_of
from serving.pages.version.card_parts import parts_in, parts_of
from tests.serving.pages.made import blocked


@dataclass(frozen=True)
class Bundle:
    digest: str


def version(digest="sha256:00"):
    return Version(Bundle(digest), blocked().policy, blocked().card, blocked().impact)


def test_sections_are_the_cards_own_to_the_letter():
    found = parts_of(version(), "en")

    assert {name: part.html for name, part in found.card.items()} == sections_html(blocked().card, "en")
    assert next(iter(found.card)) == "about"


def test_headings_of_the_assessment_stand_one_step_lower_and_nothing_else_differs():
    found = {part.name: part.html for part in parts_of(version(), "en").impact}

    assert not any("<h3" in html or "&lt;h4" in html for html in found.values())
    assert any("<h4>" in html for html in found.values())
    assert all(name.startswith("impact_") for name in found)


def test_everything_that_blocks_is_told_once():
    keys = [one.key for same in parts_of(version(), "en").blocking for one in same]

    assert sorted(keys) == [one.key for one in blocking_of(blocked().card)]


def test_what_the_segments_lack_stands_before_the_findings():
    lacking = replace(
        blocked().card, verdict=replace(blocked().card.verdict, structure=("too small a segment",))
    )
    found = parts_of(replace(version(), card=lacking), "en").blocking

    assert found[0][0].attribute is None
    assert all(one.attribute is not None for same in found[1:] for one in same)


def test_the_parts_of_one_bundle_in_one_language_are_written_once(seen):
    office = seen.pages
    first = parts_in(office, version(), "en")

    assert parts_in(office, version(), "en") is first
    assert parts_in(office, version(), "zh") is not first
    assert parts_in(office, version("sha256:01"), "en") is not first
