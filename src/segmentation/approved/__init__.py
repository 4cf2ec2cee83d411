"""The version that two people approved, or nothing: what serving and scoring load.

Where it stands is asked of the ledger, whose every signature rests on the pinned root key. Its files come
from a folder in which nothing is trusted, and each of them is held against the digests that were signed. No
alias, tag or status of a registry is looked at. Nothing here needs pandas, scikit-learn or MLflow.
"""

from segmentation.approved.former import Former, former_of
from segmentation.approved.load import approved_of, load_approved
from segmentation.approved.model import Approved
from segmentation.approved.refusals import standing_of

__all__ = ["Approved", "Former", "approved_of", "former_of", "load_approved", "standing_of"]
