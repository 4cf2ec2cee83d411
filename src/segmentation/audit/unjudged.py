"""What a policy asks of an audit and this one could not judge: gates as open findings, the rest by name.

A check without a finding would be taken for one that is kept. Who is planned a service cannot be judged
without plans, nor where a plan parts segments that are too small to stand alone; whether those who needed it
were planned it takes outcomes as well, enough of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, get_args

from segmentation.audit.findings import Finding
from segmentation.wording.findings import Unchecked

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from segmentation.policy import Policy
    from segmentation.policy.parts import Check as CheckName

SETTLING = frozenset({"beyond_limit", "within_limit", "not_settled"})
"""Reasons of findings that rest on evidence."""


@dataclass(frozen=True)
class Unjudged:
    """What is asked of the services under a policy, and of that what was not judged.

    Attributes
    ----------
    asked : tuple of (check, attribute, service)
        Nothing where the policy has no service, or each service is planned alike for all segments.
    missing : tuple of (check, attribute, service)
        Of those, the ones without a finding.
    """

    asked: tuple[tuple[CheckName, str, str], ...]
    missing: tuple[tuple[CheckName, str, str], ...]

    @classmethod
    def of(
        cls,
        policy: Policy,
        attributes: Sequence[str],
        served: Mapping[str, frozenset[str]] | None,
        findings: Sequence[Finding],
    ) -> Unjudged:
        """Compare what was found with what services ask for.

        Parameters
        ----------
        policy : Policy
        attributes : sequence of str
            Attributes and intersections that were counted.
        served : mapping of str to frozenset of str or None
            As it was given: with services that are planned for pooled segments. Without plans, every service
            of the policy is asked about.
        findings : sequence of Finding
        """
        asked = tuple(_asked(policy, attributes, policy.services if served is None else served))
        found = {(one.check, one.attribute, one.target) for one in findings}
        return cls(asked, tuple(one for one in asked if one not in found))

    def gates(self, policy: Policy) -> tuple[Finding, ...]:
        """Return an open finding for each gate that was not judged, by attribute and service."""
        limits = policy.audit
        return tuple(
            Finding(
                check, "gate", attribute, None, service, "undetermined", "not_judged", limits.selection_ratio
            )
            for check, attribute, service in self.missing
            if check in limits.gates
        )

    def lacks(self, check: CheckName) -> bool:
        """Return whether any claim of a check was not judged."""
        return any(one == check for one, _, _ in self.missing)


def _asked(
    policy: Policy, attributes: Sequence[str], services: Mapping[str, object]
) -> Iterator[tuple[CheckName, str, str]]:
    for attribute in attributes:
        for service in services:
            yield "service_parity", attribute, service
            # Outcomes are counted by attribute alone: by an intersection, few would have needed a service.
            if attribute in policy.audited:
                yield "equal_opportunity", attribute, service


def unchecked(
    policy: Policy,
    found: Unjudged,
    findings: Sequence[Finding],
    also: Mapping[Unchecked, bool],
    *,
    has_plans: bool,
    has_outcomes: bool,
) -> tuple[Unchecked, ...]:
    """Return the names of what was not judged.

    Parameters
    ----------
    policy : Policy
    found : Unjudged
    findings : sequence of Finding
    also : mapping of str to bool
        What else is known to be judged (False) or not. What nothing is said of is not judged.
    has_plans, has_outcomes : bool
        Whether they were given.
    """
    evident = any(one.check == "equal_opportunity" and one.reason in SETTLING for one in findings)
    absent: dict[Unchecked, bool] = {
        "service_parity": not has_plans and bool(policy.services),
        "pooled_services": has_plans and found.lacks("service_parity"),
        "equal_opportunity": bool(policy.services) and not evident,
        "outcomes": bool(policy.services) and not has_outcomes,
        "few_outcomes": has_plans and has_outcomes and found.lacks("equal_opportunity"),
        **also,
    }
    return tuple(reason for reason in get_args(Unchecked) if absent.get(reason, True))
