"""How many segments there are: the largest number that repeats itself, and that shuffled columns do not have."""

from segmentation.clustering.choice.model import Choice, Rival, Stability, Structure

__all__ = ["Choice", "Rival", "Stability", "Structure"]
