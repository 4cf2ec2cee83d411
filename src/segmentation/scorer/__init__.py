"""The folded scorer: a fitted segmentation as a few small arrays, and nothing else.

Nearest centre needs no scaler, no encoder and no centre once they are folded into one affine map for numbers
and one lookup per value: each segment gets a score that is its squared distance less what all segments share,
and the lowest score wins. This is what is signed, served, streamed and exported, so it is data (JSON), never
code, and it needs numpy and the standard library alone.
"""

from segmentation.scorer.coded import Coded
from segmentation.scorer.explanation import Explanation
from segmentation.scorer.model import FoldedScorer
from segmentation.scorer.parts import FoldedLevels, FoldedNumber
from segmentation.scorer.single import One

__all__ = ["Coded", "Explanation", "FoldedLevels", "FoldedNumber", "FoldedScorer", "One"]
