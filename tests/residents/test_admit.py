"""The whole way of a table: what it must refuse, what it must let through, and what it must never say."""

from __future__ import annotations

from datetime import date, datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentation.errors import ResidentsError
from segmentation.residents import read_needs, read_residents, residents_from
from tests.policies import AS_OF, small_policy, small_residents

POLICY = small_policy()
TABLE = small_residents(60)
NEEDS = residents_from(TABLE, POLICY, as_of=AS_OF).needs
AUDITED = ["age_band", "sex", "tenure"]


def changed(column, rows, value, table=TABLE):
    """Return the table with one value in some rows (from 1), whatever the column's type."""
    frame = table.astype({column: object}) if column in table else table.assign(**{column: None})
    frame.loc[[row - 1 for row in rows], column] = value
    return frame


def faults_of(frame, policy=POLICY):
    with pytest.raises(ResidentsError) as refused:
        residents_from(frame, policy, as_of=AS_OF)
    return [str(fault) for fault in refused.value.faults]


def test_a_table_that_fits_is_split_into_needs_protected_values_and_ids():
    residents = residents_from(TABLE, POLICY, as_of=AS_OF)
    assert list(residents.needs) == list(POLICY.features)
    assert list(residents.protected) == AUDITED
    assert residents.ids.tolist() == TABLE["resident"].tolist()
    for part in (residents.needs, residents.protected, residents.ids):
        assert part.index.equals(pd.RangeIndex(60))
    assert residents.needs["repairs"].tolist() == TABLE["repairs"].tolist()
    assert residents.needs["channel"].tolist() == TABLE["channel"].tolist()


def test_needs_are_numbers_or_texts_and_protected_values_are_categories_of_the_policy():
    residents = residents_from(TABLE, POLICY, as_of=AS_OF)
    kinds = {name: str(dtype) for name, dtype in residents.needs.dtypes.items()}
    assert kinds == {
        "repairs": "float64",
        "parcels": "float64",
        "evening_share": "float64",
        "channel": "str",
        "cleaning_wish": "str",
        "parking": "float64",
    }
    assert residents.protected["age_band"].cat.categories.tolist() == ["18-39", "40-64", "65+"]
    assert not residents.protected["age_band"].cat.ordered


def test_a_protected_column_never_reaches_needs():
    residents = residents_from(TABLE, POLICY, as_of=AS_OF)
    assert not set(residents.needs) & {*AUDITED, "resident", "collected_by"}


@settings(max_examples=20, deadline=None)
@given(st.data())
def test_permuting_or_deleting_protected_values_leaves_needs_unchanged(data):
    frame = TABLE.copy()
    for column in data.draw(st.lists(st.sampled_from(AUDITED), min_size=1, unique=True)):
        order = data.draw(st.permutations(range(len(frame))))
        kept = data.draw(st.lists(st.booleans(), min_size=len(frame), max_size=len(frame)))
        frame[column] = frame[column].iloc[order].reset_index(drop=True).where(pd.Series(kept))
    pd.testing.assert_frame_equal(residents_from(frame, POLICY, as_of=AS_OF).needs, NEEDS)


def test_the_given_table_stays_as_it_is():
    frame = changed("consent_fairness_audit", range(1, 10), "refused")
    before = frame.copy(deep=True)
    residents_from(frame, POLICY, as_of=AS_OF)
    pd.testing.assert_frame_equal(frame, before)


def test_the_index_of_the_given_table_does_not_count():
    shuffled = TABLE.set_axis(np.zeros(len(TABLE), dtype=int), axis="index")
    assert (
        residents_from(shuffled, POLICY, as_of=AS_OF).digest
        == residents_from(TABLE, POLICY, as_of=AS_OF).digest
    )


def test_something_else_than_a_table_is_refused_in_one_sentence():
    with pytest.raises(ResidentsError, match=r"must be a pandas DataFrame; got dict\.$"):
        residents_from({"resident": ["R1"]}, POLICY, as_of=AS_OF)


