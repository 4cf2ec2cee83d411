"""Everything that can go wrong for a user, as one tree.

    SegmentationError
    ├── PolicyError         a policy file breaks its own rules, or the law's
    ├── ResidentsError      a residents table does not fit its policy
    ├── NoStructureError    the needs hold no segments that repeat themselves
    ├── AuditError          segments cannot be audited as given
    ├── MitigationError     a mitigation cannot be made as asked for
    ├── ScorerError         a scorer file or its input is not what it should be
    ├── CardError           a card lacks something it must say
    ├── RegistryError       a version cannot be registered or found
    ├── SigningError        a key, a passphrase or a document to sign is not what it should be
    ├── LedgerError         the ledger was altered, cannot be reached, or is not the one that is trusted
    │   └── UnreachableError    it cannot be reached now; what it said before may still hold
    ├── VaultError          a keyring is missing, or does not open what was sealed
    ├── BackupError         a backup is not whole, was altered, or cannot be restored here
    ├── PurposeError        personal data may not be used so: no consent, an objection, another purpose
    ├── ImpactError         an impact assessment lacks what it must say
    ├── BundleError         what was published of a version is missing or was altered
    ├── ReviewError         a decision that the rules do not allow
    ├── NotApprovedError    nothing valid is approved, so nothing is served
    ├── ClientError         the prediction API did not answer as its client asked
    │   ├── RefusedError        what was sent does not fit the policy of the version that is served
    │   ├── NotAllowedError     the API key is unknown, ended, or not for this
    │   ├── NotServedError      the service answers, and may serve no version now
    │   ├── OverloadedError     the key is used too often, or the service has too many requests in hand
    │   ├── ChangedError        parts of one call were answered by different versions
    │   ├── NoAnswerError       nothing answers at the address, or not in time
    │   └── AnswerError         what answers has failed, or is not the prediction API
    ├── ServiceError        the service cannot be started as it was asked for
    └── StorageError        a file or folder cannot be read or written

An invalid input raises one of these; a failed audit does not: it is a result. Messages name the field,
the rule and the way out, never a resident's value, and know nothing of HTTP or exit codes.
"""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import wrap
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import TracebackType

LINE = 100
"""Letters in a line of what a notebook shows."""


@dataclass(frozen=True, order=True)
class Fault:
    """One thing that is wrong with an input.

    Attributes
    ----------
    where : str
        The field, as the user wrote it: ``features.repairs.range`` or ``column 'repairs', rows 4 and 9``.
    rule : str
        What does not hold, as a clause: ``the lower end must be below the upper end``.
    fix : str
        The way out, as a clause. May be empty where the rule already says it.
    """

    where: str
    rule: str
    fix: str = ""

    def __str__(self) -> str:
        """Return the fault as one sentence."""
        return f"{self.where}: {self.rule}{'; ' + self.fix if self.fix else ''}."


class SegmentationError(Exception):
    """Base of all errors that a user can cause and mend.

    Attributes
    ----------
    faults : tuple of Fault
        Every fault found, in the order of the input. Empty where the message says it all.
    """

    def __init__(self, message: str, faults: Iterable[Fault] = ()) -> None:
        super().__init__(message)
        self.faults = tuple(faults)

    @classmethod
    def from_faults(cls, title: str, faults: Iterable[Fault]) -> Self:
        """Return one error that lists every fault, a line each."""
        found = tuple(faults)
        lines = "\n".join(f"  - {fault}" for fault in found)
        return cls(f"{title}, {len(found)} fault{'s' if len(found) != 1 else ''}:\n{lines}", found)

    def _render_traceback_(self) -> list[str]:
        """Return the lines that IPython and Jupyter show instead of the frames: the message says it all.

        A cell of many lines needs to know which one it was. Everywhere else the traceback stays whole, and
        here too: ``traceback.print_exception(sys.last_value)``.
        """
        told = f"{type(self).__name__}{_at(self.__traceback__)}: {self}"
        return [piece for line in told.split("\n") for piece in _wrapped(line)]


