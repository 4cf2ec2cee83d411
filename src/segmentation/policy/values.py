"""What a column's values give away, whatever the column is called: numbers and texts that point at a person.

A column ``code_7`` full of resident ID numbers is a column of resident ID numbers. Values arrive as strings;
a number that passed through a floating-point column (``13800138000.0``, ``4.4052418800101e+17``) is still
recognised. What each rule means in law stands beside its id in ``catalogue.toml``.
"""

from __future__ import annotations

import math
import operator
import re
import unicodedata
from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

_FLOAT = re.compile(r"(\d+)\.0+|\d(?:\.\d+)?[eE]\+?\d\d?")
_SPACING = str.maketrans("", "", " \t-‐‑‒–—()\u200b\ufeff")
"""What people type between the digits of a number."""
_OPENS_NUMBER = frozenset("0123456789+(\u200b\ufeff")
_LONGEST_NUMBER = 40
_EXACT_BELOW = 2**53
"""Above this a floating-point number loses its last digits, and with them the check digit."""

_REGION = r"(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3])"
"""First two digits of GB/T 2260 codes, and 83, which the residence permits of Taiwan residents carry."""

_RESIDENT_ID = re.compile(
    rf"(?:{_REGION}\d|9{_REGION})\d{{3}}"
    r"((?:18|19|20)\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])\d{3}[\dX]",
    re.IGNORECASE,
)
_ID_LENGTH = 18
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECKS = "10X98765432"

_BANK_CARD = re.compile(
    r"62\d{11,17}|(?:60|81)\d{14,17}"  # UnionPay
    r"|4\d{12}(?:\d{3}){0,2}"  # Visa
    r"|(?:5[1-5]\d\d|222[1-9]|22[3-9]\d|2[3-6]\d\d|27[01]\d|2720)\d{12}"  # Mastercard
    r"|3[47]\d{13}|35(?:2[89]|[3-8]\d)\d{12}"  # American Express, JCB
    r"|3(?:0[0-5]|[68]\d)\d{11}|(?:65\d\d|64[4-9]\d)\d{12}"  # Diners Club, Discover
    r"|(?:50|5[6-8]|6[37])\d{14,17}|955[89]\d{12,15}"  # Maestro, older cards of Chinese banks
)
_LUHN_DOUBLES = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)

_PHONE = re.compile(
    r"(?:\+?86|0086)?1[3-9]\d{9}"  # mobile
    r"|(?:\+?86)?0(?:10|2\d)[2-9]\d{7}|(?:\+?86)?0[3-9]\d\d[2-9]\d{6,7}"  # landline with its area code
    r"|\+86(?:10|2\d)[2-9]\d{7}|\+86[3-9]\d\d[2-9]\d{6,7}"  # the same, called from abroad
)
_EMAIL = re.compile(r"[^\s@<>,;:]@(?:[^\s@<>,;:.]+\.)+[^\W\d_]{2,}")
"""From the last letter before the sign on: to look for the whole address takes n² steps in a long text."""

_STOP = re.compile(r"[。！？；!?]")
_FULL_STOP = re.compile(r"[^\W\d_]{2}\. +\w")
_HAN = re.compile(r"[\u3400-\u9fff]")
_MOST_CHARACTERS = 40
_MOST_WORDS = 6
_MOST_HAN = 12


class _Reading(NamedTuple):
    """A value as the checks look at it."""

    written: str  # as it stands, stripped
    text: str  # folded to plain forms (NFKC)
    number: str  # the same without spacing; empty where it cannot be a number
    exact: bool  # whether every digit can be trusted


def is_resident_id(text: str) -> bool:
    """Return whether `text` is a resident ID number.

    Eighteen characters after GB 11643-1999: region, birth date and the check character of ISO 7064 MOD 11-2;
    the residence permits of foreigners (first digit 9, region in the next two) follow the same scheme. A
    number that floating point has rounded is judged by region and birth date alone; rounding may have carried
    into the date.
    """
    return _is_resident_id(_read(text))


def is_bank_card(text: str) -> bool:
    """Return whether `text` is a bank card number.

    Thirteen to 19 digits of an issuer's range, with a check digit by Luhn (ISO/IEC 7812). A UnionPay number
    that floating point has rounded is judged by its range alone.
    """
    return _is_bank_card(_read(text))


