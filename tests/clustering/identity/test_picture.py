"""The picture of a migration: every move that is told, and no trace of those that are not."""

from dataclasses import replace

import pytest
from matplotlib.colors import to_rgba

from segmentation.clustering.identity.model import Carried, Gone, Migration, Move
from segmentation.drawing import fonts

MIGRATION = Migration(
    3,
    18_245,
    0.93,
    (Carried("S1", 0.96), Carried("S2", 0.9), Carried("S10", 0.7)),
    ("S11", "S12"),
    (Gone("S3", None),),
    ("S3",),
    (
        Move("S3", "S11", 900, 0.625, "parcels"),
        Move("S3", "S12", 300, 0.25, "parcels"),
        Move("S2", "S1", 120, 0.125, "repairs"),
        Move("S2", "S11", 40, 0.0625, None),
    ),
    (),
)


def bars(axes):
    """Left end and width of each bar, by row."""
    found = {}
    for bar in axes.patches:
        found.setdefault(round(bar.get_y() + bar.get_height() / 2), []).append((bar.get_x(), bar.get_width()))
    return found


def rows(axes):
    return [label.get_text() for label in axes.get_yticklabels()]


def legend(axes):
    return [text.get_text().replace("\n", " ") for text in axes.get_legend().get_texts()]


def test_there_is_a_row_for_each_segment_of_before_by_number():
    (axes,) = MIGRATION.plot().axes

    assert rows(axes) == ["S1", "S2", "S3 (gone)", "S10"]


def test_a_bar_holds_the_told_moves_and_the_rest_up_to_the_whole():
    (axes,) = MIGRATION.plot().axes

    assert bars(axes) == {
        0: [(0, 1)],
        1: [(0, 0.125), (0.125, 0.0625), (0.1875, 0.8125)],
        2: [(0, 0.625), (0.625, 0.25), (0.875, 0.125)],
        3: [(0, 1)],
    }


def test_every_told_move_is_written_whatever_its_share():
    (axes,) = MIGRATION.plot().axes

    assert [text.get_text() for text in axes.texts] == ["→ S1 12%  → S11 6%", "→ S11 62%", "→ S12 25%"]


def test_a_share_that_is_told_from_below_is_marked():
    moves = (Move("S3", "S11", 900, 0.62, "parcels", exact=False), MIGRATION.moves[1])
    (axes,) = replace(MIGRATION, moves=moves).plot().axes

    assert [text.get_text() for text in axes.texts] == ["→ S11 ≥ 62%", "→ S12 25%"]


def test_shares_that_add_up_to_more_than_all_by_rounding_leave_no_rest_under_zero():
    moves = (Move("S3", "S11", 900, 0.7, None), Move("S3", "S12", 300, 0.301, None))
    (axes,) = replace(MIGRATION, moves=moves).plot().axes

    assert sum(width for _, width in bars(axes)[2]) == pytest.approx(1)
    assert all(width >= 0 for _, width in bars(axes)[2])


def test_what_is_not_told_looks_like_staying():
    """Whether nobody moves or too few do, the picture is the same."""
    (axes,) = MIGRATION.plot().axes
    first, last = (bar for bar in axes.patches if bar.get_width() == 1)

    assert (first.get_facecolor(), first.get_hatch()) == (last.get_facecolor(), last.get_hatch())
    assert legend(axes)[-1] == "stays, or moves that are not told"


def test_targets_differ_by_hatch_as_well_as_by_colour():
    (axes,) = MIGRATION.plot().axes
    handles = axes.get_legend().get_patches()

    assert legend(axes)[:-1] == ["moves to S1", "moves to S11", "moves to S12"]
    assert len({handle.get_hatch() for handle in handles}) == len(handles)
    assert handles[-1].get_facecolor() == to_rgba("white")


def test_title_and_notes_say_how_many_stay_and_what_is_new():
    picture = MIGRATION.plot()

    assert "version 3" in picture.axes[0].get_title(loc="left")
    assert "at least 93%" in picture.axes[0].get_title(loc="left")
    assert picture.get_supxlabel().startswith("New in this version: S11, S12.\nMoves of too few")


def test_without_new_segments_none_is_noted():
    assert "New" not in replace(MIGRATION, new=()).plot().get_supxlabel()


@pytest.mark.skipif(len(fonts()) == 1, reason="there is no Chinese font: apt-get install fonts-noto-cjk")
def test_in_chinese_every_letter_is_drawn_and_nothing_is_left_in_english():
    picture = MIGRATION.plot("zh")
    (axes,) = picture.axes
    told = [
        *legend(axes),
        *rows(axes),
        axes.get_title(loc="left"),
        axes.get_xlabel(),
        picture.get_supxlabel(),
    ]

    assert picture._repr_png_().startswith(b"\x89PNG")
    assert not any(
        word in " ".join(told).lower() for word in ("move", "stay", "gone", "version", "share", "new")
    )
