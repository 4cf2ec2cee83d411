"""What changed since the version that residents know is told in short; where nothing can be said, that is."""

import pytest

from segmentation.reviews.diff import Diff
from serving.pages.version.since_told import LISTED, since
from serving.pages.words import speaker
from tests.serving.pages.made import blocked


def told(desk, number=2, language="en"):
    visit, history = desk.visit(language=language, path={"version": str(number)}), desk.pages.history()
    version = desk.pages.version(history, number, visit.now)
    return since(speaker(language), visit, history, number, version)


def test_every_part_that_is_counted_is_one_of_a_comparison():
    assert set(LISTED) < set(Diff.__dataclass_fields__)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_findings_that_block_now_and_did_not_are_told(seen, language):
    found = told(seen, language=language)

    assert (found.version, found.state) == (1, "active")
    assert len(found.turned) + found.more == len(blocked().waivers)
    assert all(one.number > 0 and one.title and one.help for one in found.counted)


def test_a_version_that_differs_in_nothing_is_told_so(desk):
    desk.office.activated(1)
    desk.office.submit(2)

    assert told(desk).counted == ()


def test_a_version_whose_files_are_gone_is_not_compared_with(desk):
    desk.office.activated(1)
    desk.office.submit(blocked())
    version = desk.pages.version(desk.pages.history(), 2, desk.office.clock())
    for file in desk.office.home.root.parent.glob("bundles/**/card.json"):
        file.unlink()
    visit = desk.visit(path={"version": "2"})
    found = since(speaker("zh"), visit, desk.pages.history(), 2, version)

    assert (found.version, found.state, found.counted) == (1, "active", ())
    assert "版本1" in found.problem
