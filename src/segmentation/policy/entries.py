"""How a column stands in a draft: a table in TOML, what the data shows as comments, and marks to fill in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import tomlkit

from segmentation.policy.base import UNWRITTEN
from segmentation.policy.features import LISTED, MEASURED
from segmentation.policy.parts import SMALLEST_GROUP

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from segmentation.policy.sorting import Placed

MOST_TITLED = 12
"""Attributes with more groups than this get a plain list of them: nobody would write that many titles."""

_WIDTH = 100
_BANDS = ("band_1", "band_2", "band_3")
_KIND_HINTS = {
    "count": '  # or "number", if it is measured and not counted',
    "number": '  # or "count", if it is counted and not measured',
    "category": '  # or "ordinal", with the values from low to high',
}


def feature_lines(place: Placed) -> Iterator[str]:
    """Yield the lines of one feature."""
    column, kind = place.column, place.kind or "number"
    yield f"[features.{toml_key(column.name)}]"
    yield from _seen(place)
    yield f"title = {sentence('what a reader calls it', '特征名称')}"
    yield f"kind = {toml(kind)}{_KIND_HINTS.get(kind, '')}"
    if kind in MEASURED and column.limits:
        yield f"unit = {sentence('its unit, such as requests a year', '单位，如 次/年')}"
        yield f"range = [{', '.join(f'{end:.15g}' for end in column.limits)}]"
    if kind in LISTED:
        yield from _array("values", column.shared)
    yield 'dimension = "need"  # or "habit", or "economic" with the `assessment` that justifies it'
    yield f"source = {mark('where it comes from: survey, work_order, booking, meter_total')}"
    yield f"why = {sentence('why the purpose cannot be reached without this column', '为何必须使用该列')}"
    yield ""


def attribute_lines(place: Placed, stands_for: Sequence[str] = ()) -> Iterator[str]:
    """Yield the lines of a protected attribute, or of a proxy, which stands for others."""
    column = place.column
    header = f"{place.role}.{toml_key(column.name)}"
    yield f"[{header}]"
    yield from _seen(place)
    yield from _title_and_harm()
    if stands_for:
        yield from _array("stands_for", stands_for, "  # keep those that it can hint at")
    if len(column.shared) > MOST_TITLED:
        yield from _array("groups", column.shared)
    else:
        yield from _titled(header, column.shared)
    yield ""


def band_lines(name: str, why: str) -> Iterator[str]:
    """Yield the lines of a protected attribute that is still to be added to the table."""
    header = f"protected.{toml_key(name)}"
    yield f"[{header}]"
    yield f"# {' '.join(why.split())}"
    yield "# Rename the groups below to the values that it will have."
    yield from _title_and_harm()
    yield from _titled(header, _BANDS)
    yield ""


def denied_lines(place: Placed) -> Iterator[str]:
    """Yield the lines of a column that must not be used."""
    yield f"[denied.{toml_key(place.column.name)}]"
    yield from _seen(place)
    if place.reason:
        yield f"reason = {{ en = {toml(place.reason.en)}, zh = {toml(place.reason.zh)} }}"
    yield ""


def sentence(en: str, zh: str) -> str:
    """Return a text in both languages, marked as still to be written."""
    return f"{{ en = {mark(en)}, zh = {mark(zh)} }}"


def mark(what: str) -> str:
    """Return a text that says what a person is to write in its place."""
    return toml(f"{UNWRITTEN} {what}>")


def toml(text: str) -> str:
    """Return `text` as a TOML string."""
    return tomlkit.item(text).as_string()


def toml_key(name: str) -> str:
    """Return `name` as a TOML key, quoted where it must be."""
    return tomlkit.key(name).as_string()


def _title_and_harm() -> Iterator[str]:
    yield f"title = {sentence('what a reader calls it', '属性名称')}"
    yield f"harm = {sentence('the harm to watch for if segments follow it', '分群与之相关时可能造成的损害')}"


def _titled(header: str, groups: Sequence[str]) -> Iterator[str]:
    yield ""
    yield f"[{header}.groups]"
    for group in groups:
        yield f"{toml_key(group)} = {sentence('what a reader calls this group', '分组名称')}"


def _seen(place: Placed) -> Iterator[str]:
    """Yield as comments what the table shows of a column, and the law that marks it."""
    column = place.column
    yield f"# {column.known / column.rows:.0%} of the rows have it; {column.distinct} different values."
    if place.law:
        yield f"# The catalogue knows it as {place.law}."
    left_out = column.distinct - len(column.shared)
    is_listed = place.role in {"protected", "proxies"} or place.kind in LISTED
    if left_out and is_listed:
        yield f"# Left out here: {left_out} that fewer than {SMALLEST_GROUP} residents hold. A row with"
        yield "# a value that is not listed is faulty, so add those that may occur."


def _array(key: str, values: Sequence[str], comment: str = "") -> Iterator[str]:
    texts = [toml(value) for value in values]
    line = f"{key} = [{', '.join(texts)}]"
    if len(line) <= _WIDTH:
        yield line + comment
        return
    yield f"{key} = [{comment}"
    yield from (f"    {text}," for text in texts)
    yield "]"
