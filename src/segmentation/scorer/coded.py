"""`Coded`: a column of listed values as places in a short list, as Arrow and pandas hold it.

A text per resident must be looked at letter by letter; a place is one small number. Files are read as places
anyway, so a scorer that takes them spends nothing on words.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from segmentation.errors import ScorerError

if TYPE_CHECKING:
    from numpy.typing import NDArray

MISSING = -1


@dataclass(frozen=True, eq=False, repr=False)
class Coded:
    """A column of an ordinal or a category.

    Attributes
    ----------
    values : tuple of str or None
        What stands in the column; None is a missing value. It may hold values that nobody has, and one twice.
    codes : ndarray of int, shape (n_residents,)
        Places in `values`; -1 is a missing value as well.

    Raises
    ------
    ScorerError
        The codes are no one-dimensional array of whole numbers, or one is no place in `values`.
    """

    values: tuple[str | None, ...]
    codes: NDArray[Any]

    def __post_init__(self) -> None:
        codes = self.codes
        if codes.dtype.kind not in "iu" or codes.ndim != 1:
            raise ScorerError("The codes of a coded column must be a one-dimensional array of whole numbers.")
        if codes.size and (int(codes.min()) < MISSING or int(codes.max()) >= len(self.values)):
            raise ScorerError(
                "The codes of a coded column must be places in its values, or -1 where missing. "
                "Check how the column was made."
            )

    def __len__(self) -> int:
        """Return the number of residents."""
        return len(self.codes)
