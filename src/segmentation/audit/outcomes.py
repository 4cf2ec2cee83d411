"""Services against what residents needed in the period after: who of those who needed one was planned it.

Who needed a service is counted by segment and group, like one attribute more: so the counts are sums of each
other in ways that `disclose` knows. Whom a service is planned for is a sum of segments. A table of planned
and needed alone would say more than it seems to: with the segments beside it, it tells hidden counts of
those. So all tables go through one `disclose` together, and a figure is given only where the segments that
it adds up, and those that it leaves out, may be told apart.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from fairlearn.metrics import MetricFrame, false_positive_rate, true_positive_rate
from numpy.typing import NDArray

from segmentation.audit.auc import auc_interval, auc_of_levels
from segmentation.audit.cells import Cells
from segmentation.audit.disclosure import Shown
from segmentation.audit.evidence import PAIR
from segmentation.audit.samples import DECIMALS
from segmentation.audit.sections import Demand, GroupOpportunity, Opportunity
from segmentation.errors import AuditError, Fault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from segmentation.audit.cells import Crosstab
    from segmentation.policy import Limits, Policy

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

NEEDED, UNNEEDED = "needed", "not needed"
PLANNED, UNPLANNED = "planned", "not planned"
PREFIX = "needed: "
"""Opens the name of the column of a service's outcome: no header of a policy has a colon."""
PER_COUNT = 2
"""Residents in a count, on average and in smallest groups, of those who needed a service, and who did not."""
MOST_COUNTS = 1_600
"""Counts of all outcomes together, beyond which it would take too long to see which must be hidden."""


def needed_column(service: str) -> str:
    """Return the name of the column that says who needed a service."""
    return PREFIX + service


# ---- Reading and counting ---------------------------------------------------------------------------


def outcome_columns(policy: Policy, outcomes: pd.DataFrame) -> pd.DataFrame:
    """Return who needed each service, as columns that a `Crosstab` counts as it counts strata.

    Parameters
    ----------
    policy : Policy
    outcomes : DataFrame of shape (n_residents, n_services)
        Whether a resident needed the service in the following period: booleans, or 0 and 1; missing where not
        known. A service of the policy without a column is not judged.

    Returns
    -------
    DataFrame of shape (n_residents, n_services)
        Categorical columns by `needed_column`.

    Raises
    ------
    AuditError
        A column is no service of the policy, stands twice, or holds something else.
    """
    faults = list(_faults(policy, outcomes))
    if faults:
        raise AuditError.from_faults("The outcomes cannot be judged", faults)
    columns = {needed_column(str(name)): _categories(_truths(outcomes[name])) for name in outcomes}
    return pd.DataFrame(columns, index=range(len(outcomes))).set_axis(outcomes.index)


def _faults(policy: Policy, outcomes: pd.DataFrame) -> Iterator[Fault]:
    listed = ", ".join(policy.services) or "none"
    for at, name in enumerate(outcomes.columns):
        where = f"column '{name}'"
        if needed_column(str(name)) in policy.audited:
            yield Fault(where, f"would be counted as '{needed_column(str(name))}'", "rename that attribute")
        elif name not in policy.services:
            yield Fault(where, "is no service of the policy", f"its services are {listed}")
        elif name in outcomes.columns[:at]:
            yield Fault(where, "stands twice", "keep one")
        elif np.isinf(_truths(outcomes.iloc[:, at])).any():
            yield Fault(where, "holds something that is neither true nor false", "leave unknown ones empty")


def _truths(column: pd.Series) -> Floats:
    """Return 1, 0, NaN where missing, and infinity for anything else."""
    values = column.astype("object")
    known = values.notna().to_numpy()
    truths = np.full(len(values), np.nan)
    truths[known] = [float(value) if value in (0, 1) else np.inf for value in values[known]]
    return truths


def _categories(truths: Floats) -> pd.Series:
    code = np.where(np.isnan(truths), -1, np.where(truths == 1, 0, 1))
    return pd.Series(pd.Categorical.from_codes(code.tolist(), pd.Index([NEEDED, UNNEEDED])))


def outcome_cells(crosstab: Crosstab, attributes: Sequence[str], smallest: int) -> list[Cells]:
    """Return the tables of outcomes, to be disclosed together with those of the attributes.

    Parameters
    ----------
    crosstab : Crosstab
        Of the residents and segments that are judged, with `outcome_columns` as strata.
    attributes : sequence of str
    smallest : int
        Smallest count that may be seen.

    Returns
    -------
    list of Cells
        For each service: who needed it, by segment; then the same by each attribute. Not by an attribute
        where so few needed it, or so few did not, that most counts would be hidden, and counts of the
        attribute itself with them; nor where all services together have too many counts.
    """
    found: list[Cells] = []
    n_counts = 0
    for column in crosstab.strata:
        found.append(crosstab.cells((column,)))
        rarer = int(found[-1].known.sizes.min())
        for name in attributes:
            cells = crosstab.cells((name, column))
            n_known = len(cells.segments) * len(crosstab.cells((name,)).known.groups)
            is_affordable = n_counts + cells.counts.size <= MOST_COUNTS
            if rarer >= PER_COUNT * smallest * n_known and is_affordable:
                n_counts += cells.counts.size
                found.append(cells)
    return found


# ---- Equal opportunity ------------------------------------------------------------------------------


