"""Every part of a bundle is held against the digest that was signed, and the proof against the ledger."""

import json

import pytest

from segmentation.approved.checks import check_bundle, check_proof
from segmentation.bundle import CARD, POLICY, SCORER, Bundle
from segmentation.errors import BundleError
from segmentation.signing import PrivateKey, sha256
from tests.approved.made import Office, bundle_of, digests_of, scorer
from tests.signed import MODEL

OTHER = sha256(b"other")


def test_a_bundle_is_what_was_signed(bundle):
    policy, folded = check_bundle(bundle, digests_of(bundle))
    assert policy.name == MODEL
    assert folded == scorer()


@pytest.mark.parametrize(
    ("signed", "part"),
    [
        ({"policy": OTHER}, "policy"),
        ({"data": OTHER}, "data"),
        ({"audit": OTHER}, "audit"),
        ({"card": OTHER}, "card"),
        ({"impact": OTHER}, "impact assessment"),
        ({"bundle": OTHER}, "manifest"),
        ({"model": {"scorer.json": OTHER}}, "scorer"),
        ({"model": {"other.json": OTHER}}, "scorer"),
    ],
)
def test_another_digest_than_was_signed_names_the_part(bundle, signed, part):
    with pytest.raises(BundleError, match=rf"^Not what was signed in .* version 1: {part}\. "):
        check_bundle(bundle, digests_of(bundle, **signed))


def test_all_parts_that_differ_are_named(bundle):
    with pytest.raises(BundleError, match=r": card, audit\. "):
        check_bundle(bundle, digests_of(bundle, audit=OTHER, card=OTHER))


@pytest.mark.parametrize(("key", "part"), [("scorer", "scorer"), ("policy", "policy"), ("data", "data")])
def test_a_card_that_was_made_of_something_else_is_refused_though_all_of_it_was_signed(bundle, key, part):
    card = json.loads(bundle.files[CARD])
    signed = digests_of(bundle)
    card["digests"][key] = OTHER
    odd = bundle_of(card=json.dumps(card).encode())
    told = digests_of(odd, policy=signed.policy, data=signed.data)
    with pytest.raises(BundleError, match=rf"version 1: {part}\. "):
        check_bundle(odd, told)


@pytest.mark.parametrize("card", [b"[]", b"{}", b'{"digests": []}', b'{"digests": {"data": 7}}'])
def test_a_card_that_is_none_is_refused(bundle, card):
    odd = Bundle(MODEL, 1, {**bundle.files, CARD: card})
    told = digests_of(bundle, card=sha256(card), bundle=odd.digest)
    with pytest.raises(BundleError, match=r"version 1: policy, scorer, data\. "):
        check_bundle(odd, told)


def test_a_scorer_that_reads_what_its_policy_does_not_allow_is_refused(bundle):
    raw = json.loads(bundle.files[SCORER])
    raw["numbers"][0]["name"] = "age"
    text = json.dumps(raw, separators=(",", ":")).encode()
    card = json.loads(bundle.files[CARD])
    card["digests"]["scorer"] = sha256(text)
    odd = bundle_of(scorer=text, card=json.dumps(card).encode())
    with pytest.raises(BundleError, match=r"version 1: scorer\. "):
        check_bundle(odd, digests_of(odd))


def test_the_policy_of_another_model_is_refused(bundle):
    raw = json.loads(bundle.files[POLICY])
    odd = bundle_of(policy=json.dumps(raw | {"name": "other"}).encode())
    with pytest.raises(BundleError, match=r"version 1: policy\. "):
        check_bundle(odd, digests_of(odd))


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"policy": b"{}"}, "A file in .* cannot be read: The policy is refused"),
        ({"policy": b"[]"}, "A file in .* cannot be read: it is not a table"),
        ({"policy": b"{"}, "The policy in .* is not JSON as this program writes it"),
        ({"policy": b'{"name": "a", "name": "b"}'}, "The policy in .* is not JSON"),
        ({"scorer": b"{}"}, "A file in .* cannot be read: "),
        ({"scorer": b"\xff"}, "A file in .* cannot be read: "),
        ({"card": b'{"digests": {}, "digests": {}}'}, "The card in .* is not JSON"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_though_it_was_signed(bundle, changed, told):
    odd = bundle_of(**{name: data for name, data in changed.items() if name != "card"})
    odd = Bundle(MODEL, 1, {**odd.files, **{f"{name}.json": data for name, data in changed.items()}})
    with pytest.raises(BundleError, match=told):
        check_bundle(odd, digests_of(bundle, bundle=odd.digest))


# ---- The proof ------------------------------------------------------------------------------------------


@pytest.fixture
def proof(office, folder):
    return office.history.proof(MODEL, 1).to_json()


def test_the_proof_of_this_approval_is_accepted(office, bundle, proof):
    shown = check_proof(proof, office.history, office.cast.root.public, bundle)
    assert (shown.model, shown.version) == (MODEL, 1)


@pytest.mark.parametrize("text", ["{}", "[]", "", "null", '{"format": "proof/1"}'])
def test_what_is_no_proof_is_refused(office, bundle, folder, text):
    with pytest.raises(
        BundleError, match=r"^decision\.json beside resident_needs version 1 proves no approval\. "
    ):
        check_proof(text, office.history, office.cast.root.public, bundle)


def test_a_proof_under_another_root_key_is_refused(office, bundle, proof):
    with pytest.raises(BundleError, match="proves no approval"):
        check_proof(proof, office.history, PrivateKey.generate().public, bundle)


def test_a_proof_without_the_second_approval_is_refused(office, bundle, proof):
    raw = json.loads(proof)
    raw["events"].pop()
    with pytest.raises(BundleError, match="proves no approval"):
        check_proof(json.dumps(raw), office.history, office.cast.root.public, bundle)


def test_a_proof_of_another_version_is_refused(office, folder, proof):
    with pytest.raises(BundleError, match="proves the approval of resident_needs version 1"):
        check_proof(proof, office.history, office.cast.root.public, bundle_of(2))


def test_a_proof_of_other_files_is_refused(office, proof):
    with pytest.raises(BundleError, match="proves the approval of other files"):
        check_proof(proof, office.history, office.cast.root.public, bundle_of(start=2.0))


def test_a_true_proof_from_another_ledger_is_refused(office, bundle, folder, tmp_path):
    elsewhere = Office(str(tmp_path / "other"), tmp_path / "other.json")
    elsewhere.cast.root, elsewhere.cast.keys = office.cast.root, office.cast.keys
    elsewhere.cast.events, elsewhere.cast.serials = office.cast.events[:6], dict(office.cast.serials)
    elsewhere.cast.decide(
        "submit", "Tina", reason="Another round.", digests=digests_of(bundle), catalogue=office.catalogue
    )
    for by in ("Carol", "Bob"):
        elsewhere.cast.decide("approve", by, digests=digests_of(bundle), catalogue=office.catalogue)
    proof = elsewhere.history.proof(MODEL, 1).to_json()
    with pytest.raises(BundleError, match="holds records that are not in the ledger"):
        check_proof(proof, office.history, office.cast.root.public, bundle)


def test_a_proof_that_is_ahead_of_the_ledger_is_refused(office, bundle, proof):
    history = office.history.replayed(office.cast.events[:-2], office.cast.root.public)
    with pytest.raises(BundleError, match="holds records that are not in the ledger"):
        check_proof(proof, history, office.cast.root.public, bundle)
