"""The simulated community holds what its truth says, and nothing else."""

import errno
import re
from datetime import date
from functools import cache

import numpy as np
import pandas as pd
import pytest
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score

from segmentation.errors import ResidentsError, StorageError
from segmentation.simulate import Community, Truth, simulate, write
from segmentation.simulate.archetypes import REQUEST_KINDS
from segmentation.simulate.bayes import adjusted_rand_index
from segmentation.simulate.requests import yearly_needs

COUNTS = [
    "repair_requests",
    "cleaning_requests",
    "parcel_pickups",
    "security_requests",
    "green_requests",
    "facility_bookings",
]
SHARES = ["phone_contact", "evening_share", "weekend_share"]
COLUMNS = [
    "resident_ref",
    "collected_on",
    "collection_source",
    "consent_service_planning",
    "consent_service_planning_at",
    "consent_service_planning_notice",
    "consent_fairness_audit",
    "consent_fairness_audit_at",
    "consent_fairness_audit_notice",
    *COUNTS,
    *SHARES,
    "home_area_m2",
    "service_urgency",
    "preferred_slot",
    "ev_charging",
    "pet_services",
    "age_band",
    "sex",
    "ethnicity",
    "tenure",
    "building",
    "hukou_place",
    "monthly_income",
]
FEATURES = COLUMNS[COLUMNS.index("repair_requests") : COLUMNS.index("age_band")]


@cache
def community(n=4_000, **parameters) -> Community:
    return simulate(n, **parameters)


def planted(a: Community) -> pd.Series:
    return a.residents["resident_ref"].map(a.truth.segments)


def association(a: Community, attribute: str) -> float:
    """Bias-corrected Cramér's V of the planted segment with an attribute (Bergsma 2013)."""
    cells = pd.crosstab(planted(a), a.residents[attribute]).to_numpy()
    n, (rows, columns) = cells.sum(), cells.shape
    expected = np.outer(cells.sum(1), cells.sum(0)) / n
    phi2 = ((cells - expected) ** 2 / expected).sum() / n - (rows - 1) * (columns - 1) / (n - 1)
    least = min(rows - (rows - 1) ** 2 / (n - 1), columns - (columns - 1) ** 2 / (n - 1)) - 1
    return float(np.sqrt(max(phi2, 0) / least))


def matrix(residents: pd.DataFrame) -> np.ndarray:
    numbers = residents[[*COUNTS, *SHARES, "home_area_m2"]].copy()
    numbers[COUNTS] = np.log1p(numbers[COUNTS])
    numbers["urgency"] = residents["service_urgency"].map({"low": 0.0, "normal": 1.0, "high": 2.0})
    scaled = ((numbers - numbers.mean()) / numbers.std()).fillna(0)
    slots = pd.get_dummies(residents["preferred_slot"].fillna("unknown"))
    flags = residents[["ev_charging", "pet_services"]]
    return np.column_stack([scaled, numbers.isna(), slots, flags]).astype(float)


def test_the_residents_table_has_the_documented_columns_in_order():
    assert list(community().residents.columns) == COLUMNS


def test_the_same_seed_gives_the_same_community_and_another_seed_another():
    one, again, other = community(), simulate(4_000), community(seed=8)
    pd.testing.assert_frame_equal(one.residents, again.residents)
    assert one.requests.equals(again.requests)
    assert one.truth == again.truth
    assert not one.residents["phone_contact"].equals(other.residents["phone_contact"])
    assert not set(one.truth.segments) & set(other.truth.segments)


def test_references_are_different_opaque_and_unlike_a_number():
    refs = community().residents["resident_ref"]
    assert refs.is_unique
    assert refs.str.fullmatch(r"r-[b-df-hj-km-np-tv-xz2-9]{10}").all()
    assert not refs.is_monotonic_increasing
    assert not refs.str.contains(r"\d{11}").any()


@pytest.mark.parametrize("kind", REQUEST_KINDS)
def test_counts_are_the_number_of_requests_of_the_kind(kind):
    a = community()
    counted = a.requests[a.requests["kind"] == kind].groupby("resident_ref", observed=False).size()
    told = a.residents.set_index("resident_ref")[COUNTS[REQUEST_KINDS.index(kind)]].dropna()
    assert told.eq(counted.loc[told.index]).all()
    assert 0.97 <= len(told) / len(a.residents) < 1


