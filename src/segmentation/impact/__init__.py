"""The impact assessment of a version (PIPL Art. 55, 56), in Chinese and English.

It is prefilled from the policy and the card; what only a person can say comes from a file of answers, and
without them there is no assessment, and without an assessment no submission.
"""

from segmentation.impact.answers import Answers
from segmentation.impact.assessing import assess, day_in_china
from segmentation.impact.draft import draft_answers
from segmentation.impact.files import render_impact, write_impact
from segmentation.impact.model import Impact
from segmentation.impact.reading import answers_from, read_answers
from segmentation.impact.retention import due, kept_until, refuse_deletion

__all__ = [
    "Answers",
    "Impact",
    "answers_from",
    "assess",
    "day_in_china",
    "draft_answers",
    "due",
    "kept_until",
    "read_answers",
    "refuse_deletion",
    "render_impact",
    "write_impact",
]
