"""Every shipped model has a policy that may be used and decisions that hold; the public one fits its data."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from segmentation.errors import ReviewError
from segmentation.policy import read_policy
from segmentation.residents import read_residents
from segmentation.reviews.checkout import verify_models, write_decision
from tests.reviews.office import MODEL, Office

ROOT = Path(__file__).parents[1]
POLICIES = sorted(ROOT.glob("models/*/policy.toml"))
HOUSEHOLDS = ROOT / "../shared/data/acs_pums_2016_households/households_occupied_clean.parquet"


@pytest.fixture(scope="module")
def households():
    if not HOUSEHOLDS.exists():
        pytest.skip(f"the public survey is not here: {HOUSEHOLDS}")
    policy = read_policy(ROOT / "models/housing_needs/policy.toml")
    return policy, read_residents(HOUSEHOLDS, policy, as_of=date(2026, 1, 1))


def test_both_models_are_there():
    assert [path.parent.name for path in POLICIES] == ["housing_needs", "resident_needs"]


@pytest.mark.parametrize("path", POLICIES, ids=lambda path: path.parent.name)
def test_a_shipped_policy_may_be_used(path):
    policy = read_policy(path)
    assert policy.name == path.parent.name
    assert policy.services


@pytest.mark.parametrize("path", POLICIES, ids=lambda path: path.parent.name)
def test_a_shipped_policy_says_everything_in_chinese(path):
    policy = read_policy(path)
    texts = [
        policy.title,
        policy.owner,
        policy.purpose.text,
        policy.audit_purpose.text,
        *policy.prohibited_uses,
    ]
    for feature in policy.features.values():
        texts += [feature.title, feature.why, *feature.value_titles.values()]
    for attribute in policy.audited.values():
        texts += [attribute.title, attribute.harm, *attribute.groups.values()]
    texts += [denied.reason for denied in policy.denied.values()]
    texts += [text for service in policy.services.values() for text in (service.title, service.unit)]
    assert [text.en for text in texts if not any("\u4e00" <= char <= "\u9fff" for char in text.zh)] == []
    assert [text.zh for text in texts if not text.en.isascii() and "²" not in text.en] == []


def test_the_households_fit_their_policy_without_a_faulty_row(households):
    policy, residents = households
    assert len(residents) == residents.intake.kept == 15_252
    assert list(residents.needs) == list(policy.features)
    assert list(residents.protected) == list(policy.audited)
    assert set(residents.intake.denied_columns) == set(policy.denied)
    assert set(residents.intake.extra_columns) == set(policy.denied)


def test_every_value_that_the_housing_policy_lists_occurs_among_renters(households):
    policy, residents = households
    for name, feature in policy.features.items():
        assert set(feature.values or ()) <= set(residents.needs[name].dropna().unique())
    for name, attribute in policy.audited.items():
        unseen = set(attribute.groups) - set(residents.protected[name].dropna().unique())
        assert unseen <= ({"14"} if name == "household_size" else set())


def test_a_missing_note_means_a_bill_of_their_own(households):
    policy, residents = households
    needs = residents.needs
    assert (needs["elec_note"].isna() == needs["elec_monthly"].notna()).all()
    online = policy.features["internet"].values[0]
    assert (needs["broadband"].notna() == (needs["internet"] == online)).all()
    assert policy.features["elec_note"].missing.en == "paid to the supplier by the household"


def test_every_decision_beside_a_policy_holds():
    assert {found.folder.name for found in verify_models(ROOT / "models")} == {
        path.parent.name for path in ROOT.glob("models/*/decision.json")
    }


@pytest.fixture
def approved_models(tmp_path):
    """A folder like `models/`, with a version that two people approved."""
    office = Office.opened(tmp_path / "office")
    office.activated()
    return written(tmp_path / "models", office)


def written(models, office):
    """Write what an office decided to a folder of models."""
    folder = models / MODEL
    folder.mkdir(parents=True)
    shutil.copy(ROOT / "tests/card/policy.toml", folder / "policy.toml")
    write_decision(folder, office.desk.review(MODEL, 1).bundle, office.book.history().proof(MODEL, 1))
    return models


def test_a_decision_that_two_people_signed_holds_under_the_root_key_that_is_kept(approved_models):
    (found,) = verify_models(approved_models)

    assert (found.approval.model, found.approval.version) == (MODEL, 1)


def test_a_decision_of_an_office_that_somebody_made_up_is_caught(approved_models, tmp_path):
    made_up = Office.opened(tmp_path / "made up")
    made_up.activated()
    forged = written(tmp_path / "forged", made_up)
    assert len(verify_models(forged)) == 1  # by itself it holds: its root key came with it
    for file in ("card.json", "decision.json"):
        shutil.copy(forged / MODEL / file, approved_models / MODEL / file)

    with pytest.raises(ReviewError, match=MODEL):
        verify_models(approved_models)


def test_a_decision_without_a_root_key_beside_the_models_is_caught(approved_models):
    (approved_models / "root.pub").unlink()

    with pytest.raises(ReviewError, match=r"no root\.pub"):
        verify_models(approved_models)


@pytest.mark.parametrize("file", ["policy.toml", "card.json", "decision.json"])
def test_a_decision_of_which_anything_was_altered_is_caught(approved_models, file):
    path = approved_models / MODEL / file
    path.write_bytes(path.read_bytes().replace(b"180", b"181"))

    with pytest.raises(ReviewError, match=MODEL):
        verify_models(approved_models)
