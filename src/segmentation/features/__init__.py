"""From what residents need to numbers that distances can be taken of.

Made of scikit-learn's own transformers, so that a fitted encoder can be read, stored and folded: counts are
log1p and standardised; numbers, shares and ordinal ranks standardised; categories and flags stay 0/1
(standardising one-hot columns lets rare values rule the distance). A missing value is never guessed: it
stands at the mean and has a 0/1 column of its own; a missing category is a value of its own. All columns of a
feature are multiplied by its weight.
"""

from segmentation.features.encode import encoded
from segmentation.features.encoder import is_needs_encoder, needs_encoder
from segmentation.features.fitted import (
    EncodedLevels,
    EncodedNumber,
    Gap,
    encoded_features,
    feature_blocks,
    gaps,
)
from segmentation.features.table import needs_table
from segmentation.policy.features import UNKNOWN

__all__ = [
    "UNKNOWN",
    "EncodedLevels",
    "EncodedNumber",
    "Gap",
    "encoded",
    "encoded_features",
    "feature_blocks",
    "gaps",
    "is_needs_encoder",
    "needs_encoder",
    "needs_table",
]
