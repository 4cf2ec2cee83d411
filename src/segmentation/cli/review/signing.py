"""Signing what was shown: a record is written down, told in words, signed to the byte, and recorded.

What is signed is what `review payload` would have written, so a key that lives here and one that lives
elsewhere sign the same record; and nothing that changes while a person reads can slip into it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from segmentation.cli import secrets
from segmentation.cli.asked import ask_first
from segmentation.cli.plain import say, warn
from segmentation.cli.review import told

if TYPE_CHECKING:
    from segmentation.cli.office import Office
    from segmentation.ledger.comments import Comment
    from segmentation.ledger.records import Adoption, Decision
    from segmentation.ledger.standing import Standing

MODELS = Path("models")
TOLD = 3
"""Findings without a waiver that a refusal names; `review show` has them all."""


def recorded(
    office: Office, payload: bytes, name: str, passphrase_file: Path | None, *, hold: bool = False
) -> tuple[Standing, ...]:
    """Sign a payload with the key of a person that rests at home, and record it.

    Raises
    ------
    SigningError
        The key is not there, or the passphrase does not open it.
    ReviewError
        The rules refuse it; nothing is recorded. Who may not sign is told before their passphrase is asked.
    """
    from segmentation.reviews.people import open_key

    foreseen(office, payload)
    key = open_key(office.home, name, secrets.passphrase(name, passphrase_file))
    return office.desk.attach(payload, key.sign(json.loads(payload)).signature, hold=hold)


def foreseen(office: Office, payload: bytes) -> Adoption | Decision | Comment:
    """Return the record of a payload, which the rules would take once it is signed.

    Raises
    ------
    ReviewError
        Who is to sign may not, or not this, or not now; or a finding has no waiver.
    """
    from segmentation.errors import ReviewError
    from segmentation.ledger.comments import Comment
    from segmentation.ledger.records import Adoption, Decision
    from segmentation.ledger.signatures import entitled
    from segmentation.reviews.foreseeing import all_waived

    history, now = office.book.history(), office.book.now()
    kind = json.loads(payload)["type"]
    if kind == "comment/1":
        comment = Comment.model_validate_json(payload)
        history.foresee(comment, now)
        return comment
    if kind == "adoption/1":
        adoption = Adoption.model_validate_json(payload)
        entitled(history.people[adoption.by], adoption.role, "adopt", now)
        return adoption
    decision = Decision.model_validate_json(payload)
    try:
        history.foresee(decision, now)
    except ReviewError:
        # What the rules say of the person comes first; of findings without a waiver there is more to say.
        history.foresee(all_waived(decision), now)
        _refuse_unwaived(decision)
        raise
    return decision


def shown(office: Office, payload: bytes, *, yes: bool, full: bool = False) -> Decision:
    """Tell in words what a payload says, and ask whether it shall be signed.

    Raises
    ------
    ReviewError
        The rules would refuse it, or there is nobody to ask.
    typer.Exit
        They said no.
    """
    from segmentation.errors import ReviewError
    from segmentation.ledger.records import Decision
    from segmentation.reviews.waivers import blocking_of

    decision = foreseen(office, payload)
    if not isinstance(decision, Decision):
        raise ReviewError("Only a decision is shown before it is signed. Read the file that is signed.")
    card = office.desk.review(decision.model, decision.version).card
    approvals = office.desk.standing(decision.model, decision.version).approvals
    for line in told.approval(decision, blocking_of(card), approvals, full=full):
        say(line)
    ask_first("Sign this?", "Read what is signed", "Nothing was signed.", yes=yes)
    return decision


def _refuse_unwaived(decision: Decision) -> None:
    """Refuse what the ledger would refuse, and say how the waivers are written.

    Raises
    ------
    ReviewError
        A finding blocks the approval and has no waiver.
    """
    from segmentation.errors import ReviewError

    waived = {waiver.finding for waiver in decision.waivers}
    left = [key for key in decision.blocking if key not in waived]
    if decision.action != "approve" or not left:
        return
    more = f" and {len(left) - TOLD} more" if len(left) > TOLD else ""
    raise ReviewError(
        f"What blocks {decision.model} version {decision.version} needs a waiver of its own, and these have "
        f"none: {', '.join(left[:TOLD])}{more}. Draft them with `segmentation review waivers`, or request "
        "changes."
    )


def check_model(office: Office, decision: Decision, tracking_uri: str | None) -> None:
    """Refuse a version whose model files in MLflow are not those that were submitted.

    A reviewer whose machine has no MLflow with that version signs what the bundle says, and is told so.

    Raises
    ------
    RegistryError
        A file was changed since; it is named.
    """
    model, version = decision.model, decision.version
    if not is_registered(office, model, version, tracking_uri):
        say(f"Not checked: no MLflow with {model} version {version} is here.", err=True)
        return
    from segmentation.registry import check_model_files

    check_model_files(office.home, model, version, decision.digests.model, tracking_uri)


def settled(office: Office, standings: tuple[Standing, ...], tracking_uri: str | None) -> None:
    """Tell where versions stand after a decision, and show it in MLflow where there is one."""
    for standing in standings:
        say(told.line(standing))
        say(f"  {standing.why}")
    model = standings[0].model if standings else ""
    if not office.home.database.exists() and tracking_uri is None:
        say("Nothing is registered here, so no MLflow shows it.", err=True)
        return
    from segmentation.registry import mirror

    warning = mirror(office.home, office.desk.list(model), tracking_uri)
    if warning is not None:
        warn(warning)


def witnessed(office: Office, standings: tuple[Standing, ...], checkout: Path | None) -> None:
    """Write the card and the decision of a version that is approved now beside its policy, in a checkout.

    Parameters
    ----------
    office : Office
    standings : tuple of Standing
        What a decision led to.
    checkout : Path or None
        Its folder of models; where it is not named, `MODELS` where it is there and knows the model.
    """
    from segmentation.errors import SegmentationError
    from segmentation.reviews.checkout import write_decision

    for standing in standings:
        model, version = standing.model, standing.version
        folder = (checkout or MODELS) / model
        is_there = checkout is not None or (folder / "policy.toml").is_file()
        if standing.state not in {"approved", "active"} or not is_there:
            continue
        try:
            bundle = office.desk.review(model, version).bundle
            written = write_decision(folder, bundle, office.book.history().proof(model, version))
        except SegmentationError as error:
            warn(error)
        else:
            say(f"Wrote {' and '.join(written)} to {folder}; commit them, so that its history is a witness.")


def is_registered(office: Office, model: str, version: int, tracking_uri: str | None) -> bool:
    """Whether an MLflow is here, or named, that has a version."""
    if not office.home.database.exists() and tracking_uri is None:
        return False
    from segmentation.registry import versions_of

    return version in versions_of(office.home, model, tracking_uri).numbers
