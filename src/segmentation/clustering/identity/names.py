"""Which names of before a new version may keep: those that still say something of it.

A name tells needs by the titles that the policy gives them. Where a mitigation or a new policy took one of
these out, the segment is no longer found by it, and a name that goes on telling it would be believed.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from segmentation.clustering.identity.model import Previous
    from segmentation.policy import Policy, Text
    from segmentation.scorer import FoldedScorer


def lasting_names(previous: Previous, scorer: FoldedScorer) -> dict[str, Text]:
    """Return the names of the version before, without those that tell a feature which is no longer read.

    Parameters
    ----------
    previous : Previous
    scorer : FoldedScorer
        The new version.

    Returns
    -------
    dict of str to Text
        By segment id of the version before.
    """
    lost = set(previous.scorer.features) - set(scorer.features)
    return {
        segment: name
        for segment, name in previous.names.items()
        if not lost & _told_in(name, previous.policy)
    }


def _told_in(name: Text, policy: Policy) -> set[str]:
    """Return the features whose title stands in a name; of titles within one another, the longest counts."""
    titles = {
        title.casefold(): key
        for key, feature in policy.features.items()
        for title in (feature.title.en, feature.title.zh)
    }
    pattern = "|".join(re.escape(title) for title in sorted(titles, key=len, reverse=True))
    return {titles[found] for found in re.findall(pattern, f"{name.en}\n{name.zh}".casefold())}
