"""How long a clock has gone evenly, for whoever would harm everybody with a time that is wrong.

A clock that is ahead for a moment (a machine that resumes, a wrong time zone until the network's time comes)
jumps at least once: back to the right time. So who must not write a time to come waits until it has not.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

JUMP = 60.0
"""Seconds that a clock may go faster or slower than the one that never goes back."""


class Steady:
    """Looks after one clock.

    Parameters
    ----------
    now : datetime
        What the clock says as this begins, aware.
    monotonic : callable
        Seconds of a clock that never goes back.
    """

    def __init__(self, now: datetime, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._since, self._ticks = now, monotonic()

    def seconds(self, now: datetime) -> float:
        """Return for how long the clock has gone evenly; 0 where it has just jumped, and it begins anew.

        Parameters
        ----------
        now : datetime
            What the clock says.
        """
        ticks = self._monotonic()
        went = ticks - self._ticks
        if abs((now - self._since).total_seconds() - went) <= JUMP:
            return went
        self._since, self._ticks = now, ticks
        return 0.0