def _at(traceback: TracebackType | None) -> str:
    """Return which line of the cell it was: the first frame of the user's own."""
    while traceback is not None:
        if traceback.tb_frame.f_globals.get("__name__") == "__main__":
            return f" (line {traceback.tb_lineno})"
        traceback = traceback.tb_next
    return ""


def _wrapped(line: str) -> list[str]:
    indent = " " * (len(line) - len(line.lstrip(" -")))
    return wrap(line, LINE, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


class PolicyError(SegmentationError):
    """A policy file breaks its own rules, or the law's."""


class ResidentsError(SegmentationError):
    """A residents table does not fit its policy."""


class NoStructureError(SegmentationError, ValueError):
    """The needs hold no segments that repeat themselves, or not so many; an estimator's ValueError, too."""


class AuditError(SegmentationError):
    """Segments cannot be audited as given."""


class MitigationError(SegmentationError):
    """A mitigation cannot be made as asked for."""


class ScorerError(SegmentationError):
    """A scorer file or its input is not what it should be."""


class CardError(SegmentationError):
    """A card lacks something it must say."""


class RegistryError(SegmentationError):
    """A version cannot be registered or found."""


class SigningError(SegmentationError):
    """A key, a passphrase or a document to sign is not what it should be."""


class LedgerError(SegmentationError):
    """The ledger was altered, cannot be reached, or is not the one that is trusted."""


class UnreachableError(LedgerError):
    """The ledger cannot be reached now; what it said before may still hold."""


class VaultError(SegmentationError):
    """A keyring is missing, or does not open what was sealed."""


class BackupError(SegmentationError):
    """A backup cannot be made now, is not whole, was altered, or cannot be restored here."""


class PurposeError(SegmentationError):
    """Personal data may not be used so: no valid consent, an objection, or another purpose than stated.

    Attributes
    ----------
    reason : str
        Names the rule, such as ``consent_withdrawn``; empty where only the message tells it.
    """

    def __init__(self, message: str, faults: Iterable[Fault] = (), *, reason: str = "") -> None:
        super().__init__(message, faults)
        self.reason = reason


class ImpactError(SegmentationError):
    """An impact assessment lacks what it must say."""


class BundleError(SegmentationError):
    """What was published of a version is missing or was altered."""


class ReviewError(SegmentationError):
    """A decision that the rules do not allow."""


class NotApprovedError(SegmentationError):
    """Nothing valid is approved, so nothing is served."""


class ClientError(SegmentationError):
    """The prediction API did not answer as its client asked.

    Attributes
    ----------
    status : int or None
        Of the answer; None where there was none.
    slug : str or None
        Names the problem, as the API's document lists them; None where the answer names none.
    request : str or None
        Id of the request, by which the service's log and access events name it.
    """

    def __init__(
        self,
        message: str,
        faults: Iterable[Fault] = (),
        *,
        status: int | None = None,
        slug: str | None = None,
        request: str | None = None,
    ) -> None:
        super().__init__(message, faults)
        self.status, self.slug, self.request = status, slug, request


class RefusedError(ClientError):
    """What was sent does not fit the version that is served, or what stands; `faults` says where."""


class NotAllowedError(ClientError):
    """The API key is unknown, ended, or not for this."""


class NotServedError(ClientError):
    """The service answers, and may serve no version now."""


class OverloadedError(ClientError):
    """The key is used too often, or the service has too many requests in hand."""


class ChangedError(ClientError):
    """Parts of one call were answered by different versions, also when they were asked again."""


class NoAnswerError(ClientError):
    """Nothing answers at the address, or not in time."""


class AnswerError(ClientError):
    """What answers has failed, or is not the prediction API."""


class ServiceError(SegmentationError):
    """The service cannot be started as it was asked for."""


class StorageError(SegmentationError):
    """A file or folder cannot be read or written."""
