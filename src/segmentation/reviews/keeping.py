"""Which assessments must still be kept, and the deletion of those that need not be (PIPL Art. 56).

An assessment lies in the bundle of its submission, with the evidence that it rests on, so what is deleted is
that bundle. The ledger keeps its digests, so that it stays known what was decided, and that it was there.
Days come from the ledger: the date in the assessment is what somebody typed, and could be of years ago.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from segmentation.bundle import IMPACT, fetch
from segmentation.bundle.shelf import shelf_of
from segmentation.bundle.withdraw import withdraw
from segmentation.errors import BundleError, ImpactError, ReviewError, StorageError
from segmentation.impact import Impact, due, kept_until, refuse_deletion
from segmentation.reviews.submission import which

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date, datetime

    from segmentation.ledger.history import History
    from segmentation.ledger.standing import State
    from segmentation.ledger.trust import Trust

IN_USE: frozenset[State] = frozenset({"submitted", "changes_requested", "approved", "active", "suspended"})
"""States in which people rely on an assessment: to decide, or because the version serves or may serve."""


@dataclass(frozen=True)
class Kept:
    """The assessment of one submission.

    Attributes
    ----------
    model, version : str, int
    bundle : str
        Digest of the submission's bundle.
    state : str
        Where the version stands now.
    impact : Impact or None
        None where it cannot be read, as after a deletion.
    why : str
        What stands in the way of reading it; else empty.
    submitted_on : date
        The day (UTC) of the version's last submission.
    last_used : date or None
        The last day on which the version was in use or in review; None where it is not, and never was
        active.
    until : date or None
        Last day on which the assessment must be kept.
    is_due : bool
        Whether it may be deleted.
    is_gone : bool
        Whether nothing of the bundle is left: it was deleted, or moved.
    """

    model: str
    version: int
    bundle: str
    state: State
    impact: Impact | None
    why: str
    submitted_on: date
    last_used: date | None
    until: date | None
    is_due: bool
    is_gone: bool


def kept(history: History, trust: Trust, now: datetime, model: str | None = None) -> tuple[Kept, ...]:
    """Return the assessments of every submission, of one model or of all.

    Raises
    ------
    StorageError
        Nothing here can reach the place of bundles.
    """
    return tuple(
        _kept(history, trust, now, name, version, bundle)
        for name, version in history.versions(model)
        for bundle in _bundles(history, name, version)
    )


def delete_assessments(
    history: History, trust: Trust, now: datetime, model: str, version: int
) -> tuple[str, ...]:
    """Delete the bundles of every submission of a version, with the assessments in them.

    Returns
    -------
    tuple of str
        The folders that were removed.

    Raises
    ------
    ImpactError
        One must still be kept; says until when, and nothing is deleted.
    ReviewError
        The version was never submitted, or an assessment cannot be read, so nobody knows whether it may go.
    StorageError
        A folder cannot be removed.
    """
    found = [one for one in kept(history, trust, now, model) if one.version == version]
    if not found:
        raise ReviewError(f"{which(model, version)} was never submitted, so there is nothing to delete.")
    for one in found:
        if one.impact is not None:
            refuse_deletion(one.impact, _relied_on(one.submitted_on, one.last_used), now.date())
        elif not one.is_gone:
            raise ReviewError(f"{which(model, version)} cannot be deleted. {one.why}")
    return tuple(folder for one in found for folder in withdraw(trust.bundles, model, version, one.bundle))


def due_versions(found: Iterable[Kept]) -> tuple[tuple[str, int], ...]:
    """Return the versions of which something is left, and all of it may be deleted.

    Parameters
    ----------
    found : iterable of Kept
        What `kept` returned.
    """
    by_version: dict[tuple[str, int], list[Kept]] = {}
    for one in found:
        if not one.is_gone:
            by_version.setdefault((one.model, one.version), []).append(one)
    return tuple(version for version, of in by_version.items() if all(one.is_due for one in of))


def _kept(history: History, trust: Trust, now: datetime, model: str, version: int, bundle: str) -> Kept:
    standing = history.standing(model, version, now)
    submitted, used = _submitted_on(history, model, version), _last_used(history, model, version, now)
    relied_on = _relied_on(submitted, used)
    is_gone = not shelf_of(trust.bundles, model, version, bundle, approved=False).names()
    impact, why = _gone(model, version) if is_gone else _impact(trust, model, version, bundle)
    until = None if impact is None else kept_until(impact, relied_on)
    is_due = impact is not None and due(impact, relied_on, now.date())
    return Kept(model, version, bundle, standing.state, impact, why, submitted, used, until, is_due, is_gone)


def _bundles(history: History, model: str, version: int) -> Iterator[str]:
    """Yield the digests of the bundles of every submission, each once, the oldest first."""
    told = (decision for _, decision in history.records(model, version) if decision.action == "submit")
    yield from dict.fromkeys(decision.digests.bundle for decision in told)


def _submitted_on(history: History, model: str, version: int) -> date:
    """Return the day of the last submission: whoever submits anew relies on all that was submitted before."""
    records = history.records(model, version)
    return max(event.at for event, decision in records if decision.action == "submit").date()


def _relied_on(submitted_on: date, last_used: date | None) -> date:
    """Return the last day that counts beside the assessment's own date."""
    return max(submitted_on, last_used or submitted_on)


def _last_used(history: History, model: str, version: int, now: datetime) -> date | None:
    """Return the last day on which a version was in use, or in review; None where it never was active."""
    standing = history.standing(model, version, now)
    if standing.state in IN_USE:
        return now.date()
    drafts = (event.draft for event in history.events if event.draft.kind == "activated")
    if any((draft.model, draft.version) == (model, version) for draft in drafts):
        return now.date() if standing.since is None else standing.since.date()
    return None


def _gone(model: str, version: int) -> tuple[None, str]:
    return None, f"There is no bundle of {which(model, version)} any more. It was deleted, or moved."


def _impact(trust: Trust, model: str, version: int, bundle: str) -> tuple[Impact | None, str]:
    """Return the assessment in a bundle, or why it cannot be read."""
    try:
        found = fetch(trust.bundles, model, version, bundle, approved=False)
        return Impact.from_json(found.files[IMPACT].decode()), ""
    except (BundleError, StorageError, ImpactError, UnicodeDecodeError) as error:
        return None, str(error)
