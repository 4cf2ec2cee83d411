"""By when a request is answered: days by what is asked for, and by how it was received.

Thirty days are from a recommended national standard (GB/T 35273-2020, 8.7: within thirty days, or the period
that laws and regulations set), because the law itself says no more than "in time" (PIPL Art. 45, 50). That
standard knows no second period. The one extension that the register allows is this program's own rule: it
asks for a reason, the resident is told it, and the company answers for it.

Correction and erasure that were asked for in an app have fifteen working days where a person carries them
out, and no promise may be longer (App违法违规收集使用个人信息行为认定方法, 国信办秘字〔2019〕191号, 六, 3):
these are never extended. Working days are Monday to Friday in China's time. Holidays are not known here, so
an answer may be asked for early. A Saturday that is worked in exchange for a holiday is not known either:
where there is one, answer a day before.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from segmentation.ledger.personal.register import Right

DAYS = 30
"""Days in which a request is answered, unless a company sets fewer (GB/T 35273-2020, 8.7)."""
WORKING_DAYS = 15
"""Working days for what was asked for in an app."""
IN_APP: tuple[Right, ...] = ("correction", "erasure")
"""Rights that have them."""
APPS = frozenset({"app", "mini_program"})
"""Channels that are an app, in any letters; whatever a company calls its own is no app."""
_CHINA = timezone(timedelta(hours=8))
_FRIDAY = 4


def is_short(right: Right, channel: str) -> bool:
    """Whether what is asked for has `WORKING_DAYS`, and is never extended.

    Parameters
    ----------
    right : str
    channel : str
        How it was received.
    """
    return right in IN_APP and channel.strip().casefold() in APPS


def due_of(right: Right, channel: str, received: datetime, days: int = DAYS) -> datetime:
    """Return by when a request is answered.

    Parameters
    ----------
    right : str
    channel : str
        How it was received.
    received : datetime
        Aware.
    days : int
        That a company gives itself for every request.
    """
    due = received + timedelta(days=days)
    return min(due, _after_work(received, WORKING_DAYS)) if is_short(right, channel) else due


def _after_work(at: datetime, days: int) -> datetime:
    """Return the same time of day so many working days later."""
    while days:
        at += timedelta(days=1)
        days -= at.astimezone(_CHINA).weekday() <= _FRIDAY
    return at
