"""A believable community of residents whose segments are known, so that everything downstream can be checked.

Real residents never come with the answer. Here the answer is planted first: every resident belongs to a
segment, the segment sets how often, how and when services are asked for, and the residents table is added
up from those requests. One protected attribute is carried into the segments through one allowed feature,
one is clean, one group is too small to judge, and ``truth.json`` says so.
"""

from segmentation.simulate.community import Community, simulate
from segmentation.simulate.files import write
from segmentation.simulate.truth import Carrier, TinyGroup, Truth

__all__ = ["Carrier", "Community", "TinyGroup", "Truth", "simulate", "write"]
