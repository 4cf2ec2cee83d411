"""Strata: readable levels that tell nobody's value, crossed and pooled."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentation.audit.cells import Crosstab
from segmentation.audit.crossing import (
    EXPLAINED,
    MOST_COUNTS,
    MOST_STRATA,
    OTHER_STRATA,
    cross,
    most_strata,
    stratified,
)
from segmentation.audit.strata import Strata
from segmentation.errors import AuditError
from segmentation.policy.parts import MISSING
from tests.needs import feature, policy_of

N = 20_000


def levels(kind, cells, **rest):
    """Return the levels that one feature's values are cut into, with how many are in each."""
    dtype = "str" if kind in {"ordinal", "category"} else "float64"
    policy = explaining(x=feature(kind, **rest))
    column = strata(policy, pd.DataFrame({"x": pd.Series(cells, dtype=dtype)}), 2)["x"]
    return dict(zip(column.cat.categories, column.value_counts(sort=False), strict=True)), column


def strata(policy, needs, n_segments):
    return Strata.of(policy, needs, n_segments).table(needs)


def explaining(smallest=30, **features):
    policy = policy_of(**features)
    limits = policy.audit.model_copy(
        update={"explained_by": tuple(features), "smallest_group": smallest, "intersections": ()}
    )
    return policy.model_copy(update={"audit": limits})


def crosstab(columns, segments=None, groups=None, smallest=30):
    n = len(next(iter(columns.values())))
    rng = np.random.default_rng(0)
    segments = pd.Series(rng.choice(["S1", "S2"], n)) if segments is None else segments
    people = pd.DataFrame({"sex": pd.Categorical(rng.choice(["f", "m"], n))}) if groups is None else groups
    frame = pd.DataFrame({name: pd.Categorical(values) for name, values in columns.items()})
    return Crosstab.of(segments, people, frame)


# ---- Levels -----------------------------------------------------------------------------------------


def test_a_count_is_cut_at_whole_numbers_that_read_well():
    values = np.repeat([0, 1, 2, 3, 4, 5, 9], [6000, 3000, 1000, 2000, 3000, 2000, 3000])
    found, _ = levels("count", values)

    assert list(found) == ["0", "1–2", "3–4", "5+"]
    assert list(found.values()) == [6000, 4000, 5000, 5000]


def test_a_count_that_is_mostly_zero_has_fewer_levels():
    found, _ = levels("count", np.repeat([0, 1, 2], [17_000, 2000, 1000]))
    assert list(found) == ["0", "1+"]


def test_a_number_is_cut_at_two_digits():
    found, _ = levels("number", np.random.default_rng(0).normal(500, 123.4567, N).clip(0, 1000))

    assert list(found) == ["<420", "420–<500", "500–<580", "580+"]
    assert min(found.values()) > 4000


def test_a_share_and_numbers_below_zero_are_cut_alike():
    rng = np.random.default_rng(0)
    assert list(levels("share", rng.random(N))[0]) == ["<0.26", "0.26–<0.5", "0.5–<0.75", "0.75+"]
    assert list(levels("number", rng.random(N) - 10)[0]) == ["<-9.7", "-9.7–<-9.5", "-9.5–<-9.3", "-9.3+"]


def test_no_level_is_of_a_single_residents_value():
    values = np.repeat([0.0, 377.0], [71, 29])
    assert list(levels("count", values)[0]) == ["any"]
    assert list(levels("count", np.append(values, 377.0))[0]) == ["0", "1+"]


def test_everybody_alike_is_one_level():
    found, _ = levels("number", np.full(N, 123.456))
    assert list(found.values()) == [N]
    assert "123.456" not in "".join(found)


