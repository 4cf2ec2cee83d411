"""Why something was refused, in the reader's language."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from segmentation.reviews.retelling import retold

if TYPE_CHECKING:
    from segmentation.errors import Fault, SegmentationError
    from segmentation.wording import Language

UNKNOWN = "此操作未能完成，原因如下（英文原文）："
SOME = "其中部分原因仅有英文原文："
FIRST_FAULTS = 200
"""Faults, or lines, of one refusal that are told."""

_COUNT = re.compile(r", \d+ faults?:$")


@dataclass(frozen=True)
class Told:
    """A refusal as a reader is told it.

    Attributes
    ----------
    text : str
        In the reader's language; may have several lines.
    english : str
        What is said in English after it to a reader of Chinese, because the program has no Chinese for it: to
        be marked with its language. Empty for everything that has.
    """

    text: str
    english: str = ""

    def __str__(self) -> str:
        """Return both as one text."""
        return f"{self.text}{self.english}"


def refusal_told(error: SegmentationError, language: Language) -> Told:
    """Return why something was refused.

    Parameters
    ----------
    error : SegmentationError
    language : {"zh", "en"}
    """
    message = str(error)
    return Told(message) if language == "en" else _with_faults(message, error.faults)


def refusal_in(error: SegmentationError, language: Language) -> str:
    """Return why something was refused, as one text; see `refusal_told`, which tells the languages apart."""
    return str(refusal_told(error, language))


def fault_told(fault: Fault, language: Language) -> Told:
    """Return one fault of an input, such as of a waiver, without the place where it is."""
    english = f"{fault.rule}{'; ' + fault.fix if fault.fix else ''}."
    if language == "en":
        return Told(english)
    told = _fault(fault)
    return Told(UNKNOWN, english) if told is None else Told(told)


def _with_faults(message: str, faults: tuple[Fault, ...]) -> Told:
    """Return a refusal, with a line for each of its faults, of which some may have no Chinese."""
    if not faults:
        lines = message.split("\n")[:FIRST_FAULTS]
        told = [found for found in map(retold, lines) if found is not None]
        return Told("\n".join(told)) if len(told) == len(lines) else Told(UNKNOWN, message)
    title = retold(_COUNT.sub("", message.partition("\n")[0]))
    if title is None:
        return Told(UNKNOWN, message)
    found = [(fault, _fault(fault)) for fault in faults[:FIRST_FAULTS]]
    known = [f"  - {fault.where}：{one}" for fault, one in found if one is not None]
    unknown = [f"  - {fault}" for fault, one in found if one is None]
    head = f"{title}，共{len(faults)}处："
    return Told(
        "\n".join([head, *known, *([SOME] if unknown else [])]), "".join(f"\n{one}" for one in unknown)
    )


def _fault(fault: Fault) -> str | None:
    """Return what is wrong and the way out; None where one of the two has no Chinese."""
    rule, fix = retold(fault.rule), retold(fault.fix) if fault.fix else ""
    return None if rule is None or fix is None else f"{rule}{'；' if fix else ''}{fix}。"
