"""The service plan of each segment: what its needs call for, and nothing below the contract floor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from segmentation.shown import table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from segmentation.policy import Policy, Service
    from segmentation.profiles import Distinction, Profile


@dataclass(frozen=True)
class PlannedService:
    """What a segment gets of one service.

    Attributes
    ----------
    service : str
        Its key in the policy.
    amount : float
        In the service's unit; never below `contract_floor`.
    contract_floor : float
        What the contract promises everybody.
    is_called : bool
        Whether the segment's needs call for more than the standard.
    because : tuple of str
        The features that called for it.
    """

    service: str
    amount: float
    contract_floor: float
    is_called: bool
    because: tuple[str, ...]


@dataclass(frozen=True)
class Plan:
    """The service plan of one segment, a line per service of the policy."""

    segment: str
    services: tuple[PlannedService, ...]

    def __repr__(self) -> str:
        """Return the segment and what it gets more of."""
        return f"Plan({self.segment}: {_more(self)})"

    def _repr_html_(self) -> str:
        rows = [
            (
                planned.service,
                f"{planned.amount:g}",
                f"{planned.contract_floor:g}",
                ", ".join(planned.because) or "the standard",
            )
            for planned in self.services
        ]
        heads = ("service", "amount, in its unit", "never below (contract)", "because of")
        return table(f"Service plan of {self.segment}", heads, rows)


class Plans(tuple[Plan, ...]):
    """The plans of all segments: a tuple of `Plan` that a notebook shows as one table."""

    __slots__ = ()

    def __repr__(self) -> str:
        """Return how many segments are planned for, and for how many a need calls."""
        called = sum(any(planned.is_called for planned in plan.services) for plan in self)
        return f"Plans({len(self)} segments, {called} with more than the standard)"

    def _repr_html_(self) -> str:
        services = list(dict.fromkeys(planned.service for plan in self for planned in plan.services))
        rows = [(plan.segment, *map(_amount, plan.services)) for plan in self]
        heads = ("segment", *services)
        return table("Service plans, nothing below the contract; ↑ a need calls for more", heads, rows)


def _more(plan: Plan) -> str:
    called = [f"{one.service} {one.amount:g}" for one in plan.services if one.is_called]
    return f"more of {', '.join(called)}" if called else "the standard of every service"


def _amount(planned: PlannedService) -> str:
    called = f" ↑ {', '.join(planned.because)}" if planned.is_called else ""
    return f"{planned.amount:g}{called}"


def plans(policy: Policy, profiles: Iterable[Profile]) -> Plans:
    """Return the service plan of each segment.

    A need calls for a service when the segment surely differs from all others by at least the service's
    `at_least` standard deviations, in the direction the policy names. The policy guarantees that no amount is
    below the contract floor.
    """
    return Plans(
        Plan(
            profile.segment,
            tuple(_planned(key, service, profile) for key, service in policy.services.items()),
        )
        for profile in profiles
    )


def served(found: Iterable[Plan]) -> dict[str, frozenset[str]]:
    """Return, for each service that some but not all segments get more of, those segments."""
    listed = tuple(found)
    called: dict[str, set[str]] = {}
    for plan in listed:
        for planned in plan.services:
            if planned.is_called:
                called.setdefault(planned.service, set()).add(plan.segment)
    return {key: frozenset(segments) for key, segments in called.items() if len(segments) < len(listed)}


def _planned(key: str, service: Service, profile: Profile) -> PlannedService:
    calling = tuple(
        feature for feature, level in service.needs.items()
        if any(_calls(need, feature, level, service.at_least) for need in profile.needs)
    )  # fmt: skip
    wanted = len(service.needs) if service.match == "all" else 1
    is_called = len(calling) >= wanted
    amount = service.called if is_called else service.standard
    return PlannedService(key, amount, service.contract_floor, is_called, calling if is_called else ())


def _calls(need: Distinction, feature: str, level: str, at_least: float) -> bool:
    if need.feature != feature or need.difference is None or not need.is_sure:
        return False
    if need.level is not None:
        return need.level == level and need.difference >= at_least
    return need.difference >= at_least if level == "high" else need.difference <= -at_least
