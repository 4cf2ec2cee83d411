"""What all requests of one worker share."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from serving.metrics import Metrics

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from serving.residents.desk import Desk
    from serving.settings import Settings
    from serving.watch import Watch


@dataclass(frozen=True, eq=False)
class State:
    """What a handler may look at.

    Attributes
    ----------
    settings : Settings
    watch : Watch
        Knows which version may be served now, and which keys count.
    clock : callable
        The time, aware, in UTC.
    metrics : Metrics
        What was counted, by this worker and the others.
    residents : Desk or None
        What is kept of residents; None in a service without a keyring.
    """

    settings: Settings
    watch: Watch
    clock: Callable[[], datetime]
    metrics: Metrics = field(default_factory=Metrics)
    residents: Desk | None = None
