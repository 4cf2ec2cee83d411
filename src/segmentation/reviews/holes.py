"""What may stand in the holes of a sentence, and how each is told in Chinese: names as they are, days, roles.

A hole is named after what it holds, so a name that is no day fits no hole for a day, and a sentence that is
not the one that it seems is not told as if it were.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from segmentation.reviews.named import ACTIONS, ROLES, STATES, word
from segmentation.rights import words as rights
from segmentation.wording.language import Voice

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

ZH = Voice("zh")


@dataclass(frozen=True)
class Kind:
    """What a hole may hold, and how that is told in Chinese.

    Attributes
    ----------
    pattern : str
        Of the whole value; simple enough that no value takes long.
    tell : callable
    """

    pattern: str
    tell: Callable[[str], str]

    def holds(self, value: str) -> bool:
        """Whether the value is one that may stand there."""
        return bool(value) and re.fullmatch(self.pattern, value, re.DOTALL) is not None


def _day(text: str) -> str:
    year, month, day = text.split("-")
    return f"{year}年{int(month)}月{int(day)}日"


def _time(text: str) -> str:
    day, _, clock = text.partition(" ")
    return f"{_day(day)} {clock}"


def _moment(text: str) -> str:
    time, _, zone = text.rpartition(" ")
    return f"{_time(time)}（{zone}）"


def _version(text: str) -> str:
    model, _, version = text.rpartition(" version ")
    return f"{model.removeprefix('the bundle of ')}第{version}版{'的文件包' if ' of ' in text else ''}"


def _signers(text: str) -> str:
    """Return who signed, ``Carol (compliance) and Bob (business)``, with their roles."""
    pairs = (one.removesuffix(")").rpartition(" (") for one in text.split(") and "))
    return "和".join(f"{name}（{word(ROLES, role, ZH)}）" for name, _, role in pairs)


def _word(words: Mapping[str, str]) -> Callable[[str], str]:
    return lambda text: word(words, text.replace(" ", "_"), ZH)


def _words(words: Mapping[str, str], last: str) -> Callable[[str], str]:
    """Return what tells a list of keys: ``trainer, compliance or business``."""

    def told(text: str) -> str:
        *most, end = map(_word(words), re.split(r", | and | or ", text))
        return f"{'、'.join(most)}{last if most else ''}{end}"

    return told


def _among(words: Mapping[str, str]) -> Callable[[str], str]:
    """Return what tells a list of names: each by its word, or as it is."""
    return lambda text: "、".join(words.get(one, one) for one in re.split(r", | and | or ", text))


def _lacking(text: str) -> str:
    """Return findings that a refusal names: ``a, b and 3 more have``."""
    named = text.removesuffix(" has").removesuffix(" have")
    more = re.search(r" and (\d+) more$", named)
    keys = (named if more is None else named[: more.start()]).replace(", ", "、")
    return keys if more is None else f"{keys}，另有{more[1]}项"


def _field(text: str) -> str:
    """Return where in a record something is wrong: ``waivers.0.reason``."""
    first, *parts = text.split(".")
    rest = (f"第{int(one) + 1}项" if one.isdecimal() else f"的{FIELDS.get(one, one)}" for one in parts)
    return FIELDS.get(first, first) + "".join(rest)


def _label(text: str) -> str:
    """Return what a message calls an event: ``decision, approve of small_needs 1``."""
    kind, _, rest = text.partition(", ")
    told, _, about = rest.rpartition(" of ")
    model, _, version = about.rpartition(" ")
    if kind in {"decision", "comment", "adoption", "activated"} and rest:
        what = f"{model}第{version}版" if model else about
        return f"{EVENTS[kind]}：{'，'.join(filter(None, (word(ACTIONS, told, ZH), what)))}"
    return "：".join(filter(None, (EVENTS.get(kind, kind), rest)))


def _event(text: str) -> str:
    """Return what stands in another event's place: ``event 5 (person, Carol)``."""
    seq, _, label = text.removeprefix("event ").removesuffix(")").partition(" (")
    return f"第{seq}号事件（{_label(label)}）"


def _record(text: str) -> str:
    """Return what a message calls a record: ``A decision record``, or ``record of an API key``."""
    kind = re.sub("^An? ", "", text).removesuffix(" record")
    return RECORDS.get(kind) or f"{EVENTS.get(kind.replace(' ', '_'), kind)}记录"


def _rooted(text: str) -> str:
    return "账本起始记录" if text == "start of the ledger" else f"{text.removeprefix('record of ')}的人员记录"


def _path(text: str) -> str:
    """Return a file or folder; what a message calls a bundle, or a part of one, in Chinese."""
    bundle = re.fullmatch(r"The (?:(card|policy) in the )?bundle of (\w+) version (\d+)", text)
    if bundle is None:
        return "其内容" if text == "it" else text
    part = f"中的{PARTS[bundle[1]]}" if bundle[1] else ""
    return f"{bundle[2]}第{bundle[3]}版的文件包{part}"


def _place(text: str) -> str:
    """Return where a ledger is."""
    database = re.fullmatch(r"PostgreSQL database (\S+) at (\S+)", text)
    return text if database is None else f"{database[2]}上的PostgreSQL数据库{database[1]}"


def _as_it_is(text: str) -> str:
    return text