CASES = [
    ("repairs", "x", "must be a number"),
    ("repairs", float("inf"), "must be a number"),
    ("repairs", 61, "must be within 0 and 60"),
    ("repairs", 2.5, "must be a whole number"),
    ("repairs", None, "must not be empty"),
    ("evening_share", 1.01, "must be within 0 and 1; correct it; divide percentages by 100"),
    ("channel", "fax", "must be a value that the policy lists"),
    ("cleaning_wish", "High", "must be a value that the policy lists"),
    ("parking", "perhaps", "must be true or false"),
    ("sex", "x", "must be a group that the policy lists"),
    ("tenure", "guest", "must be a group that the policy lists"),
    ("resident", "R000009", "must be different in every row"),
    ("resident", " ", "must not be empty"),
    ("collected_on", "soon", "must be a day or a time"),
    ("collected_on", None, "must not be empty"),
    ("consent_service_planning", "yes", "must be given, refused or withdrawn"),
    ("consent_service_planning_at", "2025-02-30", "must be a day or a time"),
    ("consent_fairness_audit", "unknown", "must be given, refused or withdrawn"),
]


@pytest.mark.parametrize(("column", "value", "rule"), CASES)
def test_a_faulty_cell_is_named_by_column_row_and_rule(column, value, rule):
    faults = faults_of(changed(column, [7], value))
    rows = "rows 7 and 9" if value == "R000009" else "row 7"
    assert len(faults) == 1
    assert faults[0].startswith(f"column '{column}', {rows}: {rule}")


HARMLESS = [
    ("repairs", "12"),
    ("repairs", "12.0"),
    ("repairs", 60),
    ("parcels", None),
    ("parcels", "NA"),
    ("evening_share", 1),
    ("evening_share", " 0.25 "),
    ("channel", None),
    ("channel", " app "),
    ("parking", "是"),
    ("parking", "No"),
    ("parking", np.nan),
    ("sex", None),
    ("resident", 17),
    ("collected_on", "2025/3/1"),
    ("collected_on", date(2025, 3, 1)),
    ("consent_service_planning_at", "2025-01-15T09:30:00.5+08:00"),
]


@pytest.mark.parametrize(("column", "value"), HARMLESS)
def test_a_cell_in_another_form_or_missing_where_it_may_be_is_left_alone(column, value):
    assert residents_from(changed(column, [7], value), POLICY, as_of=AS_OF).intake.kept == 60


def test_all_faults_are_named_at_once_in_the_order_of_the_policy():
    frame = changed("repairs", [1], 99, changed("channel", [2, 3], "fax", changed("sex", [4], "x")))
    assert [fault.split(":")[0] for fault in faults_of(frame.drop(columns="parcels"))] == [
        "column 'parcels'",
        "column 'repairs', row 1",
        "column 'channel', rows 2 and 3",
        "column 'sex', row 4",
    ]


def test_of_many_rows_the_first_five_are_shown():
    faults = faults_of(changed("repairs", range(11, 31), 99))
    assert faults[0].startswith(
        "column 'repairs', rows 11, 12, 13, 14, 15 and 15 more: must be within 0 and 60"
    )


def test_a_column_of_another_type_is_named_as_a_whole():
    faults = faults_of(
        TABLE.assign(repairs=True, parcels=pd.Timestamp("2025-01-01"), channel=3.5, parking="maybe")
    )
    assert [fault.split(";")[0] for fault in faults] == [
        "column 'repairs', every filled row: must be a number",
        "column 'parcels', every filled row: must be a number",
        "column 'channel', every filled row: must be a value that the policy lists",
        "column 'parking', every filled row: must be true or false",
    ]


def test_cells_that_hold_lists_are_faults_like_others():
    lists = pd.Series([[1, 2]] * 59 + [None])
    assert [fault.split(":")[0] for fault in faults_of(TABLE.assign(repairs=lists, channel=lists))] == [
        "column 'repairs', row 60",
        "column 'repairs', every filled row",
        "column 'channel', every filled row",
    ]