@pytest.mark.parametrize(
    ("share", "asked"),
    [
        ("phone_contact", lambda requests: requests["channel"] == "phone"),
        ("evening_share", lambda requests: requests["requested_at"].dt.hour >= 18),
        (
            "weekend_share",
            lambda requests: requests["requested_at"].dt.day_name().isin(["Saturday", "Sunday"]),
        ),
    ],
)
def test_shares_are_the_share_of_requests_made_so(share, asked):
    a = community()
    counted = asked(a.requests).groupby(a.requests["resident_ref"], observed=False).mean()
    told = a.residents.set_index("resident_ref")[share].dropna()
    np.testing.assert_allclose(told, counted.loc[told.index], rtol=1e-12)
    assert told.between(0, 1).all()


def test_needs_are_added_up_as_by_hand_and_silence_has_no_shares():
    requests = pd.DataFrame(
        {
            "resident_ref": pd.Categorical(["loud", "loud", "loud", "loud"], ["silent", "loud"]),
            "requested_at": pd.to_datetime(
                ["2026-06-05 17:59", "2026-06-05 18:00", "2026-06-06 09:00", "2026-06-08 10:00"]
            ),
            "kind": pd.Categorical(["repair", "repair", "facility", "repair"], REQUEST_KINDS),
            "channel": pd.Categorical(["phone", "phone", "app", "phone"], ["phone", "app", "desk"]),
        }
    )
    silent, loud = yearly_needs(requests).to_dict("records")
    assert [loud[name] for name in COUNTS] == [3, 0, 0, 0, 0, 1]
    assert [loud[name] for name in SHARES] == [0.75, 0.25, 0.25]
    assert [silent[name] for name in COUNTS] == [0] * 6
    assert all(np.isnan(silent[name]) for name in SHARES)


def test_requests_fall_in_the_year_that_ends_with_the_period_and_come_by_time():
    requests = community(period_end=date(2025, 3, 31)).requests
    assert requests["requested_at"].is_monotonic_increasing
    assert requests["requested_at"].min() >= pd.Timestamp("2024-04-01")
    assert requests["requested_at"].max() < pd.Timestamp("2025-04-01")


def test_green_care_is_asked_for_in_summer_and_repair_in_winter():
    requests = community().requests
    summer = requests["requested_at"].dt.month.isin([6, 7, 8])
    winter = requests["requested_at"].dt.month.isin([12, 1, 2])
    assert summer[requests["kind"] == "green"].mean() > 3 * winter[requests["kind"] == "green"].mean()
    assert winter[requests["kind"] == "repair"].mean() > summer[requests["kind"] == "repair"].mean()


def test_counts_are_skewed_and_more_spread_than_chance_alone():
    a = community()
    within = a.residents[COUNTS].groupby(planted(a))
    assert (a.residents[COUNTS].skew() > 1).all()
    assert (within.var().sum() > 1.5 * within.mean().sum()).all()


def test_one_to_three_per_cent_of_every_asked_feature_is_missing():
    missing = community(20_000).residents[FEATURES].isna().mean()
    assert missing.drop(["ev_charging", "pet_services"]).between(0.008, 0.035).all()
    assert (missing[["ev_charging", "pet_services"]] == 0).all()


@pytest.mark.parametrize("n_segments", [4, 5, 6, 7, 8])
def test_the_best_possible_assignment_is_good_but_not_perfect(n_segments):
    a = community(n_segments=n_segments)
    assert 0.93 <= a.truth.bayes_adjusted_rand_index <= 0.975
    shares = planted(a).value_counts(normalize=True)
    assert len(shares) == n_segments
    assert shares.between(0.09, 0.28).all()


def test_k_means_finds_the_planted_segments():
    a = community()
    agreed = (a.residents["consent_service_planning"] == "given").to_numpy()
    found = KMeans(6, n_init=10, random_state=0).fit_predict(matrix(a.residents[agreed]))
    score = adjusted_rand_score(planted(a)[agreed], found)
    assert 0.9 <= score <= a.truth.bayes_adjusted_rand_index


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("n_segments", [4, 5, 6, 7, 8])
def test_the_best_possible_assignment_keeps_its_range_at_full_size(n_segments, seed):
    truth = simulate(n_segments=n_segments, seed=seed).truth
    assert 0.93 <= truth.bayes_adjusted_rand_index <= 0.97


