"""What was seen of the ledger from this machine, so that it cannot go back unseen.

A chain shows that something inside it was changed, and not that its end was cut off, such as a revocation, or
that the whole of it was replaced. So readers keep the highest head and the latest time that they saw, in a
file that who writes the database cannot write. The first sight is believed; compare it with a `Checkpoint`.
"""

from __future__ import annotations

import fcntl
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import IO, TYPE_CHECKING

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from segmentation.errors import LedgerError, StorageError
from segmentation.files import reason_of, whole
from segmentation.ledger.records import Digest
from segmentation.ledger.trust import WITNESS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from segmentation.ledger.history import History

BACK = timedelta(minutes=5)
"""How far a clock may be set back, or two machines' clocks apart."""
OFTEN = timedelta(minutes=1)
"""How much later it must be to be worth writing, where the head is the same."""


class Seen(BaseModel):
    """What was seen of a ledger.

    Attributes
    ----------
    ledger : str
        Its id.
    seq, digest : int, str
        Number and digest of the highest head.
    at : datetime
        The latest time, on a clock or in an event.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    ledger: str
    seq: int = Field(ge=1)
    digest: Digest
    at: AwareDatetime

    def check(self, history: History, now: datetime) -> None:
        """Refuse a history that is shorter than what was seen, or another one, and a clock that was set back.

        Raises
        ------
        LedgerError
            It says which.
        """
        self.check_chain(history)
        if now < self.at - BACK:
            raise LedgerError(
                f"The clock says {now:%Y-%m-%d %H:%M} UTC, and {self.at:%Y-%m-%d %H:%M} UTC was seen from "
                "here before; set the clock. Where that earlier look was at a clock that was ahead, run "
                "`segmentation ledger witness --reset-time`."
            )
        _refuse_future(history, now)

    def check_chain(self, history: History) -> None:
        """Refuse a history that is shorter than what was seen, or another one, whatever the clock says.

        Raises
        ------
        LedgerError
            It says which.
        """
        if history.ledger != self.ledger:
            raise LedgerError(
                "The ledger is another one than the one that was seen from here before: it was begun anew "
                "or replaced. Restore the one that was, or compare with a checkpoint, and point to another "
                "witness."
            )
        if history.head.seq < self.seq:
            raise LedgerError(
                f"The ledger ends at event {history.head.seq}, and {self.seq} events were seen from here "
                "before: its end was cut off, or an old backup was restored. Restore all of it."
            )
        if history.events[self.seq - 1].digest != self.digest:
            raise LedgerError(
                f"Event {self.seq} of the ledger is not the one that was seen from here before: the ledger "
                "was rewritten. Compare with a checkpoint or a backup."
            )


@dataclass(frozen=True)
class Witness:
    """The file that keeps what was seen.

    Parameters
    ----------
    path : Path
        On a disk that who writes the database cannot write. A second file beside it, of the same name and
        ``.lock``, keeps several processes from writing at once.
    """

    path: Path

    def seen(self) -> Seen | None:
        """Return what was seen; None where nothing was yet.

        Ask before the ledger is read, and check what was read against the answer: another process may go on
        in between, and what is checked against a later sight would look cut off.

        Raises
        ------
        LedgerError
            The file cannot be read, or holds something else.
        """
        try:
            return Seen.model_validate_json(self.path.read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, ValidationError):
            pass
        raise LedgerError(
            f"The witness {self.path} cannot be read, so nobody can say whether the ledger went back. "
            "Restore it, or compare the ledger with a checkpoint and remove it."
        )

    def check(self, history: History, now: datetime) -> None:
        """Refuse what went back since it was last noted; raises what `Seen.check` and `seen` raise."""
        seen = self.seen()
        if seen is not None:
            seen.check(history, now)

    def note(self, history: History, now: datetime) -> None:
        """Keep a history's head and the time, unless more was seen already.

        Whoever comes with less, because another process went on in between, changes nothing.

        Raises
        ------
        LedgerError
            The history is not the one that was seen before, or the file cannot be read.
        StorageError
            The file cannot be written.
        """
        _refuse_future(history, now)
        before = self.seen()
        if before is not None and _covers(before, history, now):
            return
        with self._alone():
            before = self.seen()
            later = _later(before, history, now)
            if later != before:
                self._keep(later)

    def reset_time(self, history: History, now: datetime) -> Seen:
        """Take back a time that was seen on a clock that was ahead; what was seen of the ledger stays.

        Parameters
        ----------
        history : History
            The ledger as it is now.
        now : datetime
            The latest time seen from here on, unless the last event is some minutes later.

        Raises
        ------
        LedgerError
            Nothing was seen yet; the ledger is not the one that was seen; or an event itself is of a time to
            come.
        StorageError
            The file cannot be written.
        """
        with self._alone():
            before = self.seen()
            if before is None:
                raise LedgerError(
                    f"There is no witness {self.path}, so no time was seen that could be wrong."
                )
            before.check_chain(history)
            _refuse_future(history, now)
            after = before.model_copy(update={"at": max(now, history.head.at)})
            self._keep(after)
        return after

    def _keep(self, seen: Seen) -> None:
        with whole(self.path) as staged:
            staged.write_text(seen.model_dump_json() + "\n", encoding="utf-8")

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with self._lock() as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _lock(self) -> IO[str]:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            return self.path.with_name(f"{self.path.name}.lock").open("a", encoding="utf-8")
        except OSError as error:
            reason = reason_of(error)
        raise StorageError(
            f"The witness {self.path} cannot be kept: {reason}. Point {WITNESS} at a file that can be "
            "written."
        )


def _refuse_future(history: History, now: datetime) -> None:
    """Refuse an event of a time to come: noted, it would make every later look seem to be of the past."""
    at = history.head.at
    if at > now + BACK:
        raise LedgerError(
            f"The last event of the ledger is of {at:%Y-%m-%d %H:%M} UTC, and the clock says "
            f"{now:%Y-%m-%d %H:%M} UTC: the clock is late, or a program wrote with a clock that was ahead. "
            "Set the clock, or compare with a checkpoint."
        )


def _covers(before: Seen, history: History, now: datetime) -> bool:
    """Whether a sight says all that there is to note."""
    head = history.head
    same = (before.ledger, before.seq, before.digest) == (history.ledger, head.seq, head.digest)
    return same and now < before.at + OFTEN


def _later(before: Seen | None, history: History, now: datetime) -> Seen:
    """Return what was seen with what is seen now: never less than before."""
    head = history.head
    at = max(now, head.at)
    if before is None:
        return Seen(ledger=history.ledger, seq=head.seq, digest=head.digest, at=at)
    if before.ledger == history.ledger and head.seq < before.seq:
        return before.model_copy(update={"at": max(at, before.at)})
    before.check(history, max(now, before.at))
    return Seen(ledger=history.ledger, seq=head.seq, digest=head.digest, at=max(at, before.at))
