"""A file of secrets is closed to others, or not used."""

import os
import stat

import pytest

from segmentation.errors import VaultError
from segmentation.vault.closed import check_closed


@pytest.mark.parametrize("mode", [0o400, 0o600, 0o640, 0o440, 0o700])
def test_what_its_owner_and_a_group_read_is_closed(mode):
    check_closed("keyring", stat.S_IFREG | mode)


@pytest.mark.parametrize("mode", [0o644, 0o601, 0o602, 0o660])
def test_what_others_read_or_a_group_changes_is_not(mode):
    with pytest.raises(VaultError, match=f"mode {mode:o}"):
        check_closed("keyring", stat.S_IFREG | mode)


def test_a_pipe_is_let_be():
    reading, writing = os.pipe()
    os.fchmod(reading, 0o666)
    try:
        check_closed("keyring", os.fstat(reading).st_mode)
    finally:
        os.close(reading)
        os.close(writing)
