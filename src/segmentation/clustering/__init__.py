"""Segments by need: the estimator, the choice of how many, and the fold into a small scorer."""

from segmentation.clustering.affine import AffineMap
from segmentation.clustering.choice import Rival
from segmentation.clustering.fold import segment_id
from segmentation.clustering.segmenter import Segmenter

__all__ = ["AffineMap", "Rival", "Segmenter", "segment_id"]
