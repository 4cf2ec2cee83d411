"""`Desk`: everything that a person does about a version, below the web page and the command line.

Each act reads where the version stands, writes one record, has it signed, and lets the ledger's rules judge
it. Who approves signs what the published files say, which are read and checked anew; and the approval that
completes a pair publishes the version before it is recorded, so that nothing is ever active that cannot be
loaded.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from segmentation.bundle import publish
from segmentation.errors import ReviewError
from segmentation.ledger.event import Draft
from segmentation.reviews.commenting import Saying, comment_of, drafted
from segmentation.reviews.drafting import Adopting, Ask, adoption_of
from segmentation.reviews.elsewhere import Elsewhere
from segmentation.reviews.looking import check_of
from segmentation.reviews.recording import activated
from segmentation.reviews.submission import Parts, which

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date, datetime

    from segmentation.card import ModelCard
    from segmentation.impact import Impact
    from segmentation.ledger.comments import Remark
    from segmentation.ledger.history import History
    from segmentation.ledger.records import Record, Role, Waiver
    from segmentation.ledger.standing import Standing
    from segmentation.policy import Policy
    from segmentation.signing import PrivateKey, Signed

MENDED = "What was served of it could not be loaded, and was published anew."


@dataclass(frozen=True)
class Signer:
    """A person, and the key with which they sign; see `people.open_key`."""

    name: str
    key: PrivateKey

    def sign(self, record: Record) -> Signed:
        """Return a record as they sign it."""
        return self.key.sign({**record.content(), "key": self.key.public.text})


class Desk(Elsewhere):
    """Where people submit versions, decide about them, and see where they stand.

    Parameters
    ----------
    book : Book
        The ledger, read and written.
    trust : Trust
        Says where bundles lie.
    catalogue : str
        Digest of the catalogue of law of this program:
        `segmentation.policy.catalogue.load_catalogue().digest`. Approvals under another one do not count.

    Notes
    -----
    Every act raises a `ReviewError` that says which rule refuses it and the way out, a
    `LedgerError` where the ledger cannot be reached or was altered, and a `StorageError` where there is no
    room; nothing is then recorded.
    """

    # ---- Submitting -----------------------------------------------------------------------------------

    def submit(  # noqa: PLR0913 - a version is made of many parts, each told by its name
        self,
        policy: Policy,
        card: ModelCard,
        files: Mapping[str, bytes],
        model_files: Mapping[str, str],
        impact: Impact,
        *,
        version: int,
        signer: Signer,
        trained_by: Iterable[str],
        reason: str,
    ) -> Standing:
        """Submit a version: publish its bundle for review, and record the submission.

        What the rules refuse is not published; they judge it once more as it is recorded.

        Parameters
        ----------
        policy, card : Policy, ModelCard
            Of the version.
        files : mapping of str to bytes
            Policy, scorer, card and audit by their names in a bundle.
        model_files : mapping of str to str
            Digests of all files of the model, by name.
        impact : Impact
            The assessment of this version.
        version : int
        signer : Signer
            A trainer.
        trained_by : iterable of str
            Who trained it; they and the signer cannot approve it.
        reason : str

        Raises
        ------
        ReviewError
            The parts do not belong together or the assessment is of another version, or the rules refuse.
        """
        parts = Parts(policy, card, files, model_files, impact, version)
        history = self._book.history()
        bundle, record = self._submission(parts, history, signer.name, trained_by, reason)
        draft = Draft("decision", signer.sign(record), record.model, version)
        history.permit(draft, max(record.at, history.head.at))
        publish(bundle, self._trust.bundles, proof=None)
        return self._recorder.standing(self._book.record(lambda _, __: [draft]), record.model, version)

    # ---- Deciding -------------------------------------------------------------------------------------

    def approve(  # noqa: PLR0913 - what an approval says, each told by its name
        self,
        model: str,
        version: int,
        *,
        signer: Signer,
        reason: str,
        role: Role | None = None,
        waivers: Iterable[Waiver] = (),
        conditions: Iterable[str] = (),
        valid_until: date | None = None,
        hold: bool = False,
    ) -> Standing:
        """Approve a version, after its bundle was read and checked anew.

        The approval that completes the pair publishes the version and activates it.

        Parameters
        ----------
        model, version : str, int
        signer : Signer
            A compliance or business person who neither trained nor submitted it.
        reason : str
        role : {"compliance", "business"}, optional
            Of a person who has both; without it the one that is missing.
        waivers : iterable of Waiver
            One for each finding that blocks.
        conditions : iterable of str
        valid_until : date, optional
            By default as long as the policy's review period allows.
        hold : bool
            Leave it approved and not active; see `activate`.

        Raises
        ------
        BundleError
            The bundle is missing or was altered.
        PolicyError
            The policy breaks a rule of the catalogue of law as it is now.
        """
        ask = Ask(
            "approve",
            model,
            version,
            signer.name,
            reason,
            role,
            tuple(waivers),
            tuple(conditions),
            valid_until,
        )
        return self._recorder.decide(ask, signer.sign, hold=hold)

    def request_changes(
        self, model: str, version: int, *, signer: Signer, reason: str, conditions: Iterable[str] = ()
    ) -> Standing:
        """Send a version back: it may be submitted anew."""
        ask = Ask("request_changes", model, version, signer.name, reason, conditions=tuple(conditions))
        return self._recorder.decide(ask, signer.sign)

    def reject(self, model: str, version: int, *, signer: Signer, reason: str) -> Standing:
        """Reject a version for good."""
        return self._recorder.decide(Ask("reject", model, version, signer.name, reason), signer.sign)

    def revoke(self, model: str, version: int, *, signer: Signer, reason: str) -> Standing:
        """Take a version out of use for good; one person is enough, and it works at once."""
        return self._recorder.decide(Ask("revoke", model, version, signer.name, reason), signer.sign)

    def suspend(self, model: str, version: int, *, signer: Signer, reason: str) -> Standing:
        """Take a version out of use until two people resume it."""
        return self._recorder.decide(Ask("suspend", model, version, signer.name, reason), signer.sign)

    def resume(
        self, model: str, version: int, *, signer: Signer, reason: str, role: Role | None = None
    ) -> Standing:
        """Sign that a suspended version may be used again; two people do."""
        return self._recorder.decide(Ask("resume", model, version, signer.name, reason, role), signer.sign)

    def comment(
        self,
        model: str,
        version: int,
        *,
        signer: Signer,
        remarks: Iterable[Remark],
        role: Role | None = None,
    ) -> Standing:
        """Say something about sections of a version; it changes nothing about where the version stands.

        Parameters
        ----------
        model, version : str, int
        signer : Signer
            Anybody who reads versions; who trained this one, too.
        remarks : iterable of Remark
            Each about a section of `segmentation.reviews.commenting.SECTIONS`.
        role : {"trainer", "compliance", "business", "administrator"}, optional
            Of a person who has several; without it the first.
        """
        saying = Saying(model, version, signer.name, tuple(remarks), role)

        def make(history: History, now: datetime) -> Iterable[Draft]:
            comment = comment_of(saying, history, now)
            return [drafted(comment, signer.sign(comment))]

        return self._recorder.standing(self._book.record(make), model, version)

    def adopt(self, model: str, policy: Policy, *, signer: Signer, reason: str) -> tuple[Standing, ...]:
        """Bring a policy into force, and reopen the approvals that rest on another one.

        Returns
        -------
        tuple of Standing
            Of every version of the model.
        """
        check_of(model, policy)
        asked = Adopting(policy, signer.name, reason)

        def make(history: History, now: datetime) -> Iterable[Draft]:
            record = adoption_of(asked, history, now)
            return [Draft("adoption", signer.sign(record), model)]

        self._book.record(make)
        return self.list(model)

    def activate(self, model: str, version: int) -> Standing:
        """Bring a version into service that was approved and held; publishes it, and nobody needs to sign.

        Of a version that is active already and cannot be loaded, what is served is published anew: its folder
        was damaged, or somebody wrote into the database that it is active before anything was published.
        Nothing is recorded then, and `Standing.why` tells.
        """
        handed, before = self.review(model, version), self._book.history()
        found = self._recorder.standing(before, model, version)
        if found.state == "active" and self._recorder.mended(before, handed.bundle):
            return replace(found, why=f"{found.why} {MENDED}")

        def make(history: History, now: datetime) -> Iterable[Draft]:
            standing = history.standing(model, version, now, self._catalogue)
            if standing.state != "approved":
                raise ReviewError(
                    f"{which(model, version)} is {standing.state.replace('_', ' ')}, and only an approved "
                    f"version is activated. {standing.why}"
                )
            return [activated(handed.bundle)]

        history = self._book.record(make, lambda after: self._recorder.publish(after, handed.bundle))
        return self._recorder.standing(history, model, version)
