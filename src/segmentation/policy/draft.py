"""A first policy from a table: everything that a program can know, and a mark where only a person can.

The law asks a person to state the purpose and why each feature is necessary. A draft that made up such
sentences would be signed as it is, so they stay marked: `read_policy` refuses the file until all are written.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from segmentation.errors import PolicyError, ResidentsError
from segmentation.policy.base import NAME, PATTERNS, UNWRITTEN
from segmentation.policy.columns import read_columns
from segmentation.policy.entries import (
    attribute_lines,
    band_lines,
    denied_lines,
    feature_lines,
    mark,
    sentence,
    toml,
)
from segmentation.policy.parts import SMALLEST_GROUP, Clustering, Limits
from segmentation.policy.sorting import find_layout, sort_columns

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from segmentation.policy.sorting import Layout, Placed

DEFAULT_NAME = "resident_needs"

_HEAD = f"""\
# A first policy, drafted from a table. Replace every text marked {UNWRITTEN} …> and weigh every choice;
# until then `segmentation policy check` refuses it. No value in it is held by fewer than
# {SMALLEST_GROUP} residents.
"""
_FEATURES = "Allowed features: what a service must know. Delete those that the purpose can do without."
_PROTECTED = "For the audit alone: what the segments must not follow."
_PROXIES = "For the audit alone: what can stand in for a protected attribute."
_DENIED = "In the table, and not to be used."
_NUMBERS = "How segments are found and tested. No law sets these numbers: somebody must answer for them."
_SERVICES = """\
# ---- Services: what the contract promises, and who is planned more. Add a table like this for each:
# [services.SERVICE]
# title = { en = "…", zh = "…" }
# unit = { en = "visits a month", zh = "次/月" }
# effect = "benefit"  # or "burden"
# contract_floor = 1
# standard = 1
# called = 2
# needs = { FEATURE = "high" }  # or "low", or a value of a category"""


def draft_policy(table: Path, *, name: str | None = None) -> str:
    """Draft a policy from a table of residents.

    Parameters
    ----------
    table : Path
        A CSV file by its suffix, else a Parquet file.
    name : str, optional
        Name of the model in the registry; by default made from the file's name.

    Returns
    -------
    str
        TOML with comments, to be completed by a person. It holds no value that fewer than `SMALLEST_GROUP`
        residents share.

    Raises
    ------
    StorageError
        The file cannot be read.
    ResidentsError
        It is no table, has no rows, or no column of it can become a feature.
    PolicyError
        `name` is no name of a model.
    """
    if name is not None and re.fullmatch(NAME, name) is None:
        raise PolicyError(f"The model's name {PATTERNS[NAME]}; got '{name}'.")
    columns = read_columns(table)
    layout = find_layout(columns)
    placed = tuple(sort_columns(columns, layout))
    if not any(place.role == "features" for place in placed):
        raise ResidentsError(
            f"No column of {table} can become a feature: each one is an id, marked by the law, constant, or "
            f"has too few values that {SMALLEST_GROUP} residents share; add columns that say what is needed."
        )
    return "\n".join(_lines(name or _name_from(table), layout, placed)) + "\n"


def _name_from(table: Path) -> str:
    name = re.sub(r"[^a-z0-9]+", "_", table.stem.lower()).strip("_")
    return name if re.fullmatch(NAME, name) else DEFAULT_NAME


def _lines(name: str, layout: Layout, placed: tuple[Placed, ...]) -> Iterator[str]:
    roles = ("features", "protected", "proxies", "denied")
    features, protected, proxies, denied = ([p for p in placed if p.role == role] for role in roles)
    missing = _missing_attributes(layout, placed)
    judged = [*(place.column.name for place in protected), *missing]
    yield from _head(name)
    yield from _purpose("purpose", layout.purpose, layout)
    yield from _purpose("audit_purpose", layout.audit_purpose, layout)
    yield from _residents(layout)
    yield from _section(_FEATURES, [line for place in features for line in feature_lines(place)])
    bands = [line for band, why in missing.items() for line in band_lines(band, why)]
    yield from _section(_PROTECTED, [line for place in protected for line in attribute_lines(place)] + bands)
    yield from _section(_PROXIES, [line for place in proxies for line in attribute_lines(place, judged)])
    yield from _section(_DENIED, [line for place in denied for line in denied_lines(place)])
    yield from _section(_NUMBERS, list(_numbers()))
    yield _SERVICES


