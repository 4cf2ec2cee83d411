"""`Office`: the ledger and the desk as the pages of one worker use them, opened for the first page."""

from __future__ import annotations

import threading
from functools import cached_property, partial
from typing import TYPE_CHECKING

from segmentation.bundle.stamp import stamp
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
from segmentation.reviews.recording import Recorder
from segmentation.reviews.submission import which
from segmentation.signing import PrivateKey
from serving.pages.kept import Kept

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from segmentation.ledger.history import History
    from segmentation.ledger.standing import Standing
    from segmentation.reviews.diff import Diff
    from segmentation.reviews.submission import Version
    from serving.pages.version.card_parts import Parts
    from serving.residents.desk import Desk as ResidentsDesk
    from serving.settings import Settings

KEPT = 4
"""Versions that are kept in memory: those that people compare; each takes a few MB."""
KEPT_PARTS = 8
"""Versions times languages of which the written sections are kept: each is half a MB."""
KEPT_DIFFS = 16
"""Comparisons that are kept."""


class Office:
    """The ledger, the desk, and what was submitted.

    Parameters
    ----------
    settings : Settings
        With a home, where the keys of people rest.
    clock : callable
        The time, aware, in UTC.
    residents : Desk, optional
        Of `serving.residents.desk`: what is kept of residents, in a service with a keyring.

    Attributes
    ----------
    settings : Settings
    model : str
        The one model of this service.
    book : Book
    desk : Desk
    residents : Desk or None
    catalogue : str
        Digest of the catalogue of law of this program.
    parts : Kept of Parts
        Of `serving.pages.version.card_parts`.
    diffs : Kept of Diff
        Of `serving.pages.compare.differing`.
    """

    def __init__(
        self, settings: Settings, clock: Callable[[], datetime], residents: ResidentsDesk | None = None
    ) -> None:
        if settings.home is None:
            raise ReviewError("The service was started without pages; start it with a home where keys rest.")
        self.settings, self.model, self.residents = settings, settings.model, residents
        self.catalogue = load_catalogue().digest
        self.book = Book(settings.trust, clock)
        self.desk = Desk(self.book, settings.trust, self.catalogue)
        self._recorder = Recorder(self.book, settings.trust, self.catalogue)
        self._home = Home(settings.home)
        self.parts: Kept[Parts] = Kept(KEPT_PARTS)
        self.diffs: Kept[Diff] = Kept(KEPT_DIFFS)
        self._versions: Kept[Version] = Kept(KEPT)
        self._opened: Ledger | None = None
        self._opening, self._stretching = threading.Lock(), threading.Lock()

    def close(self) -> None:
        """Let go of the database, which is opened again when it is needed, and of all that is kept."""
        self.book.close()
        with self._opening:
            ledger, self._opened = self._opened, None
        if ledger is not None:
            ledger.close()
        for kept in (self.parts, self.diffs, self._versions):
            kept.clear()

    @cached_property
    def _marking(self) -> bytes:
        return marking_key(self._home)

    @property
    def ledger(self) -> Ledger:
        """The database, for what people work with beside the chain: notes, attempts, sessions."""
        with self._opening:
            if self._opened is None:
                self._opened = open_ledger(self.settings.trust.ledger)
            return self._opened

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
        """Return what was submitted of a version, read from its bundle and checked.

        It is kept while nobody touches the files; where no stamp of them tells that, for a minute.

        Raises
        ------
        ReviewError
            It was never submitted, its parts do not belong together, or the submission told otherwise.
        BundleError, PolicyError
            The bundle is missing or was altered; its policy breaks a rule of the catalogue as it is now.
        StorageError
            Where it lies cannot be reached.
        """
        submission = history.standing(self.model, version, now, self.catalogue).submission
        if submission is None:
            raise ReviewError(f"{which(self.model, version)} was never submitted.")
        digest = submission.digests.bundle
        # Taken before the files are read: what is altered meanwhile has another stamp than what is kept.
        touched = stamp(self.settings.trust.bundles, self.model, version, digest, approved=False)
        read = partial(self._recorder.reviewed, history, self.model, version)
        if touched == ():
            return read()
        seen = now.replace(second=0, microsecond=0) if touched is None else touched
        return self._versions.of((version, digest, seen), read)

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
