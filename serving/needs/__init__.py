"""What a request may hold, made from the policy of the version that is served.

A person reads the rules in the API document; msgspec holds sound requests to them in microseconds; and
whatever msgspec does not take is read again with care, so that the answer names every fault and the law
behind it, and no value. Both readers accept the same requests.
"""

from serving.needs.columns import Columns
from serving.needs.layout import Layout
from serving.needs.reading import Needs, needs_of

__all__ = ["Columns", "Layout", "Needs", "needs_of"]
