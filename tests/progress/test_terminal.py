"""On a terminal every step has a line, with a bar where it says how far it is; elsewhere there is nothing."""

from io import StringIO

import pytest
from rich.console import Console

from segmentation.progress import SILENT
from segmentation.progress.terminal import terminal_bar


@pytest.fixture
def terminal():
    return Console(file=StringIO(), force_terminal=True, width=120, color_system=None)


def test_every_step_has_its_line_and_tells_its_parts(terminal):
    with terminal_bar(terminal) as watch:
        watch("Finding [segments]")
        watch.part("bootstrap samples", 12, 1_000)
        terminal.file.seek(0)
        terminal.file.truncate()
        watch._shown.refresh()
        running = terminal.file.getvalue()
        watch("Auditing")
    assert "Finding [segments]" in running
    assert "12 of 1,000 bootstrap samples" in running
    assert "Auditing" in terminal.file.getvalue()


def test_a_step_that_ended_is_full_and_says_no_part(terminal):
    with terminal_bar(terminal) as watch:
        watch("Finding segments")
        watch.part("halvings", 1, 5)
        watch("Auditing")
    first, last = watch._shown.tasks
    assert (first.finished, last.finished) == (True, True)
    assert (first.fields["part"], last.fields["part"]) == ("", "")


def test_a_part_before_any_step_is_let_pass(terminal):
    with terminal_bar(terminal) as watch:
        watch.part("halvings", 1, 5)
        assert watch._shown.tasks == []


def test_where_no_terminal_is_nothing_is_written():
    console = Console(file=StringIO(), force_terminal=False)
    with terminal_bar(console) as watch:
        watch("Auditing")
    assert watch is SILENT
    assert console.file.getvalue() == ""


def test_rows_that_are_done_stay_told(terminal):
    with terminal_bar(terminal) as watch:
        watch("Scoring residents.parquet")
        watch.part("rows", 3_000, 3_000)
        watch("Comparing")
    assert [task.fields["part"] for task in watch._shown.tasks] == ["3,000 rows", ""]


def test_a_step_that_is_stopped_says_so_and_one_that_ended_before_does_not(terminal):
    def stopped(watch):
        watch("Finding segments")
        watch("Auditing")
        watch.part("permutations", 3, 9)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), terminal_bar(terminal) as watch:
        stopped(watch)
    ended, auditing = [line for line in terminal.file.getvalue().splitlines() if " 0:00:0" in line][-2:]
    assert "✓ Finding segments" in ended
    assert "stopped" not in ended
    assert auditing.strip().startswith("✗ Auditing")
    assert auditing.strip().endswith("stopped")
