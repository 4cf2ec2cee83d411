"""The active version, kept ready to answer, and the question whether it still lies where it was published.

What was made ready once is kept as long as the ledger says the same of it; a folder of this machine is read
again at every look, and one that lies elsewhere now and then, because it may take long and cost money.
"""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from segmentation.approved import approved_of
from segmentation.approved.published import Published
from segmentation.errors import StorageError
from segmentation.ledger.track import day_of
from serving.seen import heeded
from serving.served import served_of

if TYPE_CHECKING:
    from datetime import date, datetime

    from segmentation.approved import Approved
    from segmentation.ledger.history import History
    from serving.served import Served
    from serving.settings import Settings

REMOTE = 30.0
"""Seconds between two looks at a bundle that lies elsewhere than on this machine."""


class Active:
    """The active version of the model.

    Parameters
    ----------
    settings : Settings
    catalogue : str
        Digest of the running program's catalogue of law: approvals under another one do not count.

    Attributes
    ----------
    until : float
        Until when what was found out of the published bundle counts, on the clock that never goes back.
    """

    def __init__(self, settings: Settings, catalogue: str) -> None:
        self._settings, self._catalogue = settings, catalogue
        self._approved: Approved | None = None
        self._served: Served | None = None
        self._made_of: tuple[History, date] | None = None
        self._published: Published | None = None
        self._check_from = self.until = -inf

    def ready(self, history: History, now: datetime) -> Served:
        """Return it; what was made ready before is kept.

        Raises
        ------
        NotApprovedError
            There is none.
        BundleError, StorageError
            It cannot be loaded.
        """
        if self._served is not None and self._made_of == (history, day_of(now)):
            return self._served
        trust, known = self._settings.trust, self._approved
        approved = approved_of(history, trust, self._settings.model, now, self._catalogue, known=known)
        if self._served is None or approved != known:
            if known is None or approved.digest != known.digest:
                self._published, self._check_from = Published(approved, trust), -inf
            self._approved, self._served = approved, None
            self._served = served_of(approved)
        self._made_of = (history, day_of(now))
        return self._served

    def check(self, history: History, began: float) -> StorageError | None:
        """Look whether it is published as it was signed; return why that could not be found out.

        Parameters
        ----------
        history : History
        began : float
            When the look began of which this is a part.

        Raises
        ------
        BundleError
            It is not.
        """
        if self._published is None or began < self._check_from:
            return None
        self._check_from = -inf
        try:
            self._published.check(history)
        except StorageError as error:
            return error
        self._check_from = began + (0.0 if self._published.is_local else REMOTE)
        # Who checks is in the look itself, which has an end of its own where it hangs.
        self.until = self._check_from + max(heeded(self._settings), self._settings.grace)
        return None