def test_one_cell_is_one_fault_however_many_rules_it_breaks():
    assert len(faults_of(changed("repairs", [1], -0.5))) == 1


@pytest.mark.parametrize("column", [*POLICY.features, *AUDITED, "resident", "collected_on", "collected_by"])
def test_a_missing_column_is_named(column):
    faults = faults_of(TABLE.drop(columns=column))
    assert len(faults) == 1
    assert faults[0].startswith(f"column '{column}': is missing; add it, or change `")


def test_a_column_that_stands_twice_is_named_and_an_extra_one_is_left_alone():
    twice = pd.concat([TABLE, TABLE[["repairs"]]], axis="columns")
    assert faults_of(twice) == ["column 'repairs': stands 2 times in the table; keep one of them."]
    extra = pd.concat([TABLE.assign(note=1), TABLE.assign(note=2)[["note"]]], axis="columns")
    assert residents_from(extra, POLICY, as_of=AS_OF).intake.extra_columns == ("note",)


def test_an_empty_table_is_refused():
    assert faults_of(TABLE.head(0)) == ["the table: has no row; write a row for each resident."]


def test_one_resident_is_refused_and_enough_are_not():
    (fault,) = faults_of(TABLE.head(1))
    assert fault == (
        "the table: leaves 1 resident that may be used, and at least 20 are needed "
        "(twice `audit.smallest_group`); add residents whose rows may be used."
    )
    assert len(faults_of(TABLE.head(19))) == 1
    assert residents_from(TABLE.head(20), POLICY, as_of=AS_OF).intake.kept == 20


def test_no_consent_at_all_is_refused_with_the_reasons():
    frame = TABLE.assign(consent_service_planning=["refused", "withdrawn", None] * 20)
    assert (
        "60 of 60 rows were left out: 20 no consent on record, 20 consent refused, 20 consent withdrawn"
        in (faults_of(frame)[0])
    )


def test_a_feature_without_any_value_is_refused_and_one_with_a_single_value_is_not():
    (fault,) = faults_of(TABLE.assign(parcels=None))
    assert fault == (
        "column 'parcels': holds no value for any resident that may be used; "
        "fill it, or delete `features.parcels` from the policy."
    )
    frame = TABLE.assign(parcels=[3.0] + [None] * 59)
    assert residents_from(frame, POLICY, as_of=AS_OF).intake.missing["parcels"] == 59


def test_rows_outside_the_population_are_counted_and_not_judged():
    policy = small_policy(residents={"population": {"building": ["3", "5"]}})
    frame = TABLE.assign(building=[3] * 30 + [5] * 20 + [7] * 9 + [None])
    frame = changed("repairs", range(51, 61), "x", changed("resident", [52, 53], "same", frame))
    intake = residents_from(frame, policy, as_of=AS_OF).intake
    assert (intake.outside_population, intake.kept) == (10, 50)
    assert faults_of(changed("repairs", [50], "x", frame), policy)[0].startswith("column 'repairs', row 50:")


def test_a_table_without_a_row_of_the_population_is_refused():
    policy = small_policy(residents={"population": {"tenure": ["owner"]}})
    assert faults_of(TABLE.assign(tenure="tenant"), policy) == [
        "the table: has no row of the population; check `residents.population` against the table."
    ]


def test_without_the_column_of_the_population_no_row_is_judged():
    policy = small_policy(residents={"population": {"building": ["3"]}})
    faults = faults_of(changed("repairs", [1], "x"), policy)
    assert [fault.split(":")[0] for fault in faults] == ["column 'building'"]


