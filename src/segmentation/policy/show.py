"""A policy as its reader meets it in a notebook: what the model may see and why, what not, and the limits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from segmentation.shown import table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from segmentation.policy.model import Policy

GROUPS = 8
"""Groups of an attribute that are told; of more, how many there are."""
_PAGE = Markup(
    "<p><strong>Policy {name}: {title}</strong><br>Purpose: {purpose}<br>Legal basis: {basis}<br>"
    "Owner: {owner}</p>{optional}{features}{audited}{denied}{limits}<p>Digest: <code>{digest}</code></p>"
)


def html(policy: Policy) -> str:
    """Return what a policy allows, denies, protects and tests against, as HTML."""
    return _PAGE.format(
        name=policy.name,
        title=policy.title.en,
        purpose=policy.purpose.text.en,
        basis=policy.purpose.legal_basis,
        owner=policy.owner.en,
        optional=_optional(policy),
        features=_features(policy),
        audited=_audited(policy),
        denied=_denied(policy),
        limits=_limits(policy),
        digest=policy.digest,
    )


def _optional(policy: Policy) -> Markup:
    rows = [(one.key, one.text.en, one.legal_basis) for one in policy.optional_purposes]
    told = "Optional purposes, each with a consent of its own"
    return table(told, ("key", "purpose", "legal basis"), rows) if rows else Markup()


def _features(policy: Policy) -> Markup:
    rows = [
        (name, feature.title.en, f"{feature.kind}, {feature.dimension}", feature.why.en)
        for name, feature in policy.features.items()
    ]
    return table("Allowed features", ("column", "title", "kind", "why the purpose needs it"), rows)


def _audited(policy: Policy) -> Markup:
    rows = [
        (name, one.title.en, _listed([group.en for group in one.groups.values()]), one.harm.en)
        for name, one in policy.audited.items()
    ]
    return table(
        "Protected attributes and proxies, for the audit alone",
        ("column", "title", "groups", "harm to watch for"),
        rows,
    )


def _listed(groups: Sequence[str]) -> str:
    return ", ".join(groups) if len(groups) <= GROUPS else f"{len(groups)} groups"


def _denied(policy: Policy) -> Markup:
    rows = [(name, denied.reason.en) for name, denied in policy.denied.items()]
    return table("Denied columns", ("column", "reason"), rows)


def _limits(policy: Policy) -> Markup:
    limits = policy.audit
    fewest, most = policy.clustering.segments
    rows = [
        ("segments tried", f"{fewest} to {most}"),
        ("smallest segment", f"{policy.clustering.smallest_share:.0%} of residents"),
        ("prediction strength", f"at least {policy.clustering.prediction_strength:g}"),
        ("bootstrap Jaccard of every segment", f"at least {policy.clustering.bootstrap_jaccard:g}"),
        ("p value against shuffled columns", f"at most {policy.clustering.shuffle_p:g}"),
        ("smallest group that is judged or shown", f"{limits.smallest_group:,} residents"),
        ("confidence of every interval", f"{limits.confidence:.0%}"),
        ("selection ratio", f"at least {limits.selection_ratio:g}"),
        ("total variation", f"at most {limits.total_variation:g}"),
        ("association (V)", f"at most {limits.association:g}"),
        ("AUC of guessing a group", f"at most {limits.probe_auc:g}"),
        ("checks that block approval", ", ".join(gate.replace("_", " ") for gate in limits.gates)),
    ]
    return table("Limits", ("what", "limit"), rows)
