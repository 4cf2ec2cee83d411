"""Scoring files that are larger than memory: streamed, resumable, and there whole or not at all.

Rows are read, judged and scored a stretch at a time. Every stretch that is done is kept beside the output, so
that an interrupted run goes on where it stopped; the output itself appears under its name in one step.
"""

from segmentation.scoring.model import Scored
from segmentation.scoring.run import score_file
from segmentation.scoring.work import Unfinished, unfinished

__all__ = ["Scored", "Unfinished", "score_file", "unfinished"]
