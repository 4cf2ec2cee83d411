"""What is said of the choice, of stability and of the version before, in both languages."""

from dataclasses import replace

import pytest

from segmentation.audit import AuditReport
from segmentation.card import parts, render, standing
from segmentation.card.titles import titles_of
from segmentation.wording import Reader
from tests.card import made
from tests.card.reading import Page

CARD = made.card()
LACKING = made.card(choice=made.given())
EN, ZH = (Reader(language, titles_of(CARD)) for language in ("en", "zh"))


def section(card, name, language="en"):
    """The text of one section of the page."""
    text = render(card, language, "html").split(f'<section id="{name}"')[1].split("</section>")[0]
    return Page(text).text


@pytest.mark.parametrize(
    ("jaccard", "reading"),
    [(0.75, "stable"), (0.749, "doubtful"), (0.6, "doubtful"), (0.599, "dissolved")],
)
def test_a_segment_is_read_as_hennig_reads_it(jaccard, reading):
    assert standing.refound(jaccard) == reading


def test_only_segments_that_are_not_safely_found_again_are_weak():
    assert standing.weak(CARD.stability) == {"S2": 0.687}


DISTINCT = replace(CARD, choice=replace(CARD.choice, structure=replace(CARD.choice.structure, copula_p=0.01)))


@pytest.mark.parametrize(
    ("card", "reader", "told"),
    [
        (
            DISTINCT,
            EN,
            "There is structure: with 3 segments, 61.2% of the variance of the needs is left within",
        ),
        (DISTINCT, ZH, "存在分群结构：分为3个分群时"),
        (CARD, EN, "Needs go together, which need not be segments: with 3 segments, 61.2% of the variance"),
        (CARD, ZH, "各项需求相互关联，但未必成群：分为3个分群时"),
        (LACKING, EN, "No structure: with 2 segments, 81.2% of the variance of the needs is left within"),
        (LACKING, ZH, "没有分群结构：分为2个分群时"),
    ],
)
def test_structure_is_told_against_the_best_shuffle(card, reader, told):
    found = card.choice.structure
    sentence = standing.structure(reader, found)

    assert sentence.startswith(told)
    assert reader.percent(found.shuffled) in sentence
    assert reader.p(found.p_value) in sentence


def test_residents_who_are_only_correlated_and_fall_apart_as_well_leave_it_open():
    assert "may be cuts through a continuum" in standing.copula(EN, CARD.choice.structure)
    assert "可能只是对连续分布的切分" in standing.copula(ZH, CARD.choice.structure)
    assert "For information" in standing.copula(EN, DISTINCT.choice.structure)
    at_the_limit = replace(DISTINCT.choice.structure, copula_p=DISTINCT.choice.structure.limit)
    assert not standing.is_continuous(at_the_limit)


@pytest.mark.parametrize(("key", "is_said"), [("fair_centres:age_band", True), ("erase:age_band", False)])
def test_centres_of_a_mitigation_are_told_from_the_k_means_that_was_measured(key, is_said):
    done = parts.Mitigation(key, CARD.about.title)
    card = replace(CARD, about=replace(CARD.about, mitigation=done))
    for name in ("choice", "stability"):
        assert ("The centres come from a mitigation" in section(card, name)) is is_said


def test_the_choice_tells_its_price_and_how_many_are_looked_at():
    text = section(CARD, "choice")
    assert "two segments that differ in one need alone are told apart only where" in text
    assert "bootstrap samples of up to 2,000 of these, and on shuffles of up to 1,500 of them" in text


def test_the_structure_stands_before_the_numbers_that_were_tried():
    text = section(CARD, "choice")

    assert text.index("Needs go together") < text.index("Prediction strength by number of segments")


def test_what_segments_lack_is_named_in_red_before_the_verdict_and_where_they_were_chosen():
    text = render(LACKING, "en", "html")
    verdict, choice = (
        text.split(f'<section id="{name}"')[1].split("</section>")[0] for name in ("verdict", "choice")
    )

    assert verdict.index('<p class="warn">⚠ No structure:') < verdict.index('<div class="verdict')
    assert '<p class="warn">⚠ No structure:' in choice
    assert [sentence in verdict for sentence in (
        "does not repeat itself: prediction strength 0.71, under 0.80.",
        "a segment is not stable when residents are drawn anew: Jaccard similarity 0.55, under 0.75.",
        "smaller than the policy allows: under 6.0% of the residents.",
    )] == [True] * 3  # fmt: skip


