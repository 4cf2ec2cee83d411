"""Who may connect, and how many: behind a proxy only that proxy, and no more than a process has files for."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

BRIEF = 5.0
"""Seconds between two requests of a connection where more than half of the places are taken."""
SWEEP = 1.0
"""Seconds between two looks for connections that have been idle for longer."""


class Places:
    """Places for connections of one worker.

    Parameters
    ----------
    most : int
    proxies : sequence of str
        Addresses and networks of proxies; where there are none, anybody may connect.
    """

    def __init__(self, most: int, proxies: Sequence[str] = ()) -> None:
        self.most = most
        self._proxies = [ipaddress.ip_network(proxy) for proxy in proxies]
        self._looked: float | None = None

    def admits(self, peer: str) -> bool:
        """Tell whether an address may connect: a proxy, and this machine, whose own talk nobody reads.

        Parameters
        ----------
        peer : str
            Address of the Internet Protocol.
        """
        if not self._proxies:
            return True
        found = ipaddress.ip_address(peer.partition("%")[0])
        told = getattr(found, "ipv4_mapped", None) or found
        return told.is_loopback or any(told in proxy for proxy in self._proxies)

    def is_full(self, taken: int) -> bool:
        """Tell whether more places are taken than there are."""
        return taken > self.most

    def is_to_sweep(self, taken: int, now: float) -> bool:
        """Tell whether idle connections are to be looked for now, and note that they were.

        Parameters
        ----------
        taken : int
        now : float
            Seconds of a clock that never goes back.
        """
        is_due = self._looked is None or now - self._looked >= SWEEP
        if taken <= self.most // 2 or not is_due:
            return False
        self._looked = now
        return True
