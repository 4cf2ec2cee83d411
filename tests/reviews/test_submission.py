"""A version is what its files say, and refused where they do not belong together."""

import json
from dataclasses import replace

import pytest

from segmentation.bundle import IMPACT, Bundle
from segmentation.errors import BundleError, PolicyError, ReviewError
from segmentation.reviews.submission import check_terms, limits_digest, read_version
from segmentation.signing import canonical, sha256
from tests.card import made
from tests.reviews.office import MODEL, handed, kept, policy, scorer


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
        (
            "audit.json",
            lambda one: one.files["audit.json"].replace(b'"verdict": "kept"', b'"verdict": "broken"'),
            "audit.json: has another verdict than the card",
        ),
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


def doubled(data):
    """Return JSON that names its first key twice, with the same value."""
    text = data.decode()
    key = next(iter(json.loads(text)))
    return (text[: text.index("{") + 1] + f"{json.dumps(key)}: 0, " + text[text.index("{") + 1 :]).encode()


@pytest.mark.parametrize("file", ["policy.json", "scorer.json", "card.json", "audit.json"])
def test_a_file_that_says_a_thing_twice_is_not_submitted_since_serving_would_refuse_it(office, file):
    one = handed()

    with pytest.raises(ReviewError, match=f"^{file} of small_needs version 1 cannot be read: it is not JSON"):
        office.submit(replace(one, files=one.files | {file: doubled(one.files[file])}))
    assert office.desk.list() == ()


@pytest.mark.parametrize(
    ("changed", "rule"),
    [
        (doubled, r"impact\.json of small_needs version 1 cannot be read: it is not JSON"),
        (lambda data: data + b" ", r"impact\.json: is not written as an assessment is"),
    ],
)
def test_an_assessment_is_what_its_object_writes_to_the_byte(changed, rule):
    one = handed()
    data = one.impact.to_json().encode()
    assert read_version(Bundle(MODEL, 1, {**one.files, IMPACT: data})).impact == one.impact

    with pytest.raises(ReviewError, match=rule):
        read_version(Bundle(MODEL, 1, {**one.files, IMPACT: changed(data)}))


def test_what_a_laxer_program_submitted_is_not_approved(office, monkeypatch):
    one = handed()
    lax = replace(one, files=one.files | {"policy.json": doubled(one.files["policy.json"])})
    with monkeypatch.context() as patch:
        patch.setattr("segmentation.reviews.submission.plain", lambda data, _: json.loads(data))
        patch.setattr("segmentation.reviews.submission.check_bundle", lambda *_: None)
        office.submit(lax)

    with pytest.raises(ReviewError, match=r"policy\.json of small_needs version 1 cannot be read"):
        office.approve("Carol")


@pytest.mark.parametrize("act", ["submit", "approve"])
def test_whatever_else_serving_refuses_is_neither_submitted_nor_approved(office, monkeypatch, act):
    def refuses(*_):
        raise BundleError("Not what was signed: scorer. Submit anew.")

    if act == "approve":
        office.submit()
    monkeypatch.setattr("segmentation.reviews.submission.check_bundle", refuses)
    with pytest.raises(BundleError, match="Not what was signed"):
        office.submit() if act == "submit" else office.approve("Carol")
    assert len(office.book.history().records(MODEL, 1)) == (act == "approve")


def test_a_scorer_that_reads_what_its_policy_does_not_allow_is_refused(office, monkeypatch):
    (number,) = scorer().numbers
    odd = replace(scorer(), numbers=(replace(number, name="age"),))
    with monkeypatch.context() as patch:
        patch.setattr("tests.reviews.office.scorer", lambda _: odd)
        one = handed(audit=kept())

    with pytest.raises(ReviewError, match=r"1 fault:\n.*scorer\.json: reads what the policy does not allow"):
        office.submit(one)


# ---- Audit and card ---------------------------------------------------------------------------------


def audited(one, change):
    """Return a version whose audit.json tells other findings than its card."""
    told = json.loads(one.files["audit.json"])
    change(told["findings"])
    return replace(one, files=one.files | {"audit.json": json.dumps(told).encode()})


@pytest.mark.parametrize(
    "change",
    [
        lambda findings: findings.clear(),
        lambda findings: findings.pop(),
        lambda findings: findings.append(findings[0]),
        *[
            lambda findings, name=name, other=other: findings[0].update({name: other})
            for name, other in {
                "check": "selection_ratio",
                "attribute": "tenure",
                "group": "owner",
                "target": "S1",
                "status": "kept",
            }.items()
        ],
    ],
)
def test_an_audit_that_tells_other_findings_than_the_card_is_refused(office, change):
    with pytest.raises(ReviewError, match=r"audit\.json: tells other findings than the card"):
        office.submit(audited(handed(audit=made.audit()), change))


def test_findings_in_another_order_are_the_same(office):
    one = audited(handed(audit=made.audit()), lambda findings: findings.reverse())

    assert office.submit(one).state == "submitted"


@pytest.mark.parametrize("findings", [7, [7], [{}], [{"check": []}]])
def test_findings_of_another_form_cannot_be_read(office, findings):
    one = handed()
    told = json.dumps({"verdict": "kept", "findings": findings}).encode()

    with pytest.raises(ReviewError, match=r"audit\.json of small_needs version 1 cannot be read"):
        office.submit(replace(one, files=one.files | {"audit.json": told}))


def test_an_assessment_that_says_no_permits_no_submission(office):
    with pytest.raises(ReviewError, match="concludes that this use must not proceed"):
        office.submit(handed(conclusion="do not proceed", conditions=[]))


def test_a_policy_that_the_catalogue_of_law_refuses_is_not_submitted(office):
    one = handed()
    raw = json.loads(one.files["policy.json"])
    raw["features"]["religion"] = raw["features"]["repairs"]

    with pytest.raises(PolicyError, match=r"features\.religion"):
        office.submit(replace(one, files=one.files | {"policy.json": json.dumps(raw).encode()}))
