"""Before anything is handed over or erased, the request says how it was checked who asks."""

import pytest

from segmentation.errors import ReviewError
from segmentation.ledger.personal.identity import NEEDED, WAYS, check_identity, check_way
from segmentation.ledger.personal.register import RIGHTS
from segmentation.ledger.personal.steps import Told


@pytest.mark.parametrize("way", ["", *WAYS])
def test_a_way_of_the_list_is_taken_and_so_is_none(way):
    check_way(way)


def test_a_number_of_a_document_is_no_way_to_check_and_is_not_repeated():
    with pytest.raises(ReviewError, match="never the number of a document") as refused:
        check_way("410103198001011234")
    assert "4101" not in str(refused.value)


@pytest.mark.parametrize("right", RIGHTS)
def test_what_is_handed_over_or_erased_needs_a_step_that_says_how(right):
    told = [Told("key", "All of it."), Told("Carol", "Handed over.")]
    check_identity(right, [*told, Told("Carol", identity="login")])
    if right not in NEEDED:
        check_identity(right, told)
        return
    with pytest.raises(ReviewError, match="Nothing says how it was checked"):
        check_identity(right, told)
