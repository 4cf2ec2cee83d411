"""The two languages of cards and reports: sentences through gettext, numbers in the reader's form.

The source text is English; Chinese stands in ``locale/zh/LC_MESSAGES/wording.po``, which is read as it is:
there is no compiled catalogue to forget.
"""

from __future__ import annotations

import gettext
from dataclasses import dataclass
from datetime import UTC
from functools import cache, lru_cache
from importlib import resources
from io import BytesIO
from typing import TYPE_CHECKING, Literal

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent

from segmentation.errors import SegmentationError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from segmentation.policy import Text

Language = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = ("en", "zh")
TAGS: dict[Language, str] = {"en": "en", "zh": "zh-CN"}
"""What HTML calls the languages."""

_MARKS: dict[Language, dict[str, str]] = {
    "en": {"list": ", ", "comma": ", ", "clause": "; ", "sentence": " ", "colon": ": "},
    "zh": {"list": "、", "comma": "，", "clause": "；", "sentence": "", "colon": "："},
}
"""What stands between items, parts, clauses and sentences, and after a name."""
_ASIDES: dict[Language, str] = {"en": " (%s)", "zh": "（%s）"}
"""What is said by the way, after a word."""
_INNER = str.maketrans("“”", "‘’")

LARGE, HUGE = 10, 100
"""Sizes from which a figure is told with a decimal less."""
LEAST_P = 0.001
"""Smaller p-values are told as smaller than this."""


def msg(text: str) -> str:
    """Return `text` as it is: marks an English text that is translated where it is shown."""
    return text


@cache
def _catalogue(language: Language) -> gettext.NullTranslations:
    if language not in LANGUAGES:
        raise SegmentationError(f"A text is in {' or '.join(LANGUAGES)}; got {language!r}.")
    if language == "en":
        return gettext.NullTranslations()
    file = resources.files("segmentation.wording") / "locale" / language / "LC_MESSAGES" / "wording.po"
    compiled = BytesIO()
    with file.open("rb") as text:
        write_mo(compiled, read_po(text, locale=language))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


@lru_cache(maxsize=8192)
def _number(number: float, form: str | None, language: Language) -> str:
    """Return a number in a form; a card tells many alike, and each costs a tenth of a millisecond."""
    return format_decimal(number, form, locale=language)


@lru_cache(maxsize=8192)
def _percent(share: float, form: str, language: Language) -> str:
    return format_percent(share, form, locale=language)


@dataclass(frozen=True)
class Voice:
    """Texts and numbers in one language."""

    language: Language

    def t(self, message: str, **values: object) -> str:
        """Return a message in the language, with `values` in their places."""
        text = _catalogue(self.language).gettext(message)
        return text % values if values else text

    def tn(self, one: str, many: str, n: int, **values: object) -> str:
        """Return a message for a number of things, in the plural form that `n` needs; ``%(n)s`` is `n`."""
        text = _catalogue(self.language).ngettext(one, many, n)
        return text % {"n": self.integer(n), **values}

    def text(self, text: Text) -> str:
        """Return a policy's text in the language."""
        return str(getattr(text, self.language))

    def join(self, between: Literal["list", "comma", "clause", "sentence"], parts: Iterable[str]) -> str:
        """Return the parts that are not empty, with the language's own mark between them."""
        return _MARKS[self.language][between].join(part for part in parts if part)

    @property
    def colon(self) -> str:
        """What stands between a name and what is said of it."""
        return _MARKS[self.language]["colon"]

    def aside(self, text: str) -> str:
        """Return what follows a word in parentheses, in those of the language; empty where nothing does."""
        return _ASIDES[self.language] % text if text else ""

    def quoted(self, name: str) -> str:
        """Return a name in quotation marks; those within it become single."""
        return f"“{name.translate(_INNER)}”"

    def integer(self, number: int) -> str:
        """Return a count, such as 1,204."""
        return _number(number, None, self.language)

    def number(self, number: float) -> str:
        """Return an amount with as many decimals as its size makes worth reading."""
        return self._decimal(number, "#,##0.##" if abs(number) < LARGE else "#,##0.#")

    def mean(self, number: float) -> str:
        """Return a mean, with the same decimals for figures of a size."""
        size = abs(number)
        return self._decimal(number, "0.00" if size < LARGE else "0.0" if size < HUGE else "#,##0")

    def ratio(self, number: float, among: Iterable[float] = ()) -> str:
        """Return a ratio, an association or a standardised difference: two decimals, fewer from 10.

        Beside the figures of `among` it has two where one of them does.
        """
        is_large = all(abs(one) >= LARGE for one in (number, *among))
        return self._decimal(number, "#,##0.0" if is_large else "#,##0.00")

    def small(self, number: float, among: Iterable[float] = ()) -> str:
        """Return a figure that has weight from a hundredth on: three decimals, or four where those are 0.

        Beside the figures of `among` it has four where one of them does.
        """
        is_told = all(abs(one) >= LEAST_P or round(one, 4) == 0 for one in (number, *among))
        return self._decimal(number, "0.000" if is_told else "0.0000")

    def percent(self, share: float) -> str:
        """Return a share, such as 30.5%."""
        return _percent(round(share, 3) + 0.0, "#,##0.0%", self.language)

    def whole_percent(self, share: float) -> str:
        """Return a share without decimals that say nothing, such as 95% or 99.5%."""
        return _percent(share, "#,##0.##%", self.language)

    def p(self, p_value: float) -> str:
        """Return a p-value, such as 0.012 or < 0.001."""
        least = self._decimal(LEAST_P, "0.000")
        return f"< {least}" if p_value < LEAST_P else self._decimal(p_value, "0.000")

    def day(self, day: date) -> str:
        """Return a day: 2026-11-23, or 2026年11月23日."""
        return f"{day.year}年{day.month}月{day.day}日" if self.language == "zh" else f"{day:%Y-%m-%d}"

    def time(self, at: datetime) -> str:
        """Return an aware time, to the minute, in UTC and said to be so."""
        at = at.astimezone(UTC)
        day = self.day(at.date())
        return f"{day} {at:%H:%M}（UTC）" if self.language == "zh" else f"{day} {at:%H:%M} UTC"

    def ratio_interval(self, ends: tuple[float, float]) -> str:
        """Return the interval of a ratio, such as [1.80, 2.04]."""
        return f"[{self.ratio(ends[0])}, {self.ratio(ends[1])}]"

    def percent_interval(self, ends: tuple[float, float]) -> str:
        """Return the interval of a share, such as [29.1%, 31.9%]."""
        return f"[{self.percent(ends[0])}, {self.percent(ends[1])}]"

    def _decimal(self, number: float, form: str) -> str:
        # Adding 0 turns -0.0 into 0.0; rounding first keeps -0.00 away.
        return _number(round(number, 4) + 0.0, form, self.language)
