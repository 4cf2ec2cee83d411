"""Names for segments, made from what sets them apart; a policy may override them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segmentation.policy import Policy, Text
from segmentation.profiles.model import NOTABLE, Distinction

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MAJORITY = 0.5
"""Least share of a segment that a value is told of as a fact."""
WORDS = 2
"""How many distinctions a name tells; one more where two segments would share a name."""


def segment_names(
    policy: Policy,
    needs: Sequence[Sequence[Distinction]],
    ids: Sequence[str],
    carried: Mapping[str, Text] | None = None,
) -> list[Text]:
    """Return a name for each segment in both languages, no two alike.

    Parameters
    ----------
    policy : Policy
        Gives titles, and names that override.
    needs : sequence of sequences of Distinction
        For each segment, largest difference first.
    ids : sequence of str
    carried : mapping of str to Text, optional
        Names that segments had in the version before, by id: a segment that is still there keeps its name.
    """
    given = policy.segment_names
    # The policy's word comes first, then what readers know, and only what is then free is generated.
    kept = {segment: name for segment, name in (carried or {}).items() if segment not in given}
    names: dict[str, Text] = {}
    for source, others in ((given, ()), (kept, given.values())):
        for segment in ids:
            if segment in source:
                names[segment] = _free([source[segment]], [*names.values(), *others], segment)
    for segment, differences in zip(ids, needs, strict=True):
        if segment not in names:
            told = [_told(policy, need) for need in _telling(differences)]
            wanted = [_name(told[:WORDS]), _name(told[: WORDS + 1])]
            names[segment] = _free(wanted, [*names.values(), *given.values()], segment)
    return [names[segment] for segment in ids]


def _free(wanted: Sequence[Text], taken: Sequence[Text], segment: str) -> Text:
    """Return the first name that nobody has; else the last one with the segment's id."""
    name = next((one for one in wanted if not _is_taken(one, taken)), _numbered(wanted[-1], segment))
    while _is_taken(name, taken):
        name = _numbered(name, segment)
    return name


def _is_taken(name: Text, names: Sequence[Text]) -> bool:
    return any(name.en == other.en or name.zh == other.zh for other in names)


def _telling(differences: Sequence[Distinction]) -> list[Distinction]:
    """Return what a name tells, once per feature: first what is higher, then what is lower."""
    sure = [need for need in differences if need.is_sure and abs(need.difference or 0) >= NOTABLE]
    ordered = sorted(sure, key=lambda need: (need.difference or 0) < 0)
    first = {need.feature: need for need in reversed(ordered)}
    return [need for need in ordered if first[need.feature] is need]


def _told(policy: Policy, need: Distinction) -> Text:
    feature = policy.features[need.feature]
    more = (need.difference or 0) > 0
    if need.level is not None and more and (need.inside or 0) < MAJORITY:
        en, zh = (feature.value_title(need.level, language) for language in ("en", "zh"))
        return Text(en=f"{_lower(feature.title.en)}: {en} more often", zh=f"{feature.title.zh}较多为‘{zh}’")
    if need.level is not None:
        en, zh = (feature.value_title(need.level, language) for language in ("en", "zh"))
        return Text(
            en=f"{_lower(feature.title.en)}: {en}{'' if more else ' less often'}",
            zh=f"{feature.title.zh}{'为' if more else '较少为'}‘{zh}’",
        )
    if feature.kind == "flag":
        often = ("more often", "较多") if more else ("less often", "较少")
        return Text(en=f"{_lower(feature.title.en)}: {often[0]}", zh=f"{feature.title.zh}{often[1]}")
    return Text(
        en=f"{'high' if more else 'low'} {_lower(feature.title.en)}",
        zh=f"{feature.title.zh}{'偏高' if more else '偏低'}",
    )


def _lower(title: str) -> str:
    """Return a title as it stands inside a sentence; an abbreviation at its start stays as it is."""
    return title if title[1:2].isupper() else title[0].lower() + title[1:]


def _name(told: Sequence[Text]) -> Text:
    if not told:
        return Text(en="Average needs", zh="需求一般")
    en = ", ".join(text.en for text in told)
    return Text(en=en[0].upper() + en[1:], zh="、".join(text.zh for text in told))


def _numbered(name: Text, segment: str) -> Text:
    return Text(en=f"{name.en} ({segment})", zh=f"{name.zh}（{segment}）")
