"""What is kept of a version beside its model in plain files: policy, audit, profiles, plans, scorer, card."""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Protocol

from pydantic import BaseModel

from segmentation.card import ModelCard, write_card
from segmentation.errors import RegistryError, SegmentationError
from segmentation.onnx_twin import onnx_twin
from segmentation.policy import Policy
from segmentation.scorer import FoldedScorer

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from segmentation.pipeline import Candidate

POLICY = "policy.json"
SCORER = "scorer.json"
CARD = "card/card.json"
AUDIT = "audit.json"
NEEDED = (POLICY, SCORER, CARD)
"""The files that a version is loaded from."""
CHOSEN = ("choice", "stability", "changes", "migration")
"""Sections of the card that say how the segments were chosen: as the card tells them, for they are of few
residents sampled, and all digits would tell how few."""
UNMITIGATED = "none"


class Keyed(Protocol):
    """What a mitigation is named by, in a candidate and in its card."""

    @property
    def key(self) -> str:
        """Its key."""


class Compared(Protocol):
    """What says which version a candidate was compared with, in a candidate and in its card."""

    @property
    def version(self) -> int:
        """Its number."""


@dataclass(frozen=True)
class Evidence:
    """What a version is loaded from.

    Attributes
    ----------
    policy : Policy
    scorer : FoldedScorer
    card : ModelCard
    """

    policy: Policy
    scorer: FoldedScorer
    card: ModelCard

    @property
    def tags(self) -> dict[str, str]:
        """What identifies the version: equal for equal data, policy and code, whatever the clock says."""
        return {
            "policy_digest": self.policy.digest,
            "data_digest": self.card.digests.data,
            "scorer_digest": self.scorer.digest,
            "card_digest": self.card.digest,
            "code_version": self.card.digests.code_version,
            "audit_verdict": self.card.verdict.status,
            "mitigation": named(self.card.about.mitigation),
        }


def named(mitigation: Keyed | None) -> str:
    """Return how a version says which mitigation it is of."""
    return UNMITIGATED if mitigation is None else mitigation.key


def _compared(since: Compared | None) -> int | None:
    return None if since is None else since.version


def evidence_of(candidate: Candidate) -> Evidence:
    """Return a candidate's evidence.

    Raises
    ------
    RegistryError
        Its parts do not belong together.
    """
    digests = candidate.card.digests
    parts = {
        "policy": candidate.policy.digest == digests.policy,
        "scorer": candidate.scorer.digest == digests.scorer,
        "segmenter": agree(candidate.segmenter.fold(), candidate.scorer),
        "audit": candidate.audit.verdict == candidate.card.verdict.status,
        "mitigation": named(candidate.mitigation) == named(candidate.card.about.mitigation),
        "migration": _compared(candidate.migration) == _compared(candidate.card.changes.since),
    }
    strange = [name for name, fits in parts.items() if not fits]
    if strange:
        message = (
            f"The candidate's card was not made from its {' and '.join(strange)}. Register what "
            "`segmentation.build` returns, unchanged."
        )
        raise RegistryError(message)
    return Evidence(candidate.policy, candidate.scorer, candidate.card)


def write_evidence(candidate: Candidate, folder: Path) -> dict[str, str]:
    """Write everything but the model to `folder`, and return the tags of the version."""
    found = evidence_of(candidate)
    folder.mkdir()
    card = candidate.card.to_dict()
    contents = {
        POLICY: candidate.policy.model_dump(mode="json"),
        AUDIT: candidate.audit.to_dict(),
        "profiles.json": [asdict(profile) for profile in candidate.profiles],
        "plans.json": [asdict(plan) for plan in candidate.plans],
        "choice.json": {part: card[part] for part in CHOSEN},
    }
    texts = {name: _json(content) for name, content in contents.items()} | {
        SCORER: candidate.scorer.to_json()
    }
    for name, text in texts.items():
        (folder / name).write_bytes(text.encode())
    (folder / "scorer.onnx").write_bytes(onnx_twin(candidate.scorer))
    write_card(candidate.card, folder / "card")
    return found.tags | {"audit_digest": f"sha256:{hashlib.sha256(texts[AUDIT].encode()).hexdigest()}"}


def read_evidence(texts: Mapping[str, str], tags: Mapping[str, str], which: str) -> Evidence:
    """Read a version, and hold it against the digests that it was registered with.

    Parameters
    ----------
    texts : mapping of str to str
        The files `NEEDED`, by name.
    tags : mapping of str to str
        Of the version.
    which : str
        The version, for messages.

    Raises
    ------
    RegistryError
        A file is not what was registered.
    """
    try:
        found = Evidence(
            Policy.model_validate_json(texts[POLICY]),
            FoldedScorer.from_json(texts[SCORER]),
            ModelCard.from_json(texts[CARD]),
        )
    except (ValueError, SegmentationError) as error:
        cause = str(error).split("\n")[0].rstrip(".:")
        message = (
            f"{which} cannot be read: {cause}. It was changed after it was registered, or made by another "
            "version of this program; register it anew."
        )
        raise RegistryError(message) from None
    changed = [tag for tag, value in found.tags.items() if tags.get(tag) != value]
    if changed:
        message = (
            f"{which} is not what was registered: {', '.join(changed)} differs from its files. "
            "Do not use it; register it anew from the same policy and residents."
        )
        raise RegistryError(message)
    return found


def agree(one: FoldedScorer, other: FoldedScorer) -> bool:
    """Whether two scorers are the same but for the last digits, which each processor rounds its own way."""
    return _close(json.loads(one.to_json()), json.loads(other.to_json()))


def _close(one: object, other: object) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-9)
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_close(part, other[key]) for key, part in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_close, one, other))
    return one == other


def _json(content: object) -> str:
    return json.dumps(content, default=_plain, ensure_ascii=False, allow_nan=False, indent=1) + "\n"


def _plain(part: object) -> object:
    """Return a text in both languages, the only part of a profile that is no plain data, as a table."""
    if isinstance(part, BaseModel):
        return part.model_dump(mode="json")
    message = f"{type(part).__name__} has no place in JSON"
    raise TypeError(message)