def test_without_segments_nothing_is_planted_and_the_needs_are_unrelated():
    a = community(n_segments=0)
    assert (a.truth.carrier, a.truth.bayes_adjusted_rand_index) == (None, None)
    assert set(a.truth.segments.values()) == {0}
    assert a.truth.segment_names == ["no structure"]
    numbers = a.residents[[*COUNTS, *SHARES, "home_area_m2"]]
    off_diagonal = numbers.corr().to_numpy()[~np.eye(numbers.shape[1], dtype=bool)]
    assert np.abs(off_diagonal).max() < 0.07


def test_age_is_carried_at_the_default_strength():
    assert association(community(), "age_band") > 0.18


def test_age_is_independent_of_the_segments_at_strength_zero():
    assert association(community(carrier_strength=0.0), "age_band") < 0.03


def test_the_strength_of_the_carrier_moves_ages_and_never_needs():
    with_carrier, without = community(), community(carrier_strength=0.0)
    pd.testing.assert_frame_equal(with_carrier.residents[FEATURES], without.residents[FEATURES])
    assert with_carrier.requests.equals(without.requests)
    assert not with_carrier.residents["age_band"].equals(without.residents["age_band"])


def test_age_is_carried_by_phone_contact_between_two_sibling_segments_alone():
    a = community(20_000)
    names = np.array(a.truth.segment_names)[planted(a)]
    carrier = a.truth.carrier
    siblings = np.isin(names, [carrier.segment, carrier.sibling])
    older = a.residents["age_band"].eq("65+")
    assert older[names == carrier.segment].mean() - older[names == carrier.sibling].mean() > 0.3
    assert older[siblings].mean() == pytest.approx(older[~siblings].mean(), abs=0.02)
    means = a.truth.feature_means
    gaps = {
        name: abs(means[carrier.segment][name] - means[carrier.sibling][name]) for name in COUNTS + SHARES
    }
    assert gaps[carrier.feature] > 0.5
    assert max(gaps[name] for name in COUNTS) < 0.5


@pytest.mark.parametrize("attribute", ["sex", "ethnicity"])
def test_a_clean_attribute_is_independent_of_segments_and_age(attribute):
    a = community(20_000)
    assert association(a, attribute) < 0.03
    shares = pd.crosstab(a.residents["age_band"], a.residents[attribute], normalize="index")
    assert (shares.max() - shares.min()).max() < 0.035


@pytest.mark.parametrize("n", [100, 4_000])
def test_the_tiny_group_has_twelve_residents_whatever_the_size(n):
    a = community(n)
    assert (a.residents["ethnicity"] == "tibetan").sum() == a.truth.tiny_group.count == 12
    assert (a.truth.tiny_group.attribute, a.truth.tiny_group.group) == ("ethnicity", "tibetan")


def test_a_few_protected_values_are_missing():
    missing = community().residents[["age_band", "sex", "ethnicity"]].isna().mean()
    assert missing.between(0.01, 0.03).all()


def test_proxies_stand_in_for_age():
    residents = community().residents
    age = residents["age_band"]
    owners = residents["tenure"].eq("owner").groupby(age).mean()
    movers = residents["hukou_place"].eq("other_province").groupby(age).mean()
    older_by_block = age.eq("65+").groupby(residents["building"]).mean()
    assert owners["65+"] > owners["18-39"] + 0.3
    assert movers["18-39"] > movers["65+"] + 0.25
    assert len(older_by_block) == 24
    assert older_by_block["B01":"B08"].mean() > older_by_block["B17":"B24"].mean() + 0.2


def test_consents_are_mostly_given_and_counted_in_the_truth():
    a = community(20_000)
    planning = a.residents["consent_service_planning"].value_counts(normalize=True)
    audit = a.residents["consent_fairness_audit"].value_counts(normalize=True)
    assert planning["refused"] == pytest.approx(0.04, abs=0.006)
    assert planning["withdrawn"] == pytest.approx(0.02, abs=0.006)
    assert 1 - audit["given"] == pytest.approx(0.08, abs=0.008)
    for purpose, states in a.truth.consents.items():
        assert states == a.residents[f"consent_{purpose}"].value_counts().to_dict()


