"""What a dossier takes from the ledger: all that a version rests on, and the whole chain."""

import json

from segmentation.reviews.dossier.evidence import evidence, key_file, signature_name, signed_events
from segmentation.signing import PrivateKey, PublicKey, Signed
from tests.reviews.dossier import made
from tests.signed import MODEL, Cast


def taken(cast, version=1):
    return evidence(made.history(cast), MODEL, version)


def test_every_signature_is_one_of_the_key_beside_it():
    history = made.history(made.approved())
    files = evidence(history, MODEL, 1)
    events = signed_events(history, MODEL, 1)

    assert len(events) == 7
    for event in events:
        key = PublicKey.from_pem(files[key_file(history, event)])
        document = files[f"{signature_name(event)}.json"].decode()
        assert key.verifies(Signed(document, event.draft.signed.signature))
        assert len(files[f"{signature_name(event)}.sig"]) == 64


def test_who_has_nothing_to_do_with_the_version_has_no_file():
    files = taken(made.approved())

    assert [name for name in files if "Mona" in name or "Adam" in name] == []
    assert b"Mona" in files["chain.jsonl"]


def test_the_proof_is_there_where_the_version_is_approved_and_nothing_where_it_is_not():
    cast = Cast.assembled()
    cast.decide("submit", "Tina", digests=made.digests())

    assert json.loads(taken(cast)["decisions.json"])["proof"] is None
    assert json.loads(taken(made.approved())["decisions.json"])["proof"]["format"] == "proof/1"


def test_what_came_after_the_approval_is_told_in_its_order():
    cast = made.approved()
    cast.decide("suspend", "Mona", digests=made.digests())
    cast.adopt()
    cast.decide("revoke", "Adam", digests=made.digests())
    events = json.loads(taken(cast)["decisions.json"])["events"]

    told = [(one["kind"], (one["signed"] or {}).get("action")) for one in events][3:]

    assert told == [
        ("activated", None),
        ("decision", "suspend"),
        ("adoption", None),
        ("decision", "revoke"),
    ]


def test_decisions_about_another_version_have_no_file_but_what_took_its_place_is_told():
    cast = made.approved()
    cast.approve(2, digests=made.digests())
    files = taken(cast)

    assert len([name for name in files if name.endswith(".sig")]) == 7
    assert json.loads(files["decisions.json"])["events"][-1]["version"] == 2


def test_a_person_who_changed_their_key_has_a_file_for_each():
    cast = Cast.assembled()
    cast.decide("submit", "Tina", digests=made.digests())
    cast.keys["Carol"] = PrivateKey.generate()
    cast.enter("Carol", ("compliance",))
    cast.enter("Carol", ("compliance", "business"))
    cast.decide("approve", "Carol", digests=made.digests())
    files = taken(cast)
    history = made.history(cast)

    assert [name for name in files if name.endswith("Carol.pem")] == [
        "people/003-Carol.pem",
        "people/008-Carol.pem",
    ]
    assert key_file(history, history.head) == "people/008-Carol.pem"
    assert key_file(history, history.events[2]) == "root.pem"
