"""The words in which a resident is told what is kept of them, in both languages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segmentation.answers import Texts

if TYPE_CHECKING:
    from collections.abc import Mapping

TITLE = Texts("What is kept of you", "关于您所保存的信息")
WHEN = Texts("As it stands on {}.", "截至 {}。")
NOTHING = Texts("Nothing is kept here.", "此处没有保存任何内容。")
SECTIONS: Mapping[str, tuple[Texts, Texts]] = {
    "purposes": (
        Texts("What you agreed to", "您的同意"),
        Texts(
            "You may take any consent back at any time, without a reason. The service of your contract goes "
            "on.",
            "您可以随时撤回任何一项同意，无须说明理由，合同约定的服务不受影响。",
        ),
    ),
    "segments": (
        Texts("Your segment", "您所在的分群"),
        Texts(
            "A program places residents by their needs of services. You may ask why, ask a person to look at "
            "it, and object: then you get the standard service.",
            "系统按服务需求对住户分群。您可以要求说明原因、要求人工复核，也可以提出异议：此后即为您提供标准服务。",
        ),
    ),
    "overrides": (
        Texts("What a person decided instead", "人工改定"),
        Texts("It holds in the place of the computed segment.", "改定后的分群优先于系统计算的分群。"),
    ),
    "requests": (
        Texts("What you asked for", "您提出的请求"),
        Texts(
            "If a request is refused, you are told why, and may go to court.",
            "请求被拒绝的，我们会说明理由；您可以依法向人民法院提起诉讼。",
        ),
    ),
    "consents": (
        Texts("Every consent on record", "同意的全部记录"),
        Texts("The newest of a purpose counts.", "同一目的以最新一次为准。"),
    ),
    "readings": (
        Texts("Who asked about you", "查询记录"),
        Texts(
            "Programs are named by their API key. What was asked in the last minute may be missing.",
            "程序以其 API 密钥编号表示。最近一分钟内的查询可能尚未列入。",
        ),
    ),
}
"""Title of each section, and what a resident should know of it."""
STATES: Mapping[str | None, Texts] = {
    "given": Texts("you agreed", "您已同意"),
    "refused": Texts("you refused", "您已拒绝"),
    "withdrawn": Texts("you withdrew", "您已撤回同意"),
    "objected": Texts("you objected to automated decisions", "您对自动化决策提出异议"),
    "objection_lifted": Texts("you took your objection back", "您已收回异议"),
    None: Texts("nothing was said", "尚无记录"),
}
RIGHTS: Mapping[str, Texts] = {
    "access": Texts("Access", "查阅"),
    "copy": Texts("A copy", "复制"),
    "correction": Texts("Correction", "更正、补充"),
    "explanation": Texts("An explanation", "说明原因"),
    "objection": Texts("An objection to automated decisions", "拒绝自动化决策"),
    "review": Texts("Review by a person", "人工复核"),
    "erasure": Texts("Erasure", "删除"),
    "withdrawal": Texts("Withdrawal of consent", "撤回同意"),
}
ENDS: Mapping[str, Texts] = {
    "received": Texts("received", "已受理"),
    "extended": Texts("extended", "已延期"),
    "done": Texts("done", "已办结"),
    "refused": Texts("refused", "已拒绝"),
    "erased": Texts("ended with the erasure", "因删除而终结"),
}
SINCE = Texts("{what}: {state} on {at}", "{what}：{state}（{at}）")
SAID = Texts("{what}: {state}", "{what}：{state}")
NOTICE = Texts("notice {}", "告知书版本 {}")
CHANNEL = Texts("by {}", "渠道：{}")
CHECKED: Mapping[str, Texts] = {
    "login": Texts("asked in the resident's account", "住户登录本人账户提出"),
    "code": Texts("checked by a code sent to a number on record", "已用预留号码接收的验证码核验"),
    "callback": Texts("checked by calling a number on record", "已回拨预留号码核验"),
    "in_person": Texts("checked in person", "已当面核验身份"),
    "authority": Texts("an authority from the resident was seen", "已核验授权委托书"),
    "guardian": Texts("checked as parent or guardian", "已核验监护人身份"),
    "kin": Texts("checked as next of kin", "已核验近亲属身份"),
}
"""How it was made sure who asks, each of `identity.WAYS`."""
RECORDED = Texts("recorded by {}", "登记人：{}")
PLACED = Texts(
    "{segment}, by version {version} of {model} on {at}; kept until {expires}",
    "{segment}，由 {model} 第 {version} 版于 {at} 得出；保存至 {expires}",
)
EXPIRED = Texts("no longer used", "不再使用")
VERSIONS: Mapping[str, Texts] = {
    "active": Texts("its version is in use", "该版本正在使用"),
    "superseded": Texts("its version was replaced since", "该版本已被其他版本取代"),
    "revoked": Texts("its version was revoked, so this segment is not used", "该版本已撤销，此分群不再使用"),
    "suspended": Texts(
        "its version is suspended, so this segment is not used now", "该版本已暂停，此分群暂不使用"
    ),
    "expired": Texts(
        "the approval of its version has expired, so this segment is not used",
        "该版本的批准已到期，此分群不再使用",
    ),
    "rejected": Texts(
        "its version was rejected since, so this segment is not used", "该版本已被驳回，此分群不再使用"
    ),
}
"""Where the version stands that placed a resident; of every other state `REVIEWED` is said."""
REVIEWED = Texts("its version is not in use", "该版本未在使用")
BORDERLINE = Texts("a borderline case", "处于边界")
DECISION = Texts("under the signed decision {}", "所依据的审批决定：{}")
MARGIN = Texts("margin {}", "间隔 {}")
IMPUTED = Texts("not known: {}", "未知项：{}")
FOR = Texts("for {}", "用于：{}")
PUT = Texts("{segment}, decided by {by} on {at}: {reason}", "{segment}，由 {by} 于 {at} 决定：{reason}")
LIFTED = Texts(
    "The computed segment holds again, decided by {by} on {at}: {reason}",
    "恢复系统计算的分群，由 {by} 于 {at} 决定：{reason}",
)
ASKED = Texts(
    "{right} ({id}): {state}; received on {received}, to be answered by {due}",
    "{right}（{id}）：{state}；{received} 受理，应于 {due} 前答复",
)
STEP = Texts("{state} on {at} by {by}", "{at} {state}，经办：{by}")
READ = Texts("{at}: {by}, {route}, for {purpose}", "{at}：{by}，{route}，目的：{purpose}")
REFUSED = Texts("refused", "已被拒绝")
