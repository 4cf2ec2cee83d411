"""The page shows the whole card, in the card's order: what needs care marked, what is long folded away."""

import re
from dataclasses import fields, replace
from functools import cache
from pathlib import Path

import pytest
from jinja2 import Environment, nodes

import segmentation.card
from segmentation.audit import GroupTable
from segmentation.card import LANGUAGES, ModelCard, render
from segmentation.card.once import WORST
from segmentation.card.page import OPEN_ROWS
from segmentation.policy import policy_from
from tests.card import made
from tests.card.leaves import changed, leaves
from tests.card.reading import Page

CARD = made.card()
TEMPLATES = Path(segmentation.card.__file__).parent / "templates"
NAMES = [part.name for part in fields(ModelCard)]
COPIES = r"verdict\.blocking|gaps"
"""Findings that the page tells in short, and in full under `fairness`."""
SAME = (
    r"fairness.*\.(limit|hidden)|.*carriers\.\d\.residents|segments.*\.rule\.alternatives\.0\.4\.value"
    r"|.*traces\.1\.gap|segments.*\.rule\.most"
)
"""Shown with the first of its table; told by the figures that are missing; a flag's, told by `is`; of a way
that is not the main one; told in words where it is under the least that is not rough."""


@cache
def syntax(path):
    return Environment(trim_blocks=True, lstrip_blocks=True).parse(path.read_text(encoding="utf-8"))


def card_fields(folder, name):
    """Return which attributes of `card` a section's template uses."""
    used = syntax(TEMPLATES / folder / f"{name}.j2").find_all(nodes.Getattr)
    return {node.attr for node in used if isinstance(node.node, nodes.Name) and node.node.name == "card"}


# ---- The card and its templates ---------------------------------------------------------------------


@pytest.mark.parametrize("folder", ["html", "md"])
def test_there_is_a_template_for_every_field_and_no_other(folder):
    shared = {"macros", "contents", "subject"}

    assert {path.stem for path in (TEMPLATES / folder).glob("*.j2")} - shared == set(NAMES)


