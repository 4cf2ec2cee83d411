"""Writing an assessment: every form in both languages, all of them or none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from segmentation.errors import ImpactError
from segmentation.files import together
from segmentation.impact.html import render_html
from segmentation.impact.markdown import render_markdown
from segmentation.wording import LANGUAGES, Language

if TYPE_CHECKING:
    from pathlib import Path

    from segmentation.impact.model import Impact

Form = Literal["html", "md", "json"]


def render_impact(impact: Impact, language: Language, form: Form) -> str:
    """Return the assessment in one language and form; JSON holds both languages.

    Raises
    ------
    ImpactError
        There is no such form.
    """
    match form:
        case "html":
            return render_html(impact, language)
        case "md":
            return render_markdown(impact, language)
        case "json":
            return impact.to_json()
    raise ImpactError(f"An impact assessment is written as html, md or json; got {form!r}.")


def write_impact(impact: Impact, folder: Path) -> dict[str, Path]:
    """Write ``impact.json``, and ``impact.{en,zh}.{html,md}``, to `folder`: all of them or none.

    Parameters
    ----------
    impact : Impact
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
    texts = {
        f"impact.{language}.{form}": render_impact(impact, language, form)
        for form in ("html", "md")
        for language in LANGUAGES
    }
    texts["impact.json"] = impact.to_json()
    with together(folder, list(texts)) as staging:
        for name, text in texts.items():
            (staging / name).write_text(text, encoding="utf-8", newline="\n")
    return {name: folder / name for name in texts}
