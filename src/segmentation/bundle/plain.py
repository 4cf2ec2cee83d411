"""Reading JSON that nobody vouches for: no deeper and no stranger than what this program writes."""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn

from segmentation.errors import BundleError

DEEPEST = 32
"""Lists and tables inside one another; a card has fewer than ten."""
_NESTING = re.compile(rb'"(?:[^"\\]|\\.)*+"?|[^"\[\]{}]++', re.DOTALL)
"""Everything that opens or closes nothing: texts first, so that their brackets do not count. A text that
never ends matches as well, for else each quotation mark in it would be tried anew."""


def check_depth(data: bytes, where: str) -> None:
    """Refuse JSON that nests so deep that a parser may fall over it.

    Parameters
    ----------
    data : bytes
    where : str
        What is read, for the message.

    Raises
    ------
    BundleError
        It nests deeper than `DEEPEST`.
    """
    depth = 0
    for byte in _NESTING.sub(b"", data):
        depth += (byte in b"[{") - (byte in b"]}")
        if depth > DEEPEST:
            raise BundleError(
                f"{where} nests deeper than {DEEPEST} levels. It is not what was published; publish it anew."
            )


def plain(data: bytes, where: str) -> Any:  # noqa: ANN401 - whatever JSON holds
    """Return what JSON says, where it says it once and in UTF-8.

    Parameters
    ----------
    data : bytes
    where : str
        What is read, for the message.

    Raises
    ------
    BundleError
        It is no JSON, nests too deep, names a key twice, or holds a number that is not finite.
    """
    check_depth(data, where)
    try:
        return json.loads(data.decode(), object_pairs_hook=_once, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise BundleError(f"{where} is not JSON as this program writes it. Publish it anew.") from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError
    return found


def _refuse(_: str) -> NoReturn:
    raise ValueError
