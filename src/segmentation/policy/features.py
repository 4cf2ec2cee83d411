"""What a policy says of one allowed feature: what it measures, in which form, and why it is necessary."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from segmentation.policy.base import Part, Sentence, Text, refuse

Kind = Literal["count", "number", "share", "ordinal", "category", "flag"]
Dimension = Literal["need", "habit", "economic"]

NUMERIC: frozenset[Kind] = frozenset({"count", "number", "share"})
LISTED: frozenset[Kind] = frozenset({"ordinal", "category"})
MEASURED: frozenset[Kind] = frozenset({"count", "number"})
LARGEST = 1e12
"""A larger number than this counts nothing that a resident needs."""
MOST_VALUES = 60
"""A category with more values than this is an identifier or free text by mistake."""
UNKNOWN = "(unknown)"
"""The explicit value that a missing category gets; no policy lists it."""


def _is_ordered(ends: tuple[float, float]) -> tuple[float, float]:
    refuse(
        (ends[0] >= ends[1], "the lower end must be below the upper end"),
        (max(map(abs, ends)) > LARGEST, f"no end may be beyond {LARGEST:,.0f}"),
    )
    return ends


def _is_distinct(values: tuple[str, ...]) -> tuple[str, ...]:
    refuse(
        (len(set(values)) != len(values), "every value may stand only once"),
        (UNKNOWN in values, f"'{UNKNOWN}' stands for a missing value and is not listed"),
    )
    return values


Range = Annotated[tuple[float, float], AfterValidator(_is_ordered)]
Values = Annotated[
    tuple[Sentence, ...], Field(min_length=2, max_length=MOST_VALUES), AfterValidator(_is_distinct)
]


class Feature(Part):
    """An allowed feature: a service need, a habit of use or, with an assessment, an economic figure."""

    title: Text = Field(description="What a reader calls it.")
    kind: Kind = Field(
        description="count (whole, from 0), number, share (0 to 1), ordinal (ordered), category or flag."
    )
    unit: Text | None = Field(None, description="The unit of a count or number, such as requests a year.")
    range: Range | None = Field(None, description="Lowest and highest value allowed, both included.")
    values: Values | None = Field(
        None, description="The values of a category, or of an ordinal from low to high."
    )
    value_titles: dict[Sentence, Text] = Field(
        default_factory=dict, description="What a reader calls a value, where the value itself will not do."
    )
    missing: Text | None = Field(None, description="What a missing value means, where it means something.")
    dimension: Dimension = Field(description="need, habit or economic; economic needs an assessment.")
    source: Sentence = Field(description="Where it comes from: survey, work_order, booking, meter_total …")
    why: Text = Field(description="Why the purpose cannot be reached without it (PIPL Art. 6).")
    weight: float = Field(1.0, gt=0, le=10, description="Its weight in the distance between residents.")
    required: bool = Field(False, description="Whether a row without it is a fault.")
    assessment: Sentence | None = Field(
        None, description="The impact assessment that justifies a feature denied by default (PIPL Art. 55)."
    )

    # Each rule hangs on the field it speaks of, so that it is checked whatever else is wrong here.

    @field_validator("unit")
    @classmethod
    def _unit_fits(cls, unit: Text | None, info: ValidationInfo) -> Text | None:
        kind = info.data.get("kind")
        refuse((kind in MEASURED and unit is None, f"kind {kind} needs a `unit`"))
        return unit

    @field_validator("range")
    @classmethod
    def _range_fits(cls, ends: Range | None, info: ValidationInfo) -> Range | None:
        kind = info.data.get("kind")
        if ends is None:
            refuse((kind in MEASURED, f"kind {kind} needs a `range`"))
            return ends
        refuse(
            (kind in LISTED or kind == "flag", f"kind {kind} takes no `range`"),
            (kind == "count" and ends[0] < 0, "the `range` of a count starts at 0 or above"),
            (kind == "share" and (ends[0] < 0 or ends[1] > 1), "the `range` of a share is within 0 and 1"),
        )
        return ends

    @field_validator("values")
    @classmethod
    def _values_fit(cls, values: Values | None, info: ValidationInfo) -> Values | None:
        kind = info.data.get("kind")
        refuse(
            (kind in LISTED and values is None, f"kind {kind} needs `values`"),
            ((kind in NUMERIC or kind == "flag") and values is not None, f"kind {kind} takes no `values`"),
        )
        return values

    @field_validator("value_titles")
    @classmethod
    def _titles_fit(cls, titles: dict[Sentence, Text], info: ValidationInfo) -> dict[Sentence, Text]:
        unknown = "values" in info.data and not set(titles) <= set(info.data["values"] or ())
        refuse((unknown, "`value_titles` may only name what stands under `values`"))
        return titles

    @field_validator("assessment")
    @classmethod
    def _is_assessed(cls, assessment: str | None, info: ValidationInfo) -> str | None:
        economic = info.data.get("dimension") == "economic"
        refuse((economic and assessment is None, "an economic feature names its `assessment`"))
        return assessment

    @property
    def low(self) -> float:
        """Lowest value allowed; 0 where the kind says so."""
        return self.range[0] if self.range else 0.0

    @property
    def high(self) -> float:
        """Highest value allowed; 1 where the kind says so."""
        return self.range[1] if self.range else 1.0

    def value_title(self, value: str, language: str) -> str:
        """Return what a reader calls `value`, in ``"en"`` or ``"zh"``."""
        text = self.missing if value == UNKNOWN else self.value_titles.get(value)
        return value if text is None else str(getattr(text, language))
