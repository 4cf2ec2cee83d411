"""Segments by need: the estimator, the choice of how many, and the fold into a small scorer."""

from segmentation.clustering.affine import AffineMap
from segmentation.clustering.choice import Choice, Rival, Stability, Structure
from segmentation.clustering.fold import segment_id
from segmentation.clustering.segmenter import Segmenter

__all__ = ["AffineMap", "Choice", "Rival", "Segmenter", "Stability", "Structure", "segment_id"]
