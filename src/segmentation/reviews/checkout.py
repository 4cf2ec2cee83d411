"""`models/NAME/`: the card and the decision of the version last approved, beside the policy that it rests on.

Whoever can write the ledger's database can delete it; a repository of source code is kept by others, in many
copies. So an approval that is given in a checkout leaves there what it was about and who signed it, and the
history of the repository is the second witness.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from segmentation.bundle import CARD, DECISION
from segmentation.card import ModelCard, render
from segmentation.errors import Fault, LedgerError, ReviewError, SegmentationError
from segmentation.files import together
from segmentation.ledger.proof import Proof
from segmentation.ledger.records import Start
from segmentation.policy import read_policy
from segmentation.reviews.submission import which
from segmentation.signing import PublicKey, sha256
from segmentation.wording import LANGUAGES

if TYPE_CHECKING:
    from pathlib import Path

    from segmentation.bundle import Bundle
    from segmentation.ledger.proof import Approval

POLICY_FILE = "policy.toml"


@dataclass(frozen=True)
class Witnessed:
    """A decision that was found in a checkout and holds.

    Attributes
    ----------
    folder : Path
    root : PublicKey
        The root key that it was verified with.
    approval : Approval
        What it shows.
    """

    folder: Path
    root: PublicKey
    approval: Approval


def write_decision(folder: Path, bundle: Bundle, proof: Proof) -> dict[str, Path]:
    """Write ``card.json``, ``card.en.md``, ``card.zh.md`` and ``decision.json`` beside the approved policy.

    Parameters
    ----------
    folder : Path
        ``models/NAME`` of a checkout.
    bundle : Bundle
        Of the approved version.
    proof : Proof
        Of its approval: `History.proof`.

    Returns
    -------
    dict of str to Path
        Where each file is, by its name.

    Raises
    ------
    ReviewError
        The policy there is not the approved one, or the decision is of another version; nothing is written,
        and the approval stands.
    PolicyError
        The policy there cannot be read.
    StorageError
        The folder cannot be written to; nothing half-written is left.
    """
    name = which(bundle.model, bundle.version)
    card = ModelCard.from_json(bundle.files[CARD].decode())
    if (proof.model, proof.version) != (bundle.model, bundle.version):
        raise ReviewError(
            f"The decision is about {which(proof.model, proof.version)}, and not about {name}. Nothing was "
            "written."
        )
    policy = read_policy(folder / POLICY_FILE)
    if policy.digest != card.digests.policy:
        raise ReviewError(
            f"{folder / POLICY_FILE} is not the policy under which {name} was approved, so its card and "
            "decision were not written there. The approval stands; check out the policy of that version to "
            "keep them."
        )
    texts = {f"card.{language}.md": render(card, language, "md").encode() for language in LANGUAGES}
    content = {CARD: bundle.files[CARD], **texts, DECISION: f"{proof.to_json()}\n".encode()}
    with together(folder, list(content)) as staging:
        for file, data in content.items():
            (staging / file).write_bytes(data)
    return {file: folder / file for file in content}


def verify_models(folder: Path, root: PublicKey | None = None) -> tuple[Witnessed, ...]:
    """Verify every decision under a folder of models: signatures, and that card and policy are those of it.

    Whether the decision still stands, the ledger alone can say.

    Parameters
    ----------
    folder : Path
        ``models`` of a checkout.
    root : PublicKey, optional
        The root key that is trusted. Without it each decision is held against the key that it names itself,
        which shows that it was not altered in part, and not who made it.

    Returns
    -------
    tuple of Witnessed
        By folder; empty where there is no decision.

    Raises
    ------
    ReviewError
        A decision, card or policy was altered; all of them are named.
    """
    found, faults = [], []
    for path in sorted(folder.glob(f"*/{DECISION}")):
        try:
            found.append(_verified(path.parent, root))
        except (SegmentationError, OSError, UnicodeDecodeError) as error:
            told = str(error).split("\n")[0].rstrip(".:")
            faults.append(Fault(str(path.parent.relative_to(folder)), told[0].lower() + told[1:]))
    if faults:
        raise ReviewError.from_faults(f"Decisions under {folder} do not hold", faults)
    return tuple(found)


def _verified(folder: Path, root: PublicKey | None) -> Witnessed:
    proof = Proof.from_json((folder / DECISION).read_text(encoding="utf-8"))
    trusted = root or _named(proof)
    approval = proof.verified(trusted)
    if approval.model != folder.name:
        raise ReviewError(f"{DECISION} is about another model, {approval.model}.")
    if sha256((folder / CARD).read_bytes()) != approval.digests.card:
        raise ReviewError(f"{CARD} is not the card that was signed.")
    if read_policy(folder / POLICY_FILE).digest != approval.digests.policy:
        raise ReviewError(f"{POLICY_FILE} is not the policy under which the version was approved.")
    return Witnessed(folder, trusted, approval)


def _named(proof: Proof) -> PublicKey:
    """Return the root key that the start of the ledger names."""
    signed = proof.events[0].draft.signed if proof.events else None
    if signed is None:
        raise LedgerError(f"{DECISION} holds no start of a ledger.")
    return PublicKey(Start.of(signed).root)
