"""How segments were chosen and stand goes onto the card, without a share of too few residents."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentation.card.chosen import chosen, compared, shortfalls, stable
from segmentation.clustering.choice import Choice, Rival, Structure
from segmentation.clustering.identity import Move
from segmentation.errors import CardError
from tests.card import made

POLICY = made.policy()
SMALLEST = POLICY.audit.smallest_group
SOUND = Rival(3, 0.91, (0.9, 0.8, 0.76), 0.2, 0.3, "given")
IDS = ("S1", "S2")


THERE = made.choice().structure


def lacking(rival=SOUND, structure=THERE):
    return shortfalls(POLICY, Choice((rival,), structure))


# ---- What stands in the way -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "lack"),
    [
        ({"prediction_strength": 0.799}, "does not repeat itself"),
        ({"jaccard": (0.9, 0.8, 0.749)}, "a segment is not stable"),
        ({"smallest_share": 0.001}, "too small a segment"),
    ],
)
def test_a_given_number_that_does_not_pass_lacks_what_it_was_measured_to_lack(changes, lack):
    assert lacking(replace(SOUND, **changes)) == (lack,)


def test_a_given_number_that_shuffled_columns_have_as_well_lacks_structure():
    assert lacking(structure=made.given().structure) == ("shuffled columns do as well",)


def test_a_number_that_was_held_against_nothing_is_told_so():
    assert lacking(structure=None) == ("not held against shuffled columns",)


def test_a_given_number_that_passes_lacks_nothing():
    assert lacking() == ()


def test_a_rival_that_lost_is_no_shortfall_of_the_one_that_was_chosen():
    assert made.card().verdict.structure == ()


def test_what_the_segments_lack_leaves_the_verdict_of_the_audit_as_it_is():
    cards = [made.card(choice=choice) for choice in (made.choice(), made.given())]

    assert [len(card.verdict.structure) for card in cards] == [0, 4]
    assert cards[0].verdict == replace(cards[1].verdict, structure=())


# ---- Figures that tell no small count ---------------------------------------------------------------


@pytest.mark.parametrize(("figure", "told"), [(0.79999, 0.799), (0.8, 0.8), (0.29, 0.29), (1.0, 1.0)])
def test_what_is_under_a_limit_stays_under_it(figure, told):
    rival = replace(SOUND, prediction_strength=figure)

    assert chosen(POLICY, Choice((rival,), None), 5_000).rivals[0].prediction_strength == told


@settings(max_examples=100)
@given(st.floats(0, 0.5), st.integers(50, 100_000))
def test_no_smallest_segment_is_told_of_fewer_residents_than_the_smallest_group(share, residents):
    rival = replace(SOUND, smallest_share=share)
    (told,) = chosen(POLICY, Choice((rival,), None), residents).rivals
    half = min(residents, POLICY.clustering.sample_size) // 2

    assert (told.smallest_share is None) == (share < SMALLEST / half)


@settings(max_examples=200)
@given(st.floats(0, 1), st.integers(50, 100_000))
def test_no_share_of_borderline_residents_is_told_of_few_of_them_or_few_others(share, residents):
    stability = made.stability(borderline_share=share)
    told = stable(POLICY, stability, IDS, residents)
    sample = min(residents, POLICY.clustering.sample_size)
    are_few, others_are_few = share < SMALLEST / sample, share > 1 - SMALLEST / sample

    assert (told.borderline_share is None) == (are_few or others_are_few)
    assert (told.moved_borderline is None) == are_few
    assert (told.moved_others is None) == others_are_few


def test_where_nobody_is_borderline_nothing_is_told_of_them():
    nobody = made.stability(borderline_share=0.0, moved_borderline=None)
    told = stable(POLICY, nobody, IDS, 5_000)

    assert (told.borderline_share, told.moved_borderline, told.moved_others) == (None, None, 0.012)


def test_the_stability_of_other_segments_is_refused():
    with pytest.raises(CardError, match="not of these segments"):
        made.card(stability=made.stability(jaccard=(0.9, 0.8, 0.7)))


def test_a_migration_that_tells_a_small_count_is_refused():
    few = (Move("S1", "S2", SMALLEST - 1, 0.1, None),)

    with pytest.raises(CardError, match="under `smallest_group`"):
        compared(made.migration(moves=few), SMALLEST)


def test_a_migration_that_tells_as_many_as_the_smallest_group_is_taken():
    enough = (Move("S1", "S2", SMALLEST, 0.1, None),)

    assert compared(made.migration(moves=enough), SMALLEST)[1].moves[0].residents == SMALLEST


def test_without_a_version_before_there_is_nothing_to_compare():
    card = made.card(migration=None)

    assert card.changes.since is None
    assert (card.migration.carried, card.migration.moves) == ((), ())


def test_structure_is_told_as_it_was_found():
    found = Structure(3, 0.61234, 0.73456, 99, 0.01, 0.01, None)
    told = chosen(POLICY, Choice((SOUND,), found), 5_000).structure

    assert (told.inertia, told.shuffled, told.p_value, told.copula_p) == (0.612, 0.735, 0.01, None)
    assert told.is_there
