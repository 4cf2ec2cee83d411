"""Many values, some at a time: a statement takes only so many, and a look at all at once much memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Value = TypeVar("Value")


def parts(values: Sequence[Value], count: int) -> Iterator[Sequence[Value]]:
    """Yield values in their order, so many at a time; the last part may have fewer."""
    return (values[at : at + count] for at in range(0, len(values), count))
