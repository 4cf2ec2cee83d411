"""A path names a resident by the bytes that were sent."""

import pytest

from serving.residents.reference import named_in


@pytest.mark.parametrize(
    ("path", "named"),
    [
        (b"/v1/residents/R-1", ("R-1", "")),
        (b"/v1/residents/R-1/segment", ("R-1", "/segment")),
        (b"/v1/residents/R%2F1/segment", ("R/1", "/segment")),
        (b"/v1/residents/%E4%BD%8F%E6%88%B7/requests", ("住户", "/requests")),
        (b"/v1/residents//segment", ("", "/segment")),
        (b"/v1/residents/R-1/segment/more", ("R-1", "/segment/more")),
        (b"/v1/residents/%FF/segment", (None, "/segment")),
    ],
)
def test_a_reference_may_hold_any_letter(path, named):
    assert named_in(path) == named


def test_the_prefix_of_a_proxy_is_no_part_of_it():
    assert named_in(b"/segments/v1/residents/R-1/segment", "/segments") == ("R-1", "/segment")
