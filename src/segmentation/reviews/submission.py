"""What a version says of itself: read from its bundle, and refused where its parts do not belong together.

A submission is made from it, and whoever approves reads it again from what was published: so nobody signs
what a submitter told them, only what the files say.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from segmentation.approved.checks import check_bundle
from segmentation.bundle import AUDIT, CARD, IMPACT, POLICY, SCORER, Bundle, plain
from segmentation.card import ModelCard
from segmentation.errors import BundleError, Fault, PolicyError, ReviewError, SegmentationError
from segmentation.impact import Impact
from segmentation.ledger.records import Digests
from segmentation.policy import Policy, policy_from
from segmentation.reviews.waivers import blocking_of
from segmentation.scorer import FoldedScorer
from segmentation.signing import canonical, sha256

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from segmentation.ledger.records import Decision, Verdict

Read = TypeVar("Read")
CLAIM = ("check", "attribute", "group", "target", "status")
"""What the audit and the card must tell alike of each finding."""


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


@dataclass(frozen=True)
class Parts:
    """What a submitter hands over of a version.

    Attributes
    ----------
    policy, card : Policy, ModelCard
    files : mapping of str to bytes
        Policy, scorer, card and audit by their names in a bundle.
    model_files : mapping of str to str
        Digests of all files of the model, by name.
    impact : Impact
    version : int
    """

    policy: Policy
    card: ModelCard
    files: Mapping[str, bytes]
    model_files: Mapping[str, str]
    impact: Impact
    version: int

    def read(self) -> Version:
        """Return the version as its bundle will have it; raises what `read_version` does."""
        files = {**self.files, IMPACT: self.impact.to_json().encode()}
        found = read_version(Bundle(self.policy.name, self.version, files))
        if (found.policy.digest, found.card.digest) != (self.policy.digest, self.card.digest):
            raise ReviewError(
                f"The policy or the card of {which(self.policy.name, self.version)} is not the one of its "
                "files. Hand over what was registered, unchanged."
            )
        return found


def which(model: str, version: int) -> str:
    """Return a version's name for messages."""
    return f"{model} version {version}"


def limits_digest(policy: Policy) -> str:
    """Return the digest of a policy's audit limits: of the canonical JSON of its table ``audit``."""
    return sha256(canonical(policy.audit.model_dump(mode="json")))


def read_version(bundle: Bundle) -> Version:
    """Read a bundle, and hold each part against the others and the policy against the catalogue of law.

    What passes here can be loaded once it is active: it is read as strictly as by `load_approved`, and held
    to the same checks at the end.

    Raises
    ------
    ReviewError
        A part cannot be read, or does not belong to the others; every fault is named.
    PolicyError
        The policy breaks a rule, such as one of a newer catalogue.
    BundleError
        Serving would refuse it for another reason.
    """
    name = which(bundle.model, bundle.version)
    refused = f"The policy of {name} is refused"
    policy = _part(bundle, POLICY, lambda _, raw: policy_from(_table(raw), refused))
    card = _part(bundle, CARD, lambda text, _: ModelCard.from_json(text))
    scorer = _part(bundle, SCORER, lambda text, _: FoldedScorer.from_json(text))
    impact = _part(bundle, IMPACT, lambda text, _: Impact.from_json(text))
    verdict, found = _part(bundle, AUDIT, lambda _, raw: (raw["verdict"], _claims(raw["findings"])))
    digest = card.digest
    faults = [
        *_differ(POLICY, "is of another model than the bundle", policy.name, bundle.model),
        *_differ(CARD, "was made under another policy", card.digests.policy, policy.digest),
        *_differ(CARD, "was made of another scorer", card.digests.scorer, scorer.digest),
        *_differ(CARD, "is of another model than the bundle", card.about.name, bundle.model),
        *_differ(CARD, "is not written as a card is", sha256(bundle.files[CARD]), digest),
        *_differ(SCORER, "is not written as a scorer is", sha256(bundle.files[SCORER]), scorer.digest),
        *_differ(
            SCORER, "reads what the policy does not allow", set(scorer.features) - set(policy.features), set()
        ),
        *_differ(AUDIT, "has another verdict than the card", verdict, card.verdict.status),
        *_differ(AUDIT, "tells other findings than the card", found, _claims_of(card)),
        *_differ(IMPACT, "is not written as an assessment is", sha256(bundle.files[IMPACT]), impact.digest),
        *_impact_faults(impact, bundle, policy.digest, digest),
    ]
    if faults:
        raise ReviewError.from_faults(f"The parts of {name} do not belong together", faults)
    if impact.refusal is not None:
        raise ReviewError(
            f"{name} cannot be submitted or approved. {impact.refusal} Change the use, and assess it anew."
        )
    version = Version(bundle, policy, card, impact)
    check_bundle(bundle, version.terms({}).digests)
    return version


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


def _part(bundle: Bundle, name: str, read: Callable[[str, Any], Read]) -> Read:
    """Return what a file says, of which `read` gets the text and the JSON."""
    data = bundle.files[name]
    try:
        raw = plain(data, "it")
        return read(data.decode(), raw)
    except PolicyError:
        raise
    except (SegmentationError, ValueError, LookupError, TypeError) as error:
        known = isinstance(error, SegmentationError)
        cause = str(error).split("\n")[0] if known else "it is not what this version writes there"
        cause = cause.split(". ")[0] if isinstance(error, BundleError) else cause
        raise ReviewError(
            f"{name} of {which(bundle.model, bundle.version)} cannot be read: {cause.rstrip('.:')}. Submit "
            "what was registered, unchanged."
        ) from None


def _table(raw: Any) -> dict[str, Any]:  # noqa: ANN401 - whatever JSON holds
    if not isinstance(raw, dict):
        raise TypeError
    return raw


def _claims(findings: Iterable[Mapping[str, Any]]) -> Counter[tuple[Any, ...]]:
    """Return what findings of an audit claim, and how often; raises where one does not say it."""
    return Counter(tuple(one[name] for name in CLAIM) for one in findings)


def _claims_of(card: ModelCard) -> Counter[tuple[Any, ...]]:
    """Return what a card tells of each attribute, as `_claims` does of the audit."""
    findings = [vars(one) for audited in card.fairness.attributes for one in audited.findings]
    return _claims(findings)


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