EVENTS = {
    "start": "账本起始",
    "person": "人员登记",
    "decision": "审批决定",
    "adoption": "采用策略",
    "activated": "启用",
    "api_key": "API密钥",
    "api_key_revoked": "API密钥撤销",
    "anchored": "日志锚定",
    "comment": "意见",
}
"""Kinds of events, within a sentence."""
RECORDS = {
    "record of an API key": "API密钥记录",
    "revocation of an API key": "API密钥撤销记录",
    "record of a session": "会话记录",
    "comment": "意见记录",
}
FIELDS = {
    "reason": "理由",
    "conditions": "条件",
    "waivers": "豁免",
    "finding": "结论",
    "expires": "截止日",
    "valid_until": "截止日",
    "by": "姓名",
    "name": "名称",
    "role": "角色",
    "trained_by": "训练者",
    "remarks": "意见",
    "section": "章节",
    "text": "内容",
    "scopes": "范围",
    "per_second": "每秒请求数",
    "record": "记录",
}
"""Fields of records."""
PARTS = {
    "digests": "摘要",
    "verdict": "审计总体判定",
    "blocking": "阻止签署的结论",
    "trained_by": "训练者",
    "review_days": "复审周期",
    "limits": "审计界限",
    "manifest": "清单",
    "policy": "策略",
    "scorer": "评分器",
    "card": "卡片",
    "audit": "审计",
    "impact assessment": "影响评估",
    "data": "数据",
    "model": "模型",
    "version": "版本",
}
"""What is signed of a version."""
SEALED = {"key": "密钥", "keyring": "密钥环"}
"""What a passphrase opens."""
RIGHTS = {key: told.zh for key, told in rights.RIGHTS.items()}
ENDS = {key: told.zh for key, told in rights.ENDS.items()}
REASONS = {
    "permission denied": "没有权限",
    "operation not permitted": "不允许此操作",
    "no space left on device": "磁盘空间不足",
    "disk quota exceeded": "超出磁盘配额",
    "no such file or directory": "文件或文件夹不存在",
    "file exists": "文件已存在",
    "not a directory": "不是文件夹",
    "is a directory": "是文件夹",
    "read-only file system": "文件系统为只读",
    "input/output error": "读写错误",
    "file name too long": "文件名过长",
    "too many open files": "打开的文件过多",
    "too many levels of symbolic links": "符号链接层数过多",
    "the file system refuses": "文件系统拒绝",
    "database or disk is full": "数据库或磁盘已满",
    "attempt to write a readonly database": "数据库为只读",
    "connection refused": "连接被拒绝",
}
"""What systems say, in their own words; others are told as they are."""

PERSON = r"\w[\w .@-]{0,62}"
PLACE = r"(?:(?!: |\. ).)+"
"""A file, a folder or a database, and no sentence."""
NUMBER = Kind(r"[\d,]{1,30}", _as_it_is)
KINDS: Mapping[str, Kind] = {
    "version": NUMBER,
    "seq": NUMBER,
    "n": NUMBER,
    "size": NUMBER,
    "by": Kind(PERSON, _as_it_is),
    "name": Kind(PERSON, _as_it_is),
    "day": Kind(r"\d{4}-\d\d-\d\d", _day),
    "time": Kind(r"\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)?", _time),
    "moment": Kind(r"\d{4}-\d\d-\d\d \d\d:\d\d \S{1,40}", _moment),
    "which": Kind(r"\w+ version \d+", _version),
    "bundle": Kind(r"the bundle of \w+ version \d+", _version),
    "signers": Kind(r"\w[\w .@-]* \(\w+\)( and \w[\w .@-]* \(\w+\))?", _signers),
    "state": Kind(r"[a-z_ ]{1,40}", _word(STATES)),
    "action": Kind(r"[A-Za-z_ ]{1,40}", _word(ACTIONS)),
    "steps": Kind(r"[a-z_, ]{1,200}", _words(ACTIONS, "、")),
    "role": Kind(r"[a-z]{1,20}", _word(ROLES)),
    "all_roles": Kind(r"[a-z ]{1,100}", _words(ROLES, "和")),
    "any_role": Kind(r"[a-z, ]{1,100}", _words(ROLES, "或")),
    "findings": Kind(r".+", lambda text: text.replace(", ", "、")),
    "lacking": Kind(r".+ (has|have)", _lacking),
    "parts": Kind(r"[a-z_, ]{1,200}", _among(PARTS)),
    "part": Kind(r"[a-z]{1,20}", _among(PARTS)),
    "names": Kind(r".+", lambda text: text.replace(", ", "、")),
    "field": Kind(r"[a-z_.0-9]{1,100}", _field),
    "choices": Kind(r"'.{1,300}'", lambda text: re.sub(", | or ", "、", text)),
    "label": Kind(r".{1,300}", _label),
    "event": Kind(r"event \d+ \(.{1,300}\)", _event),
    "kind": Kind(r".{1,100}", lambda text: EVENTS.get(text, text)),
    "record": Kind(r"[\w ]{1,60}", _record),
    "rooted": Kind(r"(start of the ledger|record of .{1,63})", _rooted),
    "path": Kind(PLACE, _path),
    "place": Kind(PLACE, _place),
    "folder": Kind(PLACE, _as_it_is),
    "sealed": Kind(r"[a-z]{1,20}", _among(SEALED)),
    "right": Kind(r"[a-z]{1,20}", _among(RIGHTS)),
    "rights": Kind(r"[a-z, ]{1,200}", _among(RIGHTS)),
    "ended": Kind(r"[a-z]{1,20}", _among(ENDS)),
    "reason": Kind(r".+", lambda text: REASONS.get(text, text)),
}
"""By what the name of a hole begins with, up to its number; what is not here stands as it is."""
ANY = Kind(r".+", _as_it_is)


def stem_of(hole: str) -> str:
    """Return the name of a hole without the number that tells it from another of its kind."""
    return hole.rstrip("0123456789")


def kind_of(hole: str) -> Kind:
    """Return what a hole of this name may hold."""
    return KINDS.get(stem_of(hole), ANY)
