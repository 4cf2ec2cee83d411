"""A report in a notebook: its page, its sentences and its table."""

import re
from dataclasses import replace

from segmentation.audit.show import ROWS
from tests.card import made
from tests.card.reading import Page

REPORT = made.audit()


def rows(report):
    return re.findall(r"<tr>(.*?)</tr>", report._repr_html_())[1:]


def test_the_page_tells_the_verdict_the_tally_and_what_stands_against_it():
    page = Page(REPORT._repr_html_())

    assert (page.open, page.unclosed) == ([], [])
    assert "Audit: ✗ broken . 5 broken, 8 undetermined, 3 kept; 4,801 residents in 2 segments" in page.text
    assert len(rows(REPORT)) == 13
    assert not any("✓ kept" in row for row in rows(REPORT))


def test_a_row_holds_value_interval_chance_limit_and_count():
    cells = [re.findall(r"<td>(.*?)</td>", row) for row in rows(REPORT)]

    assert ["✗ broken", "association", "age_band", "all segments", "0.31 [0.30, 0.32]", "≤ 0.02", "≤ 0.10",
            "4,650 residents"] in cells  # fmt: skip
    assert ["✗ broken", "selection ratio", "18-39 × owner (age_band × tenure)", "S1", "hidden", "",
            "0.80–1.25", "2,222 residents"] in cells  # fmt: skip


def test_a_report_without_anything_against_it_shows_what_is_kept():
    kept = replace(REPORT, findings=(made.KEPT,))

    assert "Audit: ✓ kept" in Page(kept._repr_html_()).text.replace(" .", ".")
    assert len(rows(kept)) == 1


def test_of_many_findings_the_worst_are_shown_and_the_rest_counted():
    many = replace(REPORT, findings=(made.BROKEN,) * (ROWS + 5))

    assert len(rows(many)) == ROWS
    assert f"The worst {ROWS} of {ROWS + 5} findings" in many._repr_html_()


def test_a_group_that_tries_to_be_markup_stays_text():
    hostile = replace(REPORT, findings=(replace(made.BROKEN, group="<script>alert(1)</script>"),))

    assert "<script" not in hostile._repr_html_()


def test_a_report_explains_its_findings_in_keys_or_in_titles():
    keys, titles = REPORT.explain(made.BROKEN), REPORT.explain(made.BROKEN, "zh", made.policy())

    assert keys.startswith("65+ (age_band) enters segment S1 1.92 [1.80, 2.04] times as often as the others")
    assert titles.startswith("65岁及以上（年龄段）进入分群S1的比例是其他住户的1.92倍 [1.80, 2.04]")


def test_the_smallest_group_is_the_reports_own():
    assert "fewer than 33 residents" in replace(REPORT, smallest_group=33).explain(made.SMALL)


def test_a_table_has_both_ends_of_every_interval():
    table = REPORT.to_frame()
    first = table.set_index(["check", "group"]).loc[("selection_ratio", "65+")]

    assert len(table) == len(REPORT.findings)
    assert (first["low"], first["high"], first["rate_low"], first["between_ratio"]) == (
        1.8,
        2.04,
        0.291,
        0.52,
    )
    assert not {"interval", "rate_interval", "between"} & set(table.columns)


def test_a_report_without_findings_still_is_a_table():
    assert list(replace(REPORT, findings=()).to_frame().columns) == list(REPORT.to_frame().columns)
