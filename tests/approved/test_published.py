"""What lies beside a version that is served: as it was signed, or named as what is not."""

import shutil
from dataclasses import replace

import fsspec
import pytest

from segmentation.approved.published import Published
from segmentation.bundle import AUDIT, CARD, DECISION, IMPACT, MANIFEST, POLICY, SCORER
from segmentation.errors import BundleError, StorageError
from tests.approved.made import Office, bundle_of, digests_of
from tests.signed import MODEL


@pytest.fixture
def published(office, folder):
    """Version 1, once it was looked at."""
    found = Published(office.load(), office.trust)
    found.check(office.history)
    return found


def test_what_is_as_it_was_signed_is_left_alone(office, published):
    published.check(office.history)
    assert published.is_local


@pytest.mark.parametrize("name", [AUDIT, CARD, IMPACT, POLICY, SCORER, MANIFEST])
def test_one_byte_of_any_file_is_missed(office, published, folder, name):
    data = (folder / name).read_bytes()
    (folder / name).write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    with pytest.raises(BundleError, match=rf"/{name} is no longer what was signed"):
        published.check(office.history)
    (folder / name).write_bytes(data)
    published.check(office.history)


@pytest.mark.parametrize("name", [AUDIT, CARD, IMPACT, POLICY, SCORER, MANIFEST, DECISION])
def test_a_file_that_is_gone_is_named(office, published, folder, name):
    (folder / name).unlink()
    with pytest.raises(BundleError, match=f"lacks {name}"):
        published.check(office.history)


def test_a_folder_that_is_gone_and_a_file_that_does_not_belong_there_are_named(office, published, folder):
    (folder / "notes.txt").write_text("")
    with pytest.raises(BundleError, match=r"holds 'notes\.txt'"):
        published.check(office.history)
    shutil.rmtree(folder)
    with pytest.raises(BundleError, match="nothing is published"):
        published.check(office.history)


def test_a_proof_of_another_approval_is_refused_and_a_renewed_one_is_taken(office, published, folder, bundle):
    proof = (folder / DECISION).read_text()
    (folder / DECISION).write_text(proof.replace("As asked", "As Asked"))
    with pytest.raises(BundleError, match="proves no approval"):
        published.check(office.history)
    told = {"digests": digests_of(bundle), "catalogue": office.catalogue}
    for by in ("Carol", "Bob"):
        office.cast.decide("approve", by, **told)
    office.publish(bundle)
    assert (folder / DECISION).read_text() != proof
    published.check(office.history)


def test_a_proof_that_was_seen_to_be_one_is_not_worked_out_again(office, published, monkeypatch):
    monkeypatch.setattr("segmentation.approved.published.check_proof", lambda *_: pytest.fail("worked out"))
    published.check(office.history)


def test_files_of_another_version_in_its_place_are_refused(office, published, folder):
    other = bundle_of(2, start=2.0)
    for name, data in {**other.files, MANIFEST: other.manifest}.items():
        (folder / name).write_bytes(data)
    with pytest.raises(BundleError, match=r"manifest\.json is no longer what was signed"):
        published.check(office.history)


# ---- Elsewhere ------------------------------------------------------------------------------------------


@pytest.fixture
def remote(tmp_path, bundle):
    """An office whose bundles lie in no folder of this machine."""
    office = Office("memory://published", tmp_path / "witness.json")
    office.approve(bundle)
    yield office
    fsspec.filesystem("memory").rm("/published", recursive=True)


def test_it_is_looked_at_wherever_it_lies(remote):
    published = Published(remote.load(), remote.trust)
    assert not published.is_local
    published.check(remote.history)
    memory = fsspec.filesystem("memory")
    (folder,) = memory.ls(f"/published/approved/{MODEL}", detail=False)
    memory.pipe_file(f"{folder}/{CARD}", b"{}")
    with pytest.raises(BundleError, match=r"card\.json is no longer what was signed"):
        published.check(remote.history)


def test_a_place_that_cannot_be_reached_is_told_apart(office, folder, remote, monkeypatch):
    nowhere = replace(office.trust, bundles="nowhere://bundles")
    with pytest.raises(StorageError, match="cannot be reached"):
        Published(office.load(), nowhere)
    published = Published(remote.load(), remote.trust)
    monkeypatch.setattr(type(fsspec.filesystem("memory")), "ls", lambda *_, **__: 1 / 0)
    with pytest.raises(StorageError, match=r"cannot be read \(ZeroDivisionError\)"):
        published.check(remote.history)
