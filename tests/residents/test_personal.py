"""Innocent columns that are full of somebody's numbers, addresses or words."""

from __future__ import annotations

import numpy as np
import pytest

from segmentation.errors import ResidentsError
from segmentation.residents import residents_from
from tests.policies import AS_OF, small_policy, small_residents

POLICY = small_policy()
TABLE = small_residents(60)


def resident_id(at):
    """Return a resident ID number with a valid check character."""
    digits = f"110105{1950 + at}0307{at:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return digits + "10X98765432"[sum(int(d) * w for d, w in zip(digits, weights, strict=True)) % 11]


def bank_card(at):
    """Return a UnionPay number with a valid Luhn digit."""
    digits = f"622202{at:09d}"
    doubled = [int(d) * (2 if place % 2 == 0 else 1) for place, d in enumerate(reversed(digits))]
    return digits + str(-sum(n - 9 if n > 9 else n for n in doubled) % 10)


KINDS = {
    "resident ID numbers": [resident_id(at) for at in range(60)],
    "bank card numbers": [bank_card(at) for at in range(60)],
    "phone numbers": [f"138{at:08d}" for at in range(60)],
    "e-mail addresses": [f"someone{at}@example.com" for at in range(60)],
    "free text": [f"The lift stood still again on day {at}. Please call." for at in range(60)],
}


def faults_of(frame, policy=POLICY):
    with pytest.raises(ResidentsError) as refused:
        residents_from(frame, policy, as_of=AS_OF)
    return [str(fault) for fault in refused.value.faults]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("column", ["channel", "cleaning_wish", "repairs", "parking", "resident"])
def test_an_innocent_column_of_personal_data_is_named_as_such_and_judged_no_further(column, kind):
    faults = faults_of(TABLE.assign(**{column: KINDS[kind]}))
    assert len(faults) == 1
    assert faults[0].startswith(f"column '{column}': holds {kind} in 60 of 60 different values (PIPL Art.")


@pytest.mark.parametrize("kind", ["bank card numbers", "phone numbers"])
def test_numbers_in_a_numeric_column_are_recognised_too(kind):
    numbers = np.array([int(text) for text in KINDS[kind]])
    for cells in (numbers, numbers.astype(float)):
        assert f"column 'parcels': holds {kind} in 60 of 60" in faults_of(TABLE.assign(parcels=cells))[0]


def test_one_resident_id_among_codes_is_enough():
    frame = TABLE.assign(channel=TABLE["channel"].where(TABLE.index != 7, resident_id(1)))
    assert faults_of(frame)[0].startswith(
        "column 'channel': holds resident ID numbers in 1 of 4 different values"
    )


def test_one_long_answer_among_codes_is_a_faulty_row_and_no_column_of_free_text():
    frame = TABLE.assign(channel=TABLE["channel"].where(TABLE.index != 7, KINDS["free text"][0]))
    assert faults_of(frame)[0].startswith("column 'channel', row 8: must be a value that the policy lists")


def test_long_values_that_the_policy_lists_are_left_alone():
    long = "By the caretaker, in person, at the desk in the entrance hall. In writing, too."
    policy = small_policy(features={"channel": {"values": [long, "app"]}})
    frame = TABLE.assign(channel=[long, "app"] * 30)
    assert residents_from(frame, policy, as_of=AS_OF).intake.kept == 60


def test_opaque_ids_and_ordinary_numbers_are_left_alone():
    opaque = [f"{at:09d}" for at in range(60)]
    assert residents_from(TABLE.assign(resident=opaque), POLICY, as_of=AS_OF).intake.kept == 60


def test_large_numbers_that_are_nobodys_are_out_of_range_and_not_personal():
    assert faults_of(TABLE.assign(parcels=20_000_000_000))[0].startswith(
        "column 'parcels', every filled row: must be within 0 and 400"
    )


def test_the_other_columns_are_judged_beside_a_personal_one():
    faults = faults_of(
        TABLE.assign(channel=KINDS["phone numbers"], repairs=TABLE["repairs"].where(TABLE.index > 0, 99))
    )
    assert [fault.split(":")[0] for fault in faults] == ["column 'channel'", "column 'repairs', row 1"]
