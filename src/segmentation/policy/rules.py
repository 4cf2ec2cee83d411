"""What the parts of a policy owe one another, and all of them the law's catalogue.

These rules look at the raw tables of the file, so that a fault in one part hides no fault in another.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from segmentation.errors import Fault
from segmentation.policy.catalogue import Entry, ValueMatch, load_catalogue

Raw = Mapping[str, Any]
ROLES = ("features", "protected", "proxies", "denied")
AUDITED = ("protected", "proxies")
LEVELS = ("high", "low")
FREE_TEXT = "free_text"
"""The value rule that declared values are not held to: a long answer of a survey is still a category."""


def cross_faults(raw: Raw) -> list[Fault]:
    """Return every fault between the parts of a raw policy, in the order of the file's sections."""
    return [
        *_shared_consent(raw),
        *_optional_features(raw),
        *_id_column(raw),
        *_layout_columns(raw),
        *_double_roles(raw),
        *_refused_features(raw),
        *_unauditable(raw),
        *_telling_values(raw),
        *_unnamed_stand_ins(raw),
        *_unknown_names(raw),
        *_service_needs(raw),
    ]


def table(raw: Raw, *path: str) -> Raw:
    """Return a table inside `raw`, or an empty one where the file holds something else there."""
    found: Any = raw
    for key in path:
        found = found.get(key) if isinstance(found, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def _listed(raw: Raw, *path: str) -> list[Any]:
    found = table(raw, *path[:-1]).get(path[-1])
    return found if isinstance(found, list) else []


def _shared_consent(raw: Raw) -> Iterator[Fault]:
    """Refuse one key for two purposes: sensitive attributes take a separate consent (PIPL Art. 29)."""
    key = table(raw, "purpose").get("key")
    if key is not None and key == table(raw, "audit_purpose").get("key"):
        rule = "is also the key of `purpose`, and the audit needs a consent of its own (PIPL Art. 29)"
        yield Fault("audit_purpose.key", rule, "give it another key, such as fairness_audit")
    seen = {key: "purpose", table(raw, "audit_purpose").get("key"): "audit_purpose"}
    for at, one in _optional(raw):
        own = one.get("key")
        if own is not None and own in seen:
            rule = f"is also the key of `{seen[own]}`, and each has a consent of its own (PIPL Art. 14)"
            yield Fault(f"optional_purposes.{at}.key", rule, "give it another key, such as activity_offers")
        seen.setdefault(own, f"optional_purposes.{at}")


def _optional(raw: Raw) -> Iterator[tuple[int, Raw]]:
    """Yield the tables of optional purposes with their places."""
    for at, one in enumerate(_listed(raw, "optional_purposes")):
        if isinstance(one, Mapping):
            yield at, one


def _optional_features(raw: Raw) -> Iterator[Fault]:
    """Refuse that an optional purpose uses what the policy does not allow at all."""
    for at, one in _optional(raw):
        named = one.get("features")
        for name in named if isinstance(named, list) else []:
            if name not in table(raw, "features"):
                where = f"optional_purposes.{at}.features"
                yield Fault(where, f"'{name}' is no feature of this policy", "name allowed ones, or none")


def _id_column(raw: Raw) -> Iterator[Fault]:
    column = table(raw, "residents").get("id")
    entries = load_catalogue().match_name(column) if isinstance(column, str) else ()
    if entries and entries[0].kind == "refused":
        rule = f"is {entries[0].category.en} ({entries[0].article}), and the id must be opaque"
        yield Fault("residents.id", rule, "use a reference of your own that says nothing of the person")


def _layout_columns(raw: Raw) -> Iterator[Fault]:
    """Refuse a role for a column that says who, when, where, or whether the row may be used."""
    layout = {
        str(table(raw, "residents").get(key)): f"`residents.{key}`"
        for key in ("source", "collected_on", "id")
    }
    keys = {purpose: table(raw, purpose).get("key") for purpose in ("purpose", "audit_purpose")}
    keys |= {f"optional_purposes.{at}": one.get("key") for at, one in _optional(raw)}
    for purpose, key in keys.items():
        stem = f"consent_{key}"
        layout |= dict.fromkeys((stem, f"{stem}_at", f"{stem}_notice"), f"the consent of `{purpose}`")
    for role in ROLES:
        for column in table(raw, role):
            if column in layout:
                rule = f"is the column of {layout[column]}, and a column has one role"
                yield Fault(f"{role}.{column}", rule, "delete this entry")


def _double_roles(raw: Raw) -> Iterator[Fault]:
    """Refuse a column in two roles: what is protected is never a feature."""
    seen: dict[str, str] = {}
    for role in ROLES:
        for column in table(raw, role):
            if column in seen:
                rule = f"also stands under `{seen[column]}`, and a column has one role"
                yield Fault(f"{role}.{column}", rule, "keep it where it belongs and delete the other entry")
            seen.setdefault(column, role)


def _refused_features(raw: Raw) -> Iterator[Fault]:
    """Refuse features by the name of what the catalogue refuses, protects, denies or calls a proxy."""
    for column in table(raw, "features"):
        entries = load_catalogue().match_name(column)
        entry = next((entry for entry in entries if not _is_justified(raw, column, entry)), None)
        if entry is not None:
            rule = f"may not be a feature ({entry.category.en}, {entry.article})"
            yield Fault(f"features.{column}", rule, _way_out(entry))


def _is_justified(raw: Raw, column: str, entry: Entry) -> bool:
    assessment = table(raw, "features", column).get("assessment")
    return entry.kind == "denied_by_default" and isinstance(assessment, str) and bool(assessment.strip())


def _way_out(entry: Entry) -> str:
    if entry.kind == "refused" and entry.auditable:
        return "delete it, or move it to `protected`, where only the audit sees it"
    return {
        "refused": "delete it here and in the table",
        "protected": "move it to `protected`, where only the audit sees it",
        "proxy": "move it to `proxies`, where only the audit sees it",
        "denied_by_default": "delete it, or name the `assessment` that justifies it",
    }[entry.kind]


def _unauditable(raw: Raw) -> Iterator[Fault]:
    """Refuse to audit by what names a person."""
    for role in AUDITED:
        for column in table(raw, role):
            entries = load_catalogue().match_name(column)
            entry = next((entry for entry in entries if not entry.auditable), None)
            if entry is not None:
                rule = f"may not be used, not even by the audit ({entry.category.en}, {entry.article})"
                yield Fault(f"{role}.{column}", rule, "delete it here and in the table")


def _telling_values(raw: Raw) -> Iterator[Fault]:
    """Refuse declared values that give away what the name of their column does not."""
    for column, match in _matches(raw, "features", "values"):
        fix = _way_out(match.rule) if isinstance(match.rule, Entry) else "delete them"
        yield _telling(f"features.{column}.values", match, fix)
    for role in AUDITED:
        for column, match in _matches(raw, role, "groups"):
            if not isinstance(match.rule, Entry):
                yield _telling(f"{role}.{column}.groups", match, "delete them")


def _matches(raw: Raw, role: str, key: str) -> Iterator[tuple[str, ValueMatch]]:
    for column in table(raw, role):
        values = table(raw, role, column).get(key)
        texts = (
            [value for value in values if isinstance(value, str)] if isinstance(values, list | dict) else []
        )
        for match in load_catalogue().match_values(texts):
            if match.rule.id != FREE_TEXT:
                yield column, match


def _telling(where: str, match: ValueMatch, fix: str) -> Fault:
    counted = f"{match.matched} of its {match.distinct} values"
    return Fault(where, f"{counted} give away: {match.rule.category.en} ({match.rule.article})", fix)


def _unnamed_stand_ins(raw: Raw) -> Iterator[Fault]:
    protected = table(raw, "protected")
    for column in table(raw, "proxies"):
        for name in _listed(raw, "proxies", column, "stands_for"):
            if name not in protected:
                rule = f"'{name}' is no protected attribute of this policy"
                yield Fault(f"proxies.{column}.stands_for", rule, "name one that stands under `protected`")


def _unknown_names(raw: Raw) -> Iterator[Fault]:
    audited = {column for role in AUDITED for column in table(raw, role)}
    for at, names in enumerate(_listed(raw, "audit", "intersections")):
        for name in names if isinstance(names, list) else []:
            if name not in audited:
                rule = f"'{name}' is neither a protected attribute nor a proxy of this policy"
                yield Fault(f"audit.intersections.{at}", rule, "use a column that stands under one of them")
    for name in _listed(raw, "audit", "explained_by"):
        if name not in table(raw, "features"):
            yield Fault("audit.explained_by", f"'{name}' is no feature of this policy", "name an allowed one")


def _service_needs(raw: Raw) -> Iterator[Fault]:
    for service in table(raw, "services"):
        for feature, level in table(raw, "services", service, "needs").items():
            where = f"services.{service}.needs.{feature}"
            spec = table(raw, "features", feature)
            if not spec:
                yield Fault(where, "is no feature of this policy", "name an allowed one")
            elif level not in _levels(spec):
                yield Fault(where, f"must be one of {', '.join(_levels(spec))}; got '{level}'")


def _levels(spec: Raw) -> list[str]:
    """Return what may call for a service: a level of a number, or a value of a category."""
    values = spec.get("values")
    if spec.get("kind") == "category" and isinstance(values, list):
        return [str(value) for value in values]
    return list(LEVELS)
