"""What the commands print of an audit: the worst first, readable, and never a figure that is hidden."""

from dataclasses import replace

import pytest

from segmentation.cli.console import SHOWN, WIDE, print_findings
from tests.card import made

REPORT = made.audit()


@pytest.fixture
def printed(capsys):
    """Return what is printed of a report."""

    def of(report):
        print_findings(report)
        return capsys.readouterr().out

    return of


def rows(text):
    """The rows of the table, a line that continues its row joined to it, without their padding."""
    lines = [" ".join(line.split()) for line in text.splitlines()]
    return [line for line in lines if line.startswith(("✗", "?"))]


def test_what_stands_against_the_segments_is_told_worst_first(printed):
    text = printed(REPORT)

    assert [row.split()[1] for row in rows(text)] == ["broken"] * 5 + ["undetermined"] * 7
    assert text.rstrip().endswith("Verdict: ✗ broken")
    assert "3 kept, 5 broken, 8 undetermined" in text


def test_a_row_holds_value_interval_limit_count_and_chance(printed):
    found = rows(printed(REPORT))

    assert "✗ broken age_band and segment (V) 0.31 0.30–0.32 ≤ 0.10 4,650 ≤ 0.02" in found
    assert "✗ broken age_band: 65+ in S1 1.92 1.80–2.04 0.80–1.25 1,204/3,950" in found


@pytest.mark.parametrize(
    ("finding", "what"),
    [
        (
            replace(made.MOVED, attribute="age"),
            "age: 65+ would need another 11.4% 9.8%–13.1% ≤ 10% 3,950 ≤ 2.1% segment (TV)",
        ),
        (replace(made.TOLD, attribute="a"), "a told by segment (NMI) 0.043 0.037–0.050 ≤ 0.02"),
        (
            replace(made.GUESSED, status="broken", attribute="a", group="g"),
            "a: g guessed by segment (AUC) 0.57",
        ),
        (replace(made.OPEN, target="lift"), "age_band: 18-39 planned lift 0.79"),
        (replace(made.NEEDED, attribute="a", target="lift"), "a: 18-39 planned lift if needed 0.71"),
        (replace(made.HIDDEN, group="g", target="S1"), "g in S1 hidden hidden"),
        (replace(made.EVERYBODY, target="x"), "tenure: tenant planned x – – 0.80–1.25 61/61"),
    ],
)
def test_every_check_has_its_words(printed, finding, what):
    text = " ".join(printed(replace(REPORT, findings=(finding,))).split())

    assert what in text


def test_no_line_is_longer_than_it_may_be(printed):
    assert max(len(line) for line in printed(REPORT).splitlines()) <= WIDE


def test_of_two_groups_that_mirror_one_another_one_is_told(printed):
    other = replace(made.RARE, group="owner", value=1.1)
    report = replace(REPORT, findings=(made.RARE, other))

    assert len(rows(printed(report))) == 1
    assert "0 kept, 0 broken, 2 undetermined" in printed(report)


def test_of_three_groups_all_are_told(printed):
    report = replace(REPORT, findings=(made.BROKEN, replace(made.BROKEN, group="18-39")))

    assert len(rows(printed(report))) == 2


def test_what_carries_a_broken_attribute_is_told_in_a_line(printed):
    assert "age_band enters the segments mainly through “channel”: Cramér's V falls by 0.21" in printed(
        REPORT
    )
    kept = replace(REPORT, findings=(replace(made.BROKEN, status="kept"),))
    assert "mainly through" not in printed(kept)
    weak = tuple(replace(one, fall=0.004) for one in REPORT.carriers)
    assert "mainly through" not in printed(replace(REPORT, carriers=weak))


def test_how_many_residents_would_settle_what_is_open_is_told(printed):
    assert "would settle 2 of 6 gates that are open" in printed(REPORT)
    one = replace(REPORT, findings=(made.MOVED,))
    assert (
        "About 9,400 residents in all, with the same shares, would settle the gate that is open."
        in printed(one)
    )
    assert "would settle" not in printed(replace(REPORT, findings=(made.KEPT,)))


def test_what_the_table_has_no_room_for_is_counted(printed):
    many = replace(REPORT, findings=tuple(replace(made.BROKEN, group=f"g{at}") for at in range(SHOWN + 3)))

    text = printed(many)
    assert len(rows(text)) == SHOWN
    assert f"The table tells {SHOWN} of {SHOWN + 3} that are not kept." in text
    assert "In the card, and with --json: 3 more findings, counts" in text


def test_findings_that_mirror_one_another_are_counted_with_those_that_are_told(printed):
    many = tuple(
        replace(made.RARE, group=group, target=f"S{at}") for at in range(SHOWN + 1) for group in "ab"
    )
    text = printed(replace(REPORT, findings=many))

    assert f"0 kept, 0 broken, {2 * SHOWN + 2} undetermined" in text
    assert f"tells {2 * SHOWN} of {2 * SHOWN + 2} that are not kept; of two groups that mirror" in text
    assert "2 more findings, counts" in text


def test_why_findings_are_open_is_told_once_for_each_reason(printed):
    text = " ".join(printed(replace(REPORT, findings=(made.MOVED, made.OPEN, made.ONE_GROUP))).split())

    assert (
        "Undetermined: 2 as the data show neither that the limit holds nor that it fails; 1 as fewer" in text
    )
    assert "Undetermined: " not in printed(replace(REPORT, findings=(made.KEPT,)))


def test_where_the_rest_is_depends_on_the_command(capsys):
    print_findings(REPORT, "With --json or --out")

    assert "With --json or --out: " in capsys.readouterr().out


def test_a_gate_that_was_not_judged_is_told_with_what_it_lacks(printed):
    lacking = replace(REPORT, findings=(made.NOT_JUDGED,), unchecked=("equal_opportunity", "outcomes", "fit"))
    text = " ".join(printed(lacking).split())

    assert "tenure planned patrol if needed:" in text
    assert "not judged" in text
    assert "was not judged. No outcomes of the following period were given" in text
    assert "How well the segments fit" not in text
    assert "Verdict: ? undetermined" in text


def test_what_a_screen_lacks_is_left_to_the_card(printed):
    kept = replace(REPORT, findings=(made.KEPT,), unchecked=("equal_opportunity", "outcomes"))

    assert "No outcomes" not in printed(kept)
