"""A first file of answers for one version: every question in both languages, with what a program can know.

What the law asks a person to judge stays marked: a draft that made up such sentences would be signed
as it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from segmentation.impact import sensitive
from segmentation.impact.answers import CONCLUSIONS, Answers, Assessor, Consulted, FindingAnswers
from segmentation.impact.levels import LEVELS, Level
from segmentation.impact.told import Teller, open_attributes
from segmentation.policy import Text
from segmentation.policy.base import UNWRITTEN, Part
from segmentation.policy.entries import mark, sentence, toml_key
from segmentation.wording import Voice

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic.fields import FieldInfo

    from segmentation.card import ModelCard
    from segmentation.policy import Policy

EN, ZH = Voice("en"), Voice("zh")
LISTS: dict[str, type[Part]] = {"assessors": Assessor, "consulted": Consulted}
WORST = 2
"""Findings of an attribute that a draft repeats; the card has all."""
_HEAD = f"""\
# Answers of the impact assessment (PIPL Art. 55, 56) of {{model}}, begun from its policy and card.
# 个人信息保护影响评估（《个人信息保护法》第五十五条、第五十六条）的人工填写部分。
# Replace every text marked {UNWRITTEN} …>; until then the file is refused. Texts are in both languages.
# 请替换每一处 {UNWRITTEN} …> 标记，否则文件会被拒绝。文字内容须中英文齐全。
# Write no resident's name or value here. 请勿在此写入任何住户的姓名或数据。
# Levels 等级: low 低, medium 中, high 高, very high 很高. true 是, false 否.
# Conclusions 结论: proceed 可以实施, proceed with conditions 附条件实施, do not proceed 不得实施.
"""


def draft_answers(policy: Policy, card: ModelCard) -> str:
    """Begin a file of answers for a version.

    Parameters
    ----------
    policy : Policy
    card : ModelCard
        Of the version: what it leaves open or finds broken is asked for by attribute.

    Returns
    -------
    str
        TOML with a comment for every field in both languages, to be completed by a person. Until then
        `read_answers` names every field that is unwritten.
    """
    return "\n".join(_lines(policy, card)).rstrip() + "\n"


def _lines(policy: Policy, card: ModelCard) -> Iterator[str]:
    yield _HEAD.format(model=policy.name)
    tables: list[tuple[str, FieldInfo]] = []
    for name, field in Answers.model_fields.items():
        if name in LISTS or _is_part(field.annotation):
            tables.append((name, field))
        else:
            yield from _comment(field)
            yield from _hints(name, policy)
            yield f"{name} = {_placeholder(name, field)}"
            yield ""
    for name, field in tables:
        yield from _section(name, field, policy, card)


def _section(name: str, field: FieldInfo, policy: Policy, card: ModelCard) -> Iterator[str]:
    yield "# -----------------------------------------------------------------------------------"
    yield from _comment(field)
    if name == "findings":
        yield from _findings(card)
    elif name in LISTS:
        yield "# One table like this for each. 每人（每方）一段。"
        yield f"[[{name}]]"
        yield from _fields(LISTS[name], name, policy)
    else:
        yield from _table(name, field.annotation, policy)


def _table(path: str, kind: Any, policy: Policy) -> Iterator[str]:  # noqa: ANN401 - a field's annotation
    inner = [(name, field) for name, field in kind.model_fields.items() if _is_part(field.annotation)]
    if len(inner) < len(kind.model_fields):
        yield f"[{path}]"
        yield from _fields(kind, path, policy)
    for name, field in inner:
        yield from _comment(field)
        yield from _hints(f"{path}.{name}", policy)
        yield from _table(f"{path}.{name}", field.annotation, policy)


def _fields(kind: type[Part], path: str, policy: Policy) -> Iterator[str]:
    for name, field in kind.model_fields.items():
        if not _is_part(field.annotation):
            yield from _comment(field)
            yield from _hints(f"{path}.{name}", policy)
            yield f"{name} = {_placeholder(name, field)}"
    yield ""


def _findings(card: ModelCard) -> Iterator[str]:
    teller = Teller(card)
    fields = FindingAnswers.model_fields
    yield "[findings]"
    yield from _comment(fields["together"])
    yield f"# together = {sentence('an answer to all findings', '对全部结论的答复')}"
    if card.verdict.structure:
        yield from _comment(fields["segments"])
        for text in teller.lacking():
            yield from _said(text)
        yield f"segments = {sentence('what is done about it', '如何处理')}"
    yield ""
    yield "[findings.by_attribute]"
    yield from _comment(fields["by_attribute"])
    for key in open_attributes(card):
        blocking = teller.blocking(key)
        for text in blocking[:WORST]:
            yield from _said(text)
        if len(blocking) > WORST:
            yield f"# … {len(blocking) - WORST} more, see the card. 其余见模型卡。"
        yield f"{toml_key(key)} = {sentence('what is done about these findings', '如何处理这些结论')}"
    yield ""


def _hints(path: str, policy: Policy) -> Iterator[str]:
    """Yield what a program knows of a question."""
    if path == "triggers.sensitive":
        columns = sensitive.columns(policy)
        told = (
            ", ".join(columns) or "none; what a policy audits, such as ethnicity, may still be. 仍须人工判断"
        )
        yield f"# Recognised by name 按名称识别: {told}"
    elif path == "rights.treatment":
        for attribute in policy.audited.values():
            yield from _said(attribute.harm)
    elif path == "next_review":
        days = policy.review_days
        yield f"# At most {days} days after assessed_on. 不得晚于评估日期后{days}天。"
    elif path == "contact":
        yield f"# The model's owner 模型负责方: {_line(policy.owner.en)} {_line(policy.owner.zh)}"


def _comment(field: FieldInfo) -> Iterator[str]:
    for voice in (EN, ZH):
        yield f"# {voice.t(str(field.title))}{voice.colon}{voice.t(str(field.description))}"


def _said(text: Text) -> Iterator[str]:
    yield f"#   {_line(text.en)}"
    yield f"#   {_line(text.zh)}"


def _line(text: str) -> str:
    """Return a text on one line, with nothing that a TOML comment may not hold."""
    return "".join(char for char in " ".join(text.split()) if char.isprintable())


def _placeholder(name: str, field: FieldInfo) -> str:
    """Return a mark that says what is to be written; an empty list where nothing need be."""
    kind: object = field.annotation
    title = field.title or ""
    if name == "conditions":
        return '[]  # or [{ en = "…", zh = "…" }]'
    if kind is Text:
        return sentence(EN.t(title).lower(), ZH.t(title))
    if kind is bool:
        return mark("true or false, without quotes")
    if kind == Level:
        return mark(", ".join(LEVELS[:-1]) + f" or {LEVELS[-1]}")
    if name == "conclusion":
        return mark(", ".join(CONCLUSIONS))
    return mark(EN.t(title).lower())


def _is_part(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, Part) and kind is not Text
