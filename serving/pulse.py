"""Twice a second: what does this worker serve now? For the metrics, and for the log where it changed."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from serving.calls import Refused

if TYPE_CHECKING:
    from serving.logs import Log
    from serving.state import State


class Pulse:
    """Follows what is served.

    Parameters
    ----------
    state : State
    log : Log
    """

    def __init__(self, state: State, log: Log) -> None:
        self._state, self._log = state, log
        self._last: tuple[int, str] | None = None

    async def beat(self) -> None:
        """Look until it is cancelled."""
        while True:
            self.look()
            await asyncio.sleep(self._state.settings.interval)

    def look(self) -> None:
        """Look once."""
        version, cause = self._now()
        self._state.metrics.stand(version, self._state.watch.looked)
        if (version, cause) != self._last:
            if version:
                self._log.event(
                    "took over", model=self._state.settings.model, version=version, decision=cause
                )
            else:
                self._log.event("stopped serving", model=self._state.settings.model, cause=cause)
            self._last = (version, cause)

    def _now(self) -> tuple[int, str]:
        """Return the version that is served and its decision; 0 and the cause where there is none."""
        try:
            approved = self._state.watch.served().approved
        except Refused as refused:
            return 0, refused.slug
        return approved.version, approved.decision
