import pytest

from serving.needs.layout import escaped, ordinal

PLACES = [
    (0, "1st"),
    (1, "2nd"),
    (2, "3rd"),
    (3, "4th"),
    (10, "11th"),
    (12, "13th"),
    (21, "22nd"),
    (110, "111th"),
]


@pytest.mark.parametrize(("at", "said"), PLACES)
def test_places_are_counted_from_the_first(at, said):
    assert ordinal(at) == said


def test_names_are_escaped_for_pointers():
    assert escaped("a/b~c") == "a~1b~0c"
    assert escaped("报修") == "报修"
