"""How many segments: the largest number that repeats itself, and that shuffled columns do not have."""

from segmentation.clustering.choice.choose import choose
from segmentation.clustering.choice.criteria import Criteria
from segmentation.clustering.choice.model import Choice, Rival, Stability, Structure
from segmentation.clustering.choice.stability import margins, stability

__all__ = ["Choice", "Criteria", "Rival", "Stability", "Structure", "choose", "margins", "stability"]
