"""A draft asks every question in both languages, knows what a program can know, and passes for no answer."""

import re
import tomllib
from itertools import pairwise

import pytest

from segmentation.errors import ImpactError
from segmentation.impact import Answers, answers_from, assess, draft_answers
from segmentation.policy import Text
from segmentation.policy.base import UNWRITTEN, Part
from tests.card import made
from tests.card.hostile import hostile
from tests.impact.made import ASSESSED_ON, RAW, raw_answers

POLICY, CARD = made.policy(), made.card()
DRAFT = draft_answers(POLICY, CARD)


def leaves(kind, path=()):
    """Yield the path of every question that is no table of its own."""
    for name, field in kind.model_fields.items():
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, Part) and inner is not Text:
            yield from leaves(inner, (*path, name))
        else:
            yield (*path, name)


def test_a_draft_is_refused_until_it_is_written_and_names_every_mark():
    with pytest.raises(ImpactError) as refused:
        answers_from(tomllib.loads(DRAFT))
    rules = {fault.rule for fault in refused.value.faults}

    assert rules == {"is still to be written by a person"}
    lines = [line for line in DRAFT.splitlines() if not line.startswith("#")]
    assert len(refused.value.faults) == sum(line.count(UNWRITTEN) for line in lines)


def test_a_draft_asks_every_question():
    raw = tomllib.loads(DRAFT)
    for path in leaves(Answers):
        if path[0] == "findings":
            continue
        place = raw
        for key in path:
            assert key in place, path
            place = place[key]
    assert set(raw["findings"]["by_attribute"]) == {"age_band × tenure", "age_band", "tenure"}


def test_a_draft_that_is_filled_in_is_an_assessment():
    raw = tomllib.loads(DRAFT)
    findings = {key: {"en": "Followed.", "zh": "跟进。"} for key in raw["findings"]["by_attribute"]}
    filled = {**raw, **raw_answers(findings={"by_attribute": findings})}

    assert set(raw) == set(RAW)
    assert (
        assess(POLICY, CARD, answers_from(filled), version=1, today=ASSESSED_ON).audit.attributes[0].answer.zh
        == "跟进。"
    )


def test_every_comment_of_a_question_stands_in_both_languages():
    draft = draft_answers(POLICY, made.card(choice=made.given()))
    comments = [line for line in draft.splitlines() if line.startswith("# ")]
    questions = {f"{field.title}: {field.description}" for _, field in _fields(Answers)}
    asked = [one for one in comments if one[2:] in questions]

    assert set(asked) == {f"# {one}" for one in questions}
    for one, after in pairwise(comments):
        if one[2:] in questions:
            assert re.search("[\u4e00-\u9fff]", after), one


def _fields(kind):
    for name, field in kind.model_fields.items():
        yield name, field
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, Part) and inner is not Text:
            yield from _fields(inner)


def test_a_draft_knows_the_harms_the_findings_and_the_review_period():
    assert "#   Older residents are served apart.\n#   老年住户被区别对待。" in DRAFT
    assert "Cramér's V 0.31 [0.30, 0.32]" in DRAFT
    assert "# At most 180 days after assessed_on." in DRAFT
    assert "# … 3 more, see the card." in DRAFT


def test_segments_that_do_not_stand_are_asked_about():
    lacking = draft_answers(POLICY, made.card(choice=made.given()))

    assert "segments" in tomllib.loads(lacking)["findings"]
    assert "No structure: with 2 segments" in lacking
    assert "segments" not in tomllib.loads(DRAFT)["findings"]


def test_no_text_of_a_policy_leaves_its_comment():
    odd = made.policy().model_copy(
        update={"owner": Text(en='x"\n[rights]\r\nowner = "y\x0b', zh="甲\u2028[security]")}
    )
    raw = tomllib.loads(draft_answers(odd, hostile(CARD)))

    assert raw["contact"]["en"].startswith(UNWRITTEN)


def test_the_draft_is_kept_in_form(golden):
    from pathlib import Path

    golden(Path(__file__).parent / "golden" / "draft.toml", DRAFT)
