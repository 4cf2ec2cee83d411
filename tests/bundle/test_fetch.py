"""A bundle is read as it was signed, or refused with the name of the file that is not."""

import json

import pytest

from segmentation.bundle import DECISION, FILES, MANIFEST, Bundle, fetch, fetch_decision, publish
from segmentation.errors import BundleError
from segmentation.signing import canonical, sha256


@pytest.fixture
def folder(bundle, address):
    """Where the approved bundle lies."""
    return publish(bundle, address, proof="{}")


@pytest.fixture
def fetched(bundle, address, folder):
    return lambda: fetch(address, bundle.model, bundle.version, bundle.digest, approved=True)


def test_an_untouched_bundle_is_read(bundle, fetched):
    assert fetched() == bundle


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("at", [0, 5, -1])
def test_one_byte_changed_names_the_file(folder, fetched, disk, name, at):
    data = bytearray(disk.read(f"{folder}/{name}"))
    data[at] ^= 1
    disk.write(f"{folder}/{name}", bytes(data))
    with pytest.raises(BundleError, match=f"/{name} is not what was signed"):
        fetched()


def test_one_byte_changed_in_the_manifest_names_it(folder, fetched, disk):
    data = disk.read(f"{folder}/{MANIFEST}")
    disk.write(f"{folder}/{MANIFEST}", data.replace(b'"version":3', b'"version":4'))
    with pytest.raises(BundleError, match=r"/manifest\.json is not what was signed"):
        fetched()


@pytest.mark.parametrize("name", [*FILES, MANIFEST, DECISION])
def test_a_missing_file_is_named(folder, fetched, disk, name):
    disk.remove(f"{folder}/{name}")
    with pytest.raises(BundleError, match=f"lacks {name}"):
        fetched()


def test_a_file_that_does_not_belong_there_is_named(folder, fetched, disk):
    disk.write(f"{folder}/notes.txt", b"mine")
    with pytest.raises(BundleError, match=r"holds 'notes\.txt', which does not belong there"):
        fetched()


@pytest.mark.parametrize("name", [*FILES, MANIFEST])
def test_a_file_that_is_too_large_is_not_read_to_its_end(folder, fetched, disk, name, monkeypatch):
    disk.write(f"{folder}/{name}", b" " * (17 * 2**20))
    with pytest.raises(BundleError, match=f"/{name} is larger than 16 MiB"):
        fetched()


def test_a_version_with_a_manifest_of_its_own_does_not_pass_for_another(folder, fetched, disk, files):
    other = Bundle("resident_needs", 4, files(**{"policy.json": b'{"of": "other"}'}))
    for name, data in {**other.files, MANIFEST: other.manifest}.items():
        disk.write(f"{folder}/{name}", data)
    with pytest.raises(BundleError, match=r"/manifest\.json is not what was signed"):
        fetched()


@pytest.mark.parametrize(
    "said",
    [
        {"format": 1, "model": "resident_needs", "version": 4, "files": None},
        {"format": 1, "model": "other", "version": 3, "files": None},
        {"format": 2, "model": "resident_needs", "version": 3, "files": None},
        {"format": 1, "model": "resident_needs", "version": 3, "files": None, "more": 1},
    ],
)
def test_a_signed_manifest_that_says_something_else_is_refused(bundle, address, disk, said, files):
    told = {name: sha256(data) for name, data in files().items()}
    manifest = canonical(said | {"files": told})
    digest = sha256(manifest)
    folder = f"{address}/reviews/resident_needs/3-{digest[7:19]}"
    publish(bundle, address)
    for name, data in files().items():
        disk.write(f"{folder}/{name}", data)
    disk.write(f"{folder}/{MANIFEST}", manifest)
    with pytest.raises(BundleError, match=r"/manifest\.json is not what was signed"):
        fetch(address, "resident_needs", 3, digest, approved=False)


@pytest.mark.parametrize("said", [[], {"files": []}, {"files": {"policy.json": 7}}, {}])
def test_a_signed_manifest_without_digests_is_refused(bundle, address, disk, said, files):
    manifest = json.dumps(said).encode()
    digest = sha256(manifest)
    folder = f"{address}/reviews/resident_needs/3-{digest[7:19]}"
    publish(bundle, address)
    for name, data in {**files(), MANIFEST: manifest}.items():
        disk.write(f"{folder}/{name}", data)
    with pytest.raises(BundleError, match="is not what was signed"):
        fetch(address, "resident_needs", 3, digest, approved=False)


def test_a_bundle_that_was_never_published_is_refused(bundle, address):
    with pytest.raises(BundleError, match="nothing is published of resident_needs version 3"):
        fetch(address, bundle.model, bundle.version, bundle.digest, approved=False)


def test_the_proof_of_another_place_is_not_looked_for(bundle, address):
    publish(bundle, address)
    with pytest.raises(BundleError, match="is not there, or empty"):
        fetch_decision(address, bundle.model, bundle.version, bundle.digest)


@pytest.mark.parametrize(
    ("proof", "told"),
    [
        (b"[" * 1_000, r"/decision\.json nests deeper"),
        (b'"\xff"', r"/decision\.json is not what was signed"),
        (b" " * (17 * 2**20), r"/decision\.json is larger than 16 MiB"),
    ],
)
def test_a_proof_that_is_none_is_refused(bundle, address, folder, disk, proof, told):
    disk.write(f"{folder}/{DECISION}", proof)
    with pytest.raises(BundleError, match=told):
        fetch_decision(address, bundle.model, bundle.version, bundle.digest)
