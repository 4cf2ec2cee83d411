"""What can be done when an audit breaks: leave features out, erase, or move centres.

Nothing is applied silently. Each is estimated where protected attributes may be seen, and leaves a segmenter
that needs none of them.
"""

from segmentation.mitigation.erase import Erasure, leace
from segmentation.mitigation.fair_centres import FairCentres, fair_centres
from segmentation.mitigation.frontier import frontier
from segmentation.mitigation.model import Kind, Mitigation
from segmentation.mitigation.outcome import Frontier, Outcome
from segmentation.mitigation.prepare import erasure, prepare

__all__ = [
    "Erasure",
    "FairCentres",
    "Frontier",
    "Kind",
    "Mitigation",
    "Outcome",
    "erasure",
    "fair_centres",
    "frontier",
    "leace",
    "prepare",
]