def needed(shown: Shown, members: frozenset[str], outcome: str = NEEDED) -> Shown:
    """Return who of those who needed a service was planned it: the counts of a test, and which may be shown.

    Parameters
    ----------
    shown : Shown
        The table of an attribute and a service's outcome, from `outcome_cells`.
    members : frozenset of str
        The segments whose plan has more of the service.
    outcome : str
        `NEEDED`; or `UNNEEDED`, for who was planned it without need.

    Returns
    -------
    Shown
        Cells of the attribute with the rows `PLANNED` and `UNPLANNED`.
    """
    cells = shown.cells
    inside = np.array([segment in members for segment in cells.segments], dtype=bool)
    keep = np.array([group[-1] == outcome for group in cells.groups], dtype=bool)
    counts = np.stack([cells.counts[inside][:, keep].sum(axis=0), cells.counts[~inside][:, keep].sum(axis=0)])
    groups = tuple(group[:-1] for group in cells.only(keep).groups)
    own = Cells(cells.attributes[:-1], (PLANNED, UNPLANNED), groups, counts)
    hidden = ~shown.together(inside)[keep]
    return Shown(own, np.stack([hidden, hidden]), shown.hidden_sizes[keep])


def opportunities(
    shown: Sequence[Shown], attributes: Sequence[str], served: Mapping[str, frozenset[str]]
) -> tuple[Opportunity, ...]:
    """Return who was planned each service of those who needed it, and of those who did not, by attribute.

    Parameters
    ----------
    shown : sequence of Shown
        Tables of the attributes and from `outcome_cells`, disclosed together.
    attributes : sequence of str
    served : mapping of str to frozenset of str
        For each service, the segments whose plan has more of it than the standard. A service without
        outcomes is passed over, and so are outcomes of a service that all or none are planned.

    Returns
    -------
    tuple of Opportunity
        By attribute; without a figure where `outcome_cells` gives no table.

    References
    ----------
    Hardt, M., Price, E. & Srebro, N. (2016). Equality of opportunity in supervised learning. NeurIPS.
    """
    tables = {one.cells.attributes: one for one in shown}
    known = {key: members for key, members in served.items() if (needed_column(key),) in tables}
    return tuple(
        _untold(service, tables[(name,)])
        if (table := tables.get((name, needed_column(service)))) is None
        else _opportunity(service, needed(table, members), needed(table, members, UNNEEDED))
        for name in attributes
        for service, members in known.items()
    )


def _untold(service: str, shown: Shown) -> Opportunity:
    groups = tuple(GroupOpportunity(name, None, None, None, None) for name in shown.cells.group_names)
    return Opportunity(shown.cells.name, service, groups, None, None)


def _opportunity(service: str, needy: Shown, others: Shown) -> Opportunity:
    true_rates, true_spread = _rates(needy, true_positive_rate, truth=1)
    false_rates, false_spread = _rates(others, false_positive_rate, truth=0)
    sizes, planned = needy.cells.sizes, needy.cells.counts[0]
    groups = [
        GroupOpportunity(
            name,
            None if needy.hidden_sizes[at] else int(sizes[at]),
            None if needy.hidden[0, at] else int(planned[at]),
            true_rates.get(name),
            false_rates.get(name),
        )
        for at, name in enumerate(needy.cells.group_names)
    ]
    return Opportunity(needy.cells.name, service, tuple(groups), true_spread, false_spread)


def _rates(shown: Shown, metric: Callable[..., float], truth: int) -> tuple[dict[str, float], float | None]:
    """Return fairlearn's rate of each group that may be shown, and the difference where there are two."""
    open_groups = ~shown.hidden[0] & ~shown.hidden_sizes & (shown.cells.sizes > 0)
    cells = shown.cells.only(open_groups)
    if not cells.groups:
        return {}, None
    planned, group = (axis.ravel() for axis in np.indices(cells.counts.shape))
    frame = MetricFrame(
        metrics=metric,
        y_true=np.full(planned.size, truth),
        y_pred=1 - planned,
        sensitive_features=pd.Series(np.array(cells.group_names)[group], name=cells.name),
        sample_params={"sample_weight": cells.counts.ravel().astype(np.float64)},
    )
    rates = {name: float(rate) for name, rate in frame.by_group.items()}
    return rates, float(frame.difference(method="between_groups")) if len(rates) >= PAIR else None


# ---- Demand -----------------------------------------------------------------------------------------


def demands(shown: Sequence[Shown], limits: Limits, *, seed: int) -> tuple[Demand, ...]:
    """Return how well segments predict who needs each service.

    The AUC of guessing from the segment's share of those who needed it among other folds, with Newcombe's
    interval. Segments of which it is hidden how many did are taken together, as their sum is known.

    Parameters
    ----------
    shown : sequence of Shown
        Tables from `outcome_cells`, disclosed; those of attributes are passed over.
    limits : Limits
    seed : int
        Of the folds.
    """
    alone = [one for one in shown if len(one.cells.attributes) == 1 and one.cells.name.startswith(PREFIX)]
    return tuple(_demand(one, limits, np.random.default_rng([seed, 5])) for one in alone)


def _demand(shown: Shown, limits: Limits, rng: np.random.Generator) -> Demand:
    service = shown.cells.name.removeprefix(PREFIX)
    hidden = shown.hidden.any(axis=1)
    counts, together = shown.cells.counts[~hidden], shown.cells.counts[hidden].sum(axis=0)
    if shown.hidden_sizes.any():
        return Demand(service, None, None, None, int(counts.sum()))
    inside, outside = (int(size) for size in shown.cells.sizes)
    share = round(inside / max(inside + outside, 1), DECIMALS)
    if not inside or not outside:
        return Demand(service, None, None, share, inside + outside)
    counts = np.vstack([counts, together])
    auc = float(auc_of_levels(counts, rng)[0])
    low, high = auc_interval(auc, inside, outside, limits.confidence)
    interval = round(low, DECIMALS), round(high, DECIMALS)
    return Demand(service, round(auc, DECIMALS), interval, share, inside + outside)
