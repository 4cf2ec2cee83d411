"""The drawing of who moves: bands as thick as they have residents, figures apart, names escaped."""

import re
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from serving.pages.flow import MOST, SLOT, THICKEST, Stream, flow_chart


def stream(source="S1", target="S2", residents=100, *, is_exact=True):
    return Stream(source, target, residents, f"{residents:,}", is_exact)


def drawn(*streams):
    return str(flow_chart("flow", "Who moves where", "A band for each.", streams))


def bands(chart):
    """The four corners of each band: where it begins and ends, above and below."""
    paths = re.findall(
        r'd="M0 ([\d.]+)C50 [\d.]+ 50 ([\d.]+) 100 [\d.]+V([\d.]+)C50 [\d.]+ 50 ([\d.]+)', chart
    )
    return [tuple(map(float, one)) for one in paths]


def test_a_band_is_as_thick_as_it_has_residents_at_both_ends():
    large, small = bands(drawn(stream(residents=400), stream("S2", "S1", 100)))
    assert large[3] - large[0] == large[2] - large[1] == THICKEST
    assert small[3] - small[0] == small[2] - small[1] == THICKEST / 4


def test_a_move_of_at_least_so_many_has_a_dashed_edge_and_an_exact_one_has_none():
    chart = drawn(stream(), stream("S2", "S1", is_exact=False))
    assert re.findall(r'<path class="([^"]+)"', chart) == ["band", "band least"]


def test_the_largest_are_drawn_where_there_are_more_than_a_page_can_tell_apart():
    chart = drawn(*(stream(f"S{at}", "T", 100 - at) for at in range(MOST + 3)))
    assert len(bands(chart)) == MOST
    assert ">S0<" in chart
    assert f">S{MOST}<" not in chart


def test_it_is_one_image_with_a_title_and_a_description():
    chart = drawn(stream())
    assert 'role="img" aria-labelledby="flow-t flow-d"' in chart
    assert '<title id="flow-t">Who moves where</title><desc id="flow-d">A band for each.</desc>' in chart
    assert "style=" not in chart


def test_names_of_segments_are_text():
    chart = drawn(stream('</text><script>alert("x")</script>'))
    assert "<script" not in chart
    assert "&lt;script&gt;" in chart


@given(
    st.lists(
        st.builds(stream, st.sampled_from("ABCDE"), st.sampled_from("VWXYZ"), st.integers(1, 10**7)),
        min_size=1,
        max_size=MOST,
        unique_by=lambda one: (one.source, one.target),
    )
)
def test_figures_never_touch_and_nothing_lies_outside(streams):
    chart = drawn(*streams)
    height = float(re.search(r'height="(\d+)"', chart)[1])
    places = sorted(float(y) for y in re.findall(r'class="figure" x="[\d.]+%" y="([\d.]+)"', chart))
    assert all(later - one >= SLOT - 1 for one, later in pairwise(places))
    assert all(-1 <= corner <= height + 1 for band in bands(chart) for corner in band)