def test_flags_and_ordinals_keep_their_values():
    assert list(levels("flag", np.repeat([0.0, 1.0], N // 2))[0]) == ["no", "yes"]
    assert list(levels("ordinal", np.repeat(["high", "low", "medium"], 7000))[0]) == ["low", "medium", "high"]


def test_a_category_of_many_values_keeps_the_most_frequent():
    names = [f"v{at}" for at in range(10)]
    values = np.repeat(names, [100, 9000, 100, 6000, 100, 3000, 100, 100, 100, 100])
    found, _ = levels("category", values, values=names)

    assert found == {"v1": 9000, "v3": 6000, "v5": 3000, "other values": 700}


def test_missing_stays_missing():
    values = np.repeat([0.0, 1.0, np.nan], 5000)
    assert levels("flag", values)[1].isna().sum() == 5000
    assert levels("count", values)[1].isna().sum() == 5000
    assert levels("category", np.repeat(["app", None], 50).astype(object))[1].isna().sum() == 50
    assert levels("number", np.full(90, np.nan))[1].isna().all()


def test_levels_are_fewer_where_residents_are():
    rng = np.random.default_rng(0)
    policy = explaining(a=feature("count"), b=feature("share"))
    for n, most in ((200_000, 16), (30_000, 16), (9000, 9), (2000, 4)):
        needs = pd.DataFrame({"a": rng.poisson(8, n).astype(float), "b": rng.random(n)})
        assert len(strata(policy, needs, 2).drop_duplicates()) == most


@settings(max_examples=30, deadline=None)
@given(st.lists(st.one_of(st.none(), st.integers(0, 400)), min_size=1, max_size=80), st.integers(10, 30))
def test_any_counts_give_levels_of_at_least_the_smallest_group(values, smallest):
    policy = explaining(smallest, x=feature("count"))
    column = strata(policy, pd.DataFrame({"x": pd.Series(values, dtype="float64")}), 1)["x"]
    sizes = column.value_counts()

    assert column.isna().sum() == values.count(None)
    assert len(sizes) == 1 or sizes.min() >= smallest


# ---- Crossing ---------------------------------------------------------------------------------------


def test_features_are_crossed_and_missing_is_a_level_where_many_lack_one():
    columns = {"repairs": ["0", "1+", None, "0"] * 1000, "channel": ["app", "app", "desk", "desk"] * 1000}
    found = cross(crosstab(columns), 30)

    assert found.strata == (EXPLAINED,)
    assert found.levels[-1] == (
        "repairs 0 × channel app",
        "repairs 0 × channel desk",
        "repairs 1+ × channel app",
        "repairs (missing) × channel desk",
    )
    assert found.cells([EXPLAINED]).sizes.tolist() == [1000] * 4


def test_few_who_lack_a_feature_are_in_no_stratum():
    found = cross(crosstab({"repairs": ["0", "1+"] * 1000 + [None] * 50}), 30)

    assert found.levels[-1] == ("repairs 0", "repairs 1+")
    assert found.cells([EXPLAINED]).groups == (("repairs 0",), ("repairs 1+",), (MISSING,))
    assert found.cells([EXPLAINED]).sizes.tolist() == [1000, 1000, 50]


def test_a_feature_that_nobody_has_makes_no_stratum():
    found, tables = stratified(crosstab({"repairs": np.full(850, None)}), 30)
    assert cross(found, 30).levels[-1] == ()
    assert tables == ()


def test_crossing_loses_nobody_and_no_distance():
    rng = np.random.default_rng(1)
    columns = {"a": rng.choice(list("pqrs"), 3000), "b": rng.choice(list("uvw"), 3000)}
    segments = pd.Series(rng.choice(["S1", "S2", "S3"], 3000))
    people = pd.DataFrame({"sex": pd.Categorical(rng.choice(["f", "m", None], 3000), ["f", "m"])})
    frame = pd.DataFrame({name: pd.Categorical(values) for name, values in columns.items()})
    squared = rng.random(3000)
    before = Crosstab.of(segments, people, frame, squared)
    after = cross(before, 30, most=6)

    assert len(after.levels[-1]) == 7
    assert after.levels[-1][-1] == OTHER_STRATA
    assert after.cells(["sex"]).counts.tolist() == before.cells(["sex"]).counts.tolist()
    assert after.squared_distances(["sex"]) == pytest.approx(before.squared_distances(["sex"]))
    for stratum, size in zip(after.levels[-1][:-1], after.cells([EXPLAINED]).sizes, strict=False):
        a, b = stratum.replace("a ", "").replace("b ", "").split(" × ")
        assert size == ((columns["a"] == a) & (columns["b"] == b)).sum()


@pytest.mark.parametrize(
    ("sizes", "kept"),
    [
        ([100, 90, 29, 8], ["a p", "a q"]),
        ([100, 90, 29], ["a p"]),
        ([100, 90, 30], ["a p", "a q", "a r"]),
        ([20, 9, 5], []),
    ],
)
def test_small_strata_are_pooled_until_they_are_as_many_as_may_be_seen(sizes, kept):
    found = cross(crosstab({"a": np.repeat(list("pqrs")[: len(sizes)], sizes)}), 30)

    assert found.levels[-1] == (*kept, *([] if len(kept) == len(sizes) else [OTHER_STRATA]))
    assert found.cells([EXPLAINED]).sizes.sum() == sum(sizes)


def test_strata_of_so_many_features_that_hardly_anybody_is_alike_are_refused():
    rng = np.random.default_rng(0)
    many = {f"f{at}": rng.choice(["no", "yes"], 5000) for at in range(8)}
    message = r"strata of f0, f1, .* are too fine: the largest 24 of 256 hold 1"
    with pytest.raises(AuditError, match=message) as told:
        cross(crosstab(many), 30)
    assert "`audit.explained_by`" in str(told.value)
    assert len(cross(crosstab(dict(list(many.items())[:5])), 30).levels[-1]) == MOST_STRATA + 1


def test_without_strata_nothing_is_crossed():
    plain = Crosstab.of(pd.Series(["S1"]), pd.DataFrame({"sex": pd.Categorical(["f"])}))
    assert cross(plain, 30) is plain
    assert stratified(plain, 30) == (plain, ())


# ---- What is looked at ------------------------------------------------------------------------------


def test_every_attribute_is_looked_at_by_stratum():
    found, tables = stratified(crosstab({"a": np.repeat(["p", "q", "r"], 2000)}), 30)

    assert tables == (("sex", EXPLAINED),)
    assert found.cells(tables[0]).group_names[:3] == ("f × a p", "f × a q", "f × a r")


def test_an_attribute_of_very_many_groups_is_left_out():
    n = 10_000
    rng = np.random.default_rng(0)
    groups = pd.DataFrame(
        {
            "place": pd.Categorical(rng.choice([f"g{at}" for at in range(190)], n)),
            "sex": pd.Categorical(rng.choice(["f", "m"], n)),
        }
    )
    segments = pd.Series(rng.choice([f"S{at}" for at in range(6)], n))
    _, tables = stratified(crosstab({"a": rng.choice(["p", "q"], n)}, segments, groups), 30)

    assert tables == (("sex", EXPLAINED),)


def test_too_few_residents_to_compare_are_not_looked_at():
    few, many = (crosstab({"a": np.repeat(["p", "q"], n)}) for n in (890, 910))

    assert stratified(few, 30) == (few, ())
    assert stratified(many, 30)[1] == (("sex", EXPLAINED),)


@given(
    st.integers(0, 10**7), st.integers(1, 30), st.lists(st.integers(2, 200), min_size=1), st.integers(10, 50)
)
def test_strata_are_at_most_24_and_never_too_many_to_protect(residents, n_segments, groups, smallest):
    most = most_strata(residents, n_segments, groups, smallest)

    assert 0 <= most <= MOST_STRATA
    if 2 * min(groups) * n_segments <= MOST_COUNTS:
        assert most * min(groups) * n_segments <= MOST_COUNTS
