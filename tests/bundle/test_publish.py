"""A bundle is published under its digest, as often as anybody likes, and mended where it was damaged."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from segmentation.bundle import DECISION, FILES, MANIFEST, Bundle, fetch, fetch_decision, publish
from segmentation.errors import BundleError

PROOF = '{"proof": 1}'


def back(bundle, address, *, approved=False):
    return fetch(address, bundle.model, bundle.version, bundle.digest, approved=approved)


def proof(bundle, address):
    return fetch_decision(address, bundle.model, bundle.version, bundle.digest)


def test_what_is_published_is_fetched(bundle, address):
    publish(bundle, address)
    assert back(bundle, address) == bundle


def test_it_lies_under_its_model_version_and_digest(bundle, address, disk):
    short = bundle.digest.removeprefix("sha256:")[:12]
    assert publish(bundle, address) == f"{address}/reviews/resident_needs/3-{short}"
    assert publish(bundle, address, proof=PROOF) == f"{address}/approved/resident_needs/3-{short}"
    assert disk.names(f"{address}/reviews") == sorted([*FILES, MANIFEST])
    assert disk.names(f"{address}/approved") == sorted([*FILES, MANIFEST, DECISION])


def test_an_approved_bundle_has_its_proof_beside_it(bundle, address):
    publish(bundle, address, proof=PROOF)
    assert back(bundle, address, approved=True) == bundle
    assert proof(bundle, address) == PROOF


def test_a_bundle_for_review_is_not_an_approved_one(bundle, address):
    publish(bundle, address)
    with pytest.raises(BundleError, match="is not there, or empty"):
        back(bundle, address, approved=True)


def test_the_same_bundle_may_be_published_again(bundle, address):
    publish(bundle, address)
    publish(bundle, address)
    assert back(bundle, address) == bundle


def test_a_newer_proof_replaces_the_older_one(bundle, address):
    publish(bundle, address, proof=PROOF)
    publish(bundle, address, proof='{"proof": 2}')
    assert proof(bundle, address) == '{"proof": 2}'
    assert back(bundle, address, approved=True) == bundle


def test_many_publishers_at_once_all_succeed(bundle, address):
    with ThreadPoolExecutor(8) as pool:
        places = list(pool.map(lambda _: publish(bundle, address, proof=PROOF), range(16)))
    assert len(set(places)) == 1
    assert back(bundle, address, approved=True) == bundle


@pytest.mark.parametrize("name", [*FILES, MANIFEST])
def test_a_damaged_file_is_mended_by_publishing_anew(bundle, address, disk, name):
    folder = publish(bundle, address)
    disk.write(f"{folder}/{name}", b"{}")
    publish(bundle, address)
    assert back(bundle, address) == bundle


def test_a_missing_and_a_strange_file_are_mended_by_publishing_anew(bundle, address, disk):
    folder = publish(bundle, address)
    disk.remove(f"{folder}/card.json")
    disk.write(f"{folder}/notes.txt", b"mine")
    publish(bundle, address)
    assert disk.names(folder) == sorted([*FILES, MANIFEST])


def test_two_versions_lie_beside_one_another(bundle, address, files):
    other = Bundle("resident_needs", 4, files())
    publish(bundle, address)
    publish(other, address)
    assert (back(bundle, address), back(other, address)) == (bundle, other)


def test_a_proof_that_nests_too_deep_is_refused_before_anything_is_written(bundle, address):
    with pytest.raises(BundleError, match=r"decision\.json nests deeper"):
        publish(bundle, address, proof="[" * 100)
    with pytest.raises(BundleError, match="is not there"):
        back(bundle, address, approved=True)
