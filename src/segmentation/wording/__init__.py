"""The words of a finding, in Chinese and English, for whoever shows one: audit, card, command line.

It stands below the audit, so that a report can explain itself, and knows neither the audit nor the card.
"""

from segmentation.wording import beside, sentences
from segmentation.wording.language import LANGUAGES, TAGS, Language, Voice, msg
from segmentation.wording.sentences import sentence
from segmentation.wording.titles import Reader, Titles, titles_of

__all__ = [
    "LANGUAGES",
    "TAGS",
    "Language",
    "Reader",
    "Titles",
    "Voice",
    "beside",
    "msg",
    "sentence",
    "sentences",
    "titles_of",
]
