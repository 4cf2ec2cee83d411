"""Writing down what a person decides, ready to be signed: the rest of the record follows from the ledger."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal

from pydantic import ValidationError

from segmentation.errors import ReviewError
from segmentation.ledger.records import Adoption, Decision
from segmentation.ledger.signatures import WHO
from segmentation.ledger.track import day_of
from segmentation.reviews.keyfiles import spelled
from segmentation.reviews.submission import limits_digest, which

if TYPE_CHECKING:
    from datetime import date, datetime

    from segmentation.ledger.history import History
    from segmentation.ledger.records import Action, Person, Role, Waiver
    from segmentation.ledger.standing import Standing
    from segmentation.policy import Policy
    from segmentation.reviews.submission import Terms

Deciding = Literal["approve", "request_changes", "reject", "revoke", "suspend", "resume"]
"""Actions about what was submitted."""


@dataclass(frozen=True)
class Ask:
    """What a person wants to say of a version.

    Attributes
    ----------
    action : {"submit", "approve", "request_changes", "reject", "revoke", "suspend", "resume"}
    model, version : str, int
    by : str
        Name of the person.
    reason : str
    role : str or None
        In which of their roles; None takes the one that fits, and of two the one that is missing.
    waivers : tuple of Waiver
        Of an approval.
    conditions : tuple of str
    valid_until : date or None
        Of an approval; None takes the longest that the policy allows.
    """

    action: Action
    model: str
    version: int
    by: str
    reason: str
    role: Role | None = None
    waivers: tuple[Waiver, ...] = ()
    conditions: tuple[str, ...] = ()
    valid_until: date | None = None

    def __post_init__(self) -> None:
        """Spell the name as it is signed."""
        object.__setattr__(self, "by", spelled(self.by))


@dataclass(frozen=True)
class Adopting:
    """What a person wants to say of a policy: that it is in force for its model.

    Attributes
    ----------
    policy : Policy
    by : str
        Name of the person.
    reason : str
    """

    policy: Policy
    by: str
    reason: str


def submission_of(
    ask: Ask, terms: Terms, trained_by: tuple[str, ...], history: History, now: datetime, catalogue: str
) -> Decision:
    """Return a submission, to be signed.

    Raises
    ------
    ReviewError
        Nobody of that name is in the ledger, or the record cannot say what it was given.
    """
    told = {**vars(terms), "trained_by": tuple(map(spelled, trained_by))}
    return _decision(ask, told, _role(ask, history, ()), history, now, catalogue)


def decision_of(ask: Ask, history: History, now: datetime, catalogue: str) -> Decision:
    """Return a decision about what was submitted, to be signed; repeats the terms of the submission.

    Raises
    ------
    ReviewError
        The version was never submitted, nobody of that name is in the ledger, or the record cannot say what
        it was given.
    """
    standing = history.standing(ask.model, ask.version, now, catalogue)
    before = submitted(standing)
    told = {
        name: getattr(before, name)
        for name in ("digests", "verdict", "blocking", "limits", "review_days", "trained_by")
    }
    if ask.action == "approve":
        told["valid_until"] = ask.valid_until or day_of(now) + timedelta(days=before.review_days)
    else:
        told["valid_until"] = ask.valid_until
    return _decision(ask, told, _role(ask, history, standing.missing), history, now, catalogue)


def adoption_of(asked: Adopting, history: History, now: datetime) -> Adoption:
    """Return the adoption of a policy, to be signed.

    Raises
    ------
    ReviewError
        Nobody of that name is in the ledger, or the record cannot say what it was given.
    """
    person = entered(spelled(asked.by), history)
    try:
        return Adoption(
            ledger=history.ledger,
            model=asked.policy.name,
            policy=asked.policy.digest,
            limits=limits_digest(asked.policy),
            by=person.name,
            key=person.key,
            role=fitting(person, WHO["adopt"], ()),
            reason=asked.reason,
            at=now,
            previous=history.head.digest,
        )
    except ValidationError as error:
        raise unsaid(error) from None


def submitted(standing: Standing) -> Decision:
    """Return the submission of a version; raises a `ReviewError` where there is none."""
    if standing.submission is None:
        raise ReviewError(
            f"{which(standing.model, standing.version)} was never submitted. Submit it with "
            "`segmentation review submit`, or name another version."
        )
    return standing.submission


def _decision(
    ask: Ask, told: dict[str, Any], role: Role, history: History, now: datetime, catalogue: str
) -> Decision:
    try:
        return Decision(
            ledger=history.ledger,
            action=ask.action,
            model=ask.model,
            version=ask.version,
            catalogue=catalogue,
            waivers=ask.waivers,
            by=ask.by,
            key=entered(ask.by, history).key,
            role=role,
            reason=ask.reason,
            conditions=ask.conditions,
            at=now,
            previous=history.head.digest,
            **told,
        )
    except ValidationError as error:
        raise unsaid(error) from None


def entered(name: str, history: History) -> Person:
    """Return a person as the ledger has them; raises a `ReviewError` where it has nobody of that name."""
    person = history.people.get(name)
    if person is None:
        raise ReviewError(
            f"Nobody is entered as {name}. Enter them with `segmentation people add`, or mend the name."
        )
    return person


def _role(ask: Ask, history: History, missing: tuple[Role, ...]) -> Role:
    return ask.role or fitting(entered(ask.by, history), WHO[ask.action], missing)


def fitting(person: Person, allowed: tuple[Role, ...], missing: tuple[Role, ...]) -> Role:
    """Return the role in which a person signs; where none fits, one that the rules then refuse by name."""
    fits = [role for role in person.roles if role in allowed]
    return next((role for role in fits if role in missing), (*fits, *person.roles, *allowed)[0])


def unsaid(error: ValidationError) -> ReviewError:
    """Return the refusal of a record that cannot say what it was given, in one sentence."""
    fault = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(map(str, fault["loc"])) or "record"
    rule = fault["msg"].removeprefix("Value error, ").rstrip(".")
    return ReviewError(f"The record cannot be written: {where}: {rule[0].lower()}{rule[1:]}.")
