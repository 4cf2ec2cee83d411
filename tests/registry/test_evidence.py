"""What is kept of a version beside its model."""

import hashlib
import json
from dataclasses import replace

import pytest

from segmentation.registry.evidence import AUDIT, agree, evidence_of, write_evidence


@pytest.fixture(scope="module")
def written(candidate, tmp_path_factory):
    """The evidence of the candidate, and its tags."""
    folder = tmp_path_factory.mktemp("evidence") / "evidence"
    return folder, write_evidence(candidate, folder)


def test_profiles_and_plans_are_plain_data(candidate, written):
    profiles = json.loads((written[0] / "profiles.json").read_text(encoding="utf-8"))
    plans = json.loads((written[0] / "plans.json").read_text(encoding="utf-8"))

    assert [profile["segment"] for profile in profiles] == list(candidate.scorer.segments)
    assert profiles[0]["name"] == candidate.profiles[0].name.model_dump()
    assert [plan["segment"] for plan in plans] == list(candidate.scorer.segments)


def test_the_digest_of_the_audit_is_that_of_its_file(written):
    digest = hashlib.sha256((written[0] / AUDIT).read_bytes()).hexdigest()

    assert written[1]["audit_digest"] == f"sha256:{digest}"


def test_a_candidates_parts_belong_together(candidate):
    assert evidence_of(candidate).tags["scorer_digest"] == candidate.card.digests.scorer


def test_scorers_agree_but_for_the_last_digits(candidate):
    scorer = candidate.scorer
    rounded = replace(scorer, constant=tuple(value * (1 + 1e-13) for value in scorer.constant))

    assert rounded != scorer
    assert agree(scorer, rounded)


def test_scorers_that_differ_do_not_agree(candidate):
    scorer = candidate.scorer
    first, *others = scorer.numbers

    assert not agree(scorer, replace(scorer, constant=tuple(value + 1e-3 for value in scorer.constant)))
    assert not agree(scorer, replace(scorer, numbers=(replace(first, log=not first.log), *others)))
    assert not agree(scorer, replace(scorer, numbers=tuple(others)))
    assert not agree(scorer, replace(scorer, levels=()))
