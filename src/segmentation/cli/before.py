"""Which version a new one is compared with: the one that is asked for, or else the active one.

Which is active only the ledger says. A build does not depend on it: a ledger that cannot be reached or
trusted costs the comparison, which is said, and not the candidate.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from segmentation.cli import office

if TYPE_CHECKING:
    from segmentation.clustering.identity import Previous
    from segmentation.home import Home
    from segmentation.ledger.standing import Standing
    from segmentation.policy import Policy

NONE = "none"


def version_before(
    home: Home, policy: Policy, asked: str | None, tracking_uri: str | None
) -> tuple[Previous | None, str]:
    """Return the version to compare with; where there is none to, why, and how to compare with another.

    Raises
    ------
    RegistryError
        The version that was asked for, or the active one, is not there, or not what was registered or signed.
    """
    from segmentation import registry
    from segmentation.errors import LedgerError, SigningError, StorageError

    if asked == NONE:
        return None, ""
    if asked is not None:
        return registry.load_previous(home, policy.name, asked, tracking_uri), ""
    numbers = registry.versions_of(home, policy.name, tracking_uri).numbers
    if not numbers:
        return None, ""
    way_out = f"`--previous {numbers[-1]}` lets segments keep the ids of the newest."
    try:
        standing = _active(home, policy.name)
    except (LedgerError, SigningError, StorageError, OSError) as error:
        reason = "the ledger cannot say which one is active"
        return None, f"Warning: compared with no earlier version, because {reason}: {error} {way_out}"
    if standing is None:
        return None, f"Compared with no earlier version, because none is active; {way_out}"
    return _signed(home, standing, tracking_uri), ""


def _active(home: Home, model: str) -> Standing | None:
    """Return where the active version stands; None where none is, or where there is no ledger.

    Raises
    ------
    LedgerError, SigningError, StorageError
        There is a ledger, and it cannot be reached or trusted.
    """
    from segmentation.ledger.trust import LEDGER, ROOT_FILE, ROOT_KEY
    from segmentation.policy.catalogue import load_catalogue

    is_told = os.environ.get(LEDGER) or os.environ.get(ROOT_KEY)
    if not (is_told or home.ledger.exists() or (home.keys / ROOT_FILE).exists()):
        return None
    with office.book_at(home.root) as book:
        return book.history().active(model, office.now(), load_catalogue().digest)


def _signed(home: Home, standing: Standing, tracking_uri: str | None) -> Previous:
    """Return a version as it is registered, which must be what was signed.

    Raises
    ------
    RegistryError
        It is not, or it is not there.
    """
    from segmentation import registry
    from segmentation.bundle import SCORER
    from segmentation.errors import RegistryError

    message = f"{standing.model} version {standing.version} is active, and cannot be compared with."
    way_out = f"Or build without it: `--previous {NONE}`."
    try:
        found = registry.load_previous(home, standing.model, str(standing.version), tracking_uri)
    except RegistryError as error:
        raise RegistryError(f"{message} {error} {way_out}") from None
    if standing.submission is None or standing.submission.digests.model[SCORER] != found.scorer.digest:
        raise RegistryError(f"{message} What is registered here is not what was signed. {way_out}")
    return found
