"""The verification sheet: what a dossier says, and how anybody checks it by hand with commands that work."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from markupsafe import Markup

from segmentation.bundle import CARD
from segmentation.card import ModelCard
from segmentation.card.markdown import code, environment
from segmentation.reviews import named
from segmentation.reviews.commenting import SECTIONS
from segmentation.reviews.dossier.evidence import (
    key_file,
    people_keys,
    signature_name,
    signed_events,
)
from segmentation.reviews.dossier.pages import BUNDLED
from segmentation.reviews.waivers import blocking_of
from segmentation.signing import sha256
from segmentation.wording import LANGUAGES, Language, Voice

if TYPE_CHECKING:
    from collections.abc import Mapping

    from segmentation.ledger.history import History
    from segmentation.policy import Text
    from segmentation.reviews.dossier.report import DossierReport

SHEETS: dict[Language, str] = {language: f"VERIFY.{language}.md" for language in LANGUAGES}


def sheets(report: DossierReport, history: History, files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the sheet in both languages, by its name.

    Parameters
    ----------
    report : DossierReport
    history : History
    files : mapping of str to bytes
        Every other file of the dossier but the manifest.
    """
    return {name: _sheet(report, history, files, language) for language, name in SHEETS.items()}


def _sheet(report: DossierReport, history: History, files: Mapping[str, bytes], language: Language) -> bytes:
    voice = Voice(language)
    about = (history, report.model, report.version)
    text = (
        environment("segmentation.reviews.dossier")
        .get_template("verify.md.j2")
        .render(
            report=report,
            t=voice.t,
            colon=Markup(voice.colon),  # noqa: S704 - a mark of the language
            code=code,
            moment=_moment,
            words=named,
            sections=SECTIONS,
            waivers=_waivers(report, voice, _sentences(files[BUNDLED[CARD]])),
            name=SHEETS[language],
            has_pdf=any(name.endswith(".pdf") for name in files),
            bundled=[_raw(name) for name in BUNDLED.values()],
            signatures=[
                (_raw(signature_name(event)), _raw(key_file(history, event)))
                for event in signed_events(*about)
            ],
            keys=[(_raw(name), _raw(signature_name(event))) for name, event in people_keys(*about).items()],
            digests=[
                (sha256(data).removeprefix("sha256:"), _raw(name)) for name, data in sorted(files.items())
            ],
        )
    )
    return text.encode()


def _sentences(card: bytes) -> dict[str, Text]:
    """Return what the card says of each finding that blocks, by the key that was signed."""
    return {one.key: one.sentence for one in blocking_of(ModelCard.from_json(card.decode()))}


def _waivers(
    report: DossierReport, voice: Voice, sentences: Mapping[str, Text]
) -> list[tuple[str, str, date, str, str]]:
    """Return each finding that was waived, in words where the card has it; two who say the same, together."""
    by: dict[tuple[str, date, str], list[str]] = {}
    for one in report.waivers:
        by.setdefault((one.finding, one.expires, one.reason), []).append(one.by)
    told = {key: voice.text(sentence) for key, sentence in sentences.items()}
    return [
        (finding, told.get(finding, ""), expires, why, voice.join("list", names))
        for (finding, expires, why), names in sorted(by.items())
    ]


def _raw(name: str) -> Markup:
    return Markup(name)  # noqa: S704 - `archive.NAME` leaves nothing that a shell or Markdown would take


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
