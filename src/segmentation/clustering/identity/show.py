"""A migration as a notebook shows it: who stays at least, and a row for each move that is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from segmentation.shown import table

if TYPE_CHECKING:
    from segmentation.clustering.identity.model import Gone, Migration, Move, Previous

HEADS = ("from", "to", "residents", "share of the segment before", "mainly because of")
_PAGE = Markup(
    "<p><strong>At least {staying} of {residents} residents keep their segment of version {version}."
    "</strong> Carried over: {carried}; new: {new}; gone: {gone}.</p>{moves}<p>Moves of too few "
    "residents are not told. In a picture: <code>migration.plot()</code>.</p>"
)


_BEFORE = Markup("<p><strong>Version {version} of {name}</strong>, which a build is compared with.</p>")


def html(found: Migration) -> str:
    """Return what became of the segments of the version before, as HTML."""
    return _PAGE.format(
        staying=f"{found.staying:.0%}",
        residents=f"{found.residents:,}",
        version=found.version,
        carried=_listed([one.segment for one in found.carried]),
        new=_listed(found.new),
        gone=_listed([_gone(one) for one in found.gone]),
        moves=table("Who moves", HEADS, map(_row, found.moves)),
    )


def before(found: Previous) -> str:
    """Return which version runs now, and the segments whose ids and names it hands on."""
    rows = [(one, found.names[one].en if one in found.names else "–") for one in found.scorer.segments]
    head = _BEFORE.format(version=found.version, name=found.policy.name)
    return head + table("Segments that hand on id and name", ("id", "name"), rows)


def _row(move: Move) -> tuple[str, ...]:
    least = "" if move.exact else "≥ "
    return (
        move.source,
        move.target,
        f"{least}{move.residents:,}",
        f"{least}{move.share:.0%}",
        "the centres as a whole" if move.need is None else move.need,
    )


def _gone(one: Gone) -> str:
    return one.segment if one.name is None else f"{one.segment} “{one.name.en}”"


def _listed(segments: list[str] | tuple[str, ...]) -> str:
    return ", ".join(segments) or "none"
