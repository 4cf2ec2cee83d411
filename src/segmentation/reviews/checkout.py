"""`models/NAME/`: the card and the decision of the version last approved, beside the policy that it rests on.

`models/root.pub` is the public root key under which all of them were signed. It is written once, and only a
change that somebody reviews can replace it; a decision that names a root key of its own proves nothing.

Whoever can write the ledger's database can delete it; a repository of source code is kept by others, in many
copies. So an approval that is given in a checkout leaves there what it was about and who signed it, and the
history of the repository is the second witness.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from segmentation.bundle import CARD, DECISION
from segmentation.card import ModelCard, render
from segmentation.errors import Fault, LedgerError, ReviewError, SegmentationError, SigningError
from segmentation.files import together, whole
from segmentation.ledger.proof import Proof
from segmentation.ledger.records import Start
from segmentation.ledger.trust import ROOT_FILE
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

    The public root key goes to ``root.pub`` in the folder above, where none is there.

    Parameters
    ----------
    folder : Path
        ``models/NAME`` of a checkout.
    bundle : Bundle
        Of the approved version.
    proof : Proof
        Of its approval: `History.proof`, of a history that was checked against the pinned root key.

    Returns
    -------
    dict of str to Path
        Where each file is, by its name.

    Raises
    ------
    ReviewError
        The policy there is not the approved one, the decision is of another version, or the checkout keeps
        another root key; nothing is written, and the approval stands.
    LedgerError
        The proof shows nothing.
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
    pinned = _pin(folder.parent, proof)
    texts = {f"card.{language}.md": render(card, language, "md").encode() for language in LANGUAGES}
    content = {CARD: bundle.files[CARD], **texts, DECISION: f"{proof.to_json()}\n".encode()}
    with together(folder, list(content)) as staging:
        for file, data in content.items():
            (staging / file).write_bytes(data)
    return {file: folder / file for file in content} | pinned


def verify_models(folder: Path, root: PublicKey | None = None) -> tuple[Witnessed, ...]:
    """Verify every decision under a folder of models: signatures, and that card and policy are those of it.

    Whether the decision still stands, the ledger alone can say.

    Parameters
    ----------
    folder : Path
        ``models`` of a checkout.
    root : PublicKey, optional
        The root key that is trusted; that in ``root.pub`` of the folder when not given.

    Returns
    -------
    tuple of Witnessed
        By folder; empty where there is no decision.

    Raises
    ------
    ReviewError
        A decision, card or policy was altered; all of them are named. Or there is a decision, and no root key
        to hold it against.
    """
    decisions = sorted(folder.glob(f"*/{DECISION}"))
    if not decisions:
        return ()
    trusted = root or _trusted(folder)
    found, faults = [], []
    for path in decisions:
        try:
            found.append(_verified(path.parent, trusted))
        except (SegmentationError, OSError, UnicodeDecodeError) as error:
            told = str(error).split("\n")[0].rstrip(".:")
            faults.append(Fault(str(path.parent.relative_to(folder)), told[0].lower() + told[1:]))
    if faults:
        raise ReviewError.from_faults(f"Decisions under {folder} do not hold", faults)
    return tuple(found)


def _verified(folder: Path, root: PublicKey) -> Witnessed:
    proof = Proof.from_json((folder / DECISION).read_text(encoding="utf-8"))
    approval = proof.verified(root)
    if approval.model != folder.name:
        raise ReviewError(f"{DECISION} is about another model, {approval.model}.")
    if sha256((folder / CARD).read_bytes()) != approval.digests.card:
        raise ReviewError(f"{CARD} is not the card that was signed.")
    if read_policy(folder / POLICY_FILE).digest != approval.digests.policy:
        raise ReviewError(f"{POLICY_FILE} is not the policy under which the version was approved.")
    return Witnessed(folder, root, approval)


def _pin(models: Path, proof: Proof) -> dict[str, Path]:
    """Keep the root key of a proof in a folder of models that keeps none, and refuse where it keeps another.

    Returns
    -------
    dict of str to Path
        Where it was written, by its name as seen from the folder of a model; empty where it was there.
    """
    root = _named(proof)
    proof.verified(root)
    kept, path = _kept(models), models / ROOT_FILE
    if kept is None:
        with whole(path) as staged:
            staged.write_bytes(f"{root.text}\n".encode())
        return {f"../{ROOT_FILE}": path}
    if kept != root:
        raise ReviewError(
            f"{path} is another root key ({kept.fingerprint}) than the one of this ledger "
            f"({root.fingerprint}), so nothing was written. Where a new ledger was begun, replace that file "
            "and the decisions under the old one in a change of their own."
        )
    return {}


def _trusted(models: Path) -> PublicKey:
    """Return the root key that a folder of models keeps."""
    kept = _kept(models)
    if kept is None:
        raise ReviewError(
            f"{models} holds a decision and no {ROOT_FILE}, so nothing shows under whose root key it was "
            f"signed. Put the public root key there that `segmentation people init` printed."
        )
    return kept


def _kept(models: Path) -> PublicKey | None:
    """Return the root key that a folder of models keeps, or None."""
    path = models / ROOT_FILE
    try:
        return PublicKey(path.read_text(encoding="utf-8").strip())
    except FileNotFoundError:
        return None
    except (SigningError, OSError, UnicodeDecodeError):
        raise ReviewError(
            f"{path} is no public root key. Restore it from the history of the repository."
        ) from None


def _named(proof: Proof) -> PublicKey:
    """Return the root key that the start of the ledger names."""
    signed = proof.events[0].draft.signed if proof.events else None
    if signed is None:
        raise LedgerError(f"{DECISION} holds no start of a ledger.")
    return PublicKey(Start.of(signed).root)
