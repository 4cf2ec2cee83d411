"""What a version says of itself: read from its bundle, and refused where its parts do not belong together.

A submission is made from it, and whoever approves reads it again from what was published: so nobody signs
what a submitter told them, only what the files say.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from segmentation.bundle import AUDIT, CARD, IMPACT, POLICY, SCORER, Bundle
from segmentation.card import ModelCard
from segmentation.errors import Fault, PolicyError, ReviewError, SegmentationError
from segmentation.impact import Impact
from segmentation.ledger.records import Digests
from segmentation.policy import Policy, policy_from
from segmentation.reviews.waivers import blocking_of
from segmentation.scorer import FoldedScorer
from segmentation.signing import canonical, sha256

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from segmentation.ledger.records import Decision, Verdict

Read = TypeVar("Read")


@dataclass(frozen=True)
class Terms:
    """What every decision about one version repeats: the fields of `Decision` of the same names."""

    digests: Digests
    verdict: Verdict
    blocking: tuple[str, ...]
    limits: str
    review_days: int


@dataclass(frozen=True)
class Version:
    """A version as its bundle has it, each part read and held against the others.

    Attributes
    ----------
    bundle : Bundle
    policy : Policy
    card : ModelCard
    impact : Impact
    """

    bundle: Bundle
    policy: Policy
    card: ModelCard
    impact: Impact

    def terms(self, model_files: Mapping[str, str]) -> Terms:
        """Return what decisions about it repeat.

        Parameters
        ----------
        model_files : mapping of str to str
            Digests of the model's files by name; that of the scorer is added, and nothing else may stand for
            it.

        Raises
        ------
        ReviewError
            The model's scorer is not the one of the bundle.
        """
        files = self.bundle.files
        scorer = sha256(files[SCORER])
        if model_files.get(SCORER, scorer) != scorer:
            raise ReviewError(
                f"{which(self.bundle.model, self.bundle.version)} cannot be submitted: the {SCORER} of its "
                "model is not the one of its bundle. Hand over what was registered, unchanged."
            )
        digests = Digests(
            policy=self.policy.digest,
            data=self.card.digests.data,
            model={**model_files, SCORER: scorer},
            audit=sha256(files[AUDIT]),
            card=sha256(files[CARD]),
            impact=sha256(files[IMPACT]),
            bundle=self.bundle.digest,
        )
        return Terms(
            digests,
            self.card.verdict.status,
            tuple(one.key for one in blocking_of(self.card)),
            limits_digest(self.policy),
            self.policy.review_days,
        )


def which(model: str, version: int) -> str:
    """Return a version's name for messages."""
    return f"{model} version {version}"


def limits_digest(policy: Policy) -> str:
    """Return the digest of a policy's audit limits: of the canonical JSON of its table ``audit``."""
    return sha256(canonical(policy.audit.model_dump(mode="json")))


def read_version(bundle: Bundle) -> Version:
    """Read a bundle, and hold each part against the others and the policy against the catalogue of law.

    Raises
    ------
    ReviewError
        A part cannot be read, or does not belong to the others; every fault is named.
    PolicyError
        The policy breaks a rule, such as one of a newer catalogue.
    """
    name = which(bundle.model, bundle.version)
    refused = f"The policy of {name} is refused"
    policy = _part(bundle, POLICY, lambda text: policy_from(json.loads(text), refused))
    card = _part(bundle, CARD, ModelCard.from_json)
    scorer = _part(bundle, SCORER, FoldedScorer.from_json)
    impact = _part(bundle, IMPACT, Impact.from_json)
    verdict = _part(bundle, AUDIT, lambda text: json.loads(text)["verdict"])
    digest = card.digest
    faults = [
        *_differ(POLICY, "is of another model than the bundle", policy.name, bundle.model),
        *_differ(CARD, "was made under another policy", card.digests.policy, policy.digest),
        *_differ(CARD, "was made of another scorer", card.digests.scorer, scorer.digest),
        *_differ(CARD, "is of another model than the bundle", card.about.name, bundle.model),
        *_differ(CARD, "is not written as a card is", sha256(bundle.files[CARD]), digest),
        *_differ(SCORER, "is not written as a scorer is", sha256(bundle.files[SCORER]), scorer.digest),
        *_differ(AUDIT, "has another verdict than the card", verdict, card.verdict.status),
        *_impact_faults(impact, bundle, policy.digest, digest),
    ]
    if faults:
        raise ReviewError.from_faults(f"The parts of {name} do not belong together", faults)
    if impact.refusal is not None:
        raise ReviewError(
            f"{name} cannot be submitted or approved. {impact.refusal} Change the use, and assess it anew."
        )
    return Version(bundle, policy, card, impact)


def check_terms(version: Version, submission: Decision) -> None:
    """Refuse a submission that told other things of a version than its bundle says.

    Raises
    ------
    ReviewError
        They differ; every field that does is named.
    """
    terms = version.terms({n: d for n, d in submission.digests.model.items() if n != SCORER})
    wrong = [name for name in vars(terms) if getattr(terms, name) != getattr(submission, name)]
    if wrong:
        name = which(submission.model, submission.version)
        raise ReviewError(
            f"The submission of {name} told {_listed(wrong)} otherwise than its files do. Reject it, and "
            "have it submitted anew from what was registered."
        )


def _part(bundle: Bundle, name: str, read: Callable[[str], Read]) -> Read:
    try:
        return read(bundle.files[name].decode())
    except PolicyError:
        raise
    except (SegmentationError, ValueError, LookupError, TypeError) as error:
        known = isinstance(error, SegmentationError)
        cause = (
            str(error).split("\n")[0].rstrip(".:") if known else "it is not what this version writes there"
        )
        raise ReviewError(
            f"{name} of {which(bundle.model, bundle.version)} cannot be read: {cause}. Submit what was "
            "registered, unchanged."
        ) from None


def _differ(where: str, rule: str, one: object, other: object) -> list[Fault]:
    return [] if one == other else [Fault(where, rule, "hand over what was registered, unchanged")]


def _impact_faults(impact: Impact, bundle: Bundle, policy: str, card: str) -> list[Fault]:
    told = {
        "model": (impact.subject.model, bundle.model),
        "version": (impact.subject.version, bundle.version),
        "policy": (impact.subject.policy, policy),
        "card": (impact.subject.card, card),
    }
    return [
        Fault(IMPACT, f"assesses another {what} than this one", "write the assessment of this version")
        for what, (one, other) in told.items()
        if one != other
    ]


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
