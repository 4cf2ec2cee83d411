"""What a dossier says, in a form for programs and for its sheet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from segmentation.errors import ReviewError
from segmentation.ledger.checkpoint import Checkpoint, checkpoint_of
from segmentation.signing import PublicKey

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime

    from segmentation.ledger.history import History
    from segmentation.ledger.records import Action, Decision, Role, Verdict
    from segmentation.ledger.standing import Standing, State


@dataclass(frozen=True)
class Waived:
    """One blocking finding that a reviewer let pass.

    Attributes
    ----------
    finding, reason : str
    expires : date
        Last day on which it holds.
    by : str
    """

    finding: str
    reason: str
    expires: date
    by: str


@dataclass(frozen=True)
class Signature:
    """One decision about the version.

    Attributes
    ----------
    seq : int
        Number of its event in the ledger.
    at : datetime
        When the ledger took it in, UTC.
    action, by, role, reason : str
    key : str
        Fingerprint of the key that signed it.
    valid_until : date or None
        Last day of an approval.
    conditions : tuple of str
    bundle : str
        Digest of the bundle that it is about.
    """

    seq: int
    at: datetime
    action: Action
    by: str
    role: Role
    reason: str
    key: str
    valid_until: date | None
    conditions: tuple[str, ...]
    bundle: str


@dataclass(frozen=True)
class Commented:
    """What one person said about one section of the version.

    Attributes
    ----------
    seq : int
        Number of its event in the ledger.
    at : datetime
        When the ledger took it in, UTC.
    by, role : str
    section, text : str
    bundle : str
        Digest of the bundle that it is about.
    """

    seq: int
    at: datetime
    by: str
    role: Role
    section: str
    text: str
    bundle: str


@dataclass(frozen=True)
class DossierReport:
    """What holds of a dossier, as of its export.

    Attributes
    ----------
    model, version : str, int
    state : str
        When the dossier was written; what happened later is not in it.
    since : datetime or None
    why : str
        One sentence: by whom or by what it came to stand there.
    verdict : {"kept", "broken", "undetermined"}
        Of the audit, as signed.
    valid_until : date or None
        Last day on which the pair of approvals holds; compare it with today. None where no pair counts.
    signatures : tuple of Signature
        Every decision about the version, of all rounds, oldest first.
    signers : tuple of str
        Whose approvals count, as of the export: of a version that was reopened or revoked, nobody's.
    waivers : tuple of Waived
        Of the approvals of the last round, whatever became of them.
    conditions : tuple of str
        Of the same approvals.
    comments : tuple of Commented
        Of all rounds, oldest first.
    revoked : Signature or None
        What revoked the version, if that is in the dossier.
    root, root_key : str
        Fingerprint and text of the root key that everything was checked against.
    pinned : bool
        False: the root key came with the dossier, and whoever made the dossier may have made the key.
    checkpoint : Checkpoint
        Head of the ledger at the export.
    compared : bool
        Whether a checkpoint that was kept elsewhere was compared.
    uncovered : tuple of str
        PDFs: they rest on no signature, and cannot be made anew. Believe the JSON beside them.
    differing : tuple of str
        Pages and sheets that are not as this program writes them, which whoever verified let pass: another
        version of the program wrote them, or somebody altered them.
    digest : str
        SHA-256 of the whole file.
    """

    model: str
    version: int
    state: State
    since: datetime | None
    why: str
    verdict: Verdict
    valid_until: date | None
    signatures: tuple[Signature, ...]
    signers: tuple[str, ...]
    waivers: tuple[Waived, ...]
    conditions: tuple[str, ...]
    comments: tuple[Commented, ...]
    revoked: Signature | None
    root: str
    root_key: str
    pinned: bool
    checkpoint: Checkpoint
    compared: bool
    uncovered: tuple[str, ...]
    differing: tuple[str, ...]
    digest: str


def report_of(
    history: History,
    model: str,
    version: int,
    *,
    pinned: bool = True,
    compared: bool = False,
    uncovered: tuple[str, ...] = (),
    differing: tuple[str, ...] = (),
    digest: str = "",
) -> DossierReport:
    """Return what a history says of a version, as of its last event.

    Raises
    ------
    ReviewError
        The version was never submitted.
    """
    standing, submission = standing_of(history, model, version)
    records = history.records(model, version)
    signatures = tuple(_signature(event.seq, event.at, decision) for event, decision in records)
    approvals = _last_round(history, model, version)
    return DossierReport(
        model=model,
        version=version,
        state=standing.state,
        since=standing.since,
        why=standing.why,
        verdict=submission.verdict,
        valid_until=standing.valid_until,
        signatures=signatures,
        signers=tuple(dict.fromkeys(one.by for one in standing.approvals)),
        waivers=tuple(
            Waived(waiver.finding, waiver.reason, waiver.expires, one.by)
            for one in approvals
            for waiver in one.waivers
        ),
        conditions=tuple(condition for one in approvals for condition in one.conditions),
        comments=tuple(_comments(history, model, version)),
        revoked=next((one for one in signatures if one.action == "revoke"), None),
        root=history.root.fingerprint,
        root_key=history.root.text,
        pinned=pinned,
        checkpoint=checkpoint_of(history),
        compared=compared,
        uncovered=uncovered,
        differing=differing,
        digest=digest,
    )


def standing_of(history: History, model: str, version: int) -> tuple[Standing, Decision]:
    """Return where a version stands at the last event, and its last submission.

    Raises
    ------
    ReviewError
        It was never submitted.
    """
    standing = history.standing(model, version, history.head.at)
    if standing.submission is None:
        raise ReviewError(
            f"Version {version} of {model} was never submitted, so nothing was decided about it. "
            "Submit it first."
        )
    return standing, standing.submission


def _last_round(history: History, model: str, version: int) -> tuple[Decision, ...]:
    """Return the last approval of each role since the last submission, whatever became of them."""
    latest: dict[str, Decision] = {}
    for _, decision in history.records(model, version):
        if decision.action == "submit":
            latest = {}
        elif decision.action == "approve":
            latest.pop(decision.role, None)
            latest[decision.role] = decision
    return tuple(latest.values())


def _comments(history: History, model: str, version: int) -> Iterator[Commented]:
    for event, comment in history.comments(model, version):
        for one in comment.remarks:
            yield Commented(
                event.seq, event.at, comment.by, comment.role, one.section, one.text, comment.bundle
            )


def _signature(seq: int, at: datetime, decision: Decision) -> Signature:
    return Signature(
        seq=seq,
        at=at,
        action=decision.action,
        by=decision.by,
        role=decision.role,
        reason=decision.reason,
        key=PublicKey(decision.key).fingerprint,
        valid_until=decision.valid_until,
        conditions=decision.conditions,
        bundle=decision.digests.bundle,
    )
