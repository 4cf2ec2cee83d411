"""The whole flow on one page: from a policy and residents to a candidate that can be registered."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Literal

import numpy as np

from segmentation.audit import AuditReport, Block, audit_blocks
from segmentation.card import Digests, ModelCard, make_card
from segmentation.card.candidate import candidate_html
from segmentation.clustering.assign import segment_ids
from segmentation.clustering.choice.refusal import refuse_no_structure, refuse_small
from segmentation.clustering.identity import Migration, Previous, lasting_names, matched, migration
from segmentation.errors import ResidentsError
from segmentation.mitigation import Mitigation, prepare
from segmentation.plans import Plan, plans, served
from segmentation.profiles import Profiles, profiles_of
from segmentation.progress import watched
from segmentation.version import __version__

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from segmentation.clustering import Segmenter
    from segmentation.clustering.choice import Choice, Stability
    from segmentation.policy import Policy
    from segmentation.progress import Progress, Watch
    from segmentation.residents import Intake, Residents, StoredResidents
    from segmentation.scorer import FoldedScorer

Number = int | Literal["auto"]
TITLES: dict[str, str] = {
    "segments": "Finding segments",
    "stability": "Measuring how stable they are",
    "profiles": "Describing segments",
    "migration": "Comparing with the version before",
    "audit": "Auditing",
    "card": "Making the card",
}
"""What a bar calls each step."""


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
    choice : Choice
        The numbers of segments that were tried, and whether there is any structure.
    stability : Stability
        How the segments stand when residents are drawn anew.
    profiles : Profiles
    plans : tuple of Plan
    audit : AuditReport
    card : ModelCard
    mitigation : Mitigation or None
        What was done against a disparity; None: nothing.
    migration : Migration or None
        What became of the segments of the version before; None: it was compared with none.
    """

    policy: Policy
    segmenter: Segmenter
    scorer: FoldedScorer
    intake: Intake
    choice: Choice
    stability: Stability
    profiles: Profiles
    plans: tuple[Plan, ...]
    audit: AuditReport
    card: ModelCard
    mitigation: Mitigation | None = None
    migration: Migration | None = None

    def __repr__(self) -> str:
        """Return its name, counts, the audit's verdict, and whether the segments themselves stand."""
        lacking = ", segments that do not stand" if self.card.verdict.structure else ""
        return (
            f"Candidate({self.policy.name!r}, {len(self.scorer.segments)} segments of "
            f"{self.intake.kept} residents, audit {self.audit.verdict}{lacking}, "
            f"scorer {self.scorer.digest[:15]}…)"
        )

    def _repr_html_(self) -> str:
        return candidate_html(self.card, self.profiles, self.migration)


def build(
    policy: Policy,
    residents: Residents | StoredResidents,
    *,
    n_segments: Number = "auto",
    mitigation: Mitigation | None = None,
    previous: Previous | None = None,
    progress: Progress = False,
) -> Candidate:
    """Cluster, describe, plan, audit and card.

    Parameters
    ----------
    policy : Policy
    residents : Residents or StoredResidents
        From `segmentation.read_residents`, or from `segmentation.store_residents` where they are more than
        memory holds: they are then looked at in batches, several times.
    n_segments : "auto" or int, default "auto"
        A number insists on that many segments, whether or not they repeat themselves; the card says whether
        they do.
    mitigation : Mitigation, optional
        Applied to how segments are found; card and registry name it. It sees protected values while it is
        fitted; the segments that come of it are assigned from needs alone. Profiles and plans still describe
        every need of the policy, also one that the segments leave out, which no name is made of. The audit is
        of the residents on whom it was estimated, where an erasure works better than elsewhere, and the card
        says so; `frontier` measures mitigations on residents that they did not see.
    previous : Previous, optional
        The version that runs now: segments that are still the same keep its ids, and its names but for those
        that tell a feature which is no longer read.
    progress : bool or callable, default False
        True shows a bar, in a notebook and on a terminal; where nobody would see it, nothing is written. A
        callable is told each step's name before it starts. The candidate is the same to the byte either way.

    Raises
    ------
    NoStructureError
        No number of segments repeats itself, shuffled columns do as well, or a segment would hold fewer than
        the smallest group. With a number to insist on, only the last of these.
    MitigationError
        The mitigation does not fit the policy or the residents.
    ResidentsError
        The residents are a sample of those who were read: what the card says of them would not hold.
    ValueError
        `n_segments` is neither "auto" nor a whole number from 1.

    Notes
    -----
    With more residents than the policy's `clustering.fit_sample`, encoder, number of segments, restarts,
    stability, plain rules, and what the audit measures row by row rest on that many of them, drawn at random;
    centres, profiles, migration and every count are of all.
    """
    _refuse_sample(residents)
    with watched(progress, titles=TITLES) as watch:
        return _built(policy, residents, n_segments, mitigation, previous, watch)


