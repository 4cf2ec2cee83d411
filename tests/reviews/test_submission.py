"""A version is what its files say, and refused where they do not belong together."""

import json
from dataclasses import replace

import pytest

from segmentation.bundle import IMPACT, Bundle
from segmentation.errors import PolicyError, ReviewError
from segmentation.reviews.submission import check_terms, limits_digest, read_version
from segmentation.signing import canonical, sha256
from tests.card import made
from tests.reviews.office import MODEL, handed, policy


def read(one):
    """Return a version as its bundle has it."""
    return read_version(Bundle(MODEL, one.version, {**one.files, IMPACT: one.impact.to_json().encode()}))


def test_what_decisions_repeat_is_read_from_the_files(office):
    one = handed(audit=made.audit())

    terms = read(one).terms(one.model_files)

    assert terms.digests.card == sha256(one.files["card.json"])
    assert terms.digests.audit == sha256(one.files["audit.json"])
    assert terms.digests.policy == one.policy.digest
    assert terms.digests.model == one.model_files
    assert (terms.verdict, len(terms.blocking), terms.review_days) == ("broken", len(one.waivers), 180)
    check_terms(read(one), office.submit(one).submission)


def test_the_limits_are_the_canonical_json_of_the_policys_audit():
    one = policy()

    assert limits_digest(one) == sha256(canonical(one.audit.model_dump(mode="json")))
    assert limits_digest(one) == limits_digest(one.model_copy(update={"review_days": 9}))
    assert limits_digest(one) != limits_digest(policy(association=0.2))


def test_the_scorer_is_always_among_the_model_files():
    one = handed()

    assert read(one).terms({}).digests.model == {"scorer.json": one.model_files["scorer.json"]}


@pytest.mark.parametrize(
    ("part", "changed", "rule"),
    [
        ("card", lambda: handed(2).card, "is not the one of its files"),
        ("policy", lambda: policy(association=0.2), "is not the one of its files"),
        ("impact", lambda: handed(2).impact, "impact.json: assesses another version than this one"),
        (
            "impact",
            lambda: handed(of=policy(association=0.2)).impact,
            "assesses another policy than this one",
        ),
        ("model_files", lambda: {"scorer.json": sha256(b"other")}, "is not the one of its bundle"),
    ],
)
def test_parts_that_do_not_belong_together_are_refused(office, part, changed, rule):
    with pytest.raises(ReviewError, match=rule):
        office.submit(replace(handed(), **{part: changed()}))
    assert office.desk.list() == ()


@pytest.mark.parametrize(
    ("file", "changed", "rule"),
    [
        ("scorer.json", lambda _: handed(2).files["scorer.json"], "card.json: was made of another scorer"),
        ("audit.json", lambda _: b'{"verdict": "broken"}', "audit.json: has another verdict than the card"),
        ("card.json", lambda one: one.files["card.json"] + b"\n", "card.json: is not written as a card is"),
        ("card.json", lambda _: b"{}", "card.json of small_needs version 1 cannot be read"),
        ("audit.json", lambda _: b"[]", "audit.json of small_needs version 1 cannot be read"),
    ],
)
def test_files_that_do_not_belong_together_are_refused(office, file, changed, rule):
    one = handed()

    with pytest.raises(ReviewError, match=rule):
        office.submit(replace(one, files=one.files | {file: changed(one)}))
    assert office.desk.list() == ()


def test_an_assessment_that_says_no_permits_no_submission(office):
    with pytest.raises(ReviewError, match="concludes that this use must not proceed"):
        office.submit(handed(conclusion="do not proceed", conditions=[]))


def test_a_policy_that_the_catalogue_of_law_refuses_is_not_submitted(office):
    one = handed()
    raw = json.loads(one.files["policy.json"])
    raw["features"]["religion"] = raw["features"]["repairs"]

    with pytest.raises(PolicyError, match=r"features\.religion"):
        office.submit(replace(one, files=one.files | {"policy.json": json.dumps(raw).encode()}))
