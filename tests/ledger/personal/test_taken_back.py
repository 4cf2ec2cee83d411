"""What residents took back stands in a few lines, sealed for who has the keyring."""

from segmentation.ledger.personal.stones import chained
from segmentation.ledger.personal.taken_back import MANY, TakenBack, opened, sealed
from tests.ledger.personal.conftest import NOW


def test_many_stand_in_few_lines_and_come_back_as_they_were(keyring):
    said = [TakenBack(at.to_bytes(16, "big"), "service_planning", "refused", at) for at in range(MANY + 1)]
    lines = chained(("", NOW, "", one) for one in sealed(keyring, said))

    assert len(lines) == 2
    assert [one for line in lines for one in opened(keyring, line)] == said


def test_the_same_said_twice_does_not_look_the_same(keyring):
    said = [TakenBack(bytes(16), "service_planning", "withdrawn", 5)]
    assert sealed(keyring, said) != sealed(keyring, said)


def test_an_erasure_tells_of_nothing_that_was_taken_back(keyring):
    (line,) = chained([("ab", NOW, "sha256:0", "")])
    assert opened(keyring, line) == []
