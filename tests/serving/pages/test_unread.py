"""Who cannot mend files is told whom to ask, and not where on a machine they lie."""

import pytest

from segmentation.errors import BundleError, PolicyError, ReviewError, StorageError
from serving.pages.unread import SAID, unread_told

PATH = "/srv/home/bundles/card.json"


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("kind", [BundleError, PolicyError, StorageError])
def test_a_file_is_not_named_and_an_administrator_is(kind, language):
    found = unread_told(kind(f"{PATH} was altered."), language)

    assert PATH not in str(found)
    assert ("administrator" if language == "en" else "管理员") in found.text
    assert found.english == ""


def test_what_names_no_file_is_told_as_it_is():
    assert unread_told(ReviewError("Version 3 was never submitted."), "en").text.startswith("Version 3")
    assert ReviewError not in SAID
