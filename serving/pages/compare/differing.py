"""What differs between two versions, computed once for every page that tells of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segmentation.reviews.diff import Diff, Side, diff

if TYPE_CHECKING:
    from segmentation.reviews.submission import Version
    from serving.pages.office import Office


def differing(office: Office, before: Version | None, after: Version) -> Diff:
    """Return what differs between two versions; kept by the digests of both, which never change.

    Parameters
    ----------
    office : Office
    before : Version or None
        None where there is no other.
    after : Version
    """
    key = ("" if before is None else before.bundle.digest, after.bundle.digest)
    return office.diffs.of(key, lambda: diff(None if before is None else _side(before), _side(after)))


def _side(version: Version) -> Side:
    return Side(version.bundle.version, version.policy, version.card)
