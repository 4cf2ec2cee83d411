"""Writing a card: every form in every language, all of them or none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from segmentation.card.html import render_html
from segmentation.card.markdown import render_markdown
from segmentation.errors import CardError
from segmentation.files import together
from segmentation.wording import LANGUAGES, Language

if TYPE_CHECKING:
    from pathlib import Path

    from segmentation.card.model import ModelCard

Form = Literal["html", "md", "json"]


def render(card: ModelCard, language: Language, form: Form) -> str:
    """Return the card in one language and form; JSON holds both languages.

    Raises
    ------
    CardError
        There is no such language or form.
    """
    match form:
        case "html":
            return render_html(card, language)
        case "md":
            return render_markdown(card, language)
        case "json":
            return card.to_json()
    raise CardError(f"A card is written as html, md or json; got {form!r}.")


def write_card(card: ModelCard, folder: Path) -> dict[str, Path]:
    """Write ``card.zh.html``, ``card.en.html``, ``card.zh.md``, ``card.en.md`` and ``card.json`` to `folder`.

    All are written to a hidden folder beside their places and moved once they are complete, so that a full
    disk leaves no half-written card.

    Parameters
    ----------
    card : ModelCard
    folder : Path
        Made where it does not exist; files of the same names are replaced.

    Returns
    -------
    dict of str to Path
        Where each file is, by its name.

    Raises
    ------
    StorageError
        The folder cannot be made or written to, or the disk is full.
    """
    texts = {f"card.{lang}.{form}": render(card, lang, form) for form in ("html", "md") for lang in LANGUAGES}
    texts["card.json"] = card.to_json()
    with together(folder, list(texts)) as staging:
        for name, text in texts.items():
            (staging / name).write_text(text, encoding="utf-8", newline="\n")
    return {name: folder / name for name in texts}
