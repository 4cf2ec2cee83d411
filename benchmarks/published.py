"""A published table of fair clustering methods, and the data behind it, for the benchmark of mitigations.

Mantuano, Kammermann & Baumann (2026), arXiv 2605.13759, Table 1: four data sets, k in {2, 5, 10, 15}, three
tolerances of the balance. A column `lloyd_…` is plain k-means; the others are methods that are bound to a
balance, and assign residents by their group.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from segmentation.audit.balance import minimum_cluster_ratio

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER = Path(__file__).parents[2] / "shared" / "data" / "fair_clustering_benchmark"
TABLE = "mantuano2026_table1.csv"
SENSITIVE = {"adult": "sex", "bank_40k": "marital", "creditcard": "SEX", "diabetes": "gender"}
DROPPED = {
    "bank_40k": ["y"],
    "creditcard": ["ID", "default payment next month"],
    "diabetes": ["encounter_id", "patient_nbr"],
}
METHODS = {
    "miqcp_cost": "MIQCP",
    "setvars_cost": "SetVars",
    "mpfc_cost": "MPFC",
    "msflowfc_cost": "MSFlowFC",
    "sfc_backurs_cost": "SFC",
}

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]


@dataclass(frozen=True)
class Published:
    """One data set, prepared as its table says.

    Attributes
    ----------
    name : str
    points : ndarray of shape (n, n_columns)
        Numeric columns without the sensitive one, each from 0 to 1.
    groups : ndarray of shape (n,)
        0 for the largest group of the sensitive column, 1 for the second; others are left out.
    """

    name: str
    points: Floats
    groups: Labels


def is_there() -> bool:
    """Whether the table and its data stand beside the checkout."""
    return (FOLDER / TABLE).is_file()


def published_rows() -> pd.DataFrame:
    """Return the published table."""
    return pd.read_csv(FOLDER / TABLE)


def data_sets(names: tuple[str, ...]) -> Iterator[Published]:
    """Yield the data sets of those names."""
    for name in names:
        table = pd.read_parquet(FOLDER / f"{name}.parquet")
        sensitive = table[SENSITIVE[name]]
        largest = sensitive.value_counts().index[:2]
        kept = table[sensitive.isin(largest)]
        numeric = kept.drop(columns=[SENSITIVE[name], *DROPPED.get(name, [])]).select_dtypes("number")
        points = numeric.to_numpy(np.float32)
        low, height = points.min(axis=0), np.ptp(points, axis=0)
        scaled = (points - low) / np.where(height > 0, height, 1)
        groups = (kept[SENSITIVE[name]] == largest[1]).to_numpy(np.int64)
        yield Published(name, scaled.astype(np.float64), groups)


def cost(points: Floats, labels: Labels) -> float:
    """Return the sum of squared distances to the mean of one's cluster."""
    sizes = np.maximum(np.bincount(labels), 1)
    sums = np.column_stack([np.bincount(labels, column) for column in points.T])
    return float((points**2).sum() - ((sums**2).sum(axis=1) / sizes).sum())


def balance(labels: Labels, groups: Labels) -> float:
    """Return the least, over clusters, of the smaller group over the larger: from 0 to 1, 1 is even."""
    counts = np.bincount(labels * 2 + groups, minlength=2 * (labels.max() + 1)).reshape(-1, 2)
    return minimum_cluster_ratio(counts)
