"""Whether what was published of a version is still what was signed, for who has loaded it and serves on.

Whoever damages, removes or replaces a published file means that version not to be served, or knows no better;
both are reasons to stop. So each file is read and its digest taken again, and nothing is parsed: what has the
digest that was signed was parsed when it was loaded.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from segmentation.approved.checks import check_proof
from segmentation.bundle import MANIFEST, fetch, fetch_decision
from segmentation.bundle.content import MOST
from segmentation.bundle.local import LocalShelf
from segmentation.bundle.shelf import shelf_of
from segmentation.errors import BundleError
from segmentation.signing import sha256

if TYPE_CHECKING:
    from segmentation.approved.model import Approved
    from segmentation.ledger.history import History
    from segmentation.ledger.trust import Trust


class Published:
    """What lies in the folder of one approved version.

    Parameters
    ----------
    approved : Approved
        As it was loaded.
    trust : Trust
        Says where.

    Raises
    ------
    StorageError
        The place of bundles cannot be reached.
    """

    def __init__(self, approved: Approved, trust: Trust) -> None:
        self._at = (trust.bundles, approved.name, approved.version, approved.digest)
        self._root = trust.root
        self._proof: str | None = None
        self._shelf = shelf_of(*self._at, approved=True)

    @property
    def is_local(self) -> bool:
        """Whether it is a folder of this machine, so that a look costs next to nothing."""
        return isinstance(self._shelf, LocalShelf)

    def check(self, history: History) -> None:
        """Make sure that every file is what was signed, and that the proof beside them proves the approval.

        Parameters
        ----------
        history : History
            The proof must be of its records. One that was held against fewer of them is not looked at again
            until it is another one.

        Raises
        ------
        BundleError
            A file is missing, altered, replaced or does not belong there; names it.
        StorageError
            The place of bundles cannot be reached.
        """
        proof = fetch_decision(*self._at)
        manifest = self._read(MANIFEST, self._at[-1])
        for name, digest in json.loads(manifest)["files"].items():
            self._read(name, digest)
        if proof != self._proof:
            check_proof(proof, history, self._root, fetch(*self._at, approved=True))
            self._proof = proof

    def _read(self, name: str, digest: str) -> bytes:
        data = self._shelf.read(name, MOST)
        if sha256(data) != digest:
            raise BundleError(
                f"{self._shelf.where}/{name} is no longer what was signed. Find out who altered it, and "
                "publish it anew with `segmentation review activate`."
            )
        return data
