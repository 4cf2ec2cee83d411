"""Why a resident is where they are: exact, and held against what is kept."""

import pytest

from segmentation.ledger.personal.overrides import Overrides, Told
from tests.serving.made import MODEL, residents
from tests.serving.residents.front import PURPOSE


def explained(front, seed=0):
    return front.ask("POST", "/explanation", {"residents": residents(1, seed)}).json()


def test_the_reasons_add_up_and_say_whether_they_give_the_kept_segment(front_at):
    front = front_at
    front.consent()
    front.place()
    told = explained(front)

    reason = told["reason"]
    assert sum(reason["contributions"].values()) + reason["constant"] == pytest.approx(
        reason["gap"], abs=1e-9
    )
    assert (told["agrees"], told["held"]["segment"]) == (True, reason["segment"])
    assert reason["text"]["zh"]
    assert {reason["segment"], reason["runner_up"]} == told["segments"].keys()


def test_other_needs_are_told_to_give_another_segment(placed):
    kept = placed.kept().json()["segment"]
    answers = {seed: explained(placed, seed) for seed in range(6)}

    for told in answers.values():
        assert told["agrees"] == (told["reason"]["segment"] == kept)
    assert {told["agrees"] for told in answers.values()} == {True, False}


def test_where_nothing_is_kept_there_is_nothing_to_agree_with(front):
    told = explained(front)

    assert (told["held"], told["agrees"]) == (None, None)


def test_a_segment_of_another_version_says_nothing_of_these_needs(placed):
    placed.office.approve(2)
    placed.app.edge.state.watch.look()
    told = explained(placed)

    assert (told["version"], told["held"]["version"], told["agrees"]) == (2, 1, None)


def test_who_withdrew_may_still_know_why(placed):
    placed.consent("withdrawn")
    told = explained(placed)

    assert told["reason"]["contributions"]
    # Their segment was taken out with the withdrawal.
    assert (told["held"], told["agrees"]) == (None, None)
    assert placed.events[-1]["purpose"] == "rights"


def test_what_a_person_decided_is_told_beside_it(placed):
    told = Told("S3", "Works at night.", "Carol")
    Overrides(placed.records).set(placed.subject(), PURPOSE, MODEL, told, placed.office.clock())

    assert explained(placed)["held"]["override"] == "S3"


def test_needs_are_not_kept(placed):
    explained(placed)
    found = placed.ask("GET").json()

    assert "contributions" not in str(found)
    assert len(found["segments"]) == 1
