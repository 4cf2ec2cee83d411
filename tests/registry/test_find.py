"""A version is found by number or alias, but never by the alias that mirrors a decision."""

import pytest

from segmentation.errors import RegistryError
from segmentation.registry import handed_over, load_previous, load_segmenter, load_version

NAME = "resident_needs"


@pytest.mark.parametrize("load", [load_version, load_previous, load_segmenter, handed_over])
def test_nothing_is_loaded_by_the_alias_that_anybody_may_move(home, registered, client_of, load):
    client_of(home).set_registered_model_alias(NAME, "champion", "1")

    with pytest.raises(RegistryError, match=r"`segmentation score --approved` or `load_approved`"):
        load(home, NAME, "champion")


def test_another_alias_is_followed(home, registered, client_of):
    client_of(home).set_registered_model_alias(NAME, "last_summer", "1")

    assert load_version(home, NAME, "last_summer").version == 1
