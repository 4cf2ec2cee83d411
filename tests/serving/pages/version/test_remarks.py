"""What is said of a section stands with it, and a form that is to be mended keeps what was typed."""

import pytest

from segmentation.ledger.notes import Note
from serving.pages.version.pending import Pending
from serving.pages.version.remarks import CommentForm, Said, fault, is_section
from serving.pages.words import speaker
from tests.reviews.office import START

MINE = Pending((Note("comment", "gaps", "Mine.", None, START, "sha256:00"),))


def test_a_pending_comment_is_offered_to_be_changed_in_its_own_section_alone():
    said = Said((), MINE)

    assert (said.of("gaps").mine, said.of("gaps").typed) == ("Mine.", "Mine.")
    assert (said.of("segments").mine, said.of("segments").typed) == ("", "")


def test_what_was_typed_last_is_shown_again_with_what_is_wrong():
    said = Said((), MINE, typed=CommentForm("gaps", "Mine, and"), error="It is wrong.")

    assert (said.of("gaps").mine, said.of("gaps").typed, said.of("gaps").error) == (
        "Mine.", "Mine, and", "It is wrong."
    )  # fmt: skip
    assert said.of("segments").error == ""


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(
    ("text", "is_wrong"),
    [("", True), ("x", False), ("x" * 4000, False), ("x" * 4001, True), ("a\nb", False), ("a\tb", True),
     ("a\u200bb", True), ("一", False), ("\u3164", True), ("a\u2800", True)],
    ids=range(10),
)  # fmt: skip
def test_a_comment_is_refused_where_a_record_would_refuse_it(language, text, is_wrong):
    assert bool(fault(speaker(language), CommentForm("gaps", text))) is is_wrong


def test_a_form_is_read_without_the_blanks_around_its_text():
    assert CommentForm.of({"key": "gaps", "text": " One.\nTwo.\n"}) == CommentForm("gaps", "One.\nTwo.")


def test_there_are_sections_of_the_card_the_assessment_and_the_version_as_a_whole():
    assert all(map(is_section, ("verdict", "digests", "impact", "version")))
    assert not any(map(is_section, ("", "history", "live", "impact_outcome")))
