"""What is made up says so, and answers whatever a draft asks."""

import tomllib
from datetime import date

from segmentation.reviews.made_up import MADE_UP, filled_in, people_of


def test_all_people_say_in_their_names_that_they_are_made_up():
    people = people_of("Practice")
    assert all(name.startswith("Practice ") for name in people)
    assert {"trainer", "compliance", "business"} <= set(people.values())


def test_a_draft_is_answered_in_the_form_that_it_asks_for_and_the_rest_is_left():
    draft = (
        'when = "<write: date of the assessment>"\nagain = "<write: next review>"\n'
        'yes = "<write: true or false>"\nlevel = "<write: low, medium, high or very high>"\n'
        'why = "<write: why it may pass>"\nkept = "as it is"\n'
    )

    assert tomllib.loads(filled_in(draft, date(2026, 7, 1))) == {
        "when": date(2026, 7, 1), "again": date(2026, 7, 31), "yes": False, "level": "low", "why": MADE_UP,
        "kept": "as it is",
    }  # fmt: skip
