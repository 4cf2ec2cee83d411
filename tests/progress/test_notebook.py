"""In a notebook one output is written over: steps that ended are ticked off, the one that runs has a bar."""

import pytest

from segmentation.progress.notebook import PAUSE, NotebookBar, notebook_bar
from tests.card.reading import Page
from tests.ipython_shell import ipython


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def views():
    return []


@pytest.fixture
def shown(views, clock):
    return NotebookBar(lambda html, _plain: views.append(html), clock)


def test_a_step_that_ended_is_ticked_off_with_its_seconds_and_the_next_one_runs(shown, views, clock):
    shown("Finding segments")
    clock.now = 41.2
    shown("Auditing")
    assert Page(views[-1]).text.split() == ["✓", "Finding", "segments", "41", "s", "Auditing", "…"]
    shown.end()
    assert "…" not in views[-1]
    assert "✓ Auditing" in views[-1]


def test_a_part_is_a_bar_that_a_screen_reader_can_name(shown, views, clock):
    shown("Finding segments")
    clock.now = 1.0
    shown.part("bootstrap samples", 12, 1_000)
    assert '<progress value="12" max="1000" aria-label="Finding segments"></progress>' in views[-1]
    assert "12 of 1,000 bootstrap samples" in views[-1]


def test_parts_that_follow_fast_are_shown_now_and_then_and_the_last_always(shown, views, clock):
    shown("Finding segments")
    for done in range(1, 1_001):
        clock.now += PAUSE / 100
        shown.part("shuffles", done, 1_000)
    assert 8 < len(views) < 13
    assert 'value="1000"' in views[-1]


def test_a_part_before_any_step_is_let_pass(shown, views):
    shown.part("shuffles", 1, 2)
    assert views == []


def test_what_comes_from_elsewhere_is_escaped(shown, views):
    shown("<script>")
    shown.part("<b>", 2, 2)
    assert "<script" not in "".join(views)
    assert "<b>" not in "".join(views)


def stopped():
    with notebook_bar() as watch:
        watch("Finding segments")
        watch("Auditing")
        raise KeyboardInterrupt


def test_ipython_writes_one_output_over_and_says_what_was_stopped(monkeypatch, tmp_path):
    published = []
    with ipython(tmp_path, monkeypatch) as shell:
        monkeypatch.setattr(shell.display_pub, "publish", lambda **view: published.append(view))
        with pytest.raises(KeyboardInterrupt):
            stopped()
    assert [view.get("update", False) for view in published] == [False, True, True]
    assert len({view["transient"]["display_id"] for view in published}) == 1
    assert "✗ Auditing" in published[-1]["data"]["text/html"]
    assert published[-1]["data"]["text/plain"] == "Auditing: stopped"
