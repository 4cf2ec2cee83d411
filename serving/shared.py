"""What workers share, in files under the folder of the spool: what keys have spent, and what was counted.

What a key has spent is shared by all that serve from one folder, also by two services of one worker each and
by one that was started anew; what was counted belongs to one run of one service.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from serving.metrics import SERVED, SLOTS, Metrics
from serving.rate import Rate
from serving.spool import spools
from serving.tally import Alone, Shared

if TYPE_CHECKING:
    from serving.settings import Settings

FOLDER = "shared"


def rate_of(settings: Settings) -> Rate:
    """Return what counts how often keys ask: over all workers of all services that have the same folder.

    Raises
    ------
    StorageError
    """
    return Rate.shared(settings.spool / FOLDER / "rate")


def reads_of(settings: Settings) -> Rate:
    """Return what counts how many residents keys ask about, over all workers as `rate_of`.

    Raises
    ------
    StorageError
    """
    return Rate.shared(settings.spool / FOLDER / "residents")


def metrics_of(settings: Settings) -> Metrics:
    """Return what counts answers: over all workers, where there are several.

    Raises
    ------
    StorageError
    """

    def waiting() -> int:
        return sum(spool.size for spool in spools(settings.spool))

    if settings.workers == 1:
        return Metrics(Alone(SLOTS), waiting)
    return Metrics(Shared(settings.spool / FOLDER, SLOTS, SERVED, settings.run), waiting)
