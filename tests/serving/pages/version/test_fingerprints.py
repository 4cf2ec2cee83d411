"""Every digest that a signature names is told with what it is of."""

import pytest

from serving.pages.version.fingerprints import fingerprints_of
from serving.pages.words import speaker
from tests.reviews.office import MODEL


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_digest_of_the_submission_is_told_once(desk, language):
    desk.office.submit()
    standing = desk.office.desk.standing(MODEL, 1)
    digests = standing.submission.digests.model_dump()
    found = fingerprints_of(speaker(language), standing)

    every = [one for one in digests.values() if isinstance(one, str)]
    assert sorted(one.digest for one in found) == sorted([*every, *digests["model"].values()])
    assert len({one.of for one in found}) == len(found)
    assert any("scorer.json" in one.of for one in found)


def test_of_what_was_never_submitted_there_is_none(desk):
    assert fingerprints_of(speaker("en"), desk.office.desk.standing(MODEL, 1)) == ()
