"""What each version of a notice told residents, so that a consent is known by what it was a consent to.

Consent is to a purpose and to the data that it needs (PIPL Art. 14, 17): where one of these changes, it must
be given anew; where a sentence of the notice was only written better, it need not. So a version is kept with
a digest of what it covers, and consents under it count as long as the policy still asks for just that.

With it goes the digest of the text that residents were given to read, where its files are named: who shows
that text later can prove that it was this one (PIPL Art. 14, 17, 69). The text itself is kept by the company.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from unicodedata import normalize

from sqlalchemy import select

from segmentation.errors import PurposeError, ReviewError
from segmentation.ledger.personal.entries import micros, time_of
from segmentation.ledger.personal.records import AGAIN, UNWRITTEN, write
from segmentation.ledger.personal.tables import notices
from segmentation.signing import canonical, sha256

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from segmentation.ledger.store import Ledger
    from segmentation.policy import Policy
    from segmentation.policy.parts import OptionalPurpose, Purpose
    from segmentation.vault import Keyring

LONGEST = 64
"""Letters of the name of a notice's version."""


@dataclass(frozen=True)
class Notice:
    """One version of a notice, as it is on record.

    Attributes
    ----------
    purpose : str
        Key of the purpose that it tells of.
    version : str
        Its name, as consents name it.
    covers : str
        Digest of what it covers, as `covers_of` says.
    at : datetime
        When it was put on record, UTC.
    text : tuple of str
        SHA-256 of each file that residents were given to read, as ``sha256:…``; none where nobody said.
    """

    purpose: str
    version: str
    covers: str
    at: datetime
    text: tuple[str, ...] = ()


@dataclass(frozen=True)
class Counting:
    """Under which versions of the notice a consent to a purpose counts.

    Attributes
    ----------
    known : frozenset of str
        The versions on record for the purpose.
    same : frozenset of str
        Those of them that cover what the policy asks for now.
    listed : tuple of str
        The versions that the policy itself names.
    """

    known: frozenset[str]
    same: frozenset[str]
    listed: tuple[str, ...]

    def counts(self, version: str) -> bool:
        """Whether a consent under a version counts.

        What a version on record covers decides, whatever the policy lists: a list is easily kept when the
        features change. Of a version that is not on record the list decides, and where there is neither a
        list nor a record, every version counts.
        """
        if version in self.known:
            return version in self.same
        return version in self.listed or not (self.listed or self.known)


class Notices:
    """The versions of notices in a ledger's database; several threads may use one.

    Parameters
    ----------
    ledger : Ledger
    keyring : Keyring or None
        Vouches for what is put on record: without it, a verification with the keyring takes that for made up.
    """

    def __init__(self, ledger: Ledger, keyring: Keyring | None = None) -> None:
        self._ledger, self._keyring = ledger, keyring

    def add(
        self,
        policy: Policy,
        purpose: str,
        version: str,
        by: str,
        now: datetime,
        text: Collection[str] = (),
    ) -> bool:
        """Put a version of the notice on record, with what the policy asks for now.

        Parameters
        ----------
        policy : Policy
        purpose : str
            Key of one of its purposes.
        version : str
            1 to `LONGEST` letters that can be read.
        by : str
            Who does.
        now : datetime
            Aware.
        text : collection of str
            SHA-256 of each file that residents were given to read, such as one in each language. It may be
            added to a version that was put on record without.

        Returns
        -------
        bool
            Whether it was added; False where the same is on record already.

        Raises
        ------
        PurposeError
            The policy states no such purpose.
        ReviewError
            The version's name will not do, or it is on record and covers something else or has another text.
        LedgerError, StorageError
            The database refuses.
        VaultError
            The keyring is not the one of this ledger.
        """
        covers, texts = covers_of(policy, purpose), tuple(sorted(set(text)))
        if not (0 < len(version) <= LONGEST) or not version.isprintable() or version != version.strip():
            raise ReviewError(
                f"The version of a notice is a text of 1 to {LONGEST} letters that can be read."
            )
        with self._ledger.writer(UNWRITTEN, AGAIN) as connection:
            there = {one.version: one for one in _on_record(connection, purpose)}.get(version)
            if there is not None:
                _check_same(there, covers, texts)
                if not texts or texts == there.text:
                    return False
            row = (purpose, version, covers, micros(now), " ".join(texts))
            return bool(write(connection, notices, purpose, [row], by, now, self._keyring))

    def all(self, purpose: str | None = None) -> tuple[Notice, ...]:
        """Return the versions on record, of one purpose or of all, the oldest first."""
        with self._ledger.reading() as connection:
            return tuple(_on_record(connection, purpose))

    def needed(self, policy: Policy, purposes: Collection[str]) -> tuple[str, ...]:
        """Return in a sentence each what keeps a consent from being known as one to what the policy asks for.

        Of the purposes that are named; nothing is said of one that asks for no consent.
        """
        asked = [one for one in policy.purposes if one.consent == "required" and one.key in purposes]
        with self._ledger.reading() as connection:
            return tuple(
                told for one in asked for told in _lacking(one.key, counting(connection, policy, one.key))
            )

    def counting(self, policy: Policy, purpose: str) -> Counting:
        """Return under which versions a consent counts; raises what `stated` does."""
        with self._ledger.reading() as connection:
            return counting(connection, policy, purpose)


