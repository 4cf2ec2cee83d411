"""Who moves is told in a sentence, a drawing and a table, as the card tells it."""

from dataclasses import replace

from segmentation.card.titles import titles_of
from segmentation.reviews.differences.model import Migrated
from serving.pages.compare.moved import moved
from serving.pages.words import speaker
from tests.card import made

EN, ZH = (speaker(language, titles_of(made.card())) for language in ("en", "zh"))


def test_moves_are_told_in_a_sentence_a_drawing_and_a_table():
    card = made.card(migration=made.migration())
    found = moved(ZH, Migrated(card.changes.since, card.migration.moves))
    assert "91%" in found.staying
    assert [one.residents for one in found.rows] == ["388", "不低于120", "31"]
    assert "≥ 120" in found.chart


def test_nothing_is_drawn_where_no_move_can_be_told():
    card = made.card(migration=made.migration())
    found = moved(EN, Migrated(card.changes.since, ()))
    assert (found.chart, found.rows) == (None, ())
    assert found.staying


def test_who_moves_is_not_known_without_a_comparison():
    assert moved(EN, None) is None


def test_a_segment_that_only_one_card_names_is_called_by_its_id():
    card = made.card(migration=made.migration())
    move = replace(card.migration.moves[0], source="S99")
    found = moved(EN, Migrated(card.changes.since, (move,)))
    assert found.rows[0].source == "S99"
