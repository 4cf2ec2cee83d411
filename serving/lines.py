"""Which lines of a spool are access events: what is moved into the ledger stays there for ever.

Only the service writes to a spool. Yet a disk that lost its power may leave anything in a file, and another
file may come to lie in the folder; nothing of it may get into the ledger, and nothing of it is thrown away.
"""

# No `from __future__ import annotations`: msgspec reads these when it makes the type.
from typing import IO

import msgspec

from serving.accesses import Access
from serving.spool import NEWLINE

BATCH = 256 * 2**10
"""Bytes of lines that go into the ledger at once, at most, unless one line is longer."""
INSTEAD = b"-"
"""Stands for each byte of a line that is none, so that those after it keep their places in the spool."""


class _Known(Access, frozen=True, forbid_unknown_fields=True):
    """An access event, with what it may hold and nothing else."""


_decoder = msgspec.json.Decoder(_Known)


def whole_lines(file: IO[bytes], start: int) -> bytes:
    """Return whole lines from there on, as many as a batch takes; nothing where not one is whole."""
    file.seek(start)
    found = file.read(BATCH)
    while NEWLINE not in found and (more := file.read(BATCH)):
        found += more
    return found[: found.rfind(NEWLINE) + 1]


def sifted(lines: bytes) -> tuple[bytes, bytes]:
    """Return lines in which dashes stand for those that are no access event, and what these were.

    Parameters
    ----------
    lines : bytes
        Whole lines.

    Returns
    -------
    tuple of bytes
        As many bytes as were given; and the lines that are none, as they were.
    """
    each = [line + NEWLINE for line in lines.split(NEWLINE)[:-1]]
    strange = {line for line in each if not _is_event(line)}
    if not strange:
        return lines, b""
    sound = (INSTEAD * (len(line) - 1) + NEWLINE if line in strange else line for line in each)
    return b"".join(sound), b"".join(line for line in each if line in strange)


def _is_event(line: bytes) -> bool:
    try:
        _decoder.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return True
