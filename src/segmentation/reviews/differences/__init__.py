"""What differs between two versions of a model: of their policies, of their cards, and how it is told."""

from segmentation.reviews.differences.model import Diff, Seen

__all__ = ["Diff", "Seen"]
