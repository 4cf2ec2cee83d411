"""Counting: the only step of the audit that sees residents.

Everything that is a rate follows from how many residents of each group are in each segment. So the table is
counted once, and all else works on a few hundred cells, whatever the number of residents.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from segmentation.errors import AuditError
from segmentation.policy.parts import JOINED, MISSING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


@dataclass(frozen=True)
class Cells:
    """How many residents of each group are in each segment.

    Attributes
    ----------
    attributes : tuple of str
        One column, or the columns of an intersection.
    segments : tuple of str
    groups : tuple of tuple of str
        One value per attribute, for each column of `counts`; `MISSING` is one of the values.
    counts : ndarray of int64, shape (n_segments, n_groups)
    """

    attributes: tuple[str, ...]
    segments: tuple[str, ...]
    groups: tuple[tuple[str, ...], ...]
    counts: NDArray[np.int64]

    @property
    def name(self) -> str:
        """The attribute, or the attributes of the intersection joined by a cross."""
        return JOINED.join(self.attributes)

    @property
    def group_names(self) -> tuple[str, ...]:
        """One name per group."""
        return tuple(JOINED.join(group) for group in self.groups)

    @property
    def sizes(self) -> NDArray[np.int64]:
        """Residents per group, over all segments."""
        return np.asarray(self.counts.sum(axis=0), np.int64)

    @property
    def known(self) -> Cells:
        """The cells of residents for whom every attribute is known."""
        return self.only(np.array([MISSING not in group for group in self.groups]))

    def only(self, keep: NDArray[np.bool_]) -> Cells:
        """Return the cells of some groups."""
        groups = tuple(group for group, kept in zip(self.groups, keep, strict=True) if kept)
        return Cells(self.attributes, self.segments, groups, self.counts[:, keep])


def count_cells(segments: pd.Series, people: pd.DataFrame, attributes: Sequence[str]) -> Cells:
    """Count residents by segment and group.

    Parameters
    ----------
    segments : Series of shape (n_residents,)
        Segment ids; a Categorical keeps segments that nobody is in.
    people : DataFrame of shape (n_residents, n_attributes)
        Categorical columns of groups, missing where not known.
    attributes : sequence of str
        The columns to cross: one, or those of an intersection.

    Raises
    ------
    AuditError
        Lengths differ, or somebody has no segment.
    """
    if len(segments) != len(people):
        message = f"There are {len(segments)} segments for {len(people)} residents. Give each resident one."
        raise AuditError(message)
    labels = pd.Categorical(segments)
    if (labels.codes < 0).any():
        without = f"{int((labels.codes < 0).sum())} of {len(people)} residents have no segment."
        raise AuditError(f"{without} Leave them out, or name a segment.")
    columns = [people[name] for name in attributes]
    levels = [_groups(column) for column in columns]
    groups = tuple(product(*levels))
    code = np.zeros(len(people), np.int64)
    for column, names in zip(columns, levels, strict=True):
        # A missing value has the code -1, which counts from the end.
        code = code * len(names) + column.cat.codes.to_numpy(np.int64) % len(names)
    shape = (len(labels.categories), len(groups))
    at = labels.codes.astype(np.int64) * shape[1] + code
    table = np.bincount(at, minlength=shape[0] * shape[1]).reshape(shape)
    return Cells(tuple(attributes), tuple(map(str, labels.categories)), groups, table)


def _groups(column: pd.Series) -> list[str]:
    return [*map(str, column.cat.categories), *([MISSING] if column.isna().any() else [])]
