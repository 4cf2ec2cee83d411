"""Values of a policy and of a card as a reader reads them, in both languages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from segmentation.policy import Text
from segmentation.wording import LANGUAGES, Reader, Titles, Voice, msg

if TYPE_CHECKING:
    from collections.abc import Callable

    from segmentation.wording import Language

NOTHING = msg("nothing")


def both(tell: Callable[[Reader], str], titles: Titles | None = None) -> Text:
    """Return what `tell` says in either language."""
    known = Titles(0) if titles is None else titles
    english, chinese = (tell(Reader(language, known)) for language in LANGUAGES)
    return Text(en=english, zh=chinese)


def in_words(value: object) -> Text | None:
    """Return a value of a policy in words; None where there is none."""
    if value is None:
        return None
    return both(lambda reader: _told(reader, reader.language, value))


def _told(voice: Voice, language: Language, value: Any) -> str:  # noqa: ANN401 - any value of a policy
    match value:
        case bool():
            told = voice.t("yes") if value else voice.t("no")
        case dict() if "title" in value:
            told = _told(voice, language, value["title"])
        case dict() if set(value) == set(LANGUAGES):
            told = str(value[language])
        case dict():
            own = (f"{key}{voice.colon}{_told(voice, language, one)}" for key, one in value.items())
            told = voice.join("clause", own)
        case list() | tuple():
            mark: Literal["clause", "list"] = (
                "clause" if any(isinstance(one, dict) for one in value) else "list"
            )
            told = voice.join(mark, (_told(voice, language, one) for one in value))
        case _:
            told = "" if value is None else str(value)
    return told or voice.t(NOTHING)