def test_a_card_that_lacks_structure_may_not_be_signed_although_the_audit_is_kept():
    audit = made.audit()
    kept = AuditReport(**vars(audit) | {"findings": (made.KEPT,)})
    texts = [section(made.card(audit=kept, choice=one), "verdict") for one in (made.given(), made.choice())]

    assert "It may not be signed as it is" in texts[0]
    assert "No finding of the audit blocks the signature." in texts[0]
    assert "It may be signed: no finding stands in the way." in texts[1]


def test_a_given_number_that_passes_is_told_to_repeat_itself():
    given = replace(made.rivals()[1], reason="given")
    text = section(made.card(choice=made.choice(rivals=(given,))), "choice")

    assert "given by hand; it was measured like any other, and it repeats itself" in text
    assert "⚠" not in text


def test_a_number_that_was_not_held_against_shuffles_is_told_so():
    text = section(made.card(choice=made.choice(structure=None)), "choice")

    assert "nothing shows that there are any" in text


def test_a_smallest_segment_that_may_be_told_is_told_with_its_limit():
    given = replace(made.given().rivals[0], smallest_share=0.058)
    card = made.card(choice=replace(made.given(), rivals=(given,)))

    assert "under 6.0% of the residents (5.8%)." in standing.shortfall(EN, card, "too small a segment")


def test_borderline_residents_are_told_with_what_borderline_means():
    text = section(CARD, "stability")

    assert "8.3% of the residents are borderline: their margin to the next segment is under 0.10." in text
    assert (
        "gives a borderline resident another segment in 23.4% of cases, and any other resident in 1.2%."
        in text
    )
    assert "0 on it, 1 as far from it as the centre of the own segment, or farther" in text


def test_a_share_of_few_borderline_residents_is_hidden():
    few = made.card(stability=made.stability(borderline_share=0.001))

    assert "their share is hidden" in section(few, "stability")
    assert "another segment in hidden of cases" not in section(few, "stability")


@pytest.mark.parametrize("name", ["changes", "migration"])
def test_without_a_version_before_one_plain_line_says_so(name):
    text = section(made.card(migration=None), name)

    assert "There is no version before that this one was compared with." in text
    assert (
        "table"
        not in render(made.card(migration=None), "en", "html").split(f'id="{name}"')[1].split("</section>")[0]
    )


def test_changes_tell_who_stays_what_came_and_what_went():
    text = section(CARD, "changes")

    assert "The same 4,801 residents were assigned by version 7 and by this one. At least 91% keep" in text
    assert "Segments that are gone S4 “Often at home” S5" in text
    assert "Channel, lift_rides" in text


def test_a_move_tells_the_need_that_moved_them_or_that_no_one_need_did():
    text = section(CARD, "migration")

    assert "S4 “Often at home” S2 “Average needs” 388 25.4% Repairs" in text
    assert "S1 “Phone first” S2 “Average needs” 31 0.9% no one need" in text
    assert "Not told are moves of nobody and of fewer than 20 residents" in text


def test_a_move_of_which_only_the_least_may_be_told_says_so():
    assert "S5 S1 “Phone first” at least 120 at least 83% Channel" in section(CARD, "migration")


def test_a_rule_that_is_rough_is_told_so_and_a_close_one_is_not():
    rule = made.profiles()[0].rule
    close = replace(made.profiles()[0], rule=replace(rule, fidelity=0.95))
    told = [section(made.card(profiles=(first, made.profiles()[1])), "segments")
            for first in (made.profiles()[0], close)]  # fmt: skip

    assert ["A rough description only: it may be wrong about more than 5%" in text for text in told] == [
        True, False,
    ]  # fmt: skip


def test_of_few_residents_a_rule_is_not_called_rough_but_not_shown():
    few = replace(made.profiles()[0], rule=replace(made.profiles()[0].rule, fidelity=0.85, most=0.85))
    told = section(made.card(profiles=(few, made.profiles()[1])), "segments")

    assert "These are too few residents to show whether it agrees for 95% of them." in told
    assert "A rough description only" not in told
