import pytest

from serving.calls import Refused
from serving.needs.parsing import Twice, parsed


def test_json_is_read_as_it_stands():
    assert parsed(b'{"a": [1, 2.5, true, null, "\\u62a5"]}') == {"a": [1, 2.5, True, None, "报"]}
    assert parsed('{"报": "修"}'.encode()) == {"报": "修"}


def test_a_whole_number_keeps_its_digits_unless_no_range_reaches_it():
    assert parsed(b"110105194912310029") == 110105194912310029
    assert parsed(b"9" * 5_000) == float("inf")


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "The body is empty"),
        (b" \n ", "The body is empty"),
        (b"\xff\xfe{\x00}\x00", "not text in UTF-8"),
        ("{}".encode("utf-16-le"), "not text in UTF-8"),
        ('{"a": "é"}'.encode("latin-1"), "not text in UTF-8"),
        (b"\xef\xbb\xbf{}", "byte order mark"),
        (b'{"a": NaN}', "NaN or an infinity"),
        (b"[-Infinity]", "NaN or an infinity"),
        (b"[" * 100_000, "nests far deeper"),
        (b'{"a":' * 100_000, "nests far deeper"),
        (b'{"a": 1', "line 1, character 8"),
        (b"{'a': 1}", "not JSON"),
        (b'{"a": 01}', "not JSON"),
        (b"[1,]", "not JSON"),
        (b"{} {}", "not JSON"),
        (b'["\n"]', "not JSON"),
    ],
)
def test_what_is_no_json_is_refused_with_the_way_out(body, says):
    with pytest.raises(Refused) as caught:
        parsed(body)
    assert caught.value.slug == "malformed"
    assert says in caught.value.detail


def test_nan_is_null_where_a_client_of_mlflow_asks():
    assert parsed(b'{"a": [NaN, 1]}', nan_is_null=True) == {"a": [None, 1]}
    for body in (b"[-Infinity]", b"[Infinity]"):
        with pytest.raises(Refused) as caught:
            parsed(body, nan_is_null=True)
        assert "an infinity" in caught.value.detail
        assert "NaN" not in caught.value.detail


def test_a_refusal_holds_nothing_of_the_body():
    with pytest.raises(Refused) as caught:
        parsed(b'{"a": 13800138000,')
    assert "13800138000" not in repr(caught.value)
    assert caught.value.__context__ is None


def test_an_object_that_names_a_field_twice_is_told_apart():
    found = parsed(b'[{"a": 1, "b": 2, "\\u0061": 3}, {"a": 1}]')
    assert isinstance(found[0], Twice)
    assert (found[0].name, found[0]) == ("a", {"a": 3, "b": 2})
    assert not isinstance(found[1], Twice)
