"""Segments that last: a new fit takes over the ids of the version before, and says who moved and why."""

from segmentation.clustering.identity.matching import matched
from segmentation.clustering.identity.model import Carried, Gone, Migration, Move, Previous
from segmentation.clustering.identity.moving import migration
from segmentation.clustering.identity.names import lasting_names

__all__ = ["Carried", "Gone", "Migration", "Move", "Previous", "lasting_names", "matched", "migration"]
