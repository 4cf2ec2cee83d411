"""Columns that hold people's numbers, addresses or words, whatever they are called (PIPL Art. 6, 28)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segmentation.errors import Fault
from segmentation.policy.catalogue import ValueRule, load_catalogue
from segmentation.policy.features import NUMERIC
from segmentation.policy.values import matching_rules
from segmentation.residents.cells import FLAGS, distinct_texts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas as pd

    from segmentation.policy import Feature, Policy

LEAST_NUMBER = 1e10
"""No number below this has the digits of a phone, a card or a document."""

MOSTLY = 0.5
"""Share of a column's distinct values above which they make it free text."""


def personal_faults(given: pd.DataFrame, plain: pd.DataFrame, policy: Policy) -> dict[str, list[Fault]]:
    """Return the id and feature columns whose values identify people, with a fault for each kind of value.

    Parameters
    ----------
    given : DataFrame
        Cells as they were given; columns of the policy may be missing.
    plain : DataFrame
        The same in plain form.
    policy : Policy
        Names the columns. Values that it lists are exempt, and so are numbers below `LEAST_NUMBER`.

    Returns
    -------
    dict of str to list of Fault
        By column. A value rule of the catalogue counts where the share of the column's distinct values that
        match it reaches the share that the catalogue sets; free text, where more than half of them do.
    """
    found = {}
    for column in (policy.residents.id, *policy.features):
        if column in given.columns:
            found[column] = list(_column_faults(column, given[column], plain[column], policy))
    return {column: faults for column, faults in found.items() if faults}


def _column_faults(column: str, given: pd.Series, plain: pd.Series, policy: Policy) -> Iterator[Fault]:
    suspects, harmless = distinct_values(given, plain, policy.features.get(column))
    yield from counted_faults(column, matching_rules(suspects), len(suspects) + len(harmless), policy)


def counted_faults(column: str, counts: Mapping[str, int], distinct: int, policy: Policy) -> Iterator[Fault]:
    """Yield a fault for every value rule that enough of a column's distinct values match.

    Parameters
    ----------
    column : str
        Name of the column.
    counts : mapping of str to int
        How many distinct values match, by rule.
    distinct : int
        How many distinct values there are.
    policy : Policy
        Says what the column is.
    """
    for rule in load_catalogue().value_rules:
        seen = counts.get(rule.id, 0)
        if _counts(rule, seen, distinct):
            holds = f"holds {rule.category.en} in {seen} of {distinct} different values ({rule.article})"
            yield Fault(f"column '{column}'", holds, _way_out(column, policy))


def distinct_values(
    given: pd.Series, plain: pd.Series, feature: Feature | None
) -> tuple[list[str], list[str | float]]:
    """Return the distinct values of a column: those worth a look, and those that are listed or small numbers.

    Parameters
    ----------
    given, plain : Series
        Cells as they were given, and in plain form.
    feature : Feature, optional
        What the column is; None for ids.
    """
    listed: set[str] = set()
    harmless: list[str | float] = []
    if feature is not None and feature.kind in NUMERIC:
        is_small = plain.abs().lt(LEAST_NUMBER)
        harmless, given = plain[is_small].unique().tolist(), given[~is_small]
    elif feature is not None:
        listed = set(feature.values or FLAGS)
    texts = [text for text in distinct_texts(given)[1] if text is not None]
    harmless += [text for text in texts if text in listed]
    return [text for text in texts if text not in listed], harmless


def _counts(rule: ValueRule, seen: int, distinct: int) -> bool:
    """Return whether enough values match; a long answer among codes is a faulty row and no free text."""
    if rule.id == "free_text":
        return seen > distinct * MOSTLY
    return seen > 0 and seen >= distinct * rule.share


def _way_out(column: str, policy: Policy) -> str:
    if column == policy.residents.id:
        return "use a reference of your own that says nothing about the person"
    return f"take it out of the table and delete `features.{column}` from the policy"
