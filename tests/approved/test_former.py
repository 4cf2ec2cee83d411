"""The version that placed a resident is loaded as it was signed, whatever became of it, or not at all."""

import shutil
from pathlib import Path

import pytest

from segmentation.approved import former_of
from segmentation.bundle import SCORER, publish
from segmentation.errors import BundleError, NotApprovedError
from tests.approved.made import bundle_of, digests_of, scorer
from tests.signed import MODEL


@pytest.fixture
def decision(office, folder):
    """What residents were placed on by version 1."""
    assert folder.is_dir()
    return office.load().decision


def former(office, decision, version=1):
    return former_of(office.history, office.trust, MODEL, version, decision)


def test_a_version_that_was_replaced_and_revoked_is_loaded_as_it_was_signed(office, decision, bundle):
    office.approve(bundle_of(2, start=3.0))
    office.cast.decide("revoke", "Carol", 1, digests=digests_of(bundle), catalogue=office.catalogue)
    found = former(office, decision)

    assert (found.name, found.version, found.decision) == (MODEL, 1, decision)
    assert found.scorer.digest == scorer().digest != office.load().scorer.digest
    assert found.card
    assert repr(found) == f"Former('{MODEL}' version 1, 2 segments)"


def test_where_it_is_not_served_any_more_what_reviewers_read_will_do(office, decision, folder, bundle):
    publish(bundle, office.bundles)
    shutil.rmtree(folder)

    assert former(office, decision).scorer.digest == scorer().digest


def test_what_is_not_there_any_more_is_not_made_up(office, decision, folder):
    shutil.rmtree(folder)

    with pytest.raises(BundleError, match=r"approved/.*nothing is published"):
        former(office, decision)


def test_one_byte_of_its_scorer_is_missed(office, decision, folder):
    file = Path(folder) / SCORER
    file.write_bytes(file.read_bytes().replace(b"1", b"2", 1))

    with pytest.raises(BundleError, match="not what was signed"):
        former(office, decision)


@pytest.mark.parametrize("version", [1, 2])
def test_a_decision_that_the_ledger_has_not_is_nobodys(office, decision, version):
    strange = "sha256:" + "0" * 64 if version == 1 else decision

    with pytest.raises(NotApprovedError, match="has no approval of"):
        former(office, strange, version)
