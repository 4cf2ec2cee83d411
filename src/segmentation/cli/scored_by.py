"""Which version scores, a registered or the approved one, and whose unfinished work it goes on with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from segmentation.policy import Policy
    from segmentation.scorer import FoldedScorer
    from segmentation.scoring import Unfinished

FLAGS = {"model": "--model", "version": "--version", "as_of": "--as-of"}
"""Options that say what is scored by what, by the name under which a run remembers them."""
ALONE = {"version": "--version", "tracking_uri": "--tracking-uri"}
"""Options that choose among registered versions, of which --approved asks nothing."""


@dataclass(frozen=True)
class ScoredBy:
    """The version that scores.

    Attributes
    ----------
    name, version : str, int
    scorer : FoldedScorer
    policy : Policy
    decision : str or None
        Digest of the signed decision that it is approved on; None where it is only registered.
    """

    name: str
    version: int
    scorer: FoldedScorer
    policy: Policy
    decision: str | None

    def __str__(self) -> str:
        """Return which version it is, and who stands for it."""
        signed = "candidate, not signed" if self.decision is None else f"approved, decision {self.decision}"
        return f"{self.name} version {self.version}, {signed}"

    def identity(self, as_of: str) -> dict[str, str]:
        """Return which version scores, what program, and the day: what a file of segments says of itself."""
        from segmentation.version import __version__

        decided = {} if self.decision is None else {"decision": self.decision}
        return decided | {
            "model": self.name,
            "version": str(self.version),
            "scorer": self.scorer.digest,
            "policy": self.policy.digest,
            "program": __version__,
            "as_of": as_of,
        }


def registered(home: Path, model: str, version: str, tracking_uri: str | None) -> ScoredBy:
    """Return a version of the registry; raises what `load_version` does."""
    from segmentation.home import Home
    from segmentation.registry import load_version

    found = load_version(Home(home), model, version, tracking_uri)
    return ScoredBy(found.name, found.version, found.scorer, found.policy, None)


def approved(home: Path, model: str) -> ScoredBy:
    """Return the version that two people approved and that is active; raises what `load_approved` does."""
    from segmentation.approved import load_approved
    from segmentation.cli.office import first_look
    from segmentation.home import Home
    from segmentation.ledger.trust import trust_of

    place = Home(home)
    trust = trust_of(place)
    with first_look(trust):
        found = load_approved(model, place, trust=trust)
    return ScoredBy(found.name, found.version, found.scorer, found.policy, found.decision)


def refuse_beside_approved(context: typer.Context) -> None:
    """Refuse to choose a version, or a registry, where the ledger says which version it is.

    Raises
    ------
    typer.BadParameter
        Such an option was given; one that the environment sets is passed over.
    """
    for name, flag in ALONE.items():
        source = context.get_parameter_source(name)
        if source is not None and source.name == "COMMANDLINE":
            message = f"the ledger alone says which version is approved; leave out {flag}, or --approved"
            raise typer.BadParameter(message, param_hint=flag)


def refuse_other(left: Unfinished, identity: Mapping[str, str]) -> None:
    """Refuse to throw work of another day or version away, of which nobody may have thought.

    Raises
    ------
    StorageError
        There is such work; says with which options it is continued.
    """
    from segmentation.errors import StorageError

    told = left.manifest.get("told", {})
    if not FLAGS.keys() <= told.keys() or all(
        told.get(key) == identity.get(key) for key in (*FLAGS, "decision")
    ):
        return
    way = _way(told, identity)
    if way is None:
        raise StorageError(
            f"{left.folder} holds unfinished work of version {told['version']}, and another decision is in "
            "force by now. Start anew with --discard."
        )
    raise StorageError(
        f"{left.folder} holds unfinished work of another run. Continue it with {way}, or start anew "
        "with --discard."
    )


def _way(told: Mapping[str, str], identity: Mapping[str, str]) -> str | None:
    """Return the options with which a run goes on that was begun with others; None where nothing does."""
    changed = {key for key in FLAGS if told[key] != identity[key]}
    if "decision" not in told:
        changed |= {"version"} if "decision" in identity else set()
        return " ".join(f"{FLAGS[key]} {told[key]}" for key in FLAGS if key in changed)
    if "model" not in changed and identity.get("decision", told["decision"]) != told["decision"]:
        return None
    flags = [f"{FLAGS[key]} {told[key]}" for key in FLAGS if key in changed - {"version"}]
    return " ".join([*flags, "--approved"])
