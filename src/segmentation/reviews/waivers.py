"""What stands against a signature, and what a reviewer lets pass, with a reason and a last day.

A waiver names its finding by a key that is signed with the decision, so a key must mean the same finding in
every program that reads the card, and no two findings may share one.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from segmentation.card.once import once
from segmentation.card.standing import shortfall
from segmentation.card.titles import titles_of
from segmentation.errors import Fault, ReviewError
from segmentation.ledger.records import Waiver
from segmentation.policy import Text
from segmentation.policy.base import UNWRITTEN
from segmentation.reviews import faulty
from segmentation.wording import LANGUAGES, Reader, sentence

if TYPE_CHECKING:
    from collections.abc import Iterable

    from segmentation.card import ModelCard
    from segmentation.card.parts import Finding, Shortfall
    from segmentation.wording.findings import Status

STRUCTURE = "structure"
"""First part of the key of what the segments themselves lack."""
OPEN: Shortfall = "not held against shuffled columns"
"""What nobody measured; all else that segments may lack was measured and found wanting."""
KEYS = ("finding", "reason", "expires")

HEAD = """\
# Waivers: findings that you let pass although they block the signature.
# Write for each why it may pass, and the last day on which that holds. Delete what you do not waive:
# it goes on blocking.
# 豁免：虽然阻止签署、但您仍予放行的结论。
# 请逐条写明放行的理由，以及有效的最后一天；不予豁免的请删去，它将继续阻止签署。
"""
REASON = (
    f"{UNWRITTEN} why this may pass all the same, and what is done about it / 为何仍可放行，以及采取何种措施>"
)
MIRRORED = "The same the other way round as {key}. 与 {key} 为同一差异的另一面。"
EXPIRES = f"{UNWRITTEN} last day, such as 2027-06-30 / 最后一天>"


@dataclass(frozen=True)
class Blocking:
    """One thing that stands against a signature.

    Attributes
    ----------
    key : str
        ``check:attribute``, ``check:attribute:group``, ``check:attribute:group:target`` (the group is
        empty where a target has none), or ``structure:…`` for what the segments lack; signed,
        and unique within a card.
    attribute : str or None
        None for what the segments lack.
    status : {"broken", "undetermined"}
    sentence : Text
        In English and Chinese, as the card tells it.
    """

    key: str
    attribute: str | None
    status: Status
    sentence: Text


def blocking_of(card: ModelCard) -> tuple[Blocking, ...]:
    """Return what stands against a signature of a card, sorted by key.

    It is taken from the verdict and, once more, from the findings of each attribute, so that a verdict
    which lists less than was found hides nothing.
    """
    return tuple(sorted(_all(card), key=lambda one: one.key))


def key_of(finding: Finding) -> str:
    """Return the key of a finding; colons, percent signs and the invisible are escaped as in addresses."""
    parts: list[str] = [finding.check, finding.attribute]
    if finding.group is not None or finding.target is not None:
        parts.append(finding.group or "")
    if finding.target is not None:
        parts.append(finding.target)
    return ":".join(map(_escaped, parts))


def alike(waivers: Iterable[Waiver]) -> dict[tuple[str, date], tuple[Waiver, ...]]:
    """Return waivers by their reason and their last day, in the order in which they stand.

    A version may have dozens of findings that pass for one reason until one day; they are told together.
    """
    found: dict[tuple[str, date], list[Waiver]] = {}
    for one in waivers:
        found.setdefault((one.reason, one.expires), []).append(one)
    return {same: tuple(all_) for same, all_ in found.items()}


def draft_waivers(card: ModelCard) -> str:
    """Return a TOML file with an entry for each finding that blocks, worst first, to be filled in.

    Of two groups each mirrors the other: a comment says so, and both still need an entry of their own.
    """
    mirrored = {key_of(mirror): key_of(told.finding) for told in once(card) for mirror in told.mirrored}
    return "\n".join([HEAD, *(_entry(one, mirrored.get(one.key)) for one in _all(card))])


def read_waivers(path: str | Path, card: ModelCard, *, today: date) -> tuple[Waiver, ...]:
    """Read what a reviewer wrote into the file that `draft_waivers` began.

    Parameters
    ----------
    path : str or Path
    card : ModelCard
        Of the version that is reviewed.
    today : date
        No waiver may have expired before this day.

    Returns
    -------
    tuple of Waiver
        Sorted by finding; those that are not waived are left out, and go on blocking.

    Raises
    ------
    ReviewError
        The file cannot be read, or an entry is not what it should be; every fault is named.
    """
    entries = _entries(Path(path))
    keys = {one.key for one in _all(card)}
    read = [_waiver(entry, f"waiver {at}", keys, today) for at, entry in enumerate(entries, start=1)]
    found = [one for one in read if isinstance(one, Waiver)]
    faults = [fault for one in read if not isinstance(one, Waiver) for fault in one]
    faults += _twice(entries)
    if faults:
        raise ReviewError(faulty.refusal(f"The waivers in {path} are refused", faults), faults)
    return tuple(sorted(found, key=lambda one: one.finding))


# ---- What blocks ------------------------------------------------------------------------------------


def _all(card: ModelCard) -> list[Blocking]:
    """Return what blocks, worst first: what the segments lack, then the findings in the order of the card."""
    readers = [Reader(language, titles_of(card)) for language in LANGUAGES]
    lacking = [
        Blocking(
            f"{STRUCTURE}:{_escaped(one)}",
            None,
            "undetermined" if one == OPEN else "broken",
            _text(shortfall(reader, card, one) for reader in readers),
        )
        for one in card.verdict.structure
    ]
    own = (finding for audited in card.fairness.attributes for finding in audited.findings if finding.blocks)
    findings = {key_of(finding): finding for finding in (*own, *card.verdict.blocking)}
    order = {key_of(finding): at for at, finding in enumerate(card.verdict.blocking)}
    told = [
        Blocking(
            key, finding.attribute, finding.status, _text(sentence(reader, finding) for reader in readers)
        )
        for key, finding in sorted(findings.items(), key=lambda item: order.get(item[0], len(order)))
    ]
    return [*lacking, *told]


def _text(sentences: Iterable[str]) -> Text:
    english, chinese = sentences
    return Text(en=english, zh=chinese)


def _escaped(part: str) -> str:
    """Return a part of a key in which a colon parts nothing, and nothing is invisible or lost at an end."""
    seen = "".join(one if one.isprintable() and one not in ":%" else quote(one) for one in part)
    return re.sub("^ +| +$", lambda blanks: quote(blanks[0]), seen)


# ---- The file ---------------------------------------------------------------------------------------


def _entry(one: Blocking, mirror_of: str | None) -> str:
    lines = [
        "[[waiver]]",
        *(f"# {_line(getattr(one.sentence, language))}" for language in LANGUAGES),
        *([] if mirror_of is None else [f"# {MIRRORED.format(key=mirror_of)}"]),
        f"finding = {_quoted(one.key)}",
        f"reason = {_quoted(REASON)}",
        f"expires = {_quoted(EXPIRES)}",
    ]
    return "\n".join(lines) + "\n"


def _line(text: str) -> str:
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())


def _quoted(text: str) -> str:
    """Return a text without line breaks as TOML writes it."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _entries(path: Path) -> list[dict[str, object]]:
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        message = f"The waivers {path} cannot be read: {error.strerror}. Check the path and its permissions."
        raise ReviewError(message) from None
    except UnicodeDecodeError:
        raise ReviewError(f"The waivers {path} are not UTF-8 text. Save them as UTF-8.") from None
    except tomllib.TOMLDecodeError as error:
        raise ReviewError(f"The waivers {path} are not valid TOML: {error}. Mend that place first.") from None
    entries = raw.get("waiver", [])
    if (
        set(raw) - {"waiver"}
        or not isinstance(entries, list)
        or not all(isinstance(e, dict) for e in entries)
    ):
        message = (
            f"The waivers {path} hold what is none: every entry opens with [[waiver]]. Begin with a draft."
        )
        raise ReviewError(message)
    return entries


