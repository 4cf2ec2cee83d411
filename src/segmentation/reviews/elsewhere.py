"""Acts whose signature is made elsewhere: what leaves to be signed, and what comes back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segmentation.bundle import publish
from segmentation.ledger.comments import Comment
from segmentation.ledger.event import Draft
from segmentation.ledger.records import Adoption
from segmentation.reviews.commenting import Saying, check_beside, check_sections, comment_of, drafted
from segmentation.reviews.drafting import Adopting, Ask, Deciding, adoption_of, decision_of, submission_of
from segmentation.reviews.looking import Looking, check_of
from segmentation.reviews.offline import refuse_other_law, unpacked
from segmentation.reviews.submission import Parts
from segmentation.signing import canonical

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from segmentation.bundle import Bundle
    from segmentation.card import ModelCard
    from segmentation.impact import Impact
    from segmentation.ledger.comments import Remark
    from segmentation.ledger.history import History
    from segmentation.ledger.records import Decision, Role, Waiver
    from segmentation.ledger.standing import Standing
    from segmentation.policy import Policy


class Elsewhere(Looking):
    """The part of `segmentation.reviews.desk.Desk` for who keeps their key where this program is not."""

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
        check_of(model, policy)
        asked = Adopting(policy, name, reason)
        return canonical(adoption_of(asked, self._book.history(), self._book.now()).content())

    def comment_payload(
        self, model: str, version: int, *, name: str, remarks: Iterable[Remark], role: Role | None = None
    ) -> bytes:
        """Return a comment to be signed elsewhere; see `payload`, and `Desk.comment` for what it takes.

        What the rules will refuse, whoever signs it, is refused here.
        """
        history, now = self._book.history(), self._book.now()
        comment = comment_of(Saying(model, version, name, tuple(remarks), role), history, now)
        history.foresee(comment, now)
        return canonical(comment.content())

    def attach(
        self,
        payload: bytes,
        signature: bytes | str,
        *,
        hold: bool = False,
        comment: tuple[bytes, bytes | str] | None = None,
    ) -> tuple[Standing, ...]:
        """Record what was signed elsewhere; every rule is checked as if it were signed here.

        Parameters
        ----------
        payload : bytes
            What `payload`, `comment_payload`, `submission_payload` or `adoption_payload` returned, unchanged.
        signature : bytes or str
            64 bytes, or base64 of them.
        hold : bool
            As in `approve`.
        comment : tuple of bytes and bytes or str, optional
            What `comment_payload` returned for the same person and version, and the signature over it: it is
            recorded just before the decision, both or none.

        Returns
        -------
        tuple of Standing
            Of the version; after an adoption, of every version of the model.

        Raises
        ------
        ReviewError
            The payload is none, is stale, names another catalogue of law than this program's, or the
            signature is not one by that person over it; or the rules refuse.
        """
        record, signed = unpacked(payload, signature)
        before = () if comment is None else (self._beside(record, *comment),)
        if isinstance(record, Adoption):
            self._book.record(lambda _, __: [Draft("adoption", signed, record.model)])
            return self.list(record.model)
        if isinstance(record, Comment):
            check_sections(record.remarks)
            return (self._recorded(record.model, record.version, drafted(record, signed)),)
        refuse_other_law(record, self._catalogue)
        if record.action == "submit":
            self._recorder.refuse_unpublished(record)
            draft = Draft("decision", signed, record.model, record.version)
            return (self._recorded(record.model, record.version, draft),)
        ask = Ask(record.action, record.model, record.version, record.by, record.reason, record.role)
        return (self._recorder.decide(ask, lambda _: signed, hold=hold, record=record, before=before),)

    def _beside(self, record: Decision | Adoption | Comment, payload: bytes, signature: bytes | str) -> Draft:
        """Return the comment that is recorded just before a decision."""
        comment, signed = unpacked(payload, signature)
        return drafted(check_beside(record, comment), signed)

    def _recorded(self, model: str, version: int, draft: Draft) -> Standing:
        return self._recorder.standing(self._book.record(lambda _, __: [draft]), model, version)

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
        """Return a submission to be signed elsewhere, and publish its bundle; takes what `submit` does.

        What the rules will refuse, whoever signs it, is refused before anything is published. A payload that
        is never attached leaves its bundle among those under review, where nobody loads it.
        """
        parts = Parts(policy, card, files, model_files, impact, version)
        history = self._book.history()
        bundle, record = self._submission(parts, history, name, trained_by, reason)
        history.foresee(record, record.at)
        publish(bundle, self._trust.bundles, proof=None)
        return canonical(record.content())

    def _submission(
        self, parts: Parts, history: History, name: str, trained_by: Iterable[str], reason: str
    ) -> tuple[Bundle, Decision]:
        """Return what is published of a version that somebody submits, and the record that they sign."""
        handed = parts.read()
        ask = Ask("submit", handed.bundle.model, parts.version, name, reason)
        terms, now = handed.terms(parts.model_files), self._book.now()
        return handed.bundle, submission_of(ask, terms, tuple(trained_by), history, now, self._catalogue)
