"""The frontier: who is looked at, what is said of each mitigation, and which one is recommended."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from segmentation.drawing import fonts
from segmentation.errors import MitigationError
from segmentation.mitigation import Mitigation, figures
from segmentation.mitigation.figures import Disparity, Quality
from segmentation.mitigation.frontier import frontier, worst_attribute
from segmentation.mitigation.outcome import Frontier, Outcome
from segmentation.policy import read_policy
from segmentation.residents import residents_from
from segmentation.simulate import simulate

ROOT = Path(__file__).parents[2]
WHOLE = read_policy(ROOT / "models" / "resident_needs" / "policy.toml")
POLICY = WHOLE.model_copy(
    update={
        "protected": {name: WHOLE.protected[name] for name in ("age_band", "sex")},
        "proxies": {},
        "audit": WHOLE.audit.model_copy(update={"intersections": ()}),
    }
)
"""The policy of the demo with two attributes: enough to see one weakened and the other left alone."""
DROP = Mitigation("drop", features=("phone_contact",))
ERASE = Mitigation("erase", ("age_band",))
CENTRES = Mitigation("fair_centres", ("age_band",))
TRIED = (DROP, ERASE, CENTRES)


@pytest.fixture(scope="module")
def residents():
    return residents_from(simulate(6_000).residents, POLICY, as_of=date(2026, 7, 1))


def compared(residents, tried=(ERASE,)):
    return frontier(POLICY, residents, "age_band", tried, n_segments=5, seed=3)


@pytest.fixture(scope="module")
def found(residents):
    return compared(residents, TRIED)


def with_shuffled(residents, rows):
    """Return the residents with the protected values of some rows handed round among them."""
    order = np.arange(len(residents))
    order[rows] = np.random.default_rng(0).permutation(rows)
    protected = residents.protected.iloc[order].reset_index(drop=True)
    return replace(residents, protected=protected)


def halves(residents):
    order = np.random.default_rng(3).permutation(len(residents))
    return order[: len(residents) // 2], order[len(residents) // 2 :]


def test_the_segments_as_they_are_come_first_and_then_what_was_asked_for(residents, found):
    assert [one.key for one in found.outcomes] == ["none", *(one.key for one in TRIED)]
    assert (found.seen + found.unseen, found.before.mitigation) == (len(residents), None)


def test_the_planted_carrier_is_weakened_by_leaving_it_out_and_by_erasing(found):
    none, drop, erase, _ = found.outcomes

    assert none.disparity.broken >= 1
    assert none.disparity.association > 0.15
    for one in (drop, erase):
        assert one.disparity.broken == 0
        assert one.disparity.association < 0.1
    assert (none.rank, drop.rank, erase.rank) == (0, 0, 2)


def test_fair_centres_are_told_with_the_association_that_they_leave(found):
    none, *_, centres = found.outcomes

    assert found.association_ratio(centres) > 0.8
    assert centres.quality.fit_ratio is not None
    assert none.quality.fit_ratio >= 1


def test_protected_values_of_the_seen_change_the_mitigation_and_no_figure_of_the_segments_as_they_are(
    residents, found
):
    seen, _ = halves(residents)
    after = compared(with_shuffled(residents, seen))

    assert after.before == found.before
    assert after.outcomes[1].disparity.association > found.outcomes[2].disparity.association + 0.05


def test_protected_values_of_the_unseen_change_figures_and_no_mitigation(residents, found):
    _, unseen = halves(residents)
    after = compared(with_shuffled(residents, unseen))

    for one, other in zip((found.before, found.outcomes[2]), after.outcomes, strict=True):
        assert one.n_segments == other.n_segments
        assert (one.rank, one.quality.silhouette) == (other.rank, other.quality.silhouette)
        assert one.quality.explained == other.quality.explained
    assert after.before.disparity.association < 0.05 < found.before.disparity.association


def test_the_same_residents_and_seed_give_the_same_table(residents, found):
    assert compared(residents).outcomes == (found.before, found.outcomes[2])


def test_without_a_list_what_carries_the_attribute_is_left_out_and_erased(residents):
    announced = []
    found = frontier(POLICY, residents, "age_band", n_segments=5, seed=3, progress=announced.append)

    assert announced == [one.key for one in found.outcomes]
    assert len(set(announced)) == len(announced)
    assert announced[:2] == ["none", "drop:phone_contact"]
    assert {
        "erase:age_band:0.5",
        "erase:age_band",
        "erase:age_band:rank=1",
        "erase_nonlinear:age_band",
        "fair_centres:age_band",
    } < set(announced)
    assert found.recommended is not None
    assert found.recommended.disparity.broken == 0


def test_the_worst_attribute_is_that_of_the_planted_carrier(residents):
    assert worst_attribute(POLICY, residents, n_segments=6) == "age_band"


def test_an_attribute_that_is_not_audited_is_refused_with_those_that_are(residents):
    with pytest.raises(MitigationError, match=r"'shoe_size'.*age_band"):
        frontier(POLICY, residents, "shoe_size", TRIED)


def test_more_segments_than_residents_are_refused(residents):
    with pytest.raises(MitigationError, match="ask for fewer"):
        frontier(POLICY, residents, "age_band", TRIED, n_segments=len(residents))


# ---- What is recommended ----------------------------------------------------------------------------


def outcome(mitigation, association, broken=0, silhouette=0.2, lost=(), explained=0.2):
    said = Disparity(association, (0.0, 1.0), None, broken, 1, 0.1, "sex", lost)
    return Outcome(mitigation, 4, 1, said, Quality(silhouette, 0.1, explained, 1.2))


def made(*outcomes, broken=3, silhouette=0.2, lost=()):
    before = outcome(None, 0.3, broken, silhouette, lost, explained=0.38)
    return Frontier("age_band", (before, *outcomes), 50, 50, 0)


def test_the_least_association_is_recommended_among_those_that_qualify():
    weak, strong = outcome(DROP, 0.09), outcome(ERASE, 0.04)
    assert made(weak, strong).recommended is strong


def test_what_moves_the_association_to_another_attribute_is_not_recommended_before_what_does_not():
    here, elsewhere = outcome(DROP, 0.04), outcome(ERASE, 0.0)
    moved = replace(elsewhere, disparity=replace(elsewhere.disparity, elsewhere=0.36))
    assert made(moved, here).recommended is here
    assert made(moved).recommended is moved


def test_of_two_that_read_alike_the_one_that_explains_more_is_recommended():
    less, more = outcome(ERASE, 0.011), outcome(DROP, 0.014)
    more = replace(more, quality=replace(more.quality, explained=0.35))
    assert made(less, more).recommended is more


@pytest.mark.parametrize(
    "unfit",
    [
        outcome(ERASE, 0.01, broken=1),
        outcome(ERASE, 0.01, silhouette=0.17),
        outcome(ERASE, 0.01, lost=("sex",)),
        outcome(ERASE, None),
        Outcome(ERASE, 1),
    ],
    ids=["still broken", "too little silhouette", "breaks another attribute", "hidden", "no segments"],
)
def test_what_costs_too_much_or_moves_the_harm_is_not_recommended(unfit):
    fit = outcome(DROP, 0.09, silhouette=0.181)

    assert made(unfit, fit).recommended is fit
    assert made(unfit).recommended is None
    assert made(unfit).conclusion.en.startswith("None of these brings")
    assert "均不能" in made(unfit).conclusion.zh


def test_an_attribute_that_was_broken_before_does_not_count_as_worsened():
    broken_before = outcome(ERASE, 0.01, lost=("region",))
    assert made(broken_before, lost=("region",)).recommended is broken_before
    assert made(broken_before, lost=("sex",)).worsened(broken_before) == ("region",)


@pytest.mark.parametrize("silhouette", [0.0, -0.1])
def test_of_a_silhouette_that_was_not_above_0_no_share_is_kept(silhouette):
    tried = outcome(ERASE, 0.01, silhouette=-0.2)
    assert made(tried, silhouette=silhouette).silhouette_ratio(tried) is None
    assert made(tried, silhouette=silhouette).recommended is None
    assert made(tried, silhouette=0.2).silhouette_ratio(tried) == pytest.approx(-1)


def test_a_broken_total_variation_of_another_attribute_is_a_harm_that_was_moved():
    def said(*statuses):
        checks = ("association", "total_variation")
        pairs = zip(checks, statuses, strict=True)
        return [SimpleNamespace(check=check, value=0.1, interval=None, status=one) for check, one in pairs]

    found = {
        "age_band": said("kept", "kept"),
        "sex": said("undetermined", "broken"),
        "region": said("kept", "kept"),
    }
    report = SimpleNamespace(attributes=tuple(found), of=found.__getitem__)
    assert figures.disparity(report, "age_band", found).lost == ("sex",)


def test_where_nothing_is_broken_nothing_is_recommended():
    found = made(outcome(ERASE, 0.01), broken=0)

    assert found.recommended is None
    assert found.conclusion.en.startswith("Nothing about age_band is broken")
    assert "均不为“违反”" in found.conclusion.zh


def test_a_hidden_association_is_never_the_least():
    shown, hidden = outcome(DROP, 0.09), outcome(ERASE, None)
    assert made(hidden, shown).recommended is shown


def test_the_conclusion_names_the_recommended_one_in_both_languages():
    said = made(outcome(ERASE, 0.01)).conclusion
    assert said.en.startswith("erase:age_band brings")
    assert said.zh.startswith("erase:age_band使")


def test_the_conclusion_tells_what_is_lost_of_the_needs_and_by_what_it_was_chosen():
    said = made(outcome(ERASE, 0.01)).conclusion
    assert "it explains 20% of the needs instead of 38%" in said.en
    assert "chosen by the figures shown" in said.en
    assert "可解释20%的需求差异，原为38%" in said.zh
    assert "依据所示数值" in said.zh


# ---- How it is shown --------------------------------------------------------------------------------


def test_the_table_has_a_row_for_each_and_json_holds_the_same_without_nan():
    found = made(outcome(CENTRES, None), outcome(ERASE, 0.01), Outcome(DROP, 1))
    frame, said = found.to_frame(), json.loads(json.dumps(found.to_dict(), allow_nan=False))

    assert list(frame.index) == ["none", "fair_centres:age_band", "erase:age_band", "drop:phone_contact"]
    assert [row["mitigation"] for row in said["mitigations"]] == list(frame.index)
    assert said["mitigations"][1]["association"] is said["mitigations"][3]["silhouette"] is None
    assert (said["recommended"], frame["recommended"].tolist()) == (
        "erase:age_band",
        [False, False, True, False],
    )


def test_the_page_names_every_mitigation_and_the_conclusion():
    page = made(outcome(ERASE, 0.01))._repr_html_()

    assert page.count("erase:age_band") >= 2
    assert "<table" in page


def test_the_picture_names_axes_and_dots_and_what_has_no_figure():
    figure = made(outcome(ERASE, 0.01), Outcome(DROP, 1), outcome(CENTRES, 0.29)).plot()
    (axes,) = figure.axes

    assert axes.get_xlabel().startswith("Disparity removed")
    assert axes.get_ylabel().startswith("Quality lost")
    assert {text.get_text() for text in axes.texts} == {"none", "erase:age_band", "fair_centres:age_band"}
    assert figure.get_supxlabel() == "Without a figure: drop:phone_contact"
    assert "recommended" in {text.get_text() for text in axes.get_legend().get_texts()}
    assert figure._repr_png_().startswith(b"\x89PNG")


def test_the_picture_tells_the_title_of_the_attribute_where_there_is_a_policy():
    found = made(outcome(ERASE, 0.01))

    assert found.plot().axes[0].get_title(loc="left").startswith("Mitigations for age_band, on 50 residents")
    assert "for Age, on" in found.plot(policy=POLICY).axes[0].get_title(loc="left")


@pytest.mark.skipif(len(fonts()) < 2, reason="no font for Chinese is installed")
def test_the_picture_is_in_chinese_where_there_is_a_font_for_it():
    (axes,) = made(outcome(ERASE, 0.01)).plot("zh", POLICY).axes

    assert "年龄段" in axes.get_title(loc="left")
    assert axes.get_ylabel().startswith("质量损失")
    assert "推荐" in {text.get_text() for text in axes.get_legend().get_texts()}


def test_no_name_stands_on_the_title_however_many_dots_are_alike():
    same = [
        outcome(Mitigation("erase", ("age_band",), 0.9 - at / 100), 0.01, silhouette=0.1) for at in range(9)
    ]
    figure = made(*same).plot()
    (axes,) = figure.axes
    figure.canvas.draw()

    frame = axes.get_window_extent()
    assert all(text.get_window_extent().y1 < frame.y1 for text in axes.texts)


# ---- Figures worked by hand -------------------------------------------------------------------------


def groups(*names):
    return pd.Series(pd.Categorical(names))


def test_the_fit_ratio_is_the_largest_mean_over_the_smallest():
    squares = np.array([1.0, 3.0, 5.0, 7.0])
    assert figures._fit_ratio(squares, groups("a", "a", "b", "b"), 2) == 3.0


def test_a_group_under_the_smallest_and_the_unknown_have_no_part_in_the_fit_ratio():
    squares = np.array([1.0, 3.0, 5.0, 7.0, 99.0, 77.0])
    assert figures._fit_ratio(squares, groups("a", "a", "b", "b", "c", None), 2) == 3.0
    assert figures._fit_ratio(squares, groups("a", "a", "b", "c", "d", None), 2) is None


def test_one_segment_has_no_silhouette():
    points = np.arange(8.0).reshape(4, 2)
    assert figures._silhouette(points, np.zeros(4, int)) is None
    assert figures._silhouette(points, np.array([0, 0, 1, 1])) > 0
