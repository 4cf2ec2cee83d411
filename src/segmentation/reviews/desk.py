"""`Desk`: everything that a person does about a version, below the web page and the command line.

Each act reads where the version stands, writes one record, has it signed, and lets the ledger's rules judge
it. Who approves signs what the published files say, which are read and checked anew; and the approval that
completes a pair publishes the version before it is recorded, so that nothing is ever active that cannot be
loaded.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from segmentation.bundle import IMPACT, Bundle, publish
from segmentation.errors import ReviewError
from segmentation.ledger.event import Draft
from segmentation.ledger.records import Adoption
from segmentation.reviews.drafting import Ask, Deciding, adoption_of, decision_of, submission_of
from segmentation.reviews.offline import unpacked
from segmentation.reviews.recording import Recorder, activated
from segmentation.reviews.submission import Version, limits_digest, read_version, which
from segmentation.signing import canonical

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date, datetime

    from segmentation.card import ModelCard
    from segmentation.impact import Impact
    from segmentation.ledger.book import Book
    from segmentation.ledger.history import History
    from segmentation.ledger.records import Decision, Role, Waiver
    from segmentation.ledger.standing import Standing
    from segmentation.ledger.trust import Trust
    from segmentation.policy import Policy
    from segmentation.signing import PrivateKey, Signed


@dataclass(frozen=True)
class Signer:
    """A person, and the key with which they sign; see `people.open_key`."""

    name: str
    key: PrivateKey

    def sign(self, record: Decision | Adoption) -> Signed:
        """Return a record as they sign it."""
        return self.key.sign({**record.content(), "key": self.key.public.text})


class Desk:
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

    def __init__(self, book: Book, trust: Trust, catalogue: str) -> None:
        self._book, self._trust, self._catalogue = book, trust, catalogue
        self._recorder = Recorder(book, trust, catalogue)

    # ---- What is there --------------------------------------------------------------------------------

    def standing(self, model: str, version: int) -> Standing:
        """Return where a version stands now; a draft where nobody submitted it."""
        return self._recorder.standing(self._book.history(), model, version)

    def list(self, model: str | None = None) -> tuple[Standing, ...]:
        """Return where every submitted version stands now, by model and version."""
        history, now = self._book.history(), self._book.now()
        return tuple(
            history.standing(name, version, now, self._catalogue) for name, version in history.versions(model)
        )

    def review(self, model: str, version: int) -> Version:
        """Return what was submitted of a version, read from its bundle and checked against what was signed.

        Raises
        ------
        ReviewError
            It was never submitted, its parts do not belong together, or the submission told otherwise.
        BundleError
            The bundle is missing or was altered.
        PolicyError
            The policy breaks a rule, such as one of a newer catalogue.
        """
        return self._recorder.reviewed(self._book.history(), model, version)

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
        handed = self._handed(policy, card, files, impact, version)
        terms, trainers = handed.terms(model_files), tuple(trained_by)
        ask = Ask("submit", handed.bundle.model, version, signer.name, reason)

        def make(history: History, now: datetime) -> Iterable[Draft]:
            record = submission_of(ask, terms, trainers, history, now, self._catalogue)
            return [Draft("decision", signer.sign(record), record.model, version)]

        publish(handed.bundle, self._trust.bundles, proof=None)
        return self._recorder.standing(self._book.record(make), ask.model, version)

    def submission_payload(  # noqa: PLR0913 - a version is made of many parts, each told by its name
        self,
        policy: Policy,
        card: ModelCard,
        files: Mapping[str, bytes],
        model_files: Mapping[str, str],
        impact: Impact,
        *,
        version: int,
        name: str,
        trained_by: Iterable[str],
        reason: str,
    ) -> bytes:
        """Return a submission to be signed elsewhere, and publish its bundle; takes what `submit` does."""
        handed = self._handed(policy, card, files, impact, version)
        ask = Ask("submit", handed.bundle.model, version, name, reason)
        publish(handed.bundle, self._trust.bundles, proof=None)
        history, terms = self._book.history(), handed.terms(model_files)
        record = submission_of(ask, terms, tuple(trained_by), history, self._book.now(), self._catalogue)
        return canonical(record.content())

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

    def adopt(self, model: str, policy: Policy, *, signer: Signer, reason: str) -> tuple[Standing, ...]:
        """Bring a policy into force, and reopen the approvals that rest on another one.

        Returns
        -------
        tuple of Standing
            Of every version of the model.
        """
        _of_its_own_model(model, policy)
        limits = limits_digest(policy)

        def make(history: History, now: datetime) -> Iterable[Draft]:
            ask = Ask("approve", model, 1, signer.name, reason)
            record = adoption_of(model, policy, limits, ask, history, now)
            return [Draft("adoption", signer.sign(record), model)]

        self._book.record(make)
        return self.list(model)

    def activate(self, model: str, version: int) -> Standing:
        """Bring a version into service that was approved and held; publishes it, and nobody needs to sign."""
        handed = self.review(model, version)

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

    # ---- Signing elsewhere ----------------------------------------------------------------------------

    def payload(  # noqa: PLR0913 - what a decision says, each told by its name
        self,
        action: Deciding,
        model: str,
        version: int,
        *,
        name: str,
        reason: str,
        role: Role | None = None,
        waivers: Iterable[Waiver] = (),
        conditions: Iterable[str] = (),
        valid_until: date | None = None,
    ) -> bytes:
        """Return a decision to be signed elsewhere, to the byte; `attach` records it with its signature.

        It holds for a day. Who approves sees to it that the bundle was read and checked as by `approve`.

        Parameters
        ----------
        action : {"approve", "request_changes", "reject", "revoke", "suspend", "resume"}
        model, version, reason, role, waivers, conditions, valid_until
            As in `approve`.
        name : str
            Of the person who will sign, with the key that the ledger has of them.

        Returns
        -------
        bytes
            Canonical JSON (RFC 8785), without a line feed at the end. Sign it as it is:
            ``openssl pkeyutl -sign -rawin -inkey KEY.pem -in PAYLOAD -out SIGNATURE``.
        """
        history = self._book.history()
        if action == "approve":
            self._recorder.reviewed(history, model, version)
        ask = Ask(action, model, version, name, reason, role, tuple(waivers), tuple(conditions), valid_until)
        return canonical(decision_of(ask, history, self._book.now(), self._catalogue).content())

    def adoption_payload(self, model: str, policy: Policy, *, name: str, reason: str) -> bytes:
        """Return the adoption of a policy to be signed elsewhere; see `payload`."""
        _of_its_own_model(model, policy)
        ask = Ask("approve", model, 1, name, reason)
        history, limits = self._book.history(), limits_digest(policy)
        return canonical(adoption_of(model, policy, limits, ask, history, self._book.now()).content())

    def attach(self, payload: bytes, signature: bytes | str, *, hold: bool = False) -> tuple[Standing, ...]:
        """Record what was signed elsewhere; every rule is checked as if it were signed here.

        Parameters
        ----------
        payload : bytes
            What `payload`, `submission_payload` or `adoption_payload` returned, unchanged.
        signature : bytes or str
            64 bytes, or base64 of them.
        hold : bool
            As in `approve`.

        Returns
        -------
        tuple of Standing
            Of the version; after an adoption, of every version of the model.

        Raises
        ------
        ReviewError
            The payload is none, is stale, or the signature is not one by that person over it; or the rules
            refuse.
        """
        record, signed = unpacked(payload, signature)
        if isinstance(record, Adoption):
            self._book.record(lambda _, __: [Draft("adoption", signed, record.model)])
            return self.list(record.model)
        if record.action == "submit":
            self._recorder.refuse_unpublished(record)
            draft = Draft("decision", signed, record.model, record.version)
            history = self._book.record(lambda _, __: [draft])
            return (self._recorder.standing(history, record.model, record.version),)
        ask = Ask(record.action, record.model, record.version, record.by, record.reason, record.role)
        return (self._recorder.decide(ask, lambda _: signed, hold=hold, record=record),)

    # ---- Within ---------------------------------------------------------------------------------------

    def _handed(
        self, policy: Policy, card: ModelCard, files: Mapping[str, bytes], impact: Impact, version: int
    ) -> Version:
        handed = read_version(Bundle(policy.name, version, {**files, IMPACT: impact.to_json().encode()}))
        if (handed.policy, handed.card) != (policy, card):
            raise ReviewError(
                f"The policy or the card of {which(policy.name, version)} is not the one of its files. Hand "
                "over what was registered, unchanged."
            )
        return handed


def _of_its_own_model(model: str, policy: Policy) -> None:
    if policy.name != model:
        raise ReviewError(f"The policy is of {policy.name}, not of {model}. Name the model that it is of.")
