"""A candidate as a notebook shows it: what came of the audit, who the segments are, and what to do next.

The card is the form for signing; this is the form for working.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from segmentation.profiles.show import listed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from segmentation.audit import AuditReport
    from segmentation.clustering.choice import Choice
    from segmentation.clustering.identity import Migration
    from segmentation.profiles import Profiles

_ICONS = {"kept": "✓ kept", "broken": "✗ broken", "undetermined": "? undetermined"}
_PAGE = Markup(
    "<p><strong>Candidate {name}: {segments} segments of {residents} residents; audit: {verdict}</strong> "
    "({tally}).</p>{table}<p>Next:</p><ol>{steps}</ol>"
)
_STEP = Markup("<li>{}</li>")
_LOOK = Markup(
    "Look at what stands against it: <code>candidate.audit</code>, <code>candidate.audit.plot()</code>."
)
_MITIGATE = Markup(
    "Try what can be done against it: <code>segmentation.mitigation.frontier(policy, residents, …)</code>."
)
_READ = Markup(
    "Read the card, <code>candidate.card</code>, and see the segments in a picture: "
    "<code>candidate.profiles.plot_needs()</code>."
)
_REGISTER = Markup(
    "Register it, for a person to decide: <code>segmentation build</code>, or "
    "<code>segmentation.registry.register</code>."
)


def candidate_html(
    profiles: Profiles, audit: AuditReport, choice: Choice, migration: Migration | None
) -> str:
    """Return the verdict, the segments and what to do next, as HTML.

    Parameters
    ----------
    profiles : Profiles
    audit : AuditReport
    choice : Choice
    migration : Migration or None
    """
    statuses = [finding.status for finding in audit.findings]
    return _PAGE.format(
        name=profiles.policy.name,
        segments=len(profiles),
        residents=f"{sum(profile.size for profile in profiles):,}",
        verdict=_ICONS[audit.verdict],
        tally=", ".join(
            f"{statuses.count(status)} {status}" for status in ("broken", "undetermined", "kept")
        ),
        table=listed(profiles),
        steps=Markup("").join(map(_STEP.format, _steps(audit, choice, migration))),
    )


def _steps(audit: AuditReport, choice: Choice, migration: Migration | None) -> Iterator[str]:
    if choice.structure is None or not choice.structure.is_there:
        yield "Look for a need that is missing: the segments are no better than those of shuffled columns."
    if migration is not None:
        yield Markup(
            "See who moves, at least {} keep the segment of version {}: "
            "<code>candidate.migration.plot()</code>."
        ).format(f"{migration.staying:.0%}", migration.version)
    if audit.verdict != "kept":
        yield _LOOK
    if audit.verdict == "broken":
        yield _MITIGATE
    yield _READ
    yield _REGISTER