def is_mainland_phone(text: str) -> bool:
    """Return whether `text` is a phone number of mainland China: mobile, or landline with its area code."""
    return _is_mainland_phone(_read(text))


def is_email(text: str) -> bool:
    """Return whether `text` is, or holds, an e-mail address."""
    return _is_email(_read(text))


def is_free_text(text: str) -> bool:
    """Return whether `text` reads like somebody's words rather than a code.

    More than 40 characters, 6 words or 12 Chinese characters, or the punctuation of a sentence. Long values
    that a policy declares for a category match as well: leave those out before asking.
    """
    return _is_free_text(_read(text))


def matching_rules(values: Iterable[str]) -> dict[str, int]:
    """Count how many values match each rule.

    Parameters
    ----------
    values : iterable of str
        The distinct values of one column, as text.

    Returns
    -------
    dict of str to int
        How many of the values match, by rule id. Rules that match none are left out.
    """
    counts = dict.fromkeys(CHECKS, 0)
    for value in values:
        reading = _read(value)
        for rule, check in _READING_CHECKS.items():
            if check(reading):
                counts[rule] += 1
    return {rule: count for rule, count in counts.items() if count}


def _read(value: str) -> _Reading:
    written = value.strip()
    text = written if written.isascii() else unicodedata.normalize("NFKC", written)
    if len(text) > _LONGEST_NUMBER or text[:1] not in _OPENS_NUMBER:
        return _Reading(written, text, "", exact=True)
    as_float = _FLOAT.fullmatch(text)
    if as_float is None:
        return _Reading(written, text, text.translate(_SPACING), exact=True)
    digits = as_float[1] or f"{float(text):.0f}"
    return _Reading(written, text, digits, exact=int(digits) < _EXACT_BELOW)


def _is_resident_id(reading: _Reading) -> bool:
    number = reading.number
    if reading.exact:
        return _is_born(number) and _id_check(number) == number[-1].upper()
    return len(number) == _ID_LENGTH and any(map(_is_born, _before_rounding(number)))


def _is_born(number: str) -> bool:
    """Return whether a number has the region and the birth date of a resident ID number."""
    parts = _RESIDENT_ID.fullmatch(number)
    return parts is not None and _is_date(*map(int, parts.groups()))


def _before_rounding(number: str) -> tuple[str, str]:
    """Return the least and the largest number that floating point may have rounded to this one."""
    half = int(math.ulp(float(number))) // 2
    return str(int(number) - half), str(int(number) + half)


def _id_check(number: str) -> str:
    total = sum(map(operator.mul, map(int, number[:-1]), _ID_WEIGHTS))
    return _ID_CHECKS[total % 11]


def _is_date(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def _is_bank_card(reading: _Reading) -> bool:
    number = reading.number
    if _BANK_CARD.fullmatch(number) is None:
        return False
    return _luhn(number) if reading.exact else number.startswith("62")


def _luhn(number: str) -> bool:
    plain = sum(map(int, number[-1::-2]))
    doubled = sum(_LUHN_DOUBLES[int(digit)] for digit in number[-2::-2])
    return (plain + doubled) % 10 == 0


def _is_mainland_phone(reading: _Reading) -> bool:
    return _PHONE.fullmatch(reading.number) is not None


def _is_email(reading: _Reading) -> bool:
    return "@" in reading.text and _EMAIL.search(reading.text) is not None


def _is_free_text(reading: _Reading) -> bool:
    text = reading.written
    return (
        len(text) > _MOST_CHARACTERS
        or len(text.split()) > _MOST_WORDS
        or _STOP.search(text) is not None
        or (". " in text and _FULL_STOP.search(text) is not None)
        or (not text.isascii() and len(_HAN.findall(text)) > _MOST_HAN)
    )


CHECKS: Mapping[str, Callable[[str], bool]] = MappingProxyType(
    {
        "resident_id": is_resident_id,
        "bank_card": is_bank_card,
        "mainland_phone": is_mainland_phone,
        "email": is_email,
        "free_text": is_free_text,
    }
)
"""The check of each value rule of the catalogue, by the rule's id."""

_READING_CHECKS: Mapping[str, Callable[[_Reading], bool]] = MappingProxyType(
    {
        "resident_id": _is_resident_id,
        "bank_card": _is_bank_card,
        "mainland_phone": _is_mainland_phone,
        "email": _is_email,
        "free_text": _is_free_text,
    }
)
