"""The whole flow, from a table to a candidate."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from segmentation.card import render
from segmentation.clustering.identity import Previous
from segmentation.errors import MitigationError, NoStructureError, RegistryError, ResidentsError
from segmentation.mitigation import Mitigation, frontier
from segmentation.pipeline import build
from segmentation.policy import read_policy
from segmentation.registry.evidence import evidence_of
from segmentation.residents import residents_from, store_residents
from segmentation.simulate import simulate

ROOT = Path(__file__).parents[1]
AS_OF = date(2026, 7, 1)


@pytest.fixture(scope="module")
def policy():
    return read_policy(ROOT / "models" / "resident_needs" / "policy.toml")


@pytest.fixture(scope="module")
def community():
    return simulate()


@pytest.fixture(scope="module")
def residents(policy, community):
    return residents_from(community.residents, policy, as_of=AS_OF)


@pytest.fixture(scope="module")
def candidate(policy, residents):
    return build(policy, residents)


def columns(residents):
    return {name: residents.needs[name].to_numpy() for name in residents.needs}


def test_the_planted_segments_are_recovered(candidate, residents, community):
    truth = [community.truth.segments[ref] for ref in residents.ids]
    assert adjusted_rand_score(truth, candidate.scorer.predict(columns(residents))) >= 0.9
    assert len(candidate.profiles) == community.truth.n_segments


def test_the_attribute_of_the_planted_carrier_is_broken(candidate, community):
    found = candidate.audit.of(community.truth.carrier.attribute)
    assert {finding.status for finding in found if finding.check == "association"} == {"broken"}
    assert candidate.audit.verdict == "broken"


def test_no_finding_about_the_clean_attribute_is_broken(candidate, community):
    found = candidate.audit.of(community.truth.clean_attribute)
    assert {finding.status for finding in found} <= {"kept", "undetermined"}
    assert {finding.status for finding in found if finding.check == "association"} == {"kept"}


def test_the_tiny_group_is_undetermined_for_its_size_and_its_figures_are_hidden(candidate, community):
    tiny = community.truth.tiny_group
    found = [finding for finding in candidate.audit.of(tiny.attribute) if finding.group == tiny.group]
    assert found
    assert {(finding.status, finding.reason) for finding in found} == {("undetermined", "small_group")}
    assert all(finding.hidden and finding.size is None and finding.value is None for finding in found)


def test_without_the_planted_carrier_age_is_not_broken(policy):
    clean = simulate(6_000, carrier_strength=0.0)
    report = build(policy, residents_from(clean.residents, policy, as_of=AS_OF), n_segments=6).audit
    assert "broken" not in {finding.status for finding in report.of("age_band")}


def test_the_candidate_has_forgotten_its_residents(candidate, residents):
    assert not hasattr(candidate.segmenter, "labels_")
    stored = vars(candidate.segmenter)
    assert not [name for name, value in stored.items() if np.size(value) >= len(residents)]


def test_the_stored_segmenter_gives_the_segments_of_the_scorer(candidate, residents):
    assert (
        candidate.segmenter.predict(residents.needs) == candidate.scorer.predict(columns(residents))
    ).all()


class Heard:
    """Listens to a build."""

    def __init__(self):
        self.steps, self.parts = [], {}

    def __call__(self, step):
        self.steps.append(step)

    def part(self, what, done, total):
        assert 0 < done <= total
        self.parts.setdefault((self.steps[-1], what), []).append(done)


def test_the_same_residents_twice_give_the_same_card_and_scorer_whoever_listens(policy, residents, candidate):
    heard = Heard()
    again = build(policy, residents, progress=heard)
    assert again.card.to_json() == candidate.card.to_json()
    assert again.scorer.digest == candidate.scorer.digest
    assert heard.parts["segments", "halvings"] == [1, 2, 3, 4, 5]
    assert heard.parts["segments", "bootstrap samples"] == list(range(1, 51))
    assert heard.parts["stability", "bootstrap samples"] == list(range(1, 51))
    assert ("segments", "shuffles") in heard.parts
    assert {what for step, what in heard.parts if step == "audit"} == {
        "permutations",
        "attributes and intersections",
        "attributes guessed from needs",
    }


def test_every_step_is_announced(policy, residents):
    steps = []
    build(policy, residents, n_segments=2, progress=steps.append)
    assert steps == ["segments", "stability", "profiles", "audit", "card"]


# ---- No structure -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def flat(policy):
    return residents_from(simulate(2_000, n_segments=0).residents, policy, as_of=AS_OF)


def test_a_community_without_structure_has_no_segments(policy, flat):
    with pytest.raises(NoStructureError, match="No segments were found") as caught:
        build(policy, flat)
    fewest, most = policy.clustering.segments
    assert len(caught.value.faults) in {0, most - fewest + 1}
    assert "nothing is registered" in str(caught.value)


def test_who_insists_on_a_number_gets_it_with_the_finding(policy, flat, candidate):
    insisted = build(policy, flat, n_segments=3)
    assert len(insisted.profiles) == 3
    assert insisted.choice.is_given
    assert not insisted.choice.structure.is_there
    assert insisted.card.choice.structure is not None
    assert not candidate.choice.is_given
    assert candidate.choice.structure.is_there


# ---- More residents than the restarts look at -------------------------------------------------------


def sampled(policy, size=1_000):
    rules = policy.clustering.model_copy(update={"fit_sample": size})
    return policy.model_copy(update={"clustering": rules})


@pytest.fixture(scope="module")
def table(community, tmp_path_factory):
    path = tmp_path_factory.mktemp("stored") / "residents.parquet"
    community.residents.to_parquet(path, index=False)
    return path


def test_residents_on_disk_give_the_card_that_they_give_in_memory(policy, residents, table):
    rules = sampled(policy)
    with store_residents(table, rules, as_of=AS_OF) as stored:
        on_disk = build(rules, stored, n_segments=6)
    in_memory = build(rules, residents, n_segments=6)
    assert on_disk.card.to_json() == in_memory.card.to_json()
    assert on_disk.scorer == in_memory.scorer
    assert on_disk.audit == in_memory.audit


def test_a_sampled_fit_finds_the_segments_that_a_fit_of_all_finds(policy, residents, candidate):
    quick = build(sampled(policy), residents, n_segments=6)
    labels = [one.scorer.predict(columns(residents)) for one in (quick, candidate)]
    assert adjusted_rand_score(*labels) > 0.95
    assert sum(quick.audit.segment_sizes) == sum(candidate.audit.segment_sizes)


def test_a_sample_is_refused_before_the_first_step_because_a_card_speaks_of_all(policy, residents, table):
    steps = []
    with store_residents(table, policy, as_of=AS_OF) as stored:
        parts = [residents.sample(700, 0), next(residents.batches(700)), stored.sample(700, 0)]
    told = rf"700 of the {len(residents):,} residents .* build from all"
    for part in parts:
        with pytest.raises(ResidentsError, match=told):
            build(policy, part, n_segments=2, progress=steps.append)
    assert steps == []


def test_a_sample_of_everybody_is_not_refused(policy):
    whole = residents_from(simulate(600).residents, policy, as_of=AS_OF)
    built = build(policy, whole.sample(1_000, 0), n_segments=2)
    assert built.intake.kept == len(whole)
    assert len(built.scorer.segments) == 2


# ---- Beside the version before ----------------------------------------------------------------------


def handed_over(candidate, ids):
    named = candidate.segmenter.named(ids)
    names = {segment: profile.name for segment, profile in zip(ids, candidate.profiles, strict=True)}
    return Previous(4, candidate.policy, named.fold(), names, retired=("S9",))


def test_segments_that_are_still_the_same_keep_ids_and_names(policy, residents, candidate):
    ids = ("S3", "S11", "S1", "S7", "S2", "S4")
    again = build(policy, residents, n_segments=6, previous=handed_over(candidate, ids))
    assert again.scorer.segments == ids
    assert [profile.name for profile in again.profiles] == [one.name for one in candidate.profiles]
    assert again.migration.staying >= 0.98  # rounded down, so that it tells no small count
    assert again.migration.version == 4
    assert candidate.migration is None


def test_segments_that_are_new_get_numbers_that_nobody_had(policy, residents, candidate):
    ids = ("S3", "S11", "S1", "S7", "S2", "S4")
    fewer = build(policy, residents, n_segments=3, previous=handed_over(candidate, ids))
    fresh = set(fewer.scorer.segments) - set(ids)
    assert set(fewer.migration.new) == fresh
    assert all(int(segment[1:]) > 11 for segment in fresh)
    gone = {one.segment for one in fewer.migration.gone}
    assert gone == set(ids) - set(fewer.scorer.segments)
    assert all(one.name for one in fewer.migration.gone)
    assert {"S9", *gone} <= set(fewer.migration.retired)


def test_more_segments_than_residents_are_refused_in_one_sentence(policy):
    few = residents_from(simulate(200).residents, policy, as_of=AS_OF)
    with pytest.raises(NoStructureError, match="500"):
        build(policy, few, n_segments=500)


@pytest.mark.parametrize("number", [0, True, 2.5, "3"])
def test_what_is_no_number_of_segments_is_not_taken_for_a_lack_of_structure(policy, flat, number):
    with pytest.raises(ValueError, match="'auto' or a whole number from 1") as caught:
        build(policy, flat, n_segments=number)
    assert not isinstance(caught.value, NoStructureError)


def test_a_segment_under_the_smallest_group_is_refused(policy):
    few = residents_from(simulate(400).residents, policy, as_of=AS_OF)
    with pytest.raises(NoStructureError, match="fewer than 30 residents"):
        build(policy, few, n_segments=30)


# ---- With a mitigation ------------------------------------------------------------------------------

AGAINST_AGE = Mitigation("erase", ("age_band",), features=("phone_contact",))


@pytest.fixture(scope="module")
def few(policy):
    return residents_from(simulate(3_000).residents, policy, as_of=AS_OF)


@pytest.fixture(scope="module")
def mitigated(policy, few):
    return build(policy, few, n_segments=5, mitigation=AGAINST_AGE)


def test_a_mitigated_candidate_breaks_nothing_about_the_attribute(mitigated):
    statuses = {finding.status for finding in mitigated.audit.of("age_band")}
    assert "broken" not in statuses
    assert "kept" in statuses


@pytest.mark.slow
def test_an_erasure_brings_the_planted_attribute_out_of_broken(policy, residents, community):
    """Measured on the half that it did not see; the silhouette is no worse than 90 % of what it was."""
    attribute = community.truth.carrier.attribute
    found = frontier(policy, residents, attribute, [Mitigation("erase", (attribute,))])
    assert found.before.disparity.broken > 0
    assert found.recommended is found.outcomes[1]
    assert found.association_ratio(found.recommended) < 0.25


def test_a_mitigated_candidate_needs_no_protected_column_and_no_dropped_feature_to_predict(mitigated, few):
    bare = replace(few, protected=few.protected[[]], needs=few.needs.drop(columns="phone_contact"))
    expected = mitigated.scorer.predict(columns(few))
    assert "phone_contact" not in mitigated.scorer.features
    assert not set(mitigated.scorer.features) & set(few.protected)
    assert (mitigated.scorer.predict(columns(bare)) == expected).all()
    assert (mitigated.segmenter.predict(bare.needs) == expected).all()


def test_a_mitigation_is_named_by_the_candidate_its_card_and_its_version(mitigated):
    said = mitigated.card.about.mitigation
    assert mitigated.mitigation == AGAINST_AGE
    assert (said.key, said.text) == (AGAINST_AGE.key, AGAINST_AGE.text(mitigated.policy))
    assert AGAINST_AGE.key in render(mitigated.card, "zh", "html")
    assert "segmentation mitigate measures it on others." in render(mitigated.card, "en", "html")
    assert "segmentation mitigate可在其他住户中衡量其效果" in render(mitigated.card, "zh", "md")
    assert evidence_of(mitigated).tags["mitigation"] == AGAINST_AGE.key


def test_without_a_mitigation_the_card_says_none(candidate):
    assert candidate.mitigation is candidate.card.about.mitigation is None
    assert "Mitigation: none" in render(candidate.card, "en", "html")
    assert "measures it on others" not in render(candidate.card, "en", "html")
    assert evidence_of(candidate).tags["mitigation"] == "none"


def test_a_candidate_whose_card_names_another_mitigation_is_not_registered(mitigated):
    with pytest.raises(RegistryError, match="its mitigation"):
        evidence_of(replace(mitigated, mitigation=None))


def test_profiles_describe_a_need_that_the_segments_leave_out(mitigated, policy):
    described = {need.feature for profile in mitigated.profiles for need in profile.needs}
    assert described == set(policy.features)
    assert not any("by phone" in profile.name.en for profile in mitigated.profiles)


def test_a_mitigation_that_does_not_fit_the_policy_is_refused(policy, few):
    with pytest.raises(MitigationError, match="shoe_size"):
        build(policy, few, n_segments=5, mitigation=Mitigation("drop", features=("shoe_size",)))