def stated(policy: Policy, purpose: str) -> Purpose | OptionalPurpose:
    """Return the purpose of a policy that has a key.

    Raises
    ------
    PurposeError
        It states none such.
    """
    for one in policy.purposes:
        if one.key == purpose:
            return one
    message = (
        f"The policy {policy.name} does not state this purpose, and personal data may be used for a stated "
        f"one alone (PIPL Art. 6). It states {', '.join(policy.stated)}."
    )
    raise PurposeError(message, reason="purpose_other")


def covers_of(policy: Policy, purpose: str) -> str:
    """Return the digest of what a notice to residents has to tell: the purpose, its ground, and the data.

    Data are named by column, kind, dimension and source. For the purpose of the audit they are the protected
    attributes and proxies; for an optional one the features that it names. Titles, ranges and sentences that
    explain do not count, and of the purpose's words neither blanks nor ends of lines do.

    Raises
    ------
    PurposeError
        The policy states no such purpose.
    """
    one = stated(policy, purpose)
    return sha256(
        canonical(
            {
                "purpose": one.key,
                "text": {"en": _plain(one.text.en), "zh": _plain(one.text.zh, "")},
                "legal_basis": _plain(one.legal_basis),
                "features": _data(policy, one),
            }
        )
    )


def counting(connection: Connection, policy: Policy, purpose: str) -> Counting:
    """Return under which versions a consent counts, within a transaction; raises what `stated` does."""
    one = stated(policy, purpose)
    known = _on_record(connection, purpose)
    covers = covers_of(policy, purpose) if known else ""
    same = frozenset(notice.version for notice in known if notice.covers == covers)
    return Counting(frozenset(notice.version for notice in known), same, one.notice_versions)


def _lacking(purpose: str, counted: Counting) -> Iterator[str]:
    """Yield what is to be done about the notice on a purpose."""
    if counted.known and not counted.same:
        yield (
            f"The purpose {purpose} or its features changed since every notice on record, so no consent "
            "under these counts. Tell residents by a new notice, put it on record with `segmentation "
            "consent notice`, and ask for consent anew (PIPL Art. 14)."
        )
    open_ = [version for version in counted.listed if version not in counted.known]
    if open_ or not (counted.listed or counted.known):
        which = f"under {', '.join(open_)}" if open_ else "under every version of the notice"
        yield (
            f"Consents {which} count for {purpose}, whatever it asks for: what residents were told is not "
            "on record. Put it on record with `segmentation consent notice`."
        )


def _on_record(connection: Connection, purpose: str | None) -> Sequence[Notice]:
    """Return the versions on record within a transaction, of one purpose or of all, the oldest first."""
    told = notices.c
    question = select(told.purpose, told.version, told.covers, told.at, told.text)
    if purpose is not None:
        question = question.where(notices.c.purpose == purpose)
    rows = connection.execute(question.order_by(notices.c.number))
    return [
        Notice(row.purpose, row.version, row.covers, time_of(row.at), tuple(row.text.split())) for row in rows
    ]


def _check_same(there: Notice, covers: str, text: tuple[str, ...]) -> None:
    """Refuse a version that says something else than the one on record under its name."""
    if there.covers != covers:
        raise ReviewError(
            f"Version {there.version} of the notice on {there.purpose} is on record, and covers another "
            "purpose or other features than the policy asks for now. Give the notice a new version, tell "
            "residents of it, and ask for consent anew (PIPL Art. 14)."
        )
    if text and there.text and text != there.text:
        raise ReviewError(
            f"Version {there.version} of the notice on {there.purpose} is on record with another text. Give "
            "the changed one a new version: where purpose and features are the same, consents go on counting."
        )


def _plain(words: str, blank: str = " ") -> str:
    """Return words with one form for each letter (Unicode NFC), and one kind of blank."""
    return blank.join(normalize("NFC", words).split())


def _data(policy: Policy, purpose: Purpose | OptionalPurpose) -> dict[str, Any]:
    if purpose is policy.audit_purpose:
        return {name: {} for name in policy.audited}
    named = policy.features if purpose is policy.purpose else getattr(purpose, "features", ())
    return {
        name: {"kind": of.kind, "dimension": of.dimension, "source": of.source}
        for name, of in policy.features.items()
        if name in named
    }
