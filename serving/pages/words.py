"""The words of the pages in both languages: a catalogue of their own before that of cards and reports."""

from __future__ import annotations

import gettext
from dataclasses import dataclass
from functools import cache
from importlib import resources
from io import BytesIO

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from segmentation.wording import Language, Reader, Titles

NO_TITLES = Titles(0)


@cache
def _catalogue(language: Language) -> gettext.NullTranslations:
    """Return all files of ``locale/zh`` as one; English is the source."""
    if language == "en":
        return gettext.NullTranslations()
    every = Catalog(locale=language)
    folder = resources.files("serving.pages") / "locale" / language
    for file in sorted(folder.iterdir(), key=lambda one: one.name):
        if file.name.endswith(".po"):
            with file.open("rb") as text:
                for message in read_po(text, locale=language):
                    if message.id:
                        every.add(message.id, message.string)
    compiled = BytesIO()
    write_mo(compiled, every)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


@dataclass(frozen=True)
class Speaker(Reader):
    """A reader's voice that knows the words of the pages."""

    def t(self, message: str, **values: object) -> str:
        """Return a message in the language, with `values` in their places."""
        found = _catalogue(self.language).gettext(message)
        if found == message:
            return super().t(message, **values)
        return found % values if values else found

    def tn(self, one: str, many: str, n: int, **values: object) -> str:
        """Return a message for a number of things; ``%(n)s`` is `n`."""
        found = _catalogue(self.language).ngettext(one, many, n)
        if found in {one, many}:
            return super().tn(one, many, n, **values)
        return found % {"n": self.integer(n), **values}


def speaker(language: Language, titles: Titles = NO_TITLES) -> Speaker:
    """Return the voice of the pages in a language."""
    return Speaker(language, titles)
