"""How a decision comes into the ledger, and what is published with it.

The approval that completes a pair, the note that the version is active, and the published bundle belong
together: the bundle is put in place inside the ledger's transaction, before it is confirmed. A program that
dies in between leaves at worst a folder that the ledger does not know, which nobody loads. The proof of a
version that is served already is replaced only once the ledger has the newer approval, because whoever loads
the version holds the proof against the ledger.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from segmentation.approved.checks import check_proof
from segmentation.bundle import fetch, fetch_decision, publish
from segmentation.errors import BundleError, ReviewError, StorageError
from segmentation.ledger.event import Draft
from segmentation.reviews.drafting import decision_of, submitted
from segmentation.reviews.offline import refuse_stale
from segmentation.reviews.submission import Version, check_terms, read_version, which

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from segmentation.bundle import Bundle
    from segmentation.ledger.book import Book
    from segmentation.ledger.history import History
    from segmentation.ledger.records import Decision
    from segmentation.ledger.standing import Standing
    from segmentation.ledger.trust import Trust
    from segmentation.reviews.drafting import Ask
    from segmentation.signing import Signed

ACTIVATED: Literal["activated"] = "activated"


@dataclass(frozen=True)
class Recorder:
    """Records decisions, and publishes what they bring into service.

    Attributes
    ----------
    book : Book
    trust : Trust
    catalogue : str
        Digest of the catalogue of law of this program.
    """

    book: Book
    trust: Trust
    catalogue: str

    def standing(self, history: History, model: str, version: int) -> Standing:
        """Return where a version stands now, under this program's catalogue of law."""
        return history.standing(model, version, self.book.now(), self.catalogue)

    def reviewed(self, history: History, model: str, version: int) -> Version:
        """Return what was submitted of a version, read from its bundle and checked against what was signed.

        Raises
        ------
        ReviewError
            It was never submitted, its parts do not belong together, or the submission told otherwise.
        BundleError, PolicyError
            The bundle is missing or was altered; its policy breaks a rule.
        """
        submission = submitted(self.standing(history, model, version))
        bundle = fetch(self.trust.bundles, model, version, submission.digests.bundle, approved=False)
        handed = read_version(bundle)
        check_terms(handed, submission)
        return handed

    def refuse_unpublished(self, submission: Decision) -> None:
        """Refuse a submission that was signed elsewhere and whose bundle is not there, or says otherwise."""
        bundle = fetch(
            self.trust.bundles,
            submission.model,
            submission.version,
            submission.digests.bundle,
            approved=False,
        )
        check_terms(read_version(bundle), submission)

    def decide(
        self,
        ask: Ask,
        sign: Callable[[Decision], Signed],
        *,
        hold: bool = False,
        record: Decision | None = None,
        before: tuple[Draft, ...] = (),
    ) -> Standing:
        """Record what a person decided, and what follows from it.

        Parameters
        ----------
        ask : Ask
        sign : callable
        hold : bool
            Leave a version approved that would become active.
        record : Decision, optional
            What was signed elsewhere; without it `ask` says what to sign.
        before : tuple of Draft
            What is recorded just before it, all of it or none.
        """

        def drafted(history: History, now: datetime) -> Iterator[Draft]:
            if record is not None:
                refuse_stale(record, history)
            yield from before
            decision = record or decision_of(ask, history, now, self.catalogue)
            yield Draft("decision", sign(decision), decision.model, decision.version)

        if ask.action == "approve":
            return self._approve(ask, drafted, hold=hold)
        history = self.book.record(drafted)
        return self.standing(history, ask.model, ask.version)

    def _approve(
        self, ask: Ask, drafted: Callable[[History, datetime], Iterator[Draft]], *, hold: bool
    ) -> Standing:
        handed = self.reviewed(self.book.history(), ask.model, ask.version)

        def make(history: History, now: datetime) -> Iterator[Draft]:
            self._refuse_another(handed, history, now)
            yield from drafted(history, now)
            under = (self.catalogue, None)  # this program's law, and whichever law each approval was under
            states = {history.standing(ask.model, ask.version, now, law).state for law in under}
            if states == {"approved"} and not hold:
                yield activated(handed.bundle)

        def before_commit(history: History) -> None:
            if history.head.draft.kind == ACTIVATED:
                self.publish(history, handed.bundle)

        history = self.book.record(make, before_commit)
        standing = self.standing(history, ask.model, ask.version)
        if standing.state == "active" and history.head.draft.kind != ACTIVATED:
            self._renew(history, handed.bundle)
        return standing

    def _renew(self, history: History, bundle: Bundle) -> None:
        """Put the newer proof beside a bundle that is served; where that fails, the one before serves on."""
        try:
            publish(bundle, self.trust.bundles, proof=history.proof(bundle.model, bundle.version).to_json())
        except (StorageError, BundleError) as error:
            raise type(error)(
                f"The approval is recorded, but its proof could not be put beside the bundle: {error}"
            ) from None

    def publish(self, history: History, bundle: Bundle) -> None:
        """Put a bundle where it is served from, with the proof of its approval.

        Raises
        ------
        StorageError, BundleError
            It cannot be written; the approval is then not recorded.
        """
        proof = history.proof(bundle.model, bundle.version).to_json()
        try:
            publish(bundle, self.trust.bundles, proof=proof)
        except (StorageError, BundleError) as error:
            raise type(error)(
                f"The approval of {which(bundle.model, bundle.version)} was not recorded, because it could "
                f"not be published: {error}"
            ) from None

    def mended(self, history: History, bundle: Bundle) -> bool:
        """Publish a version that is active anew where what is served of it cannot be loaded; tell whether.

        Raises
        ------
        StorageError, BundleError
            It cannot be written.
        """
        at = (self.trust.bundles, bundle.model, bundle.version, bundle.digest)
        try:
            fetch(*at, approved=True)
            check_proof(fetch_decision(*at), history, self.trust.root, bundle)
        except BundleError:
            proof = history.proof(bundle.model, bundle.version)
            publish(bundle, self.trust.bundles, proof=proof.to_json())
            return True
        return False

    def _refuse_another(self, handed: Version, history: History, now: datetime) -> None:
        """Refuse where the version was submitted anew while its bundle was read."""
        bundle = handed.bundle
        standing = history.standing(bundle.model, bundle.version, now, self.catalogue)
        if submitted(standing).digests.bundle != bundle.digest:
            raise ReviewError(
                f"{which(bundle.model, bundle.version)} was submitted anew in this moment. Look at it again."
            )


def activated(bundle: Bundle) -> Draft:
    """Return the note that the bundle of an approved version was published."""
    return Draft(ACTIVATED, None, bundle.model, bundle.version, {"bundle": bundle.digest})
