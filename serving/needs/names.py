"""Field names that no need has: which law or rule forbids them, and whether an answer may repeat them.

Names are sent by people as well: a table turned on its side has residents' names for columns, and whoever
pastes a number into the wrong place makes a key of it. No rule tells the names of all peoples from those of
fields. So a name is repeated only where the policy or the catalogue of law has it, or the policy has one that
differs by a slip; of any other its place is told, and which needs there are.
"""

from __future__ import annotations

import difflib
import re
from functools import cache
from typing import TYPE_CHECKING, Literal

from segmentation.answers import Texts
from segmentation.policy.catalogue import load_catalogue
from segmentation.policy.names import keys, normalise
from serving.needs.gathering import Wording

if TYPE_CHECKING:
    from collections.abc import Mapping

    from segmentation.policy import Policy
    from segmentation.policy.base import Text
    from segmentation.policy.catalogue import Entry, ValueRule
    from segmentation.policy.catalogue import Wording as Told
    from serving.needs.need import Need

Role = Literal["protected", "proxies", "denied", "layout"]

LONGEST = 63
"""Letters of a name that is looked at: no column has more, and what follows them changes nothing."""
NEAR = 0.8
"""How like one of the policy's names a name is that is repeated as a slip of it (`difflib`)."""
MOST_OTHER = 2
"""Letters that a slip has more or fewer: behind `repairs_` somebody may be named."""
SHORTEST_NEAR = 6
"""Letters of a slip: Brent is near to rent, and most names in Chinese letters have two to four."""
MOST_LISTED = 16
"""Needs that are listed where a name is like none of them."""

_FIELD = re.compile(rf"[^\W\d]\w{{0,{LONGEST - 1}}}")

_NOT_NEEDED = Texts(
    "Only what the purpose needs may be processed, and this model does not read it.",
    "处理个人信息应当限于实现处理目的的最小范围，该模型并不使用此项。",
)
_PROTECTED = Texts(
    "Automated decisions must not treat people differently by such attributes: only the audit sees them.",
    "自动化决策不得因受保护属性对个人实行不合理的差别待遇；此类属性仅供审计使用。",
)
_MINIMAL, _DECISIONS = "PIPL Art. 6", "PIPL Art. 24"


class Names:
    """Judges field names under one policy.

    Parameters
    ----------
    policy : Policy
    needs : tuple of Need
        What a request may hold.
    """

    def __init__(self, policy: Policy, needs: tuple[Need, ...]) -> None:
        self._policy = policy
        self._needs = frozenset(need.name for need in needs)
        self._read = tuple(need.name for need in needs if need.is_read)
        self._roles = _roles(policy)
        self._spelled = {_spelling(name): name for name in self._roles}
        self._policys = (*self._needs, *self._roles)
        self._spellings = frozenset(map(_spelling, self._policys))

    def is_tellable(self, name: str) -> bool:
        """Return whether an answer may repeat a name."""
        if name in self._roles or name in self._needs:
            return True
        if len(name) > LONGEST or not _FIELD.fullmatch(name) or normalise(name) != name:
            return False
        if _spelling(name) in self._spellings or not keys(name).isdisjoint(_catalogued()):
            return True
        if len(name) < SHORTEST_NEAR:
            return False
        alike = [one for one in self._policys if abs(len(one) - len(name)) <= MOST_OTHER]
        return bool(difflib.get_close_matches(name, alike, n=1, cutoff=NEAR))

    def wording(self, name: str, shown: str) -> Wording:
        """Return why a name is refused.

        Parameters
        ----------
        name : str
        shown : str
            What it is called: by itself where it `is_tellable`, or by its place, such as ``the 3rd field of
            this resident``.
        """
        known = self._known(name[:LONGEST])
        if known is not None:
            says, fix, article, reason = known
            return Wording(f"must not be sent: {shown} {says}", fix, article, reason)
        return Wording(f"must not be sent: {shown} is no field of the policy", self._way_out(name[:LONGEST]))

    def repeated(self, shown: str) -> Wording:
        """Return that a table has a column twice."""
        return Wording(f"must not be sent twice: {shown} has the name of another column", "send each once")

    def stray(self, name: str, shown: str) -> Wording:
        """Return why a name may not stand beside the residents."""
        if name in self._needs:
            says = f"must not stand outside of the residents: {shown} is a need of one"
            return Wording(says, "put it into the objects of `residents`, or into `columns`")
        return self.wording(name, shown)

    def _known(self, name: str) -> tuple[str, str, str, Texts] | None:
        known = name if name in self._roles else self._spelled.get(_spelling(name))
        entries = load_catalogue().match_name(name)
        if known is not None:
            return _by_role(self._policy, known, self._roles[known], entries)
        if entries:
            return _by_law(f"names {entries[0].category.en}", entries[0])
        matches = load_catalogue().match_values([name])
        if matches:
            return _by_law(f"has a name that looks like {matches[0].rule.category.en}", matches[0].rule)
        return None

    def _way_out(self, name: str) -> str:
        close = difflib.get_close_matches(name, self._read, n=1)
        if close:
            return f"did you mean `{close[0]}`?"
        listed = ", ".join(f"`{one}`" for one in self._read[:MOST_LISTED])
        others = len(self._read) - MOST_LISTED
        rest = f" and {others} more, which /v1/model lists" if others > 0 else ""
        return f"leave it out; the needs are {listed}{rest}"


@cache
def _catalogued() -> frozenset[str]:
    """Return every name of the catalogue, as names are compared."""
    entries = load_catalogue().entries
    return frozenset(key for entry in entries for name in (*entry.names, *entry.exact) for key in keys(name))


def _roles(policy: Policy) -> Mapping[str, Role]:
    """Return what each name of a policy is that no request may hold."""
    table = policy.residents
    layout = (table.id, table.collected_on, table.source, *table.population)
    stems = [f"consent_{purpose.key}" for purpose in policy.purposes]
    consents = [stem + end for stem in stems for end in ("", "_at", "_notice")]
    return {
        **dict.fromkeys((name for name in (*layout, *consents) if name), "layout"),
        **dict.fromkeys(policy.denied, "denied"),
        **dict.fromkeys(policy.proxies, "proxies"),
        **dict.fromkeys(policy.protected, "protected"),
    }


def _by_role(
    policy: Policy, name: str, role: Role, entries: tuple[Entry, ...]
) -> tuple[str, str, str, Texts]:
    match role:
        case "layout":
            fix = "leave it out; answers keep the order of the request"
            return "belongs to tables of residents and is not needed here", fix, _MINIMAL, _NOT_NEEDED
        case "denied":
            return "is denied by the policy", "leave it out", _MINIMAL, _texts(policy.denied[name].reason)
        case _:
            what = "a protected attribute" if role == "protected" else "a proxy of a protected attribute"
            law = (entries[0].article, _texts(entries[0].gist)) if entries else (_DECISIONS, _PROTECTED)
            return f"is {what}, which only the audit may see", "leave it out", *law


def _by_law(says: str, rule: Entry | ValueRule) -> tuple[str, str, str, Texts]:
    return says, "leave it out", rule.article, _texts(rule.gist)


def _texts(text: Text | Told) -> Texts:
    return Texts(text.en, text.zh)


def _spelling(name: str) -> str:
    return "".join(char for char in name.casefold() if char.isalnum())
