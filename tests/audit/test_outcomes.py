"""Services against what residents needed: equal opportunity, and how well segments predict demand."""

import itertools

import numpy as np
import pandas as pd
import pytest
from fairlearn.metrics import MetricFrame, false_positive_rate, true_positive_rate

from segmentation.audit.cells import Cells, Crosstab
from segmentation.audit.disclosure import Shown, disclose
from segmentation.audit.outcomes import (
    MOST_COUNTS,
    UNNEEDED,
    demands,
    needed,
    needed_column,
    opportunities,
    outcome_cells,
    outcome_columns,
)
from segmentation.errors import AuditError
from segmentation.policy.parts import MISSING
from tests.policies import small_policy

SMALLEST = 10
SERVICE = "repair_visits"
PLANNED = {SERVICE: frozenset({"S2"})}


def community(size=6_000, seed=0, *, planted=True):
    """S2 is planned the service; the old need it as others do, and are in S2 more rarely if planted."""
    rng = np.random.default_rng(seed)
    old, needy = rng.random(size) < 0.4, rng.random(size) < 0.4
    into = np.where(needy, 0.8, 0.2) * np.where(old & planted, 0.5, 1.0)
    people = {
        "age_band": pd.Categorical(np.where(old, "65+", "18-39"), ["18-39", "65+"]),
        "sex": pd.Categorical(rng.choice(["female", "male"], size)).set_categories(["female", "male"]),
    }
    segments = pd.Series(np.where(rng.random(size) < into, "S2", rng.choice(["S1", "S3"], size)))
    return segments, pd.DataFrame(people), pd.DataFrame({SERVICE: pd.array(needy, dtype="boolean")})


def tables(segments, people, outcomes, smallest=SMALLEST):
    crosstab = Crosstab.of(segments, people, outcome_columns(small_policy(), outcomes))
    main = [crosstab.cells([name]) for name in people]
    return disclose([*main, *outcome_cells(crosstab, list(people), smallest)], smallest)


def judged(segments, people, outcomes):
    return opportunities(tables(segments, people, outcomes), list(people), PLANNED)


