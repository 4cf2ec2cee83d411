"""What is known of a breach, read from a file: parts of a notice in both languages, when, and how many."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from segmentation.ledger.personal.breaches import State, Told


def facts_in(file: Path | None) -> dict[str, Any]:
    """Return what a file of facts holds.

    Raises
    ------
    StorageError
        It cannot be read, or is no TOML.
    ReviewError
        It has a field that nobody knows.
    """
    from segmentation.errors import ReviewError, StorageError
    from segmentation.ledger.personal.breaches import PARTS

    if file is None:
        return {}
    try:
        found = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        found = None
    if found is None:
        raise StorageError(f"The facts {file} cannot be read, or are no TOML in UTF-8. Check the file.")
    known = (*PARTS, "happened", "residents")
    wrong = [key for key in found if key not in known]
    wrong += [part for part in PARTS if not set(_languages(found, part)) <= {"en", "zh"}]
    if wrong:
        raise ReviewError(
            f"The facts {file} have {len(wrong)} fields that nobody knows. They may have "
            f"{', '.join(PARTS)}, each with en and zh, and happened and residents."
        )
    return found


def told_of(by: str, state: State, note: str, told: dict[str, Any], outcome: str | None = None) -> Told:
    """Return a step from what was given.

    Raises
    ------
    ReviewError
        The facts are not of the kind that they are to be; says which.
    """
    import msgspec

    from segmentation.errors import ReviewError
    from segmentation.ledger.personal.breaches import PARTS, Told

    more = {key: told[key] for key in ("happened", "residents") if key in told}
    facts = {part: {"en": "", "zh": ""} | told[part] for part in PARTS if part in told}
    try:
        return msgspec.convert(
            {"by": by, "state": state, "note": note, "facts": facts, "outcome": outcome} | more, Told
        )
    except msgspec.ValidationError as error:
        where = str(error).rpartition("`$.")[2].removesuffix("`")
        raise ReviewError(
            f"The facts cannot be read at {where}: a part is a table with en and zh, happened a time with "
            "its zone, residents a whole number."
        ) from None


def _languages(found: dict[str, Any], part: str) -> dict[str, Any]:
    """Return what is said of a part, by language."""
    said = found.get(part, {})
    return said if isinstance(said, dict) else {"": said}
