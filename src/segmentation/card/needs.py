"""Needs in a reader's words: figures in their units, rules as conditions, ranges as they are allowed."""

from __future__ import annotations

from functools import partial, reduce
from typing import TYPE_CHECKING

from segmentation.policy.features import UNKNOWN
from segmentation.wording import msg

if TYPE_CHECKING:
    from segmentation.card.parts import Condition, Feature, Rule, Service
    from segmentation.wording import Reader

KINDS = {
    "count": msg("count"),
    "number": msg("number"),
    "share": msg("share"),
    "ordinal": msg("ordered value"),
    "category": msg("category"),
    "flag": msg("yes or no"),
}
DIMENSIONS = {"need": msg("need"), "habit": msg("habit of use"), "economic": msg("economic")}
CONDITIONS = {
    "at least": msg("%(need)s at least %(value)s"),
    "at most": msg("%(need)s at most %(value)s"),
    "is": msg("%(need)s: %(value)s"),
    "is not": msg("%(need)s: not %(value)s"),
}
LEVELS = {"high": msg("more than in other segments"), "low": msg("less than in other segments")}


def need(reader: Reader, feature: Feature, level: str | None) -> str:
    """Return what a need is called: a feature, or one value of a category."""
    title = reader.text(feature.title)
    return (
        title
        if level is None
        else reader.t("%(need)s: %(value)s", need=title, value=_value(reader, feature, level))
    )


def figure(reader: Reader, feature: Feature, level: str | None, mean: float) -> str:
    """Return a mean of a need in its unit, or the share of residents who have it."""
    if level is not None or feature.kind in {"share", "flag"}:
        return reader.percent(mean)
    if feature.kind == "ordinal":
        top = len(feature.values) - 1
        return reader.t("%(rank)s of %(top)s", rank=reader.ratio(mean), top=reader.integer(top))
    return _with_unit(reader, feature, reader.mean(mean))


def measured_as(reader: Reader, feature: Feature, level: str | None) -> str:
    """Return what the figures of a need are: a mean, a share of residents, or a mean rank."""
    if level is not None or feature.kind == "flag":
        return reader.t("share of residents")
    if feature.kind == "ordinal":
        low, high = (reader.text(feature.values[at].title) for at in (0, -1))
        top = reader.integer(len(feature.values) - 1)
        return reader.t("mean rank from 0 (%(low)s) to %(top)s (%(high)s)", low=low, high=high, top=top)
    return reader.t("mean share") if feature.kind == "share" else reader.t("mean")


def rule(reader: Reader, features: dict[str, Feature], told: Rule) -> str:
    """Return a segment's rule as a sentence: A and B, or C."""
    alternatives = (
        reduce(partial(_both, reader), (_condition(reader, features[one.feature], one) for one in conditions))
        for conditions in told.alternatives
    )
    return reader.t("%(conditions)s.", conditions=reduce(partial(_either, reader), alternatives))


def _both(reader: Reader, one: str, other: str) -> str:
    return reader.t("%(one)s and %(other)s", one=one, other=other)


def _either(reader: Reader, one: str, other: str) -> str:
    return reader.t("%(one)s, or %(other)s", one=one, other=other)


def allowed_values(reader: Reader, feature: Feature) -> str:
    """Return the values that a feature may have, with its unit; empty where its kind says it all."""
    if feature.values:
        return reader.join("list", (reader.text(value.title) for value in feature.values))
    if feature.kind == "flag":
        return ""
    if feature.kind == "share" or feature.range is None:
        low, high = (reader.whole_percent(end) for end in feature.range or (0.0, 1.0))
        return reader.t("%(low)s to %(high)s", low=low, high=high)
    low, high = (reader.number(end) for end in feature.range)
    return _with_unit(reader, feature, reader.t("%(low)s to %(high)s", low=low, high=high))


def calls(reader: Reader, features: dict[str, Feature], service: Service) -> str:
    """Return which needs call for a service."""
    told = reader.join("clause", (_call(reader, features[one.feature], one.level) for one in service.calls))
    if service.match == "any" or len(service.calls) == 1:
        return told
    return reader.t("all of: %(needs)s", needs=told)


def _call(reader: Reader, feature: Feature, level: str) -> str:
    if level not in LEVELS:
        return need(reader, feature, level)
    return reader.t("%(need)s: %(value)s", need=reader.text(feature.title), value=reader.t(LEVELS[level]))


def _condition(reader: Reader, feature: Feature, condition: Condition) -> str:
    value = condition.value
    if feature.kind == "flag":
        said = reader.t("yes") if condition.operator == "is" else reader.t("no")
        return reader.t("%(need)s: %(value)s", need=reader.text(feature.title), value=said)
    told = _value(reader, feature, value) if isinstance(value, str) else _amount(reader, feature, value)
    return reader.t(CONDITIONS[condition.operator], need=reader.text(feature.title), value=told)


def _amount(reader: Reader, feature: Feature, amount: float) -> str:
    if feature.kind == "share":
        return reader.percent(amount)
    return _with_unit(reader, feature, reader.number(amount))


def _value(reader: Reader, feature: Feature, key: str) -> str:
    titles = {value.key: reader.text(value.title) for value in feature.values}
    if feature.missing is not None:
        titles[UNKNOWN] = reader.text(feature.missing)
    return titles.get(key, key)


def _with_unit(reader: Reader, feature: Feature, amount: str) -> str:
    if feature.unit is None:
        return amount
    return reader.t("%(amount)s %(unit)s", amount=amount, unit=reader.text(feature.unit))
