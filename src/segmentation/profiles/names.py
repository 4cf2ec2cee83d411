"""Names for segments, made from what sets them apart; a policy may override them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segmentation.policy import Policy, Text
from segmentation.profiles.model import NOTABLE, Distinction

if TYPE_CHECKING:
    from collections.abc import Sequence

WORDS = 2
"""How many distinctions a name tells; one more where two segments would share a name."""


def segment_names(policy: Policy, needs: Sequence[Sequence[Distinction]], ids: Sequence[str]) -> list[Text]:
    """Return a name for each segment in both languages, no two alike.

    Parameters
    ----------
    policy : Policy
        Gives titles, and names that override.
    needs : sequence of sequences of Distinction
        For each segment, largest difference first.
    ids : sequence of str
    """
    names: list[Text] = []
    for segment, differences in zip(ids, needs, strict=True):
        told = [_told(policy, need) for need in _telling(differences)]
        name = policy.segment_names.get(segment) or _name(told[:WORDS])
        if name in names:
            name = _name(told[: WORDS + 1])
        names.append(name if name not in names else _numbered(name, segment))
    return names


def _telling(differences: Sequence[Distinction]) -> list[Distinction]:
    """Return what a name tells: first what is asked for more, then what is asked for less."""
    sure = [need for need in differences if need.is_sure and abs(need.difference or 0) >= NOTABLE]
    return sorted(sure, key=lambda need: (need.difference or 0) < 0)


def _told(policy: Policy, need: Distinction) -> Text:
    feature = policy.features[need.feature]
    more = (need.difference or 0) > 0
    if need.level is not None:
        en, zh = (feature.value_title(need.level, language) for language in ("en", "zh"))
        return Text(
            en=f"{feature.title.en}: {'' if more else 'not '}{en}",
            zh=f"{feature.title.zh}{'为' if more else '非'}{zh}",
        )
    return Text(
        en=f"{feature.title.en}: {'more' if more else 'less'}",
        zh=f"{feature.title.zh}{'偏多' if more else '偏少'}",
    )


def _name(told: Sequence[Text]) -> Text:
    if not told:
        return Text(en="Average needs", zh="需求一般")
    return Text(en="; ".join(text.en for text in told), zh="、".join(text.zh for text in told))


def _numbered(name: Text, segment: str) -> Text:
    return Text(en=f"{name.en} ({segment})", zh=f"{name.zh}({segment})")
