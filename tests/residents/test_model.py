from __future__ import annotations

import pandas as pd
import pytest

from segmentation.residents import residents_from
from segmentation.residents.digest import Digest
from tests.policies import AS_OF, small_policy, small_residents

POLICY = small_policy()
TABLE = small_residents(60)


def digest_of(frame):
    return residents_from(frame, POLICY, as_of=AS_OF).digest


def test_residents_show_counts_and_no_values():
    residents = residents_from(TABLE, POLICY, as_of=AS_OF)
    assert repr(residents) == "Residents(60 residents, 6 needs, 3 protected columns, 0 rows left out)"
    assert len(residents) == 60


@pytest.mark.parametrize(
    "same",
    [
        TABLE.copy(),
        TABLE.assign(note="dropped"),
        TABLE[list(TABLE)[::-1]],
        TABLE.astype({"repairs": str, "parking": int, "sex": "category"}),
        TABLE.assign(collected_on=pd.Timestamp("2025-04-01")),
        TABLE.assign(evening_share=TABLE["evening_share"].replace(0.0, -0.0)),
    ],
)
def test_the_same_content_has_the_same_digest(same):
    assert digest_of(same) == digest_of(TABLE)


@pytest.mark.parametrize(
    "other",
    [
        TABLE.iloc[::-1],
        TABLE.head(59),
        TABLE.assign(repairs=TABLE["repairs"].where(TABLE.index != 3, 33)),
        TABLE.assign(channel=TABLE["channel"].where(TABLE.index != 3)),
        TABLE.assign(sex=TABLE["sex"].map({"male": "female", "female": "male"})),
        TABLE.assign(resident=TABLE["resident"].str.lower()),
    ],
)
def test_other_content_has_another_digest(other):
    assert digest_of(other) != digest_of(TABLE)


def test_the_digest_is_the_same_on_every_machine():
    assert digest_of(TABLE[TABLE.columns].assign(**WORKED)) == WORKED_DIGEST


WORKED = {
    "repairs": range(60),
    "parcels": range(60, 120),
    "evening_share": [0.25, None] * 30,
    "channel": ["app", "phone", "desk"] * 20,
    "cleaning_wish": ["low", None, "high"] * 20,
    "parking": [True, False] * 30,
    "age_band": ["18-39", "40-64", "65+"] * 20,
    "sex": ["female", "male"] * 30,
    "tenure": ["owner", None] * 30,
}
WORKED_DIGEST = "sha256:ff9af353d92df5a449ed1876ccb318aa557cce47630de4fd8d7eaca7fdc8e7db"


@pytest.mark.parametrize("rows", [1, 7, 60, 100])
def test_batches_follow_each_other_without_a_gap_and_keep_the_digest(rows):
    residents = residents_from(TABLE, POLICY, as_of=AS_OF)
    batches = list(residents.batches(rows))
    assert pd.concat([batch.ids for batch in batches], ignore_index=True).equals(residents.ids)
    assert all(batch.needs.index.equals(pd.RangeIndex(len(batch))) for batch in batches)
    digest = Digest()
    for batch in batches:
        digest.update(batch)
    assert digest.text() == residents.digest


def test_a_sample_keeps_needs_protected_values_and_ids_together():
    residents = residents_from(TABLE, POLICY, as_of=AS_OF)
    sample = residents.sample(20, 1)
    places = residents.ids.reset_index().set_index("resident").loc[sample.ids, "index"]
    assert places.is_monotonic_increasing
    assert sample.needs.equals(residents.needs.loc[places].reset_index(drop=True))
    assert sample.protected.equals(residents.protected.loc[places].reset_index(drop=True))
    assert residents.sample(60, 1) is residents
