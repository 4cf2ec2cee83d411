"""Why a resident is in a segment, in both languages.

Loaded when the first one asks: a service that only predicts does without words of two languages.
"""

from segmentation.rights.why import Trait, Words, words_of

__all__ = ["Trait", "Words", "words_of"]
