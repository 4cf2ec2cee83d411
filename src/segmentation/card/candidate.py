"""A candidate as a notebook shows it: what its segments lack, the audit, who they are, and what to do next.

The card is the form for signing; this is the form for working. What blocks a signature is the same in both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from segmentation.card.brief import lacking, tallied
from segmentation.card.titles import titles_of
from segmentation.profiles.show import listed as listed_segments
from segmentation.shown import listed, status
from segmentation.wording import Reader

if TYPE_CHECKING:
    from collections.abc import Iterator

    from segmentation.card.model import ModelCard
    from segmentation.card.parts import Shortfall
    from segmentation.clustering.identity import Migration
    from segmentation.profiles import Profiles

_PAGE = Markup(
    "<p><strong>Candidate {name}: {segments} segments of {residents} residents</strong></p>{lacking}"
    "<p><strong>Audit: {verdict}</strong> ({tally}).</p>{table}<p>Next:</p><ol>{steps}</ol>"
)
_STEP = Markup("<li>{}</li>")
LACKING = "✗ The segments do not stand, whatever the audit says; this blocks a signature:"
SHUFFLED: tuple[Shortfall, ...] = ("shuffled columns do as well", "not held against shuffled columns")
_SEARCH = "Look for a need that is missing: nothing shows yet that there are segments."
_LEAVE = Markup(
    "Leave the number of segments to the search, which takes one that stands: "
    "<code>segmentation.build</code> without <code>n_segments</code>."
)
_LOOK = Markup(
    "Look at what stands against it: <code>candidate.audit</code>, <code>candidate.audit.plot()</code>."
)
_MITIGATE = Markup(
    "Try what can be done against it: <code>segmentation.frontier(policy, residents, …)</code>."
)
_READ = Markup(
    "Read the card, <code>candidate.card</code>, and see the segments in a picture: "
    "<code>candidate.profiles.plot_needs()</code>."
)
_REGISTER = Markup(
    "Register it, for a person to decide: <code>segmentation build</code>, or "
    "<code>segmentation.register</code>."
)


def candidate_html(card: ModelCard, profiles: Profiles, migration: Migration | None) -> str:
    """Return what the segments lack, the verdict, the segments and what to do next, as HTML.

    Parameters
    ----------
    card : ModelCard
    profiles : Profiles
    migration : Migration or None
    """
    return _PAGE.format(
        name=profiles.policy.name,
        segments=len(profiles),
        residents=f"{sum(profile.size for profile in profiles):,}",
        lacking=listed(LACKING, lacking(Reader("en", titles_of(card)), card)),
        verdict=status(card.verdict.status),
        tally=tallied(card),
        table=listed_segments(profiles),
        steps=Markup("").join(map(_STEP.format, _steps(card, migration))),
    )


def _steps(card: ModelCard, migration: Migration | None) -> Iterator[str]:
    lacks = card.verdict.structure
    if any(one in SHUFFLED for one in lacks):
        yield _SEARCH
    if any(one not in SHUFFLED for one in lacks):
        yield _LEAVE
    if migration is not None:
        yield Markup(
            "See who moves, at least {} keep the segment of version {}: "
            "<code>candidate.migration.plot()</code>."
        ).format(f"{migration.staying:.0%}", migration.version)
    if card.verdict.status != "kept":
        yield _LOOK
    if card.verdict.status == "broken":
        yield _MITIGATE
    yield _READ
    yield _REGISTER
