"""Answers and assessments made by hand; `impact` fits any policy and card, for whoever needs a valid one."""

import copy
from datetime import date

from segmentation.impact import answers_from, assess
from segmentation.policy import policy_from
from tests.card import made

ASSESSED_ON = date(2026, 3, 1)


def text(en, zh=None):
    return {"en": en, "zh": zh or f"（{en}）"}


def effect(likelihood, severity, en):
    return {"text": text(en), "likelihood": likelihood, "severity": severity}


RAW = {
    "assessed_on": ASSESSED_ON,
    "next_review": date(2026, 8, 1),
    "contact": text("Service desk in building 3.", "三号楼服务台。"),
    "residual_risk": "medium",
    "safeguards_fit": text("They fit.", "相适应。"),
    "conclusion": "proceed with conditions",
    "conditions": [text("The desk answers within five days.", "服务台五日内答复。")],
    "assessors": [{"name": "Carol Chen", "role": text("Compliance officer", "合规负责人")}],
    "consulted": [
        {
            "who": text("Residents' committee", "业主委员会"),
            "view": text("Asked for a leaflet.", "要求发放告知单。"),
        }
    ],
    "triggers": {
        "sensitive": {
            "applies": False,
            "text": text("Neither age nor tenure is sensitive.", "不处理敏感个人信息。"),
        },
        "major_effect": {"applies": False, "text": text("Only extras are planned.", "仅安排额外服务。")},
    },
    "necessity": {
        "why_segments": text("Crews are planned by area.", "班组按片区安排。"),
        "less_intrusive": text("Counts by building hide single needs.", "按楼栋计数无法反映个别需求。"),
    },
    "rights": {
        "autonomy": effect("low", "medium", "A resident may not know of the segment."),
        "treatment": effect("medium", "high", "Older residents may get less."),
        "reputation": effect("low", "low", "Names speak of needs alone."),
        "harm": effect("low", "high", "A late repair may do harm."),
    },
    "automated_decisions": {
        "explanation": text("The desk prints the reason.", "服务台打印原因。"),
        "refusal": text("A form at the desk; contract service goes on.", "在服务台填表，合同服务不变。"),
    },
    "findings": {"together": text("Followed for a quarter."), "segments": text("Looked at again in May.")},
    "security": {
        "risks": effect("medium", "medium", "A table may be mailed by mistake."),
        "access": text("Two people of the department."),
        "encryption": text("Disks and connections are encrypted."),
        "training": text("Once a year for everybody."),
        "incidents": text("The officer tells residents and the authority."),
        "processors": {"applies": True, "text": text("A hosting company, under an agreement.")},
        "abroad": {"applies": False, "text": text("No data leave the country.")},
    },
}


def raw_answers(**changes):
    """Return the raw tables of complete answers, with `changes` of top-level fields."""
    return copy.deepcopy(RAW) | changes


def answers(**changes):
    return answers_from(raw_answers(**changes))


def impact(policy=None, card=None, *, version=1, today=ASSESSED_ON, **changes):
    """Return an assessment of a version: by default of the small card made by hand."""
    return assess(
        policy or made.policy(), card or made.card(), answers(**changes), version=version, today=today
    )


def sensitive_policy():
    """Return a policy that audits by religion, which PIPL Art. 28 names."""
    raw = made.raw_policy()
    raw["protected"]["religion"] = {
        "title": text("Religion", "宗教信仰"),
        "groups": ["a", "b"],
        "harm": text("One is served apart.", "区别对待。"),
    }
    return policy_from(raw)
