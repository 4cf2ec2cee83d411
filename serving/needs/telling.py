"""What the API document says of a need: title, unit, values and why, in both languages, and examples."""

from __future__ import annotations

from math import ceil, floor
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from segmentation.policy import Feature
    from serving.needs.need import Need

Example = float | bool | str

_UNREAD = {
    "en": "This version does not read it: it need not be sent, and is thrown away (PIPL Art. 6).",
    "zh": "此版本不使用该项：无需发送，发送后即予丢弃（《个人信息保护法》第六条）。",
}


def title(need: Need) -> str:
    """Return what a reader calls it."""
    return f"{need.feature.title.en} / {need.feature.title.zh}"


def description(need: Need) -> str:
    """Return its unit, values and what a missing one means, and why it is needed; or that it is not read."""
    return " ".join((*_in("en", need), *_in("zh", need)))


def examples(need: Need) -> tuple[Example, Example]:
    """Return two values that the policy allows."""
    feature = need.feature
    if need.is_listed:
        return need.values[0], need.values[-1]
    if feature.kind == "flag":
        return True, False
    span = feature.high - feature.low
    if feature.kind == "count":
        least = ceil(feature.low)
        return min(least + 3, floor(feature.high)), min(least + 12, floor(feature.high))
    return _short(feature, feature.low + span / 4), _short(feature, feature.low + span / 10)


def _short(feature: Feature, value: float) -> float:
    return min(max(round(value, 2), feature.low), feature.high)


def _in(language: str, need: Need) -> Iterator[str]:
    feature = need.feature
    if not need.is_read:
        yield _UNREAD[language]
    yield getattr(feature.why, language)
    if feature.unit is not None:
        yield {"en": "Unit: {}.", "zh": "单位：{}。"}[language].format(getattr(feature.unit, language))
    titled = [value for value in need.values if feature.value_title(value, language) != value]
    if titled:
        told = (f"{value} = {feature.value_title(value, language)}" for value in titled)
        yield {"en": "Values: {}.", "zh": "取值：{}。"}[language].format(", ".join(told))
    if need.is_read and not need.required:
        yield _missing(language, need)


def _missing(language: str, need: Need) -> str:
    meaning = need.feature.missing
    if meaning is not None:
        text = {"en": "Null or left out: {}.", "zh": "为 null 或缺省时：{}。"}[language]
        return text.format(getattr(meaning, language))
    return {
        "en": "Null or left out: the model stands in for it as in training.",
        "zh": "为 null 或缺省时：按训练时的方式补足。",
    }[language]