@pytest.mark.parametrize("purpose", ["service_planning", "fairness_audit"])
def test_a_consent_was_given_before_the_row_was_collected_and_under_that_years_notice(purpose):
    residents = community().residents
    given = residents[residents[f"consent_{purpose}"] == "given"]
    at, notice = given[f"consent_{purpose}_at"], given[f"consent_{purpose}_notice"]
    assert (at < given["collected_on"]).all()
    assert (notice == at.dt.strftime("%Y-01")).all()
    assert 0.95 < notice.eq("2026-01").mean() < 1


def test_the_truth_tells_the_means_of_every_feature_by_segment():
    a = community()
    numbers = [*COUNTS, *SHARES, "home_area_m2", "ev_charging", "pet_services"]
    expected = a.residents[numbers].astype(float).groupby(planted(a)).mean()
    for place, name in enumerate(a.truth.segment_names):
        means = a.truth.feature_means[name]
        assert {column: means[column] for column in numbers} == pytest.approx(expected.loc[place].to_dict())
        assert sum(mean for key, mean in means.items() if key.startswith("preferred_slot=")) == pytest.approx(
            1
        )
        assert 0 <= means["service_urgency"] <= 2


@pytest.mark.parametrize("n_segments", [0, 6])
def test_the_truth_survives_its_json(n_segments):
    truth = community(n_segments=n_segments).truth
    assert Truth.from_json(truth.to_json()) == truth


def test_the_adjusted_rand_index_is_scikit_learns():
    rng = np.random.default_rng(0)
    one = rng.integers(4, size=500)
    other = np.where(rng.random(500) < 0.7, one, rng.integers(5, size=500))
    assert adjusted_rand_index(one, other) == pytest.approx(adjusted_rand_score(one, other), rel=1e-12)
    assert adjusted_rand_index(one, (one + 1) % 4) == 1


def test_every_parameter_out_of_range_is_named_at_once():
    with pytest.raises(ResidentsError) as caught:
        simulate(50, seed=-1, n_segments=3, carrier_strength=1.5)
    named = [fault.where for fault in caught.value.faults]
    assert named == ["n = 50", "seed = -1", "n_segments = 3", "carrier_strength = 1.5"]


def test_the_smallest_and_strongest_community_allowed_is_made():
    assert len(simulate(100, seed=0, n_segments=5, carrier_strength=1.0).residents) == 100


def test_its_steps_are_told_to_who_asks_and_change_nothing():
    told = []
    heard = simulate(300, progress=told.append)

    assert told[0] == "Drawing a year of requests of 300 residents"
    assert len(told) == 3
    assert heard.truth == community(300).truth
    pd.testing.assert_frame_equal(heard.residents, community(300).residents)


def test_what_is_written_is_what_was_simulated(tmp_path):
    a = community(300)
    write(a, tmp_path / "new" / "place")
    folder = tmp_path / "new" / "place"
    assert sorted(p.name for p in folder.iterdir()) == ["requests.parquet", "residents.parquet", "truth.json"]
    pd.testing.assert_frame_equal(pd.read_parquet(folder / "residents.parquet"), a.residents)
    read = pd.read_parquet(folder / "requests.parquet")
    pd.testing.assert_frame_equal(read, a.requests, check_categorical=False)
    assert Truth.from_json((folder / "truth.json").read_text(encoding="utf-8")) == a.truth


def test_a_folder_that_cannot_be_made_is_one_clear_sentence(tmp_path):
    (tmp_path / "file").write_text("kept", encoding="utf-8")
    with pytest.raises(StorageError, match=re.escape(f"{tmp_path / 'file'} cannot be written: ")) as caught:
        write(community(300), tmp_path / "file")
    assert "Choose another place" in str(caught.value)
    assert (tmp_path / "file").read_text(encoding="utf-8") == "kept"


class FullDisk:
    """A table whose writing stops in the middle."""

    def __init__(self, number):
        self.number = number

    def to_parquet(self, path, **_options):
        path.write_bytes(b"PAR1 and half of the rows")
        raise OSError(self.number, "stopped") if self.number else OSError("stopped")


@pytest.mark.parametrize(
    ("number", "reason"),
    [(errno.ENOSPC, "no space left on device"), (None, "the file system refuses")],
)
def test_a_disk_that_fills_up_leaves_the_files_that_were_there(tmp_path, number, reason):
    a = community(300)
    write(a, tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(StorageError, match=reason):
        write(Community(FullDisk(number), a.requests, community(300, seed=8).truth), tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
