"""Field names that no need has: which law or rule forbids them, and whether an answer may repeat them.

Names are sent by people as well: a table turned on its side has residents' names for columns, and whoever
pastes a number into the wrong place makes a key of it. So a name is repeated only where it reads like the
name of a field; otherwise its place is told.
"""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING, Literal

from segmentation.answers import Texts
from segmentation.policy.catalogue import load_catalogue
from segmentation.policy.names import normalise
from segmentation.policy.values import matching_rules
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
"""Letters of a name that is repeated."""
LONGEST_JUDGED = 200
"""Letters of a name that is held against the catalogue."""
MOST_DIGITS = 4
"""Digits of a name that is repeated: a year, but no birthday, telephone or document."""
MOST_TURNS = 4
"""Changes between small letters, capitals and digits in a name that is repeated; random keys have more."""

_FIELD = re.compile(rf"[^\W\d]\w{{0,{LONGEST - 1}}}")
_DIGIT = re.compile(r"[\d〇零一二三四五六七八九壹贰叁肆伍陆柒捌玖]")
_TURN = re.compile(
    r"(?<=[a-z])(?=[A-Z0-9])|(?<=[A-Z])(?=[0-9])|(?<=[0-9])(?=[A-Za-z])|(?<=[A-Z][A-Z])(?=[a-z])"
)
_SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石"
    "金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严欧莫孔向汤"
)
"""The hundred most common surnames of China: they begin the names of nine in ten residents."""
_HAN = re.compile(r"[\u4e00-\u9fff]+")
_LENGTHS = range(2, 5)

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

    def is_tellable(self, name: str) -> bool:
        """Return whether an answer may repeat a name."""
        if name in self._roles or name in self._needs:
            return True
        if len(name) > LONGEST or normalise(name) != name or not _FIELD.fullmatch(name):
            return False
        if len(_DIGIT.findall(name)) > MOST_DIGITS:
            return False
        if len(_TURN.findall(name)) > MOST_TURNS or matching_rules([name]):
            return False
        return not any(map(_may_be_person, _HAN.findall(name)))

    def wording(self, name: str, place: str) -> Wording:
        """Return why a name is refused.

        Parameters
        ----------
        name : str
        place : str
            Which field it is, such as ``the 3rd field of this resident``, where the name is not repeated.
        """
        tellable = self.is_tellable(name)
        shown = f"`{name}`" if tellable else place
        known = self._known(name)
        if known is not None:
            says, fix, article, reason = known
            return Wording(f"must not be sent: {shown} {says}", fix, article, reason)
        fix = self._nearest(name) if tellable else "send the fields that the policy allows, under their names"
        return Wording(f"must not be sent: {shown} is no field of the policy", fix)

    def repeated(self, name: str, place: str) -> Wording:
        """Return that a table has a column twice."""
        shown = f"`{name}`" if self.is_tellable(name) else place
        return Wording(f"must not be sent twice: {shown} has the name of another column", "send each once")

    def stray(self, name: str, place: str) -> Wording:
        """Return why a name may not stand beside the residents."""
        if name in self._needs:
            says = f"must not stand outside of the residents: `{name}` is a need of one"
            return Wording(says, "put it into the objects of `residents`, or into `columns`")
        return self.wording(name, place)

    def _known(self, name: str) -> tuple[str, str, str, Texts] | None:
        known = name if name in self._roles else self._spelled.get(_spelling(name[:LONGEST_JUDGED]))
        entries = load_catalogue().match_name(name[:LONGEST_JUDGED])
        if known is not None:
            return _by_role(self._policy, known, self._roles[known], entries)
        if entries:
            return _by_law(f"names {entries[0].category.en}", entries[0])
        matches = load_catalogue().match_values([name[:LONGEST_JUDGED]])
        if matches:
            return _by_law(f"has a name that looks like {matches[0].rule.category.en}", matches[0].rule)
        return None

    def _nearest(self, name: str) -> str:
        close = difflib.get_close_matches(name, self._read, n=1)
        return f"did you mean `{close[0]}`?" if close else "leave it out"


def _may_be_person(text: str) -> bool:
    """Return whether Chinese letters may be somebody's name, as two to four are that begin with a surname."""
    for holder in load_catalogue().holders:
        if text.startswith(holder) and len(text) - len(holder) in _LENGTHS:
            text = text.removeprefix(holder).removeprefix("的")
    return len(text) in _LENGTHS and text[0] in _SURNAMES and not load_catalogue().match_name(text)


def _roles(policy: Policy) -> Mapping[str, Role]:
    """Return what each name of a policy is that no request may hold."""
    table = policy.residents
    layout = (table.id, table.collected_on, table.source, *table.population)
    stems = [f"consent_{purpose.key}" for purpose in (policy.purpose, policy.audit_purpose)]
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
            law = (entries[0].article, _texts(entries[0].reason)) if entries else (_DECISIONS, _PROTECTED)
            return f"is {what}, which only the audit may see", "leave it out", *law


def _by_law(says: str, rule: Entry | ValueRule) -> tuple[str, str, str, Texts]:
    return says, "leave it out", rule.article, _texts(rule.reason)


def _texts(text: Text | Told) -> Texts:
    return Texts(text.en, text.zh)


def _spelling(name: str) -> str:
    return "".join(char for char in name.casefold() if char.isalnum())
