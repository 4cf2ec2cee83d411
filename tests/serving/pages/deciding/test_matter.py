"""What an act is about: the version that the address names, as the reader calls its sections."""

import pytest

from segmentation.errors import BundleError
from segmentation.reviews.commenting import SECTIONS
from segmentation.reviews.waivers import blocking_of
from serving.pages.deciding.matter import matter_of
from serving.pages.visit import Declined
from tests.serving.pages.acting import Acting
from tests.serving.pages.made import MODEL, blocked


def matter(desk, route="approve", version=2, language="zh"):
    return matter_of(Acting(desk, "Carol", "approve", version, language).visit(route))


@pytest.mark.parametrize(
    ("route", "act"), [("approve", "approve"), ("sign_approve", "approve"), ("sign_comment", "comment")]
)
def test_the_page_that_asks_and_the_one_that_signs_are_of_one_act(seen, route, act):
    found = matter(seen, route)

    assert (found.act.key, found.model, found.version) == (act, MODEL, 2)


def test_a_version_that_was_never_submitted_is_declined(seen):
    with pytest.raises(Declined):
        matter(seen, version=7)


def test_what_blocks_is_known_by_its_key(seen):
    assert set(matter(seen).findings) == {one.key for one in blocking_of(blocked().card)}
    assert matter(seen, version=1).findings == {}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_section_that_may_be_commented_on_has_a_title_of_its_own(seen, language):
    found = matter(seen, language=language)
    titles = [found.section(name) for name in SECTIONS]

    assert len(set(titles)) == len(titles)
    assert not set(titles) & set(SECTIONS)
    assert found.section("nothing of the kind") == "nothing of the kind"


def test_a_version_that_cannot_be_read_is_told_without_its_titles(desk, monkeypatch):
    desk.office.submit(blocked())

    def missing(*_, **__):
        raise BundleError("The bundle is missing. Restore it from a backup.")

    monkeypatch.setattr(desk.pages, "version", missing)
    found = matter(desk)

    assert found.voice.language == "zh"
    with pytest.raises(BundleError):
        assert found.findings
