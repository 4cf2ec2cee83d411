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
