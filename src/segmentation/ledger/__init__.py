"""The append-only record of people, decisions and events: what serving trusts, and nothing else.

Light on purpose: serving reads it, so nothing here imports pandas, scikit-learn or mlflow, and what a
history, a proof or a witness needs imports no database either (`store` and `book` do).
"""

from segmentation.ledger.checkpoint import Checkpoint, checkpoint_of
from segmentation.ledger.event import Draft, Event, linked
from segmentation.ledger.history import History
from segmentation.ledger.proof import Approval, Proof
from segmentation.ledger.standing import TRANSITIONS, Standing
from segmentation.ledger.trust import Trust, trust_of
from segmentation.ledger.witness import Witness

__all__ = [
    "TRANSITIONS",
    "Approval",
    "Checkpoint",
    "Draft",
    "Event",
    "History",
    "Proof",
    "Standing",
    "Trust",
    "Witness",
    "checkpoint_of",
    "linked",
    "trust_of",
]
