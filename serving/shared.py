"""What several workers of one service share, in files under the folder of the spool."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from serving.metrics import REFUSED, SLOTS, Metrics
from serving.rate import Rate
from serving.spool import spools
from serving.tally import Alone, Shared

if TYPE_CHECKING:
    from serving.settings import Settings

FOLDER = "shared"


def rate_of(settings: Settings) -> Rate:
    """Return what counts how often keys ask: over all workers, where there are several.

    Raises
    ------
    StorageError
    """
    return Rate() if settings.workers == 1 else Rate.shared(settings.spool / FOLDER / "rate")


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
    # Workers of one run of the service have one parent: the process that starts them anew where they die.
    return Metrics(Shared(settings.spool / FOLDER, SLOTS, REFUSED + 1, str(os.getppid())), waiting)
