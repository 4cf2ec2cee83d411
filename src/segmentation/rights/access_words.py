"""The words of the table of access, in both languages, as the documentation prints them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segmentation.answers import Texts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from segmentation.rights.access import For

MEANT: Mapping[For, Texts] = {
    "placing": Texts(
        "the purpose for which residents are placed: an API key was issued for it, and the resident consents "
        "and does not object",
        "分群所服务的处理目的：密钥须为该目的签发，且住户已同意、未提出异议",
    ),
    "stated": Texts(
        "the purpose that is named in the request: the API key was issued for it, the policy states it, and "
        "the resident consents and does not object",
        "请求中写明的处理目的：密钥须为该目的签发，策略须列明该目的，且住户已同意、未提出异议",
    ),
    "recorded": Texts(
        "the purpose that a consent is about; a policy or a notice states it",
        "该项同意所对应的处理目的：须由策略或告知书列明",
    ),
    "rights": Texts(
        "what a resident has a right to; it asks for no consent", "行使住户的法定权利，不以同意为前提"
    ),
    "keeping": Texts(
        "keeping safe, and no longer than needed, what is kept; nobody is looked up",
        "安全保存和按期删除，不查询任何住户",
    ),
    "unnamed": Texts(
        "needs of residents whom nobody names, so nobody's consent can be looked up: who asks answers for it",
        "提交的需求不指明任何住户，无从核对同意，由请求方负责",
    ),
}
"""What each purpose means in this table."""
WHO: Mapping[str, Texts] = {
    "trainer": Texts("trainer", "训练"),
    "compliance": Texts("compliance", "合规"),
    "business": Texts("business", "业务"),
    "administrator": Texts("administrator", "管理员"),
    "monitor": Texts("monitor", "监测"),
    "operator": Texts("operator", "运维"),
}
"""Who comes without an API key."""
DOES: Mapping[str, Texts] = {
    "predict": Texts("Segments of residents", "查询住户所属分群"),
    "invocations": Texts("The same, for MLflow's clients", "同上（MLflow 协议）"),
    "explain": Texts("Why residents are in their segments", "查询归入分群的原因"),
    "resident_place": Texts("Place one resident, and keep the segment", "为一位住户分群并保存结果"),
    "resident_segment": Texts("The segment that is kept of one resident", "查询已保存的一位住户的分群"),
    "resident_explain": Texts("Why one resident is in their segment", "说明一位住户归入其分群的原因"),
    "resident_consent": Texts(
        "Put a consent, refusal, withdrawal or objection on record", "登记同意、拒绝、撤回或异议"
    ),
    "resident_consents": Texts("Where the consents of one resident stand", "查询一位住户的同意状态"),
    "resident_ask": Texts("Enter what one resident asks for", "登记一位住户的权利请求"),
    "resident_requests": Texts(
        "What one resident asked for, and what came of it", "查询一位住户的权利请求及办理结果"
    ),
    "resident_account": Texts("Everything that is kept of one resident", "查询所保存的一位住户的全部信息"),
    "resident show": Texts("Everything that is kept of one resident", "查询所保存的一位住户的全部信息"),
    "resident explain": Texts("Why one resident is in their segment", "说明一位住户归入其分群的原因"),
    "resident requests": Texts(
        "The register of requests, which names nobody", "权利请求登记簿（不含住户身份）"
    ),
    "resident request": Texts("Enter what one resident asks for", "登记一位住户的权利请求"),
    "resident answer": Texts("Answer a request", "答复权利请求"),
    "resident override": Texts("Put another segment in the place of the computed one", "人工改定分群"),
    "resident erase": Texts("Erase a resident", "删除一位住户的信息"),
    "consent state": Texts("Where one consent stands, or stood", "查询一项同意的状态"),
    "consent give": Texts("Record consent", "登记同意"),
    "consent refuse": Texts("Record a refusal", "登记拒绝"),
    "consent withdraw": Texts("Record a withdrawal", "登记撤回"),
    "consent object": Texts("Record an objection, or its end", "登记异议或收回异议"),
    "consent import": Texts("Bring in consents of many", "批量导入同意记录"),
    "consent export": Texts(
        "Take out consents; of over 600 residents with an alert", "批量导出同意记录（超过600人告警）"
    ),
    "consent notice": Texts("Put a version of a notice on record", "登记告知书版本"),
    "breach open": Texts("Enter a breach that was found", "登记发现的安全事件"),
    "breach step": Texts("Add what was done about it", "登记安全事件的处置步骤"),
    "breach list": Texts("The register of breaches, which names nobody", "安全事件登记簿（不含住户身份）"),
    "breach notice": Texts("Write the notice of a breach", "生成安全事件通知"),
    "score": Texts(
        "With `--store`: place many residents, and keep their segments", "加 `--store`：批量分群并保存结果"
    ),
    "build": Texts("Who consents, before segments are made", "建立分群前核对同意"),
    "mitigate": Texts("The same, before segments are made anew", "重新建立分群前核对同意"),
    "audit": Texts("How many have another segment by a person", "统计人工改定的数量"),
    "retention run": Texts("Take out what is due", "删除到期信息"),
    "keyring rotate": Texts("Wrap the keys of residents anew", "更换住户数据密钥的封装密钥"),
    "backup": Texts("Copy all of it, sealed", "加密备份"),
    "restore": Texts("Bring a backup back, without who was erased", "恢复备份（已删除的住户除外）"),
    "page_residents": Texts(
        "How many wait for an answer; compliance sees the register", "待办请求数量；合规可见登记簿"
    ),
    "page_find_resident": Texts("Find one resident by the reference", "按编号查找一位住户"),
    "page_whose": Texts("Go from a request to whose it is", "由请求转到其住户"),
    "page_resident": Texts("Everything that is kept of one resident", "查询所保存的一位住户的全部信息"),
    "page_resident_json": Texts("The same as JSON", "同上（JSON）"),
    "page_resident_page": Texts("The same, to hand over", "同上（供交付）"),
    "page_receive_request": Texts("Enter what one resident asks for", "登记一位住户的权利请求"),
    "page_say": Texts("Record a withdrawal or an objection", "登记撤回或异议"),
    "page_override": Texts("Look at a segment, to put another in its place", "查看分群以便人工改定"),
    "page_decide_override": Texts("Put another segment in the place of the computed one", "人工改定分群"),
    "page_erase": Texts("Look at what an erasure takes out", "查看拟删除的内容"),
    "page_carry_out": Texts("Erase a resident", "删除一位住户的信息"),
    "page_request": Texts("One request, and its steps", "查看一项请求及其办理步骤"),
    "page_answer": Texts("Answer a request", "答复权利请求"),
}
"""What is done on each way."""
