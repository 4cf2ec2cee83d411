"""Every code that a card may show has words of its own."""

from typing import get_args

from segmentation.card import words
from segmentation.card.needs import DIMENSIONS, KINDS
from segmentation.card.parts.chosen import RivalReason
from segmentation.clustering.choice import model
from segmentation.policy import features
from segmentation.residents.consent import REASONS
from segmentation.residents.schema import RULES
from segmentation.wording import findings


def test_every_reason_to_leave_a_row_out_has_words():
    assert set(words.LEFT_OUT) == set(REASONS)


def test_every_rule_for_a_cell_has_words():
    assert set(words.RULES) == set(RULES)


def test_every_outcome_of_a_number_of_segments_has_words():
    assert set(words.RIVALS) == set(get_args(model.Reason)) == set(get_args(RivalReason))


def test_every_role_and_status_has_words():
    assert set(words.ROLES) == set(get_args(findings.Role))
    assert set(words.STATUSES) == set(words.ICONS) == set(get_args(findings.Status))


def test_every_kind_and_dimension_of_a_feature_has_words():
    assert set(KINDS) == set(get_args(features.Kind))
    assert set(DIMENSIONS) == set(get_args(features.Dimension))


def test_the_glossary_explains_each_term_once():
    terms = [term for term, _ in words.GLOSSARY]

    assert len(set(terms)) == len(terms)
    assert {"segment", "need", "protected attribute", "proxy", "undetermined", "Cramér's V", "ratio"} <= set(
        terms
    )
