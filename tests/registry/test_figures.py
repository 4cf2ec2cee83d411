"""Few figures, each with a line of help, as the card rounds them; what was not measured is left out."""

import math
from dataclasses import replace

import pytest

from segmentation.card import parts
from segmentation.registry.figures import MEASURES, PARAMETERS, metrics, params, unmeasured

RIVALS = (
    parts.Rival(5, 0.97, 0.98, 0.12, 0.3, "passes, but a larger one does too"),
    parts.Rival(6, 0.91, 0.81, 0.1, None, "chosen"),
    parts.Rival(7, 0.4, 0.2, 0.1, 0.2, "does not repeat itself"),
)
STRUCTURE = parts.Structure(6, 0.6, 0.9, 99, 0.01, 0.05, None)


def with_choice(candidate, rivals, structure):
    choice = replace(candidate.card.choice, rivals=rivals, structure=structure)
    return replace(candidate, card=replace(candidate.card, choice=choice))


def test_every_name_has_one_line_of_help_and_is_said_once():
    columns = [*PARAMETERS, *MEASURES]

    assert len({one.key for one in columns}) == len(columns) < 30
    assert all(one.key.isidentifier() and one.key.islower() for one in columns)
    assert all(one.help.endswith(".") and "\n" not in one.help and len(one.help) < 120 for one in columns)


def test_names_are_stable():
    assert [one.key for one in PARAMETERS] == [
        "mitigation", "n_segments_asked", "features_used", "compared_with", "policy_prediction_strength",
        "policy_bootstrap_jaccard", "policy_smallest_share", "policy_fit_sample", "policy_seed",
    ]  # fmt: skip
    assert [one.key for one in MEASURES] == [
        "findings_blocking", "findings_broken", "findings_undetermined", "findings_kept",
        "worst_total_variation", "worst_association", "prediction_strength", "weakest_bootstrap_jaccard",
        "silhouette", "shuffle_p", "n_segments", "smallest_share", "residents", "inertia_per_resident",
        "staying",
    ]  # fmt: skip


def test_figures_are_those_of_the_card(candidate):
    told, tally = metrics(candidate), candidate.card.verdict.tally

    assert told["residents"] == candidate.intake.kept
    assert (told["findings_broken"], told["findings_kept"]) == (tally.broken, tally.kept)
    assert told["findings_blocking"] == len(candidate.card.verdict.blocking) > 0
    assert 0 < told["worst_association"] <= 1
    assert 0 < told["worst_total_variation"] <= 1
    per_resident = candidate.segmenter.inertia_ / candidate.intake.kept
    assert told["inertia_per_resident"] == pytest.approx(per_resident, abs=1e-6)


def test_figures_of_the_choice_are_those_of_the_number_that_was_taken(candidate):
    told = metrics(with_choice(candidate, RIVALS, STRUCTURE))

    assert (told["prediction_strength"], told["weakest_bootstrap_jaccard"]) == (0.91, 0.81)
    assert told["shuffle_p"] == 0.01
    assert "silhouette" not in told


def test_what_was_not_measured_is_no_metric_and_is_named(candidate):
    lacking = with_choice(candidate, (), None)

    assert unmeasured(lacking) == (
        "prediction_strength", "weakest_bootstrap_jaccard", "silhouette", "shuffle_p", "staying",
    )  # fmt: skip
    assert not set(unmeasured(lacking)) & set(metrics(lacking))


def test_what_is_no_number_is_no_metric(candidate):
    segmenter = candidate.segmenter.without_residents()
    segmenter.inertia_ = math.nan
    strange = replace(candidate, segmenter=segmenter)

    assert "inertia_per_resident" in unmeasured(strange)
    assert all(map(math.isfinite, metrics(strange).values()))


def test_parameters_are_the_same_for_every_candidate_and_numbers_where_they_can_be(candidate):
    told = params(candidate)

    assert list(told) == [one.key for one in PARAMETERS]
    assert (told["mitigation"], told["compared_with"], told["n_segments_asked"]) == ("none", "none", "6")
    for key in set(told) - {"mitigation", "compared_with"}:
        assert math.isfinite(float(told[key]))
