"""Names in both languages; what nobody named is told by its key."""

from datetime import timedelta

import pytest

from serving.pages.residents.named import CHANNELS, code_in, entry_of, model_in, rights_in, word_in
from serving.pages.words import speaker
from tests.serving.pages.residents.kept import AUDIT, PURPOSE


@pytest.mark.parametrize(
    ("language", "late", "look"),
    [("en", False, "Received"), ("en", True, "Overdue"), ("zh", False, "已受理"), ("zh", True, "已逾期")],
)
def test_a_request_is_told_by_an_icon_and_a_word(keeping, language, late, look):
    asked = keeping.ask(at=keeping.now - timedelta(days=31 if late else 1))
    found = entry_of(asked, keeping.now, speaker(language))

    assert (found.look[0], found.look[2]) == ("expired" if late else "submitted", look)
    assert found.is_late == late


def test_every_right_has_words_and_an_unknown_code_stays(keeping):
    for language in ("en", "zh"):
        voice = speaker(language)
        assert all(word and word != key for key, word in rights_in(voice))
        assert (code_in(voice, CHANNELS, "fax"), word_in(voice, {}, "S9")) == ("fax", "S9")


def test_names_are_of_the_version_in_use_and_where_there_is_none_of_nobody(keeping):
    assert (model_in(keeping.visit()).segments, model_in(keeping.visit()).stated) == ((), ())
    keeping.desk.office.activated(1)
    found = model_in(keeping.visit())

    assert (found.segments, found.stated) == (("S1", "S2"), (PURPOSE, AUDIT))