def test_faulty_rows_are_left_out_up_to_the_quarantine_share_and_refused_beyond_it():
    policy = small_policy(residents={"quarantine_share": 0.05})
    frame = changed("channel", [2], "fax", changed("repairs", [2, 40], 99))
    intake = residents_from(frame, policy, as_of=AS_OF).intake
    assert [(cell.row, cell.column, cell.rule) for cell in intake.quarantined] == [
        (2, "repairs", "range"),
        (2, "channel", "value"),
        (40, "repairs", "range"),
    ]
    assert (intake.kept, intake.quarantined_rows) == (58, 2)
    faults = faults_of(changed("repairs", [1, 2, 3, 4], 99), policy)
    assert faults[-1] == (
        "the table: has 4 faulty rows of 60, more than may be left out; "
        "correct them, or raise `residents.quarantine_share` (0.05)."
    )


def test_every_row_of_a_duplicate_id_is_quarantined():
    policy = small_policy(residents={"quarantine_share": 0.1})
    residents = residents_from(changed("resident", [5, 6], "R000004"), policy, as_of=AS_OF)
    assert [cell.row for cell in residents.intake.quarantined] == [4, 5, 6]
    assert "R000004" not in set(residents.ids)


def test_only_consented_rows_become_residents():
    frame = changed("consent_service_planning", [2], "refused")
    frame = changed("consent_service_planning_at", [3], "2025-07-01", frame)
    frame = changed("collected_on", [4], "2024-06-29", frame)
    residents = residents_from(frame, POLICY, as_of=AS_OF)
    assert residents.intake.left_out == {"consent_refused": 1, "consent_later": 1, "retention_lapsed": 1}
    assert residents.ids.tolist()[:2] == ["R000001", "R000005"]
    assert residents.needs["repairs"].iloc[1] == TABLE["repairs"].iloc[4]


def test_protected_values_without_audit_consent_become_missing_and_are_counted():
    frame = changed("consent_fairness_audit", [1, 2], "refused")
    frame = changed("consent_service_planning", [1], "withdrawn", frame)
    residents = residents_from(frame, POLICY, as_of=AS_OF)
    assert residents.intake.protected_withheld == 1
    assert residents.protected.iloc[0].isna().all()
    assert residents.protected.iloc[1:].notna().all(axis=None)
    assert not set(AUDITED) & set(residents.intake.missing)


def test_each_purpose_may_go_without_consent_and_then_needs_no_columns():
    public = {"consent": "not_required", "consent_reason": {"en": "A public survey", "zh": "公开调查"}}
    planning = [column for column in TABLE if column.startswith("consent_service_planning")]
    audit = [column for column in TABLE if column.startswith("consent_fairness_audit")]
    without_planning = small_policy(purpose=public)
    assert residents_from(TABLE.drop(columns=planning), without_planning, as_of=AS_OF).intake.kept == 60
    assert len(faults_of(TABLE.drop(columns=audit), without_planning)) == 3
    without_audit = small_policy(audit_purpose=public)
    residents = residents_from(TABLE.drop(columns=audit), without_audit, as_of=AS_OF)
    assert residents.intake.protected_withheld == 0
    refused = TABLE.assign(consent_service_planning="refused", consent_fairness_audit="refused")
    both = small_policy(purpose=public, audit_purpose=public)
    assert residents_from(refused, both, as_of=AS_OF).intake.kept == 60


def test_the_notice_column_is_needed_only_where_versions_are_named():
    frame = TABLE.drop(columns=["consent_service_planning_notice", "consent_fairness_audit_notice"])
    any_version = small_policy(purpose={"notice_versions": []}, audit_purpose={"notice_versions": []})
    assert residents_from(frame, any_version, as_of=AS_OF).intake.kept == 60
    assert len(faults_of(frame)) == 2


def test_extra_columns_are_dropped_and_named_with_what_is_denied_or_refused():
    frame = TABLE.assign(income=1, id_card_no=2, batch=3)
    residents = residents_from(frame, POLICY, as_of=AS_OF)
    assert residents.intake.extra_columns == ("income", "id_card_no", "batch")
    assert residents.intake.denied_columns == ("income",)
    assert residents.intake.refused_columns == ("id_card_no",)
    assert not {"income", "id_card_no", "batch"} & {*residents.needs, *residents.protected}


