"""Which counts of the published tables stay hidden, so that none can be worked out again.

The profiles and the card publish counts of people: segment by group, for every attribute and intersection.
A small count points at persons, and so does a zero ("nobody of that group is here"). Blanking it is not
enough: a row adds up to its segment, a column to its group, an intersection to its attributes, so whoever can
subtract has the number back. `suppress` therefore hides further counts until every small one could be any of
a range at least as wide as the smallest group. `attack` is the adversary: from the published numbers alone it
works out how far each hidden one can be narrowed, so nobody has to trust how the cells were chosen.
Residents whose group is not known are no group of people: how many they are is never published, and not
protected either.

The adversary knows every visible count, the segment sizes, how the tables add up to one another, and that
counts are whole and not negative. A rate says what its two counts say: see `Mask.rates`. A statistic over a
whole table (an association, a total variation) is one more equation, and is *not* considered here: where a
table hides a cell, such a number must be computed from the visible cells alone, coarsened, or withheld.

References
----------
Hundepool et al. (2012), Statistical Disclosure Control, chapter 4.
Fischetti & Salazar (2001), Solving the cell suppression problem on tabular data with linear constraints,
Management Science 47(7).
"""

from segmentation.suppression.attack import Ranges, attack
from segmentation.suppression.pool import too_small
from segmentation.suppression.search import suppress
from segmentation.suppression.tables import CountTable, Link, Mask

__all__ = ["CountTable", "Link", "Mask", "Ranges", "attack", "suppress", "too_small"]
