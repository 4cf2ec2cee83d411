"""Whether sensitive personal information is handled: what names and legal bases say, beside what people say.

Whoever assesses judges it. But a policy that reads such columns cannot deny it, and one that rests on the
articles about it owes its reader an explanation.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from segmentation.errors import Fault
from segmentation.policy.catalogue import load_catalogue

if TYPE_CHECKING:
    from collections.abc import Iterator

    from segmentation.impact.answers import Stated
    from segmentation.policy import Policy

ARTICLE = "Art. 28"
"""Entries of the catalogue that name this article stand for sensitive personal information."""
CITES = re.compile(r"\bArt(?:icle)?s?\.?\s*(?:28|29|30|31|32)\b|第(?:二十[八九]|三十[一二]?|28|29|3[0-2])条")
"""A legal basis in the section of the PIPL on sensitive personal information, Art. 28 to 32."""
EXPLAINED = 20
"""Characters of the English text that explains why information is not sensitive, at least."""


def columns(policy: Policy) -> tuple[str, ...]:
    """Return the features and audited columns whose names stand for sensitive personal information."""
    catalogue = load_catalogue()
    names = (*policy.features, *policy.audited)
    return tuple(n for n in names if any(ARTICLE in entry.article for entry in catalogue.match_name(n)))


def is_cited(policy: Policy) -> bool:
    """Return whether a legal basis of the policy is one for sensitive personal information."""
    return any(CITES.search(one.legal_basis) for one in policy.purposes)


def faults(policy: Policy, answer: Stated) -> Iterator[Fault]:
    """Yield what is wrong with the answer that none is handled; nothing where it is said to be."""
    if answer.applies:
        return
    found = columns(policy)
    if found:
        rule = f"must be true, because the policy reads {', '.join(found)} (PIPL Art. 28)"
        yield Fault("triggers.sensitive.applies", rule)
    elif is_cited(policy) and len(answer.text.en) < EXPLAINED:
        rule = "is false, although the policy's legal basis cites PIPL Art. 28 to 32"
        way = f"make it true, or explain it in triggers.sensitive.text ({EXPLAINED} characters at least)"
        yield Fault("triggers.sensitive.applies", rule, way)