def _waiver(entry: dict[str, object], where: str, keys: set[str], today: date) -> Waiver | list[Fault]:
    """Return one entry, or all that is wrong with it."""
    finding, reason, expires = (
        _plain(entry.get("finding")),
        _plain(entry.get("reason")),
        _day(entry.get("expires")),
    )
    named = f"{where} ({finding})" if isinstance(finding, str) and finding in keys else where
    faults = [
        *(
            Fault(f"{named}, {key}", "is not a key of a waiver", "delete it")
            for key in sorted(set(entry) - set(KEYS))
        ),
        *faulty.finding(finding, where, keys),
        *faulty.reason(reason, named),
        *faulty.day(expires, named, today),
    ]
    if faults or not isinstance(expires, date):
        return faults
    return Waiver(finding=str(finding), reason=str(reason), expires=expires)


def _plain(value: object) -> object:
    return value.strip() if isinstance(value, str) else value


def _day(value: object) -> object:
    """Return a day that stands in quotation marks as a day; anything else as it is."""
    try:
        return date.fromisoformat(value.strip()) if isinstance(value, str) else value
    except ValueError:
        return value


def _twice(entries: list[dict[str, object]]) -> list[Fault]:
    named = Counter(
        one for one in (_plain(entry.get("finding")) for entry in entries) if isinstance(one, str)
    )
    return [
        Fault("finding", f"{key} is waived {times} times", "keep one entry")
        for key, times in named.items()
        if times > 1
    ]
