"""Residents in a notebook: counts, and never a value."""

from dataclasses import replace

import pytest

from segmentation.residents import residents_from, store_residents
from segmentation.residents.show import html
from tests.card import made
from tests.card.reading import Page
from tests.policies import AS_OF, small_policy, small_residents

POLICY = small_policy()


@pytest.fixture(scope="module")
def people():
    table = small_residents(300).assign(income=1.0, shoe_size=43)
    table.loc[:9, "consent_service_planning"] = "refused"
    return residents_from(table, POLICY, as_of=AS_OF)


def test_it_counts_what_became_of_every_row(people):
    text = Page(people._repr_html_()).text

    assert "290 residents , 6 needs, 3 protected columns." in text
    assert "read 300" in text
    assert "left out: consent refused 10" in text
    assert "kept 290" in text


def test_columns_that_were_dropped_are_named_with_the_reason(people):
    text = Page(people._repr_html_()).text

    assert "denied by the policy income" in text
    assert "not known to the policy shoe_size" in text


def test_no_value_of_a_resident_is_shown(people):
    shown = people._repr_html_()

    assert not any(identifier in shown for identifier in people.ids)
    assert not any(word in shown for word in ("18-39", "phone", "female", "43"))


def test_residents_on_disk_are_shown_like_those_in_memory(people, tmp_path):
    table = small_residents(300).assign(income=1.0, shoe_size=43)
    table.loc[:9, "consent_service_planning"] = "refused"
    table.to_parquet(tmp_path / "residents.parquet")
    with store_residents(tmp_path / "residents.parquet", POLICY, as_of=AS_OF) as stored:
        assert stored._repr_html_() == people._repr_html_()


def test_what_did_not_happen_has_no_row(people):
    assert "faulty" not in people._repr_html_()
    assert "population" not in people._repr_html_()


def test_faulty_rows_and_those_outside_the_population_are_counted():
    text = Page(html(made.intake(), 6, 3)).text

    assert f"left out as faulty {made.intake().quarantined_rows}" in text
    assert f"outside the population {made.intake().outside_population:,}" in text


def test_it_is_whole_html_and_markup_in_a_name_stays_text():
    hostile = replace(made.intake(), extra_columns=("<script>alert(1)</script>",), denied_columns=())
    page = Page(html(hostile, 6, 3))

    assert (page.open, page.unclosed) == ([], [])
    assert "script" not in page.tags
