"""What is loaded is what two people signed; whatever else is found is refused in one sentence."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import fsspec
import numpy as np
import pytest

import segmentation
from segmentation.approved.checks import check_proof
from segmentation.bundle import AUDIT, CARD, DECISION, FILES, IMPACT, MANIFEST, Bundle, publish
from segmentation.errors import BundleError, NotApprovedError
from tests.approved.made import NOW, bundle_of
from tests.signed import MODEL

LOADED = ("approved", "bundle", "ledger.book", "ledger.history", "signing", "scorer", "policy")
HEAVY = ("pandas", "sklearn", "mlflow", "fairlearn", "pyarrow", "scipy", "alembic", "matplotlib")


# ---- What is loaded -----------------------------------------------------------------------------------


def test_the_approved_version_is_loaded_with_everything_that_was_signed(office, bundle, folder):
    found = office.load()
    assert (found.name, found.version, found.digest) == (MODEL, 1, bundle.digest)
    assert (found.card, found.audit, found.impact) == tuple(bundle.files[of] for of in (CARD, AUDIT, IMPACT))
    assert found.scorer.predict({"repairs": [0, 30], "channel": ["app", "phone"]}).tolist() == [0, 1]
    assert "repairs" in found.policy.features
    assert found.approved_by == ("Carol", "Bob")
    assert found.standing.state == "active"
    assert found.valid_until == found.standing.approvals[0].valid_until


def test_the_decision_is_the_signed_approval_that_completed_the_pair(office, folder):
    signed = {event.draft.signed.digest: said.by for event, said in office.history.records(MODEL, 1)}
    assert signed[office.load().decision] == "Bob"


def test_the_proof_that_is_loaded_can_be_checked_without_the_ledger(office, folder):
    assert office.load().proof.verified(office.cast.root.public).version == 1


def test_the_newest_active_version_is_the_one_that_is_loaded(office, folder):
    office.approve(bundle_of(2, start=2.0))
    assert office.load().version == 2


def test_a_bundle_is_loaded_from_wherever_fsspec_reaches(office, bundle):
    office.bundles = "memory://somewhere"
    office.approve(bundle)
    assert office.load().version == 1
    fsspec.filesystem("memory").rm("/somewhere", recursive=True)
    with pytest.raises(BundleError, match="nothing is published"):
        office.load()


def test_an_older_proof_still_counts_once_the_approval_was_renewed(office, bundle, folder):
    told = {"digests": office.load().standing.submission.digests, "catalogue": office.catalogue}
    before = office.load().proof
    office.cast.decide("approve", "Carol", **told)
    office.cast.decide("approve", "Bob", **told)
    found = office.load()
    assert (found.version, before == found.proof) == (1, False)
    assert (
        check_proof((folder / DECISION).read_text(), office.history, office.cast.root.public, bundle)
        == before
    )


def test_an_old_proof_that_somebody_put_back_is_not_taken_for_the_one_in_force(office, bundle, folder):
    """A proof of an approval that held for longer than the one that stands."""
    told = {"digests": office.load().standing.submission.digests, "catalogue": office.catalogue}
    old = (folder / DECISION).read_bytes()
    shorter = office.load().valid_until.replace(day=1)
    for by in ("Carol", "Bob"):
        office.cast.decide("approve", by, **told, valid_until=shorter)
    office.publish(bundle)
    (folder / DECISION).write_bytes(old)

    found = office.load()

    shown = found.proof.verified(office.cast.root.public)
    assert shown.valid_until == found.valid_until == shorter
    assert {one.by for one in shown.approvals} == set(found.approved_by)


# ---- What is known ------------------------------------------------------------------------------------


def test_what_is_known_is_not_fetched_anew_while_the_same_bundle_is_active(office, folder):
    known = office.load()
    (folder / CARD).unlink()
    again = office.load(known=known)
    assert again == known
    assert again.scorer is known.scorer


def test_what_is_known_is_renewed_with_its_standing(office, folder):
    known = office.load()
    told = {"digests": known.standing.submission.digests, "catalogue": office.catalogue}
    office.cast.decide("approve", "Carol", **told, valid_until=known.valid_until.replace(day=15))
    office.cast.decide("approve", "Bob", **told, valid_until=known.valid_until.replace(day=15))
    again = office.load(known=known)
    assert again.valid_until > known.valid_until
    assert again.decision != known.decision
    assert again.proof.verified(office.cast.root.public).valid_until == again.valid_until
    assert again.scorer is known.scorer


def test_what_is_known_is_refused_once_it_is_revoked(office, folder):
    known = office.load()
    office.cast.decide(
        "revoke", "Adam", digests=known.standing.submission.digests, catalogue=office.catalogue
    )
    with pytest.raises(NotApprovedError):
        office.load(known=known)


def test_another_version_than_the_known_one_is_fetched(office, folder):
    known = office.load()
    office.approve(bundle_of(2, start=2.0))
    assert office.load(known=known).version == 2


def test_what_is_known_of_another_model_is_not_taken_for_this_one(office, folder):
    known = replace(office.load(), name="other")
    (folder / CARD).unlink()
    with pytest.raises(BundleError):
        office.load(known=known)


# ---- Files that were tampered with ----------------------------------------------------------------------


@pytest.mark.parametrize("name", [*FILES, MANIFEST])
def test_one_byte_changed_in_any_file_of_the_bundle_is_refused(office, folder, name):
    data = bytearray((folder / name).read_bytes())
    data[len(data) // 2] ^= 1
    (folder / name).write_bytes(data)
    with pytest.raises(BundleError, match=f"{name} is not what was signed"):
        office.load()


def test_any_byte_changed_in_the_proof_is_refused(office, folder):
    data = (folder / DECISION).read_bytes()
    for at in range(0, len(data), len(data) // 60):
        changed = bytearray(data)
        changed[at] ^= 1
        (folder / DECISION).write_bytes(changed)
        with pytest.raises(BundleError, match=r"decision\.json"):
            office.load()


@pytest.mark.parametrize("name", [*FILES, MANIFEST, DECISION])
def test_a_missing_file_is_refused(office, folder, name):
    (folder / name).unlink()
    with pytest.raises(BundleError, match=f"lacks {name}"):
        office.load()


def test_a_file_too_many_is_refused(office, folder):
    (folder / "policy.toml").write_bytes(b"")
    with pytest.raises(BundleError, match=r"holds 'policy\.toml', which does not belong there"):
        office.load()


@pytest.mark.parametrize("name", [*FILES, MANIFEST, DECISION])
def test_a_link_out_of_the_folder_is_refused(office, folder, tmp_path, name):
    (folder / name).rename(tmp_path / name)
    (folder / name).symlink_to(tmp_path / name)
    with pytest.raises(BundleError, match=f"{name} cannot be read"):
        office.load()


@pytest.mark.parametrize("name", [*FILES, MANIFEST, DECISION])
def test_a_huge_file_is_refused(office, folder, name):
    os.truncate(folder / name, 2**40)
    with pytest.raises(BundleError, match=f"{name} is larger than 16 MiB"):
        office.load()


def test_the_bundle_of_another_version_with_its_own_manifest_is_refused(office, folder):
    other = bundle_of(2, start=2.0)
    for name, data in {**other.files, MANIFEST: other.manifest}.items():
        (folder / name).write_bytes(data)
    with pytest.raises(BundleError, match=r"manifest\.json is not what was signed"):
        office.load()


def test_the_proof_of_another_version_is_refused(office, folder):
    other = Path(office.approve(bundle_of(2, start=2.0)))
    (other / DECISION).write_bytes((folder / DECISION).read_bytes())
    with pytest.raises(BundleError, match="proves the approval of resident_needs version 1"):
        office.load()


def test_a_bundle_that_nobody_published_is_refused(office, bundle):
    office.sign(bundle)
    office.cast.activate(1, bundle.digest)
    with pytest.raises(BundleError, match="nothing is published of resident_needs version 1"):
        office.load()


def test_a_review_bundle_is_not_served(office, bundle):
    office.sign(bundle)
    publish(bundle, office.bundles)
    office.cast.activate(1, bundle.digest)
    with pytest.raises(BundleError, match="nothing is published"):
        office.load()


def test_a_mended_bundle_is_loaded_again(office, bundle, folder):
    (folder / CARD).write_bytes(b"{}")
    office.publish(bundle)
    assert office.load().version == 1


# ---- What it needs --------------------------------------------------------------------------------------


def test_it_needs_none_of_what_makes_a_model():
    program = f"""
import importlib, json, sys
for name in {LOADED!r}:
    importlib.import_module("segmentation." + name)
from segmentation import load_approved
print(json.dumps([name for name in {HEAVY!r} if name in sys.modules]))
"""
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert json.loads(ended.stdout) == []


def test_it_is_a_public_name():
    from segmentation.approved import Approved, load_approved

    assert segmentation.load_approved is load_approved
    assert segmentation.Approved is Approved


def test_the_day_that_is_asked_of_is_the_callers(office, folder):
    assert office.load(now=NOW).version == 1
    with pytest.raises(NotApprovedError, match="expired"):
        office.load(now=NOW.replace(year=2027))


def test_it_reads_a_bundle_as_the_scorer_that_was_signed(office, bundle, folder):
    assert isinstance(bundle, Bundle)
    needs = {"repairs": np.arange(5), "channel": ["app"] * 5}
    np.testing.assert_array_equal(office.load().scorer.scores(needs)[:, 0], 2 * np.log1p(np.arange(5)))
