"""Twice a second, what this worker serves, written where a scrape that any other worker answers finds it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from serving.calls import Refused

if TYPE_CHECKING:
    from serving.state import State


async def beat(state: State) -> None:
    """Tell the metrics what is served, until it is cancelled."""
    while True:
        stand(state)
        await asyncio.sleep(state.settings.interval)


def stand(state: State) -> None:
    """Tell the metrics what is served now."""
    try:
        version = state.watch.served().approved.version
    except Refused:
        version = 0
    state.metrics.stand(version, state.watch.looked)
