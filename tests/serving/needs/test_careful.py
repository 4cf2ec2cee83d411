import json

import pytest

from segmentation.policy.catalogue import Catalogue
from serving.calls import Refused
from serving.needs.names import LONGEST
from tests.serving.needs.made import by_column, by_row, needs, resident

MOST = 5


def refused(body, most=MOST):
    """Return the refusal of a body, written as JSON where it is none yet."""
    data = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
    with pytest.raises(Refused) as caught:
        needs().read(data, most)
    return caught.value


def only(body):
    """Return the one fault of a body that is invalid."""
    found = refused(body)
    assert (found.slug, len(found.faults), found.more) == ("invalid", 1, 0)
    return found.faults[0]


NAMES = {
    "repairs",
    "home_area",
    "evening_share",
    "urgency",
    "channel",
    "parking",
    "class",
    "报修次数",
    "渠道",
    "wide",
}


def test_a_sound_resident_is_read_in_both_forms():
    for body in (by_row(resident()), by_column(resident())):
        found = needs()._careful.read(body, MOST)
        assert found.one.keys() == NAMES
        assert (found.rows, found.imputed, found.one["repairs"]) == (1, ((),), 3)


def test_a_need_that_was_not_given_is_named_resident_by_resident():
    body = by_row(resident(channel=None), resident(), {"repairs": 1, "class": False})
    for found in (needs().read(body, MOST), needs()._careful.read(body, MOST)):
        assert found.imputed[:2] == (("channel",), ())
        assert set(found.imputed[2]) == NAMES - {"repairs", "class"}


def test_every_fault_is_told_with_its_place():
    body = {
        "residents": [resident(repairs=-1), resident(urgency="soon", wide="3"), resident(evening_share=50)]
    }
    found = refused(body)
    assert [fault.pointer for fault in found.faults] == [
        "/residents/0/repairs",
        "/residents/1/urgency",
        "/residents/1/wide",
        "/residents/2/evening_share",
    ]
    assert found.detail == (
        "/residents/0/repairs must be within 0 and 60 (a year): correct it. 3 more faults are told below."
    )


def test_the_same_fault_of_many_residents_is_told_once():
    found = only({"residents": [resident(), *[resident(repairs=2.5)] * 3]})
    assert found.pointer == "/residents/1/repairs"
    assert found.rule == "must be a whole number; so for 3 residents, of whom this is the first"


@pytest.mark.parametrize(("unknown", "told", "more"), [(100, 100, 0), (101, 100, 1), (190, 100, 90)])
def test_faults_beyond_a_hundred_are_counted(unknown, told, more):
    names = [f"{first}_{second}" for first in "abcdefghijklmnopqrs" for second in "abcdefghij"][:unknown]
    found = refused({"residents": [resident(**dict.fromkeys(names, 1))]})
    assert (len(found.faults), found.more) == (told, more)


@pytest.mark.parametrize("name", ["repairs", "class"])
@pytest.mark.parametrize("form", [by_row, by_column])
def test_a_required_need_must_be_there_and_not_null(name, form):
    for one in (resident(**{name: None}), {key: value for key, value in resident().items() if key != name}):
        assert only(form(one)).rule.startswith("must be given for every resident")


@pytest.mark.parametrize(
    ("body", "pointer", "rule"),
    [
        ({}, "", "must hold either `residents` or `columns`"),
        ({"residents": [resident()], "columns": {}}, "", "must hold either `residents` or `columns`"),
        ({"residents": {}}, "/residents", "must be a list"),
        ({"residents": None}, "/residents", "must be a list"),
        ({"residents": []}, "/residents", "must hold at least one resident"),
        ({"residents": [resident(), [3]]}, "/residents/1", "must be an object"),
        ({"columns": []}, "/columns", "must be an object"),
        ({"columns": {"repairs": [], "class": []}}, "/columns", "must hold at least one resident"),
        ({"columns": {"repairs": [1, 2], "class": [1]}}, "/columns", "must hold lists of one length"),
        ({"columns": {"repairs": [1], "class": [1], "wide": None}}, "/columns/wide", "must be a list"),
        ({"columns": {"repairs": [1, 2], "class": [1, 3]}}, "/columns/class/1", "must be true or false"),
    ],
)
def test_a_form_that_is_none_is_told(body, pointer, rule):
    found = only(body)
    assert (found.pointer, found.rule) == (pointer, rule)


