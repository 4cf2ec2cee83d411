"""Keeps what a process holds in its memory out of files: no core dump, and no look from other processes.

A dump of a process that opened a keyring holds every key, and whatever was unsealed last.
"""

from __future__ import annotations

import ctypes
import resource
import sys
from contextlib import suppress

SET_DUMPABLE = 4
"""What prctl(2) calls it."""


def forbid_dumps() -> None:
    """Let nobody write the memory of this process to a file, from now until it ends.

    The limit keeps the kernel from writing a core file, here and in the processes that this one starts. On
    Linux the process is also marked as not to be dumped: a handler of core files that the kernel pipes into
    (core(5)) gets none either, and other processes of the same user may not read its memory (prctl(2)).
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):  # a sandbox may lack it, and the limit holds all the same
            ctypes.CDLL(None).prctl(SET_DUMPABLE, 0, 0, 0, 0)
