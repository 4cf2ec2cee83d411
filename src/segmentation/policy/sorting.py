"""Where a draft puts each column of a table, and why: by the catalogue first, then by what the values allow.

The order of the questions matters. What the law marks is settled before anything else is asked, by the name
first and then by the values; only what is left over may become a feature.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from segmentation.policy.base import COLUMN, NAME
from segmentation.policy.catalogue import Entry, ValueRule, Wording, load_catalogue
from segmentation.policy.features import LARGEST, MOST_VALUES, Kind
from segmentation.policy.names import words
from segmentation.policy.parts import MOST_GROUPS
from segmentation.policy.rules import FREE_TEXT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from segmentation.policy.columns import Column

Role = Literal["features", "protected", "proxies", "denied"]

MOST_CODES = 20
"""Whole numbers with more different values than this are measured, not coded groups."""
LEAST_COVERED = 0.9
"""Least share of residents that a category's shared values must cover; else most rows would be faulty."""
_LEAST_SINGLE = 0.99
"""Share of different whole numbers from which they identify, in a table of at least `_FEWEST_SINGLE` rows."""
_FEWEST_SINGLE = 100

_ID_WORDS = frozenset({"id", "key", "ref", "reference", "pseudonym", "serial", "serialno", "uid", "uuid"})
_ID_CHINESE = re.compile("编号|标识|序号")
_COLLECTED_ON = frozenset(
    {"collected_on", "collected_at", "collection_date", "采集日期", "采集时间", "收集日期"}
)
_SOURCE = frozenset({"collection_source", "collected_from", "采集来源", "收集来源", "数据来源"})
_CONSENT = re.compile(r"consent_([a-z][a-z0-9_]*?)(?:_at|_notice)?")

_YES_AND_NO = ({"yes", "no"}, {"是", "否"}, {"0", "1"})

_EMPTY = Wording("The column is empty.", "该列没有数据。")
_CONSTANT = Wording("It has one value only and says nothing.", "该列只有一个取值，不提供任何信息。")
_RARE = Wording("Too many of its values are held by few residents.", "其中过多取值只涉及少数住户。")
_SINGLE = Wording(
    "Nearly every resident has a value of their own, so it identifies people.",
    "取值几乎各不相同，可指向具体个人。",
)
_MANY = Wording(
    "It has too many values for a category: an identifier or free text.",
    "取值过多，不是类别，而是标识或自由文本。",
)
_HUGE = Wording(
    "Its numbers are too large to count a need: an identifier or a time stamp.",
    "数值过大，不像需求的次数或数量，而是标识或时间戳。",
)
_MOMENT = Wording(
    "A date is no need: derive the number that the purpose asks for.",
    "日期不是需求：请据此计算目的所需的数值。",
)
_OTHER = Wording("It holds neither numbers nor short texts.", "该列既不是数值，也不是简短文本。")
_BADLY_NAMED = Wording(
    "A feature's name is letters, digits and underscores: rename it to use it.",
    "特征名只能由字母、数字和下划线组成：如需使用，请先改名。",
)
_OTHER_CONSENT = Wording("It is a consent to another purpose.", "该列是对其他目的的同意。")
_MEASURED = Wording(
    "It holds numbers, and the audit judges groups: a column of bands takes its place.",
    "该列为数值，而审计按分组判断：请改用分段列。",
)


@dataclass(frozen=True)
class Layout:
    """Which columns say who, when and where, and the keys of the two purposes.

    Attributes
    ----------
    id, collected_on, source : str or None
        The columns; None where the table has none.
    purpose, audit_purpose : str
        The purposes' keys, from the table's consent columns where it has some.
    consents : tuple of str
        The consent columns of the two purposes that the table has.
    """

    id: str | None
    collected_on: str | None
    source: str | None
    purpose: str
    audit_purpose: str
    consents: tuple[str, ...]

    @property
    def columns(self) -> frozenset[str]:
        """All columns of the table that the layout takes."""
        return frozenset({self.id or "", self.collected_on or "", self.source or "", *self.consents})


@dataclass(frozen=True)
class Placed:
    """One column with its role.

    Attributes
    ----------
    column : Column
        What is known of it.
    role : {"features", "protected", "proxies", "denied"}
        The section of the policy that it stands in.
    kind : str or None
        Of a feature.
    reason : Wording or None
        Why it is denied.
    law : str
        The category of the catalogue that it falls under, and the article; empty where it falls under none.
    measured : bool
        Whether it is a protected attribute that is denied only because it holds numbers.
    """

    column: Column
    role: Role
    kind: Kind | None = None
    reason: Wording | None = None
    law: str = ""
    measured: bool = False


def find_layout(columns: tuple[Column, ...]) -> Layout:
    """Recognise the id, the day, the source and the consents by their names, the id also by its values."""
    names = [column.name for column in columns]
    states = {
        name: match[1]
        for name in names
        if (match := _CONSENT.fullmatch(name)) and re.fullmatch(NAME, match[1])
    }
    audit, purpose = _purposes(tuple(dict.fromkeys(states.values())))
    return Layout(
        id=_id_column(columns),
        collected_on=_first(name for name in names if name.lower() in _COLLECTED_ON),
        source=_first(name for name in names if name.lower() in _SOURCE),
        purpose=purpose,
        audit_purpose=audit,
        consents=tuple(name for name, key in states.items() if key in {audit, purpose}),
    )


