"""A secret at rest opens with its passphrase alone, and with all that stands beside it as it was."""

import json

import pytest

from segmentation.errors import SigningError
from segmentation.signing.passphrase import MOST, sealed, unsealed

PASSPHRASE = "a passphrase at rest"
CHEAP = {"iterations": 1, "lanes": 1, "memory_kib": 8}
TEXT = sealed(b"planted", PASSPHRASE, {"type": "toy/1", "of": "Carol"}, CHEAP)


def test_a_secret_comes_back_and_what_is_told_beside_it_is_readable():
    assert unsealed(TEXT, PASSPHRASE) == b"planted"
    assert (json.loads(TEXT)["type"], json.loads(TEXT)["of"]) == ("toy/1", "Carol")
    assert "planted" not in TEXT


@pytest.mark.parametrize("changed", [{"of": "Mallory"}, {"added": 1}])
def test_what_is_told_beside_a_secret_is_bound_to_it(changed):
    with pytest.raises(SigningError, match="does not open the ring"):
        unsealed(json.dumps(json.loads(TEXT) | changed), PASSPHRASE, "ring")


@pytest.mark.parametrize("name", MOST)
def test_a_text_that_asks_for_more_than_a_machine_has_is_refused_at_once(name):
    asked = json.loads(TEXT)
    asked["cost"][name] = MOST[name] + 1

    with pytest.raises(SigningError, match="The ring file cannot be read"):
        unsealed(json.dumps(asked), PASSPHRASE, "ring")
