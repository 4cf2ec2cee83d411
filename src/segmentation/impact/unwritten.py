"""A refusal that groups what is still to be written: a first draft has dozens of places with one fault."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segmentation.errors import Fault

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

RULE = "is still to be written by a person"
"""The fault of a place that holds the mark of a draft."""
LANGUAGES = (".en", ".zh")


def refusal(title: str, faults: Sequence[Fault]) -> str:
    """Return one message for all faults: those of unwritten places by section, each other on its line.

    Parameters
    ----------
    title : str
        What is refused.
    faults : sequence of Fault
        Places are paths such as ``rights.harm.text.en``; the first part is the section.
    """
    open_, others = ([one for one in faults if (one.rule == RULE) is is_open] for is_open in (True, False))
    lines = [f"  - {fault}" for fault in others]
    if len(open_) == 1:
        lines.insert(0, f"  - {open_[0]}")
    elif open_:
        head = f"  - {len(open_)} texts are still to be written by a person; replace what is marked:"
        lines = [head, *_places(open_), *lines]
    return f"{title}, {len(faults)} fault{'s' if len(faults) != 1 else ''}:\n" + "\n".join(lines)


def unwritten(where: str) -> Fault:
    """Return the fault of a place that nobody has written yet."""
    return Fault(where, RULE, "replace the marked text")


def _places(faults: Iterable[Fault]) -> list[str]:
    """Return the places of faults, a line for each section in the order of the file."""
    sections: dict[str, list[str]] = {}
    for place in _both([fault.where for fault in faults]):
        section, _, inner = place.partition(".")
        sections.setdefault(section if inner else "", []).append(inner or place)
    return [f"      {f'{name}: ' if name else ''}{', '.join(places)}" for name, places in sections.items()]


def _both(places: Sequence[str]) -> list[str]:
    """Return places in order, each once, without its language where both languages are unwritten."""
    known = set(places)
    told = (
        stem if place.endswith(LANGUAGES) and known.issuperset(stem + one for one in LANGUAGES) else place
        for place in places
        for stem in [place[: -len(LANGUAGES[0])]]
    )
    return list(dict.fromkeys(told))
