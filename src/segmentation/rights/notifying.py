"""The notice of a breach, to the authority and to residents, with what is known filled in (PIPL Art. 57).

The law names what it must tell; a notice that lacks any of it says so, and is a draft. What is known is told
in the language in which somebody wrote it: nothing is translated here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple, get_args

from segmentation.answers import Texts
from segmentation.errors import ReviewError
from segmentation.ledger.personal.breaches import PARTS
from segmentation.wording import Voice

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from segmentation.ledger.personal.breaches import Breach, Part
    from segmentation.wording import Language

Reader = Literal["authority", "residents"]
READERS: tuple[Reader, ...] = get_args(Reader)

TITLES: Mapping[Reader, Texts] = {
    "authority": Texts(
        "Notice of a personal information security incident, to the authority in charge of personal "
        "information protection",
        "个人信息安全事件报告（致履行个人信息保护职责的部门）",
    ),
    "residents": Texts(
        "Notice to residents: your personal information", "致住户：关于您个人信息的安全事件告知"
    ),
}
BEGINNINGS: Mapping[Reader, Texts] = {
    "authority": Texts(
        "Under Article 57 of the Personal Information Protection Law we notify you of an incident in which "
        "personal information was, or may have been, leaked, altered or lost.",
        "依据《中华人民共和国个人信息保护法》第五十七条，现就发生或者可能发生的个人信息泄露、篡改、丢失事件报告如下。",
    ),
    "residents": Texts(
        "Personal information about you was, or may have been, leaked, altered or lost. The law (Personal "
        "Information Protection Law, Article 57) gives you the right to know what we know.",
        "您的个人信息发生或者可能发生了泄露、篡改、丢失。依据《中华人民共和国个人信息保护法》第五十七条，现将有关情况告知如下。",
    ),
}
HEADS: Mapping[Part, Texts] = {
    "kinds": Texts("Which information", "涉及的个人信息种类"),
    "cause": Texts("Why it happened", "原因"),
    "harm": Texts("What harm may come of it", "可能造成的危害"),
    "remedies": Texts("What we have done about it", "已采取的补救措施"),
    "advice": Texts("What those concerned can do to lessen the harm", "个人可以采取的减轻危害的措施"),
    "contact": Texts("Whom to ask", "联系方式"),
}
WHEN, FOUND = Texts("When it happened", "发生时间"), Texts("When it was found", "发现时间")
COUNT, TOLD = Texts("How many are concerned", "涉及人数"), Texts("Notice to residents", "通知个人的情况")
UNKNOWN = Texts("Not known yet; we go on looking into it.", "尚未查明，正在进一步调查。")
SO_MANY = Texts("{:,}", "{:,}人")
TOLD_ON, NOT_TOLD = Texts("Since {}.", "已于{}起通知。"), Texts("Not yet.", "尚未通知。")
END: Mapping[Reader, Texts] = {
    "authority": Texts("We add to this notice as soon as more is known.", "如有新的情况，将及时补充报告。"),
    "residents": Texts(
        "You may at any time ask what is kept of you, take back your consent, and have your information "
        "erased. Your service under the contract goes on.",
        "您可以随时查询我们所保存的您的信息、撤回同意或者要求删除，合同约定的服务不受影响。",
    ),
}
DRAFT = Texts(
    "DRAFT, NOT COMPLETE: what is marked is missing, and the law asks for it. Do not send it so.",
    "草稿，内容不完整：标出的事项为法律要求的必备内容，补齐前请勿发出。",
)
MISSING = Texts("[MISSING: {}]", "【待补充：{}】")


class Section(NamedTuple):
    """A part of a notice: what it is about, and what is told."""

    head: str
    text: str


@dataclass(frozen=True)
class Notice:
    """A notice of a breach in one language.

    Attributes
    ----------
    reader : {"authority", "residents"}
    language : {"zh", "en"}
    missing : tuple of str
        What the law asks for and nobody wrote in this language: names of `breaches.PARTS`.
    text : str
        All of it, as Markdown; where something is missing, its first line says that it is a draft.
    """

    reader: Reader
    language: Language
    missing: tuple[Part, ...]
    text: str

    @property
    def is_complete(self) -> bool:
        """Whether it tells everything that the law asks for."""
        return not self.missing

    def check(self) -> None:
        """Refuse a notice that may not be sent.

        Raises
        ------
        ReviewError
            Something is missing: says what, and how to add it.
        """
        if self.missing:
            raise ReviewError(
                f"The notice is not complete in the language {self.language}: it lacks "
                f"{', '.join(self.missing)} (PIPL Art. 57). Add them as facts with `segmentation breach "
                "step`, or write it as a draft with --draft."
            )


def notice_of(breach: Breach, reader: Reader, language: Language, now: datetime) -> Notice:
    """Return the notice of a breach with what is known filled in.

    Parameters
    ----------
    breach : Breach
    reader : {"authority", "residents"}
    language : {"zh", "en"}
    now : datetime
        Aware; the day of the notice.
    """
    known = {part: getattr(text, language).strip() for part, text in breach.facts.items()}
    missing = tuple(part for part in PARTS if not known.get(part))
    voice = Voice(language)
    lines = [] if not missing else [f"> {_in(DRAFT, language)}", ""]
    lines += [f"# {_in(TITLES[reader], language)}", "", _in(BEGINNINGS[reader], language)]
    for section in _sections(breach, reader, known, voice):
        lines += ["", f"## {section.head}", "", section.text]
    lines += ["", _in(END[reader], language), "", f"{breach.id}, {voice.time(now)}", ""]
    return Notice(reader, language, missing, "\n".join(lines))


def _sections(breach: Breach, reader: Reader, known: Mapping[Part, str], voice: Voice) -> Iterator[Section]:
    language = voice.language
    happened, found = breach.happened, breach.reached("found")
    yield Section(_in(WHEN, language), voice.time(happened) if happened else _in(UNKNOWN, language))
    if reader == "authority" and found is not None:
        yield Section(_in(FOUND, language), voice.time(found))
        yield Section(_in(COUNT, language), _count(breach.residents, language))
    for part in PARTS:
        head = _in(HEADS[part], language)
        yield Section(head, known.get(part) or _in(MISSING, language).format(head))
    if reader == "authority":
        at = breach.reached("residents_notified")
        told = _in(TOLD_ON, language).format(voice.time(at)) if at else _in(NOT_TOLD, language)
        yield Section(_in(TOLD, language), told)


def _count(residents: int | None, language: Language) -> str:
    """Return how many there are, also where it is few: the authority judges the harm by it."""
    if residents is None:
        return _in(UNKNOWN, language)
    return _in(SO_MANY, language).format(residents)


def _in(text: Texts, language: Language) -> str:
    return str(getattr(text, language))
