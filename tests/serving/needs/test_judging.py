import pytest

from serving.calls import Refused
from serving.needs.gathering import Gathered
from serving.needs.judging import Judging, too_many
from serving.needs.layout import BY_COLUMN, BY_ROW, Layout
from serving.needs.names import Names
from tests.serving.needs.made import needs, policy, resident

SPLIT = Layout("/data/{row}/{at}", "/columns/{at}", "/columns", "/data/{row}", "/data", "the table")
MOST = 3


def judging(layout):
    return Judging(needs().all, Names(policy(), needs().all), layout, Gathered())


def told(read, *given):
    with pytest.raises(Refused) as caught:
        read(*given)
    return [(fault.pointer, fault.rule) for fault in caught.value.faults]


def test_residents_columns_and_tables_of_the_same_say_the_same():
    rows = [resident(repairs=7, channel=None), resident(parking=0)]
    names = list(rows[0])
    found = [
        judging(BY_ROW).residents(rows, MOST),
        judging(BY_COLUMN).columns({name: [row[name] for row in rows] for name in names}, MOST),
        judging(SPLIT).table(names, [list(row.values()) for row in rows], MOST),
    ]
    assert {one.imputed for one in found} == {(("channel",), ())}
    assert {tuple(one.arrays["repairs"]) for one in found} == {(7.0, 3.0)}
    assert {tuple(one.arrays["parking"]) for one in found} == {(1.0, 0.0)}


def test_what_is_not_read_is_held_to_the_policy_and_thrown_away_in_each_form():
    rows = [resident(unread=0.5, 不读=None), resident(unread=1, 不读="甲")]
    names = list(rows[0])
    values = [list(row.values()) for row in rows]
    columns = {name: [row[name] for row in rows] for name in names}
    for found in (
        judging(BY_ROW).residents(rows, MOST),
        judging(BY_ROW).residents(rows[:1], MOST),
        judging(BY_COLUMN).columns(columns, MOST),
        judging(SPLIT).table(names, values, MOST),
    ):
        assert found.unused == ("unread", "不读")
        assert found.arrays.keys() == resident().keys()
        assert not any(found.imputed)
    rule = "must be within 0 and 1; divide percentages by 100"
    wrong = [resident(unread=50)]
    assert told(judging(BY_ROW).residents, wrong, MOST)[0] == ("/residents/0/unread", rule.partition(";")[0])


def test_a_pointer_leads_to_the_value_in_each_form():
    rows = [resident(), resident(wide="3")]
    names = list(rows[0])
    rule = "must be a number and not a text"
    assert told(judging(BY_ROW).residents, rows, MOST) == [("/residents/1/wide", rule)]
    columns = {name: [row[name] for row in rows] for name in names}
    assert told(judging(BY_COLUMN).columns, columns, MOST) == [("/columns/wide/1", rule)]
    values = [list(row.values()) for row in rows]
    assert told(judging(SPLIT).table, names, values, MOST) == [(f"/data/1/{names.index('wide')}", rule)]


def test_a_required_column_that_a_table_lacks_is_told():
    assert told(judging(SPLIT).table, ["repairs"], [[3]], MOST) == [
        ("/data/0/7", "must be given for every resident")
    ]


def test_residents_up_to_the_most_are_taken():
    assert judging(BY_ROW).residents([resident()] * MOST, MOST).rows == MOST
    with pytest.raises(Refused) as caught:
        judging(BY_ROW).residents([resident()] * (MOST + 1), MOST)
    assert caught.value.slug == "too-large"


def test_too_many_residents_are_told_how_many_a_request_may_hold():
    assert (
        too_many(10_000).detail == "The request holds more than 10,000 residents need: send fewer at a time."
    )