def test_columns_without_any_need_are_told():
    assert {fault.rule for fault in refused({"columns": {}}).faults} == {
        "must hold at least one need",
        "must be given for every resident",
    }


def test_a_need_beside_the_residents_is_told_where_it_belongs():
    found = refused(resident())
    assert found.faults[0].pointer == "/repairs"
    assert "put it into the objects of `residents`" in found.faults[0].fix


def test_an_unknown_field_that_is_like_a_need_is_named():
    found = only({"residents": [resident(), resident(repair_s="red")]})
    assert found.pointer == "/residents/1/repair_s"
    assert found.rule == "must not be sent: `repair_s` is no field of the policy"
    assert found.fix == "did you mean `repairs`?"


def test_an_unknown_field_is_told_by_its_place_with_the_needs():
    found = only({"residents": [resident(), {"阿依古丽": "red", **resident()}]})
    assert found.pointer == "/residents/1"
    assert found.rule == "must not be sent: the 1st field of this resident is no field of the policy"
    assert found.fix.startswith("leave it out; the needs are `repairs`, ")
    assert only({"columns": {"repairs": [1], "class": [1], "张三": [1]}}).pointer == "/columns"


def test_a_field_whose_name_is_a_number_of_somebody_is_told_by_its_place_with_the_law():
    found = only({"residents": [{"13800138000": 1, **resident()}]})
    assert (found.pointer, found.article) == ("/residents/0", "PIPL Art. 4, 6; GB/T 35273-2020 Annex A")
    assert "the 1st field of this resident has a name that looks like phone numbers" in found.rule
    assert only({"13800138000": 1, "residents": [resident()]}).pointer == ""
    assert only({"张三": 1, "residents": [resident()]}).rule.startswith(
        "must not be sent: the 1st field of the body is no field"
    )


def test_a_hundred_long_strange_names_make_no_long_answer_and_each_is_judged_once(monkeypatch):
    judged = []
    of_catalogue = Catalogue.match_name
    monkeypatch.setattr(
        Catalogue, "match_name", lambda *given: judged.append(given[1]) or of_catalogue(*given)
    )
    names = [f"{'a1-' * 5_000}{at}" for at in range(300)]
    found = refused({"residents": [dict.fromkeys(names, 1) | resident()] * 2})
    assert (len(found.faults), found.more) == (100, 200)
    assert len(judged) == 100
    assert max(map(len, judged)) == LONGEST
    assert all("a1-a1" not in str(fault) for fault in found.faults)


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        (
            b'{"residents":[{"repairs":1,"class":true},{"repairs":1,"class":true,"repairs":2}]}',
            "/residents/1",
        ),
        (b'{"columns":{"repairs":[1],"class":[true],"repairs":[2]}}', "/columns"),
        (b'{"residents":[{"repairs":1,"class":true}],"residents":[]}', ""),
    ],
)
def test_an_object_that_names_a_field_twice_is_not_readable(body, pointer):
    found = refused(body)
    assert (found.slug, found.faults[0].pointer) == ("malformed", pointer)


def test_a_name_that_stands_twice_is_not_repeated_where_it_may_be_a_person():
    found = refused(b'{"residents":[{"13800138000":1,"13800138000":1}]}')
    assert "13800138000" not in found.detail
    assert "names a field twice" in found.detail


@pytest.mark.parametrize("form", [by_row, by_column])
def test_more_residents_than_a_request_may_hold_are_refused(form):
    assert needs().read(form(*[resident()] * MOST), MOST).rows == MOST
    assert refused(form(*[resident()] * (MOST + 1))).slug == "too-large"


@pytest.mark.parametrize("body", [b"[1]", b'"residents"', b"null", b"3"])
def test_a_body_that_is_no_object_is_not_readable(body):
    assert refused(body).slug == "malformed"


def test_a_hostile_body_is_refused_before_it_is_read():
    body = b'{"residents":[' + b"[]," * 2**20 + b"[]]}"
    assert refused(body).slug == "too-large"
    assert refused(b"[" * 2**22).slug == "too-large"
