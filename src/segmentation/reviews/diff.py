"""What a reviewer compares: the version that is submitted and the one that is in service, or was last.

Who signs a new version signs what differs from the one before, so all of it is told: policy, limits,
features, findings, gaps, segments, and who moves.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from segmentation.errors import ReviewError
from segmentation.reviews.differences import Diff, cards, policies

if TYPE_CHECKING:
    from segmentation.card import ModelCard
    from segmentation.ledger.history import History
    from segmentation.ledger.standing import State
    from segmentation.policy import Policy

__all__ = ["Diff", "Side", "Version", "compare", "diff", "last_in_service"]


@dataclass(frozen=True)
class Side:
    """One version: its number, its policy, its card, and where it stands if that is to be told."""

    version: int
    policy: Policy
    card: ModelCard
    state: State | None = None


class Version(Protocol):
    """Whatever knows the number, the policy and the card of a version, such as a `RegisteredModel`."""

    @property
    def version(self) -> int:
        """Its number."""

    @property
    def policy(self) -> Policy:
        """Its rules."""

    @property
    def card(self) -> ModelCard:
        """What was found of it."""


def last_in_service(history: History, model: str, version: int) -> int | None:
    """Return the version with which another is compared: the one last brought into service.

    One that was suspended since, has expired or was revoked is still the one that residents knew.

    Parameters
    ----------
    history : History
    model, version : str, int
        The version that is compared, which never is the answer.

    Returns
    -------
    int or None
        None where no other version was ever in service.
    """
    activated = (one.draft for one in reversed(history.events) if one.draft.kind == "activated")
    own = (draft.version for draft in activated if draft.model == model)
    return next((one for one in own if one != version), None)


def compare(before: Version, after: Version) -> Diff:
    """Return what differs between two registered versions, whoever signed them or not.

    Parameters
    ----------
    before, after : RegisteredModel
        From `segmentation.load_version`; the older one first.

    Returns
    -------
    Diff
        `Diff.text` is what a reviewer reads where `before` is in service and `after` was submitted.

    Raises
    ------
    ReviewError
        The two are of different models, or a policy is not the one of its card.
    """
    return diff(*(Side(one.version, one.policy, one.card) for one in (before, after)))


def diff(before: Side | None, after: Side) -> Diff:
    """Return what differs between two versions of a model.

    Parameters
    ----------
    before : Side or None
        The version that is in service, or was last; None where none ever was.
    after : Side
        The version that is submitted.

    Raises
    ------
    ReviewError
        The two are of different models, or a policy is not the one of its card.
    """
    for side in (before, after):
        _refuse_strange(side)
    if before is None:
        return _first(after)
    if before.policy.name != after.policy.name:
        message = (
            f"{before.policy.name} and {after.policy.name} are two models. Compare versions of the same one."
        )
        raise ReviewError(message)
    found = policies.changes(before.policy, after.policy)
    return Diff(
        model=after.policy.name,
        before=cards.seen(before.version, before.card, before.state),
        after=cards.seen(after.version, after.card, after.state),
        evidence=cards.evidence(before.card, after.card),
        limits=policies.limits(before.policy, after.policy),
        days=policies.days(found),
        policy=found,
        features=policies.features(before.policy, after.policy, found),
        findings=cards.findings(before.card, after.card),
        gaps=cards.gaps(before.card, after.card),
        segments=cards.segments(before.card, after.card),
        is_linked=cards.linked(before.card, after.card),
        migration=cards.migrated(before.version, after.card),
        stability=cards.stability(before.card, after.card),
    )


def _first(after: Side) -> Diff:
    """Return what there is to say of the first version: how it stands, and nothing that differs."""
    none = ()
    return Diff(
        model=after.policy.name, before=None, after=cards.seen(after.version, after.card, after.state),
        evidence=none, limits=none, days=none, policy=none, features=none, findings=none, gaps=none,
        segments=none, is_linked=False, migration=None, stability=none,
    )  # fmt: skip


def _refuse_strange(side: Side | None) -> None:
    if side is not None and side.policy.digest != side.card.digests.policy:
        message = (
            f"The policy of version {side.version} is not the one of its card. Take both from one bundle."
        )
        raise ReviewError(message)