def _missing_attributes(layout: Layout, placed: tuple[Placed, ...]) -> dict[str, str]:
    """Return the protected columns that the table lacks, each with why it is needed."""
    taken = {place.column.name for place in placed} | layout.columns
    numbers = [place.column.name for place in placed if place.measured]
    bands = {
        f"{name}_band": f"`{name}` holds numbers, and the audit judges groups: add a column of bands."
        for name in numbers
        if f"{name}_band" not in taken
    }
    if bands or any(place.role == "protected" for place in placed):
        return bands
    name = "age_band"
    while name in taken:
        name += "_2"
    return {name: "The table has no protected attribute, and without one nothing can be audited: add one."}


def _section(title: str, lines: list[str]) -> Iterator[str]:
    if lines:
        yield f"# ---- {title}"
        yield ""
        yield from lines


def _head(name: str) -> Iterator[str]:
    yield _HEAD
    yield "schema_version = 1"
    yield f"name = {toml(name)}"
    yield f"title = {sentence('the title of the card', '卡片标题')}"
    yield f"owner = {sentence('who answers for the model', '模型负责人或部门')}"
    yield "retention_days = 365  # after collection, when a row may no longer be used"
    yield "review_days = 365  # after which an approval must be renewed"
    yield "prohibited_uses = ["
    yield f"    {sentence('what the segments must not be used for, a line each', '禁止用途，每项一行')},"
    yield "]"
    yield ""


def _purpose(section: str, key: str, layout: Layout) -> Iterator[str]:
    yield f"[{section}]"
    if f"consent_{key}" not in layout.consents:
        yield f"# The table has no columns consent_{key} and consent_{key}_at, and without"
        yield "# a consent no row is used. If none is needed, say so and why:"
        yield '# consent = "not_required", consent_reason = { en = "…", zh = "…" }'
    yield f"key = {toml(key)}"
    yield f"text = {sentence('the purpose as the notice to residents states it', '告知住户的处理目的')}"
    yield f"legal_basis = {mark('the article that it rests on, such as PIPL Art. 13(1)(1)')}"
    yield 'consent = "required"'
    yield ""


def _residents(layout: Layout) -> Iterator[str]:
    yield "[residents]"
    yield f"id = {toml(layout.id) if layout.id else mark('a column of opaque ids; the table has none')}"
    if layout.collected_on:
        yield f"collected_on = {toml(layout.collected_on)}"
    else:
        yield "# The table does not say when a row was collected, so retention_days cannot be held to."
    if layout.source:
        yield f"source = {toml(layout.source)}"
    yield "quarantine_share = 0.0  # the largest share of faulty rows that may be left out"
    yield ""


def _numbers() -> Iterator[str]:
    clustering, limits = Clustering(), Limits()
    yield "[clustering]"
    yield f"segments = {list(clustering.segments)}"
    yield f"seed = {clustering.seed}"
    yield f"smallest_share = {clustering.smallest_share}"
    yield ""
    yield "[audit]"
    yield f"smallest_group = {limits.smallest_group}"
    yield f"confidence = {limits.confidence}"
    yield f"total_variation = {limits.total_variation}  # share of a group that would need another segment"
    yield f"association = {limits.association}  # Cramér's V of segment and attribute"
    yield f"mutual_information = {limits.mutual_information}"
    yield f"probe_auc = {limits.probe_auc}  # guessing a group from the segment; 0.5 is not at all"
    yield f"selection_ratio = {limits.selection_ratio}  # a group's rate in a segment, against everybody's"
    yield f"gates = {json.dumps(limits.gates)}  # while open, these block a signature"
    yield 'intersections = []  # attributes to be judged together, such as [["age_band", "sex"]]'
    yield "explained_by = []  # features that may lawfully explain a difference; shown beside it"
    yield ""
