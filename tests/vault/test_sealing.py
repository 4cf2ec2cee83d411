"""What is sealed opens under its key and in its place alone."""

import pytest

from segmentation.errors import VaultError
from segmentation.vault.sealing import DataKey

KEY = DataKey(32 * b"k")
PLACE, CONTENT = b"consents 1", "needs a ramp 坡道".encode()


def test_what_is_sealed_opens_in_its_place():
    sealed = KEY.seal(PLACE, CONTENT)

    assert KEY.open(PLACE, sealed) == CONTENT
    assert CONTENT not in sealed


def test_the_same_content_is_sealed_otherwise_each_time():
    assert len({KEY.seal(PLACE, CONTENT) for _ in range(100)}) == 100


def _flipped(sealed, at):
    return sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :]


@pytest.mark.parametrize(
    "opened",
    [
        lambda sealed: KEY.open(b"consents 2", sealed),
        lambda sealed: DataKey(32 * b"o").open(PLACE, sealed),
        lambda sealed: KEY.open(PLACE, _flipped(sealed, 0)),
        lambda sealed: KEY.open(PLACE, _flipped(sealed, 20)),
        lambda sealed: KEY.open(PLACE, _flipped(sealed, len(sealed) - 1)),
        lambda sealed: KEY.open(PLACE, sealed[:-1]),
        lambda _: KEY.open(PLACE, b""),
    ],
    ids=["moved", "of another", "nonce", "content", "tag", "cut", "empty"],
)
def test_what_was_altered_or_moved_does_not_open_and_says_nothing_of_its_content(opened):
    with pytest.raises(
        VaultError, match=r"A sealed row does not open: .* `segmentation ledger verify`"
    ) as told:
        opened(KEY.seal(PLACE, CONTENT))
    assert "ramp" not in str(told.value)
    assert told.value.__suppress_context__


def test_a_key_shows_nothing_of_itself():
    assert "kkk" not in repr(KEY)
    assert not hasattr(KEY, "__dict__")


def test_a_key_is_the_same_where_its_secret_is():
    assert DataKey(32 * b"k") == KEY
    assert hash(DataKey(32 * b"k")) == hash(KEY)
    assert DataKey(32 * b"o") != KEY
    assert KEY != 32 * b"k"
