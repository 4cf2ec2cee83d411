"""Whether a file of secrets is closed to others, as ssh asks it of a key: what all may read is no secret.

A group may read it, for a secret that is mounted into a container often belongs to one. What is no file, such
as a pipe, is let be.
"""

from __future__ import annotations

import stat

from segmentation.errors import VaultError

OTHERS = stat.S_IRWXO | stat.S_IWGRP
"""What a file's mode must not allow: anything to others, and changes to a group."""


def check_closed(what: str, mode: int) -> None:
    """Refuse a file that others may read or change.

    Parameters
    ----------
    what : str
        The file as a message names it: ``keyring /srv/home/keyring.json``.
    mode : int
        Of the file that was opened, as `os.fstat` tells it.

    Raises
    ------
    VaultError
        They may; says how to close it.
    """
    if stat.S_ISREG(mode) and mode & OTHERS:
        raise VaultError(
            f"The {what} is open to others on this machine (mode {stat.S_IMODE(mode):03o}), so it is not "
            "used. Close it with `chmod 600`, or mount it with mode 0440; change what it holds where "
            "somebody may have read it."
        )
