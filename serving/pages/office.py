"""`Office`: the ledger and the desk as the pages of one worker use them, opened for the first page."""

from __future__ import annotations

import threading
from collections import OrderedDict
from functools import cached_property
from typing import TYPE_CHECKING

from segmentation.errors import ReviewError
from segmentation.home import Home
from segmentation.ledger.attempts import Attempts
from segmentation.ledger.book import Book
from segmentation.ledger.notes import Notes
from segmentation.ledger.store import Ledger, open_ledger
from segmentation.policy.catalogue import load_catalogue
from segmentation.reviews.desk import Desk, Signer
from segmentation.reviews.keyfiles import ROOT, key_file, open_key, spelled
from segmentation.reviews.marking import marking_key
from segmentation.reviews.submission import which
from segmentation.signing import PrivateKey

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from segmentation.ledger.history import History
    from segmentation.ledger.standing import Standing
    from segmentation.reviews.submission import Version
    from serving.settings import Settings

KEPT = 4
"""Versions whose parts are kept in memory: those that people compare; each takes a few MB."""


class Office:
    """The ledger, the desk, and what was submitted.

    Parameters
    ----------
    settings : Settings
        With a home, where the keys of people rest.
    clock : callable
        The time, aware, in UTC.

    Attributes
    ----------
    settings : Settings
    model : str
        The one model of this service.
    book : Book
    desk : Desk
    catalogue : str
        Digest of the catalogue of law of this program.
    """

    def __init__(self, settings: Settings, clock: Callable[[], datetime]) -> None:
        if settings.home is None:
            raise ReviewError("The service was started without pages; start it with a home where keys rest.")
        self.settings, self.model = settings, settings.model
        self.catalogue = load_catalogue().digest
        self.book = Book(settings.trust, clock)
        self.desk = Desk(self.book, settings.trust, self.catalogue)
        self._home = Home(settings.home)
        self._kept: OrderedDict[str, Version] = OrderedDict()
        self._keeping, self._stretching = threading.Lock(), threading.Lock()

    def close(self) -> None:
        """Let go of the database."""
        self.book.close()
        if "ledger" in vars(self):
            self.ledger.close()

    @cached_property
    def _marking(self) -> bytes:
        return marking_key(self._home)

    @cached_property
    def ledger(self) -> Ledger:
        """The database, for what people work with beside the chain: notes, attempts, sessions."""
        return open_ledger(self.settings.trust.ledger)

    @property
    def notes(self) -> Notes:
        """What people noted while they read."""
        return Notes(self.ledger)

    @property
    def attempts(self) -> Attempts:
        """Passphrases that did not fit; raises what `marking_key` does."""
        return Attempts(self.ledger, self._marking)

    def history(self) -> History:
        """Return the ledger as it is at this moment; raises what `Book.history` does."""
        return self.book.history()

    def standings(self, history: History, now: datetime) -> tuple[Standing, ...]:
        """Return where every submitted version of the model stands, the newest first."""
        found = history.versions(self.model)
        return tuple(history.standing(name, one, now, self.catalogue) for name, one in reversed(found))

    def version(self, history: History, version: int, now: datetime) -> Version:
        """Return what was submitted of a version, read from its bundle and checked; kept by what was signed.

        Raises
        ------
        ReviewError
            It was never submitted, its parts do not belong together, or the submission told otherwise.
        BundleError, PolicyError
            The bundle is missing or was altered; its policy breaks a rule of the catalogue as it is now.
        """
        submission = history.standing(self.model, version, now, self.catalogue).submission
        if submission is None:
            raise ReviewError(f"{which(self.model, version)} was never submitted.")
        key = f"{version} {submission.digests.bundle}"
        with self._keeping:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        found = self.desk.review(self.model, version)
        if found.bundle.digest == submission.digests.bundle:
            with self._keeping:
                self._kept[key] = found
                while len(self._kept) > KEPT:
                    self._kept.popitem(last=False)
        return found

    def signer(self, name: str, passphrase: str) -> Signer:
        """Open the key of a person; one at a time, because each takes 64 MiB and a fifth of a second.

        Raises
        ------
        SigningError
            There is no key of that name here, or the passphrase does not open it.
        """
        with self._stretching:
            return Signer(spelled(name), open_key(self._home, name, passphrase))

    def keeps(self, name: str) -> bool:
        """Whether the key of a person of that name rests here; the root is nobody."""
        try:
            return spelled(name) != ROOT and key_file(self._home, name).is_file()
        except (ReviewError, OSError, ValueError):
            return False

    def stretch(self, sealed: str, passphrase: str) -> None:
        """Do the work of opening a key, on a key file that nobody opens; raises what `signer` does."""
        with self._stretching:
            PrivateKey.unsealed(sealed, passphrase)