def test_a_time_of_day_in_the_reference_day_makes_no_difference():
    evening = residents_from(TABLE, POLICY, as_of=datetime(2025, 6, 30, 22, 0))  # noqa: DTZ001 - a wall clock
    assert evening.digest == residents_from(TABLE, POLICY, as_of=AS_OF).digest


PLANTED = "Zhang-13800138000"


def chain(error):
    """Yield an exception and everything that it was raised from or in."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def read_by(way, frame, folder):
    """Read a table from memory, or from a file that holds it."""
    if way == "memory":
        return residents_from(frame, POLICY, as_of=AS_OF)
    path = folder / f"residents.{way}"
    frame.to_csv(path, index=False) if way == "csv" else frame.astype("str").to_parquet(path)
    return read_residents(path, POLICY, as_of=AS_OF)


@pytest.mark.parametrize("way", ["memory", "csv", "parquet"])
def test_no_value_of_a_resident_is_ever_said(way, tmp_path):
    frame = TABLE.astype(object)
    for at, column in enumerate(TABLE):
        frame.loc[[at, at + 1], column] = PLANTED
    with pytest.raises(ResidentsError) as refused:
        read_by(way, frame, tmp_path)
    assert len(refused.value.faults) > 12
    for error in chain(refused.value):
        assert PLANTED not in f"{error!s}{error!r}{error.args}"


def test_a_quarantined_value_is_not_said_either():
    policy = small_policy(residents={"quarantine_share": 0.1})
    residents = residents_from(changed("channel", [3], PLANTED), policy, as_of=AS_OF)
    assert residents.intake.quarantined_rows == 1
    shown = (
        f"{residents!r}{residents.intake!r}{residents.intake.to_dict()}{residents.intake.quarantine_frame()}"
    )
    assert PLANTED not in shown


def test_a_table_without_a_header_shows_nothing_of_its_first_row():
    headless = TABLE.set_axis([f"{PLANTED} {at}" for at in range(TABLE.shape[1])], axis="columns")
    assert not any(PLANTED in fault for fault in faults_of(headless))


def test_needs_alone_are_read_without_any_protected_column(tmp_path):
    audit = [column for column in TABLE if column.startswith("consent_fairness_audit")]
    TABLE.drop(columns=[*AUDITED, *audit]).to_parquet(tmp_path / "residents.parquet")
    residents = read_needs(tmp_path / "residents.parquet", POLICY, as_of=AS_OF)
    pd.testing.assert_frame_equal(residents.needs, NEEDS)
    assert residents.protected.shape == (60, 0)
    assert residents.intake.protected_withheld == 0


def test_faults_in_protected_columns_do_not_stop_a_score_and_those_in_needs_do(tmp_path):
    path = tmp_path / "residents.csv"
    changed("sex", [1], "x").to_csv(path, index=False)
    assert read_needs(path, POLICY, as_of=AS_OF).intake.extra_columns == tuple(AUDITED)
    changed("repairs", [1], 99).to_csv(path, index=False)
    with pytest.raises(ResidentsError, match="column 'repairs', row 1"):
        read_needs(path, POLICY, as_of=AS_OF)


def test_one_resident_can_be_scored_and_none_cannot(tmp_path):
    path = tmp_path / "residents.csv"
    TABLE.head(1).to_csv(path, index=False)
    assert len(read_needs(path, POLICY, as_of=AS_OF)) == 1
    TABLE.head(1).assign(consent_service_planning="refused").to_csv(path, index=False)
    with pytest.raises(
        ResidentsError, match="leaves 0 residents that may be used; 1 of 1 rows were left out: 1 consent"
    ):
        read_needs(path, POLICY, as_of=AS_OF)
