"""From the bytes of a request to what its JSON says, or one refusal that repeats nothing of it.

JSON leaves open what a key means that stands twice, and parsers differ (RFC 8259, section 4): what is checked
and what is used could differ as well. So such a request is not readable.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any, NoReturn

from serving.calls import Refused

if TYPE_CHECKING:
    from collections.abc import Sequence

LONGEST_NUMBER = 40
"""Digits of a whole number that is kept as it is; a longer one is far out of every range."""
_BOM = "\ufeff"


class NotFinite(ValueError):  # noqa: N818 - never leaves this module
    """A number that is not finite, which JSON has not."""


class Twice(dict[str, Any]):
    """An object that names a field twice; it holds what was sent last.

    Attributes
    ----------
    name : str
        The field, or one of them.
    """

    name: str


def parsed(body: bytes, *, nan_is_null: bool = False) -> Any:  # noqa: ANN401 - whatever JSON holds
    """Return what a body says; an object that names a field twice is `Twice`.

    Parameters
    ----------
    body : bytes
    nan_is_null : bool
        Read the bare word ``NaN`` as null, as a client of MLflow writes a missing cell. It is no JSON
        (RFC 8259, section 6), and is refused elsewhere; an infinity is refused everywhere.

    Raises
    ------
    Refused
        "malformed": no UTF-8, no JSON, numbers that are not finite, or nesting that nothing here needs.
    """
    text = _text(body)
    constant = _nothing if nan_is_null else _refuse
    decoder = json.JSONDecoder(object_pairs_hook=_object, parse_int=_whole, parse_constant=constant)
    try:
        return decoder.decode(text)
    except NotFinite:
        which = "an infinity, which is" if nan_is_null else "NaN or an infinity, which are"
        wrong = f"The body holds {which} no JSON: write null where a need is not known."
    except RecursionError:
        wrong = "The body nests far deeper than a request does: send residents as flat objects or columns."
    except json.JSONDecodeError as error:
        at = f"line {error.lineno}, character {error.colno}"
        wrong = f"The body is not JSON from {at} on: mend it there, or have a JSON library write it."
    raise Refused("malformed", wrong)


def _text(body: bytes) -> str:
    try:
        text = body.decode()
    except UnicodeDecodeError:
        text = None
    if text is None or "\0" in text:
        raise Refused("malformed", "The body is not text in UTF-8: send JSON in UTF-8 (RFC 8259).")
    if text.startswith(_BOM):
        raise Refused("malformed", "The body begins with a byte order mark: send JSON in UTF-8 without one.")
    if not text.strip():
        raise Refused("malformed", "The body is empty: send JSON with `residents` or `columns`.")
    return text


def _object(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    twice = Twice(found)
    twice.name = Counter(name for name, _ in pairs).most_common(1)[0][0]
    return twice


def _whole(text: str) -> float:
    return int(text) if len(text) <= LONGEST_NUMBER else float(text)


def _refuse(_: str) -> NoReturn:
    raise NotFinite


def _nothing(text: str) -> None:
    if text != "NaN":
        raise NotFinite
