"""What a sentence must know of a finding, whoever holds it, and the words that its fields may hold.

The audit's findings and the copies of them in a card both stand above this package and read the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

Interval = tuple[float, float]

Status = Literal["kept", "broken", "undetermined"]
Role = Literal["gate", "screen"]
Reason = Literal[
    "beyond_limit",
    "within_limit",
    "not_settled",
    "small_group",
    "one_group",
    "everybody_or_nobody",
    "not_judged",
]
"""Why a finding has its status; a gate *not judged* lacks plans or outcomes, or segments of its own."""

Unchecked = Literal[
    "service_parity",
    "pooled_services",
    "equal_opportunity",
    "outcomes",
    "few_outcomes",
    "explained_by",
    "carriers",
    "trace",
    "fit",
    "pooled_segments",
]
"""What was not judged: for want of plans, outcomes, strata, needs (carriers, fit), a rule (trace), or because
segments are small. `outcomes`: none were given; `few_outcomes`: not enough for some service and attribute."""

RATIOS = frozenset({"selection_ratio", "service_parity", "equal_opportunity"})
"""Checks whose value is a ratio of rates, allowed from limit to 1 / limit; others are allowed up to it."""


class Told(Protocol):
    """One checked claim; what each field is stands at `segmentation.audit.Finding`."""

    @property
    def check(self) -> str: ...

    @property
    def attribute(self) -> str: ...

    @property
    def group(self) -> str | None: ...

    @property
    def target(self) -> str | None: ...

    @property
    def status(self) -> str: ...

    @property
    def reason(self) -> str: ...

    @property
    def limit(self) -> float: ...

    @property
    def value(self) -> float | None: ...

    @property
    def interval(self) -> Interval | None: ...

    @property
    def count(self) -> int | None: ...

    @property
    def size(self) -> int | None: ...

    @property
    def rate(self) -> float | None: ...

    @property
    def rate_interval(self) -> Interval | None: ...

    @property
    def others_rate(self) -> float | None: ...

    @property
    def by_chance(self) -> float | None: ...

    @property
    def detectable(self) -> float | None: ...

    @property
    def settled_by(self) -> int | None: ...

    @property
    def p_value(self) -> float | None: ...

    @property
    def hidden(self) -> bool: ...


class Traced(Protocol):
    """Through which feature a group enters a segment; each field as `segmentation.audit.sections.Trace`."""

    @property
    def group(self) -> str: ...

    @property
    def segment(self) -> str: ...

    @property
    def feature(self) -> str: ...

    @property
    def gap(self) -> float: ...

    @property
    def closed(self) -> float: ...


class Guessed(Protocol):
    """How well a group is guessed; each field as `segmentation.audit.sections.GroupAuc`."""

    @property
    def value(self) -> float | None: ...


class Carried(Protocol):
    """What a feature carries of an attribute; each field as `segmentation.audit.sections.Carrier`."""

    @property
    def feature(self) -> str | None: ...

    @property
    def fall(self) -> float | None: ...

    @property
    def aucs(self) -> Sequence[Guessed]: ...