def sort_columns(columns: tuple[Column, ...], layout: Layout) -> Iterator[Placed]:
    """Yield every column that the layout does not take, with its role."""
    for column in columns:
        if column.name not in layout.columns:
            yield _by_law(column) or _by_form(column)


def _purposes(keys: tuple[str, ...]) -> tuple[str, str]:
    audit = _first(key for key in keys if "audit" in key or "fair" in key) or "fairness_audit"
    purpose = _first(key for key in keys if key != audit) or "service_planning"
    return audit, purpose


def _id_column(columns: tuple[Column, ...]) -> str | None:
    fit = [column for column in columns if _identifies(column)]
    named = [column for column in fit if _sounds_like_an_id(column.name)]
    return _first(column.name for column in named or [column for column in fit if column.form == "text"])


def _identifies(column: Column) -> bool:
    is_key = column.form in {"text", "whole"} and column.distinct == column.known == column.rows
    return is_key and not column.matches and not load_catalogue().match_name(column.name)


def _sounds_like_an_id(name: str) -> bool:
    return any(word.text in _ID_WORDS for word in words(name)) or bool(_ID_CHINESE.search(name))


def _first(names: Iterable[str]) -> str | None:
    return next(iter(names), None)


def _by_law(column: Column) -> Placed | None:
    """Place what the catalogue knows: by numbers that point at a person, by the name, then by the words."""
    rules = [match.rule for match in column.matches if match.rule.id != FREE_TEXT or not _is_category(column)]
    for rule in rules:
        if isinstance(rule, ValueRule):
            return Placed(column, "denied", reason=rule.reason, law=_law(rule))
    entries = [
        *load_catalogue().match_name(column.name),
        *(rule for rule in rules if isinstance(rule, Entry)),
    ]
    return _by_entry(column, entries[0]) if entries else None


def _by_entry(column: Column, entry: Entry) -> Placed:
    law = _law(entry)
    if entry.kind in {"refused", "denied_by_default"}:
        return Placed(column, "denied", reason=entry.reason, law=law)
    role: Role = "protected" if entry.kind == "protected" else "proxies"
    reason = _ungroupable(column)
    if reason is None:
        return Placed(column, role, law=law)
    return Placed(
        column, "denied", reason=reason, law=law, measured=reason is _MEASURED and role == "protected"
    )


def _law(rule: Entry | ValueRule) -> str:
    return f"{rule.category.en} ({rule.article})"


def _ungroupable(column: Column) -> Wording | None:
    """Return why the audit cannot judge the groups of a column, if it cannot."""
    if column.form == "decimal" or (column.form == "whole" and column.distinct > MOST_CODES):
        return _MEASURED
    common = _uninformative(column)
    if common is not None:
        return common
    if column.distinct > MOST_GROUPS:
        return _MANY
    return _RARE if len(column.shared) < 2 else None  # noqa: PLR2004 - two groups make a comparison


def _uninformative(column: Column) -> Wording | None:
    forms = {"empty": _EMPTY, "other": _OTHER, "moment": _MOMENT}
    return forms.get(column.form) or (_CONSTANT if column.distinct == 1 else None)


def _by_form(column: Column) -> Placed:
    reason = _uninformative(column) or _unusable(column)
    return Placed(column, "denied", reason=reason) if reason else Placed(column, "features", _kind(column))


def _unusable(column: Column) -> Wording | None:
    """Return why a column that no law marks cannot be a feature, if it cannot."""
    if _CONSENT.fullmatch(column.name):
        return _OTHER_CONSENT
    if re.fullmatch(COLUMN, column.name) is None or "__" in column.name:
        return _BADLY_NAMED
    if column.form == "text" and not _is_category(column):
        return _MANY if column.distinct > MOST_VALUES else _RARE
    if column.form in {"whole", "decimal"} and column.limits is None:
        return _CONSTANT
    if column.limits is not None and max(map(abs, column.limits)) > LARGEST:
        return _HUGE
    single = column.distinct >= _LEAST_SINGLE * column.known and column.known >= _FEWEST_SINGLE
    return _SINGLE if single and column.form == "whole" else None


def _is_category(column: Column) -> bool:
    return (
        column.form == "text"
        and column.distinct <= MOST_VALUES
        and len(column.shared) > 1
        and column.covered >= LEAST_COVERED
    )


def _kind(column: Column) -> Kind:
    if column.form == "flag" or {value.lower() for value in column.shared} in _YES_AND_NO:
        return "flag"
    if column.form == "text":
        return "ordinal" if column.ordered else "category"
    if column.form == "decimal":
        return "share" if column.limits == (0, 1) else "number"
    return "count" if column.limits and column.limits[0] >= 0 else "number"
