"""How many segments: the largest number that repeats itself, and that shuffled columns do not have."""

from segmentation.clustering.choice.model import Choice, Rival, Stability, Structure
from segmentation.clustering.choice.tries import Criteria, chosen, rivals

__all__ = ["Choice", "Criteria", "Rival", "Stability", "Structure", "chosen", "rivals"]
