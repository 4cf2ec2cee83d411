"""A refusal of a first draft is short, names every place, and hides no other fault."""

from segmentation.errors import Fault
from segmentation.impact.unwritten import refusal, unwritten

OTHER = Fault("conclusion", "is missing", "add it")


def places(*paths):
    return [unwritten(path) for path in paths]


def test_unwritten_places_are_grouped_by_section_in_the_order_of_the_file():
    faults = places("assessed_on", "contact.en", "contact.zh", "rights.harm.text.en", "rights.harm.text.zh")

    assert refusal("Refused", [*faults, OTHER]) == (
        "Refused, 6 faults:\n"
        "  - 5 texts are still to be written by a person; replace what is marked:\n"
        "      assessed_on, contact\n"
        "      rights: harm.text\n"
        "  - conclusion: is missing; add it."
    )


def test_a_language_is_named_where_only_one_is_unwritten():
    told = refusal("Refused", places("rights.harm.text.zh", "rights.autonomy.text.en"))

    assert "      rights: harm.text.zh, autonomy.text.en" in told.split("\n")


def test_a_single_place_is_told_in_a_sentence_with_the_way_out():
    assert refusal("Refused", places("contact.zh")) == (
        "Refused, 1 fault:\n  - contact.zh: is still to be written by a person; replace the marked text."
    )


def test_other_faults_are_told_as_ever():
    assert refusal("Refused", [OTHER]) == "Refused, 1 fault:\n  - conclusion: is missing; add it."