def _built(
    policy: Policy,
    residents: Residents | StoredResidents,
    n_segments: Number,
    mitigation: Mitigation | None,
    previous: Previous | None,
    watch: Watch,
) -> Candidate:
    sample = residents.sample(policy.clustering.fit_sample, policy.clustering.seed)
    watch("segments")
    segmenter = _fit(policy, residents, sample, n_segments, mitigation, watch)
    refuse_small(policy, segmenter.sizes_)
    scorer = segmenter.fold()
    choice = segmenter.choice_ or segmenter.assess(sample.needs, progress=watch)
    refuse_no_structure(policy, choice)
    if previous is not None:
        segmenter = segmenter.named(matched(previous, policy, scorer, sample.needs))
        scorer = segmenter.fold()
    watch("stability")
    stability = segmenter.stability(sample.needs, progress=watch)
    watch("profiles")
    described = profiles_of(
        policy,
        ((part.needs, _labels(scorer, part)) for part in residents.batches()),
        scorer.segments,
        sample=(sample.needs, _labels(scorer, sample)),
        names=None if previous is None else lasting_names(previous, scorer),
        read=scorer.features,
    )
    planned = plans(policy, described)
    moved = None
    if previous is not None:
        watch("migration")
        moved = migration(previous, policy, scorer, (part.needs for part in residents.batches()))
    watch("audit")
    report = audit_blocks(
        policy,
        (_block(scorer, part) for part in residents.batches()),
        _block(scorer, sample),
        len(residents),
        served(planned),
        assign=partial(segment_ids, scorer),
        progress=watch,
    )
    watch("card")
    shown = described.shown
    digests = Digests(policy.digest, residents.digest, scorer.digest, __version__)
    card = make_card(
        policy,
        residents.intake,
        choice,
        stability,
        shown,
        planned,
        report,
        digests,
        mitigation=mitigation,
        migration=moved,
    )
    return Candidate(
        policy,
        segmenter.without_residents(),
        scorer,
        residents.intake,
        choice,
        stability,
        shown,
        planned,
        report,
        card,
        mitigation,
        moved,
    )


def _refuse_sample(residents: Residents | StoredResidents) -> None:
    kept = residents.intake.kept
    if len(residents) != kept:
        message = (
            f"These are {len(residents):,} of the {kept:,} residents that were read, and a card speaks of "
            "all: build from all of them. The search for segments takes a sample of its own "
            "(`clustering.fit_sample`)."
        )
        raise ResidentsError(message)


def _labels(scorer: FoldedScorer, residents: Residents) -> NDArray[np.int64]:
    return np.asarray(segment_ids(scorer, residents.needs).cat.codes, np.int64)


def _block(scorer: FoldedScorer, residents: Residents) -> Block:
    return Block(segment_ids(scorer, residents.needs), residents.protected, residents.needs)


def _fit(
    policy: Policy,
    residents: Residents | StoredResidents,
    sample: Residents,
    n_segments: Number,
    mitigation: Mitigation | None,
    watch: Watch,
) -> Segmenter:
    segmenter = prepare(mitigation, policy, sample.needs, sample.protected, n_segments)
    if len(sample) == len(residents):
        return segmenter.fit(sample.needs, progress=watch)
    return segmenter.fit_batches(
        lambda: (part.needs for part in residents.batches()), sample.needs, progress=watch
    )
