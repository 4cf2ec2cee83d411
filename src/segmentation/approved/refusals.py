"""Whether a version may be served; where none may, which one stood last, since when, why, and the way out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segmentation.errors import NotApprovedError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from segmentation.ledger.history import History
    from segmentation.ledger.records import Digests
    from segmentation.ledger.standing import Standing, State

AWAITED: Mapping[State, str] = {
    "draft": "Submit it for review.",
    "submitted": "Two reviewers approve it, one for the law and one for the business.",
    "approved": "It was not brought into service: activate it with `segmentation review activate`.",
    "changes_requested": "Make the changes that were asked for, and submit it anew.",
    "rejected": "Submit another version.",
    "suspended": "Two reviewers resume it, one for the law and one for the business, or revoke it.",
    "superseded": "Submit it anew, or submit another version.",
    "expired": "Submit it anew, or submit another version.",
    "revoked": "Submit another version, or an earlier one anew.",
}
"""What leads from a state to one that may be served."""


def standing_of(history: History, name: str, now: datetime, catalogue: str | None = None) -> Standing:
    """Return where the active version of a model stands.

    Parameters
    ----------
    history : History
    name : str
        Of the model.
    now : datetime
        UTC; decides what has expired.
    catalogue : str, optional
        Digest of the catalogue of law: approvals under another one do not count. Without it, nobody looks.

    Raises
    ------
    NotApprovedError
        No version may be served; says which one stood last, since when, why, and what leads on.
    """
    standing = history.active(name, now, catalogue)
    if standing is None:
        raise NotApprovedError(_refusal(history, name, now, catalogue))
    return standing


def told_outside(history: History, name: str, now: datetime, catalogue: str | None = None) -> str:
    """Return why no version of a model may be served, without the names and words of those who decided.

    Who asks a service has no need of them; whoever keeps it reads them in its log, or in the ledger.

    Parameters
    ----------
    history, name, now, catalogue : History, str, datetime, str
        As `standing_of` takes them, which found no active version.
    """
    return _refusal(history, name, now, catalogue, outside=True)


def signed_of(standing: Standing) -> Digests:
    """Return the digests that were signed of a version.

    Raises
    ------
    NotApprovedError
        Nobody has submitted it.
    """
    if standing.submission is None:
        raise NotApprovedError(
            f"Nobody has submitted version {standing.version} of {standing.model}. {AWAITED['draft']}"
        )
    return standing.submission.digests


def _refusal(
    history: History, name: str, now: datetime, catalogue: str | None, *, outside: bool = False
) -> str:
    versions = [version for _, version in history.versions(name)]
    if not versions:
        known = ", ".join(dict.fromkeys(model for model, _ in history.versions())) or "none"
        told = f"No version of {name!r} was ever submitted for review, so none may be served."
        return told if outside else f"{told} Models with submissions: {known}."
    last = history.activated(name) or max(versions)
    standing = history.standing(name, last, now, catalogue)
    since = "" if standing.since is None else f" since {standing.since:%Y-%m-%d %H:%M} UTC"
    state = standing.state.replace("_", " ")
    parts = [
        f"No version of {name} may be served: version {last} is {state}{since}.",
        "" if outside else standing.why,
        AWAITED.get(standing.state, ""),
    ]
    return " ".join(filter(None, parts))
