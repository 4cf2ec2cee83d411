"""The whole flow on one page: from a policy and residents to a candidate that can be registered."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Literal

from segmentation import __version__
from segmentation.audit import AuditReport, audit
from segmentation.card import Digests, ModelCard, make_card
from segmentation.clustering import Rival, Segmenter
from segmentation.clustering.assign import segment_ids
from segmentation.errors import NoStructureError
from segmentation.mitigation import Mitigation, prepare
from segmentation.plans import Plan, plans, served
from segmentation.profiles import Profile, profiles

if TYPE_CHECKING:
    from collections.abc import Callable

    from segmentation.policy import Policy
    from segmentation.residents import Intake, Residents
    from segmentation.scorer import FoldedScorer

Step = Literal["segments", "profiles", "audit", "card"]


@dataclass(frozen=True)
class Candidate:
    """A segmentation that is ready to be registered, with its evidence.

    Nothing in it belongs to a single resident: the segmenter has forgotten whom it was fitted on.

    Attributes
    ----------
    policy : Policy
    segmenter : Segmenter
        Fitted, for notebooks; without the training residents' labels.
    scorer : FoldedScorer
        The same segmentation as data; this is what is served.
    intake : Intake
        Who was read, left out and why.
    rivals : tuple of Rival
        The numbers of segments that were tried; empty where the number was given.
    profiles : tuple of Profile
    plans : tuple of Plan
    audit : AuditReport
    card : ModelCard
    mitigation : Mitigation or None
        What was done against a disparity; None: nothing.
    """

    policy: Policy
    segmenter: Segmenter
    scorer: FoldedScorer
    intake: Intake
    rivals: tuple[Rival, ...]
    profiles: tuple[Profile, ...]
    plans: tuple[Plan, ...]
    audit: AuditReport
    card: ModelCard
    mitigation: Mitigation | None = None


def build(
    policy: Policy,
    residents: Residents,
    *,
    n_segments: int | Literal["auto"] = "auto",
    mitigation: Mitigation | None = None,
    progress: Callable[[Step], None] = lambda _: None,
) -> Candidate:
    """Cluster, describe, plan, audit and card.

    Parameters
    ----------
    policy : Policy
    residents : Residents
        From `segmentation.read_residents`.
    n_segments : "auto" or int, default "auto"
        A number insists on that many segments, whether or not they repeat themselves.
    mitigation : Mitigation, optional
        Applied to how segments are found; card and registry name it. It sees protected values while it is
        fitted; the segments that come of it are assigned from needs alone. Profiles and plans still describe
        every need of the policy, also one that the segments leave out. The audit is of the residents on whom
        it was estimated, where an erasure works better than elsewhere, and the card says so; `frontier`
        measures mitigations on residents that they did not see.
    progress : callable
        Called with each step's name before it starts.

    Raises
    ------
    NoStructureError
        No number of segments repeats itself, or a segment would hold fewer than the smallest group.
    MitigationError
        The mitigation does not fit the policy or the residents.
    """
    progress("segments")
    segmenter = _fit(policy, residents, n_segments, mitigation)
    labels = segmenter.labels_
    _refuse_no_structure(policy, segmenter)
    scorer = segmenter.fold()
    rivals = tuple(Rival(**rival) for rival in segmenter.rivals_)
    progress("profiles")
    described = profiles(policy, residents.needs, labels, scorer.segments)
    planned = plans(policy, described)
    progress("audit")
    report = audit(
        policy,
        segment_ids(scorer, residents.needs),
        residents.protected,
        served(planned),
        needs=residents.needs,
        assign=partial(segment_ids, scorer),
    )
    progress("card")
    digests = Digests(policy.digest, residents.digest, scorer.digest, __version__)
    shown = tuple(profile.shown for profile in described)
    card = make_card(policy, residents.intake, rivals, shown, planned, report, digests, mitigation=mitigation)
    return Candidate(
        policy,
        segmenter.without_residents(),
        scorer,
        residents.intake,
        rivals,
        shown,
        planned,
        report,
        card,
        mitigation,
    )


def _fit(
    policy: Policy, residents: Residents, n_segments: int | Literal["auto"], mitigation: Mitigation | None
) -> Segmenter:
    if mitigation is None:
        segmenter = Segmenter.from_policy(policy, n_segments)
    else:
        segmenter = prepare(mitigation, policy, residents.needs, residents.protected, n_segments)
    try:
        return segmenter.fit(residents.needs)
    except ValueError as error:
        # The needs were judged before: what is left is a number of segments that these residents cannot give.
        raise NoStructureError(str(error)) from None


def _refuse_no_structure(policy: Policy, segmenter: Segmenter) -> None:
    smallest = min((segmenter.labels_ == label).sum() for label in range(segmenter.n_segments_))
    if segmenter.n_segments == "auto" and segmenter.n_segments_ == 1:
        fewest, most = policy.clustering.segments
        message = (
            f"No segments were found: no number from {fewest} to {most} repeats itself on both halves. "
            "Look for a need that is missing from the policy, or insist on a number of segments."
        )
        raise NoStructureError(message)
    if smallest < policy.audit.smallest_group:
        message = (
            f"A segment would hold fewer than {policy.audit.smallest_group} residents (smallest_group), "
            "too few to be judged or shown. Ask for fewer segments, or bring more residents."
        )
        raise NoStructureError(message)