def shown(counts, hidden=(), sizes=()):
    """The table of an attribute and an outcome: a row for each segment; needed, then not, of each group."""
    counts = np.array(counts)
    groups = tuple(itertools.product([f"g{at}" for at in range(counts.shape[1] // 2)], ["needed", UNNEEDED]))
    cells = Cells(
        ("age_band", needed_column(SERVICE)),
        tuple(f"S{row + 1}" for row in range(len(counts))),
        groups,
        counts,
    )
    mask, hidden_sizes = np.zeros(counts.shape, bool), np.zeros(counts.shape[1], bool)
    for cell in hidden:
        mask[cell] = True
    hidden_sizes[list(sizes)] = True
    return Shown(cells, mask, hidden_sizes)


def main_table():
    cells = Cells(("age_band",), ("S1",), (("g0",), ("g1",)), np.array([[1, 1]]))
    alone = Cells((needed_column(SERVICE),), ("S1",), (("needed",), (UNNEEDED,)), np.array([[1, 1]]))
    return [Shown(one, np.zeros((1, 2), bool), np.zeros(2, bool)) for one in (cells, alone)]


def test_rates_are_those_worked_by_hand():
    # Of 100 who needed it in g0, 60 + 20 are planned it (S1, S2), of 50 in g1 10 + 10; and so without need.
    table = shown([[60, 10, 10, 30], [20, 15, 10, 30], [20, 75, 30, 40]])
    (found,) = opportunities([*main_table(), table], ["age_band"], {SERVICE: frozenset({"S1", "S2"})})

    assert [(group.needed, group.planned) for group in found.groups] == [(100, 80), (50, 20)]
    assert [group.true_positive_rate for group in found.groups] == [0.8, 0.4]
    assert [group.false_positive_rate for group in found.groups] == [0.25, 0.6]
    assert found.true_positive_difference == pytest.approx(0.4)
    assert found.false_positive_difference == pytest.approx(0.35)


def test_rates_are_those_of_fairlearn_on_the_residents():
    segments, people, outcomes = community()
    for found in judged(segments, people, outcomes):
        frame = MetricFrame(
            metrics={"true": true_positive_rate, "false": false_positive_rate},
            y_true=outcomes[SERVICE].astype(int).to_numpy(),
            y_pred=segments.isin(PLANNED[SERVICE]).astype(int),
            sensitive_features=people[found.attribute],
        )
        for group in found.groups:
            own = frame.by_group.loc[group.group]
            assert group.true_positive_rate == pytest.approx(own["true"], abs=1e-12)
            assert group.false_positive_rate == pytest.approx(own["false"], abs=1e-12)
        spread = frame.difference()
        assert found.true_positive_difference == pytest.approx(spread["true"], abs=1e-12)
        assert found.false_positive_difference == pytest.approx(spread["false"], abs=1e-12)


def test_the_planted_group_is_planned_it_less_often_and_the_clean_one_as_often():
    age, sex = judged(*community())
    rates = {group.group: group.true_positive_rate for group in age.groups}

    assert rates["65+"] < rates["18-39"] - 0.3
    assert age.true_positive_difference > 0.3
    assert sex.true_positive_difference < 0.05
    assert judged(*community(planted=False))[0].true_positive_difference < 0.05


def test_whose_outcome_is_not_known_is_left_out():
    segments, people, outcomes = community()
    unknown = np.arange(6_000) % 3 == 0
    some = judged(segments, people, outcomes.mask(unknown[:, None]))
    rest = judged(*(part[~unknown].reset_index(drop=True) for part in (segments, people, outcomes)))
    assert some == rest


def test_counts_that_must_be_hidden_give_no_rate():
    # S1 alone is planned it. Of g1 some hidden counts are planned it and others not: a sum would tell them.
    table = shown([[60, 80, 4, 50], [40, 70, 30, 50], [50, 60, 40, 50]], [(0, 2), (1, 2)])
    (found,) = opportunities([*main_table(), table], ["age_band"], {SERVICE: frozenset({"S1"})})

    one, other = found.groups
    assert (one.planned, one.true_positive_rate) == (60, 0.4)
    assert (other.needed, other.planned, other.true_positive_rate) == (74, None, None)
    assert other.false_positive_rate == pytest.approx(1 / 3)
    assert found.true_positive_difference is None
    assert found.false_positive_difference is not None


def test_hidden_counts_that_are_planned_it_together_give_a_rate():
    table = shown([[60, 80, 4, 50], [40, 70, 30, 50], [50, 60, 40, 50]], [(0, 2), (1, 2)])
    (found,) = opportunities([*main_table(), table], ["age_band"], {SERVICE: frozenset({"S1", "S2"})})
    assert (found.groups[1].planned, found.groups[1].true_positive_rate) == (34, 34 / 74)


def test_a_group_whose_size_is_hidden_has_no_figure():
    table = shown([[60, 80, 4, 50], [40, 70, 30, 50]], sizes=[2])
    (found,) = opportunities([*main_table(), table], ["age_band"], {SERVICE: frozenset({"S1"})})
    assert (found.groups[1].needed, found.groups[1].planned, found.groups[1].true_positive_rate) == (
        None,
        None,
        None,
    )


def test_a_group_in_which_nobody_needed_it_has_no_rate():
    table = shown([[60, 80, 0, 50], [40, 70, 0, 50]])
    (found,) = opportunities([*main_table(), table], ["age_band"], {SERVICE: frozenset({"S1"})})
    assert found.groups[1].true_positive_rate is None
    assert found.groups[1].false_positive_rate == 0.5
    nobody = shown([[0, 80], [0, 70]])
    (found,) = opportunities([*main_table(), nobody], ["age_band"], {SERVICE: frozenset({"S1"})})
    assert (found.true_positive_difference, found.groups[0].true_positive_rate) == (None, None)


def test_the_counts_of_a_test_are_planned_and_not_of_those_who_needed_it():
    one = needed(shown([[60, 80, 4, 50], [40, 70, 30, 50]], [(0, 2)]), frozenset({"S1"}))
    assert one.cells.attributes == ("age_band",)
    assert one.cells.segments == ("planned", "not planned")
    assert one.cells.counts.tolist() == [[60, 4], [40, 30]]
    assert one.hidden.tolist() == [[False, False], [False, False]]
    split = needed(shown([[60, 80, 4, 50], [40, 70, 30, 50]], [(0, 2), (1, 2)]), frozenset({"S1"}))
    assert split.hidden.tolist() == [[False, True], [False, True]]


def test_no_small_count_is_shown_and_none_of_the_attribute_follows_from_those_of_the_outcome():
    segments, people, outcomes = community(3_000)
    tiny = np.arange(3_000) % 100 == 0
    people["age_band"] = people["age_band"].cat.add_categories(["75+"])
    people.loc[tiny, "age_band"] = "75+"
    found = tables(segments, people, outcomes)
    by_name = {one.cells.attributes: one for one in found}
    fine = by_name["age_band", needed_column(SERVICE)]

    for one in found:
        assert (one.hidden | (one.cells.counts >= SMALLEST)).all()
    for at, group in enumerate(by_name[("age_band",)].cells.group_names):
        parts = np.array([names[0] == group for names in fine.cells.groups])
        told = ~fine.hidden[:, parts].any(axis=1)
        assert not (told & by_name[("age_band",)].hidden[:, at]).any()


def test_so_few_who_needed_it_that_most_counts_would_be_hidden_are_not_told_by_attribute():
    segments, people, outcomes = community(600)
    outcomes[SERVICE] = outcomes[SERVICE] & (np.arange(600) % 4 == 0)
    found = tables(segments, people, outcomes)
    assert (needed_column(SERVICE),) in [one.cells.attributes for one in found]
    assert max(len(one.cells.attributes) for one in found) == 1
    age, sex = opportunities(found, ["age_band", "sex"], PLANNED)
    assert [group.group for group in age.groups] == ["18-39", "65+"]
    assert {group.needed for group in (*age.groups, *sex.groups)} == {None}


def test_more_services_than_can_be_protected_together_are_counted_alone():
    segments, people, outcomes = community()
    services = {f"s{at}": {**small_policy().services[SERVICE].model_dump(mode="json")} for at in range(55)}
    policy = small_policy(services=services)
    columns = outcome_columns(policy, pd.DataFrame(dict.fromkeys(services, outcomes[SERVICE])))
    cells = outcome_cells(Crosstab.of(segments, people, columns), ["age_band", "sex"], SMALLEST)
    by_group = [one for one in cells if len(one.attributes) > 1]
    assert 0 < sum(one.counts.size for one in by_group) <= MOST_COUNTS
    assert len(cells) - len(by_group) == 55


def test_a_service_without_outcomes_is_not_judged():
    segments, people, outcomes = community()
    found = tables(segments, people, outcomes[[]])
    assert opportunities(found, list(people), PLANNED) == ()
    assert demands(found, small_policy().audit, seed=0) == ()


@pytest.mark.parametrize(
    "values",
    [
        pd.array([True, False, None], dtype="boolean"),
        [True, False, None],
        [1.0, 0.0, np.nan],
        np.array([1, 0, None], dtype=object),
    ],
)
def test_outcomes_are_read_in_any_form(values):
    columns = outcome_columns(small_policy(), pd.DataFrame({SERVICE: values}, index=[5, 7, 9]))
    assert columns[needed_column(SERVICE)].tolist()[:2] == ["needed", "not needed"]
    assert columns[needed_column(SERVICE)].isna().tolist() == [False, False, True]
    assert columns.index.tolist() == [5, 7, 9]


def test_outcomes_that_cannot_be_judged_are_named_together():
    table = pd.DataFrame([[True, "secret", True]], columns=["rescue", SERVICE, SERVICE])
    with pytest.raises(AuditError) as refused:
        outcome_columns(small_policy(), table)
    assert [str(fault) for fault in refused.value.faults] == [
        "column 'rescue': is no service of the policy; its services are repair_visits.",
        "column 'repair_visits': holds something that is neither true nor false; leave unknown ones empty.",
        "column 'repair_visits': stands twice; keep one.",
    ]
    assert "secret" not in str(refused.value)


def test_an_attribute_may_not_have_the_name_of_an_outcome():
    attribute = small_policy().protected["sex"].model_dump(mode="json")
    policy = small_policy(protected={needed_column(SERVICE): attribute})
    with pytest.raises(AuditError, match="rename that attribute"):
        outcome_columns(policy, pd.DataFrame({SERVICE: [True]}))


# ---- Demand -----------------------------------------------------------------------------------------


def alone(counts, hidden=(), sizes=(False, False)):
    """The table of an outcome alone, whatever the attributes."""
    counts = np.array(counts)
    cells = Cells(
        (needed_column(SERVICE),),
        tuple(f"S{row + 1}" for row in range(len(counts))),
        (("needed",), (UNNEEDED,)),
        counts,
    )
    mask = np.zeros(counts.shape, bool)
    mask[list(hidden)] = True
    return Shown(cells, mask, np.array(sizes))


def test_segments_that_tell_who_needs_a_service_predict_it():
    (told,) = demands([alone([[900, 0], [0, 2_100]])], small_policy().audit, seed=0)
    assert (told.service, told.auc, told.share, told.residents) == (SERVICE, 1.0, 0.3, 3_000)
    assert told.interval[0] > 0.99

    # By hand: won are 0.8 x 0.7 of all pairs, tied 0.8 x 0.3 and 0.2 x 0.7.
    (some,) = demands([alone([[800, 600], [200, 1_400]])], small_policy().audit, seed=0)
    assert some.auc == pytest.approx(0.8 * 0.7 + (0.8 * 0.3 + 0.2 * 0.7) / 2, abs=0.01)
    assert some.interval[0] < some.auc < some.interval[1]


def test_segments_that_tell_nothing_are_guesses():
    (found,) = demands([alone([[500, 500], [500, 500]])], small_policy().audit, seed=0)
    assert abs(found.auc - 0.5) < 0.03


def test_a_service_that_all_or_nobody_needed_has_no_area():
    for counts, share in (([[500, 0], [300, 0]], 1.0), ([[0, 500], [0, 300]], 0.0)):
        (found,) = demands([alone(counts)], small_policy().audit, seed=0)
        assert (found.auc, found.interval, found.share) == (None, None, share)
    (nobody,) = demands([alone([[0, 0]])], small_policy().audit, seed=0)
    assert (nobody.auc, nobody.share, nobody.residents) == (None, 0.0, 0)


def test_segments_that_hide_who_needed_it_are_one():
    hiding = [[900, 100], [4, 296], [26, 174], [70, 1_430]]
    (found,) = demands([alone(hiding, [1, 2])], small_policy().audit, seed=0)
    assert found == demands([alone([[900, 100], [70, 1_430], [30, 470]])], small_policy().audit, seed=0)[0]
    assert (found.share, found.residents) == (round(1_000 / 3_000, 3), 3_000)


def test_a_demand_whose_share_is_hidden_has_no_figure():
    (small,) = demands([alone([[4, 96], [900, 100]], [0], (True, False))], small_policy().audit, seed=0)
    assert (small.auc, small.interval, small.share, small.residents) == (None, None, None, 1_000)


def test_demand_passes_over_the_tables_of_attributes():
    found = demands(tables(*community()), small_policy().audit, seed=0)
    assert [one.service for one in found] == [SERVICE]
    assert 0.7 < found[0].auc < 0.8


def test_the_same_seed_gives_the_same_demand():
    one, same, other = (
        demands([alone([[80, 60], [20, 140]])], small_policy().audit, seed=seed) for seed in (1, 1, 2)
    )
    assert one == same
    assert one != other


def test_the_unknown_have_a_column_that_is_never_shown():
    segments, people, outcomes = community()
    columns = outcome_columns(small_policy(), outcomes.mask((np.arange(6_000) < 50)[:, None]))
    cells = outcome_cells(Crosstab.of(segments, people, columns), ["sex"], SMALLEST)
    assert [one.groups[-1][-1] for one in cells] == [MISSING, MISSING]
