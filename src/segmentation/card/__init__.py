"""The card: everything that must be known before a model is signed, in Chinese and English.

It is generated from what the steps found and never written by hand; where something is missing there is no
card. Light on purpose: serving shows cards, so nothing here imports pandas, scikit-learn or fairlearn.
"""

from segmentation.card.files import Form, render, write_card
from segmentation.card.make import make_card
from segmentation.card.model import ModelCard
from segmentation.card.parts import Digests
from segmentation.card.titles import explain
from segmentation.wording import LANGUAGES, Language

__all__ = [
    "LANGUAGES",
    "Digests",
    "Form",
    "Language",
    "ModelCard",
    "explain",
    "make_card",
    "render",
    "write_card",
]