@pytest.mark.parametrize("folder", ["html", "md"])
@pytest.mark.parametrize("name", NAMES)
def test_a_template_shows_its_field_and_uses_no_name_that_is_none(folder, name):
    assert name in card_fields(folder, name)
    assert card_fields(folder, name) <= set(NAMES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_sections_stand_in_the_order_of_the_fields(language):
    ids = [
        value
        for tag, name, value in Page(render(CARD, language, "html")).attributes
        if (tag, name) == ("section", "id")
    ]

    assert ids == [*NAMES[1:], "words"]


def shown(card, language, form):
    """The page without the card's own digest, which changes with everything."""
    return render(card, language, form).replace(card.digest, "")


@pytest.mark.slow
@pytest.mark.parametrize("form", ["html", "md"])
def test_every_figure_and_text_of_the_card_is_shown(form):
    before = {language: shown(CARD, language, form) for language in LANGUAGES}
    unseen = []
    for path in leaves(CARD.to_dict()):
        language = "zh" if path[-1] == "zh" else "en"
        if shown(changed(CARD, path), language, form) == before[language]:
            unseen.append(".".join(map(str, path)))

    assert [name for name in unseen if not re.match(f"{COPIES}|{SAME}", name)] == []


def test_the_findings_told_in_short_are_those_told_in_full():
    full = [finding for audited in CARD.fairness.attributes for finding in audited.findings]

    assert set(CARD.verdict.blocking) <= set(full)
    assert {finding for gap in CARD.gaps for finding in (gap.worst, gap.association) if finding} <= set(full)


# ---- What must be seen, and what must not -----------------------------------------------------------


def test_what_needs_care_is_marked_by_word_and_colour():
    text = render(CARD, "en", "html")

    assert '<span class="warn sub">⚠ Impact assessment: PIA-2025-07</span>' in text
    assert (
        '<span class="warn">⚠ No consent was asked for. Reason given: A public survey without names.</span>'
        in text
    )


def test_what_needs_no_care_is_not_marked():
    raw = made.raw_policy()
    raw["purpose"] |= {"consent": "required"}
    raw["purpose"].pop("consent_reason")
    raw["features"].pop("monthly_income")
    plain = replace(made.profiles()[0], needs=made.profiles()[0].needs[:2])
    intake = replace(made.intake(), refused_columns=())
    policy = policy_from(raw)

    sound = replace(plain, rule=replace(plain.rule, fidelity=0.97))

    stable = made.stability(jaccard=(0.9, 0.8))
    pieces = {"profiles": (sound, made.profiles()[1]), "intake": intake, "stability": stable}
    text = render(made.card(policy=policy, **pieces), "en", "html")

    assert "⚠" not in text
    assert 'class="warn' not in text


@pytest.mark.parametrize(
    ("consent", "told"),
    [
        ("required", "are among those whose group is not known"),
        ("not_required", "no protected value was withheld from it"),
    ],
)
def test_what_was_withheld_from_the_audit_follows_its_consent(consent, told):
    raw = made.raw_policy()
    raw["audit_purpose"] |= {"consent": consent, "consent_reason": made.text("A reason.", "理由。")}

    assert told in render(made.card(policy=policy_from(raw)), "en", "html")


def test_a_kept_verdict_says_that_it_may_be_signed():
    kept = made.card(audit=replace(made.audit(), findings=(made.KEPT,), unchecked=()))

    text = Page(render(kept, "en", "html")).text
    assert "It may be signed: no finding stands in the way." in text
    assert "No finding blocks the signature." in text
    assert "The data settle every claim that was tested." in text


def many(groups):
    """A card with a finding for each of many groups."""
    raw = made.raw_policy()
    raw["protected"]["age_band"]["groups"] = {
        f"g{at}": made.text(f"group {at}", f"群体{at}") for at in range(groups)
    }
    found = tuple(replace(made.BROKEN, group=f"g{at}", value=1.5 + at / 10) for at in range(groups))
    table = GroupTable(
        "age_band",
        tuple(f"g{at}" for at in range(groups)),
        (tuple(range(50, 50 + groups)),) * 2,
        (200,) * groups,
        1,
    )
    audit = replace(made.audit(), findings=found, tables=(table,))
    return made.card(policy=policy_from(raw), audit=audit)


def test_of_many_findings_the_worst_are_open_and_the_rest_wait():
    text = render(many(60), "en", "html")
    unfolded = re.sub(r"<details>.*?</details>", "", text, flags=re.DOTALL)

    assert f"{60 - WORST} more findings that block" in text
    assert unfolded.count("enters segment") == WORST
    assert len(re.findall(r"group \d+ · S1", unfolded)) == OPEN_ROWS
    assert len(re.findall(r'<th scope="row">group \d+</th>', unfolded)) == OPEN_ROWS
    assert all(f"group {at}</th>" in text for at in range(60))


def test_few_findings_are_all_open():
    unfolded = re.sub(r"<details>.*?</details>", "", render(many(WORST + 1), "en", "html"), flags=re.DOTALL)

    assert unfolded.count("enters segment") == WORST + 1
    assert "more groups" not in unfolded


def test_a_hidden_figure_is_rendered_as_hidden_and_nothing_else():
    (hidden,) = [one for one in CARD.fairness.attributes if "×" in one.attribute]
    text = render(CARD, "en", "html")
    (rows,) = re.findall(
        r"<caption>Age × Tenure: counts and rates by segment <span.*?</caption>.*?<tbody>(.*?)</tbody>",
        text,
        re.DOTALL,
    )

    cells = [re.sub(r"<.*?>", "", cell).strip() for cell in re.findall(r"<td.*?>(.*?)</td>", rows, re.DOTALL)]
    flat = [number for row in hidden.groups for number in (row.size, *row.counts)]
    assert [cell == "hidden" for cell in cells] == [number is None for number in flat]
