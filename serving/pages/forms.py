"""Reading what a form or an address says: few fields, in UTF-8, nothing that a program would stumble over."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from serving.calls import Refused

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_BYTES = 2**20
"""Of a form: the longest holds a record that is signed, and what somebody wrote about it."""
MOST_FIELDS = 2_000
"""Of a form: one that waives every finding of a large audit has some hundreds."""
MOST_ASKED = 100
"""Fields in an address."""
MEDIA = ("application/x-www-form-urlencoded",)


def fields_of(text: bytes, most: int = MOST_FIELDS) -> dict[str, tuple[str, ...]]:
    """Return every value of each field (WHATWG URL, 5.1), with lines that end in a line feed alone.

    Browsers end the lines of a text in CR LF, and a record that is signed holds no CR.

    Parameters
    ----------
    text : bytes
        A body, or the query of an address.
    most : int
        Fields.

    Raises
    ------
    Refused
        They are more, are not in UTF-8, or hold a NUL.
    """
    try:
        pairs = parse_qsl(
            text.decode(), keep_blank_values=True, max_num_fields=most, encoding="utf-8", errors="strict"
        )
    except ValueError:
        raise Refused(
            "malformed", f"A form is read as UTF-8 and has at most {most} fields; this is not such a one."
        ) from None
    found: dict[str, tuple[str, ...]] = {}
    for name, value in pairs:
        if "\0" in name or "\0" in value:
            raise Refused("malformed", "A form holds no NUL; leave it out.")
        plain = value.replace("\r\n", "\n").replace("\r", "\n")
        found[name] = (*found.get(name, ()), plain)
    return found


def last_of(fields: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """Return the last value of each field."""
    return {name: values[-1] for name, values in fields.items()}
