"""What was signed elsewhere is recorded by the same rules as what is signed here."""

import base64
import json
import subprocess
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives import serialization

from segmentation.errors import BundleError, ReviewError
from segmentation.reviews.people import add_person, remove_person
from segmentation.signing import canonical, sha256
from tests.card import made
from tests.reviews.office import MODEL, TRAINED, handed, policy


def signed(office, payload, name):
    """Return 64 bytes, made with the key alone."""
    return office.keys[name]._key.sign(payload)


def payload(office, action="approve", name="Carol", version=1, **told):
    return office.desk.payload(action, MODEL, version, name=name, reason="Looked at it, elsewhere.", **told)


@pytest.mark.parametrize("form", ["raw", "base64", "wrapped", "bytes of base64"])
def test_a_signature_made_elsewhere_counts_like_one_made_here(office, form):
    office.submit()
    office.approve("Bob")
    given = payload(office)
    raw = signed(office, given, "Carol")
    text = base64.b64encode(raw).decode()
    forms = {
        "raw": raw,
        "base64": text,
        "wrapped": f"{text[:40]}\n{text[40:]}\n",
        "bytes of base64": text.encode(),
    }

    (standing,) = office.desk.attach(given, forms[form])

    assert standing.state == "active"
    assert standing.approvals[-1].reason == "Looked at it, elsewhere."


def test_openssl_signs_a_payload(office, tmp_path):
    office.submit()
    key = office.keys["Carol"]._key
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (tmp_path / "key.pem").write_bytes(pem)
    (tmp_path / "payload").write_bytes(payload(office))
    command = [
        "openssl",
        "pkeyutl",
        "-sign",
        "-rawin",
        "-inkey",
        "key.pem",
        "-in",
        "payload",
        "-out",
        "signature",
    ]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)

    given = (tmp_path / "payload").read_bytes(), (tmp_path / "signature").read_bytes()
    (standing,) = office.desk.attach(*given)

    assert standing.missing == ("business",)


def test_a_key_that_was_never_here_submits_and_adopts_too(office):
    parts = handed().parts()
    given = office.desk.submission_payload(**parts, name="Tina", trained_by=("Tina",), reason="Spring data.")
    (standing,) = office.desk.attach(given, signed(office, given, "Tina"))
    assert (standing.state, standing.submission.by) == ("submitted", "Tina")

    office.approve("Carol")
    given = office.desk.adoption_payload(MODEL, policy(association=0.05), name="Carol", reason="Stricter.")
    (standing,) = office.desk.attach(given, signed(office, given, "Carol"))
    assert standing.approvals == ()


@pytest.mark.parametrize("action", ["request_changes", "reject", "revoke", "suspend", "resume"])
def test_every_decision_can_be_signed_elsewhere(office, action):
    office.submit()
    if action in {"suspend", "resume"}:
        office.approve("Carol")
        office.approve("Bob")
    if action == "resume":
        office.desk.suspend(MODEL, 1, signer=office.signer("Mona"), reason="Drift.")
    given = payload(office, action, "Bob")

    office.desk.attach(given, signed(office, given, "Bob"))

    told = office.book.history().records(MODEL, 1)[-1][1]
    assert (told.action, told.by) == (action, "Bob")


def test_a_held_approval_is_not_activated(office):
    office.submit()
    office.approve("Bob")
    given = payload(office)

    assert office.desk.attach(given, signed(office, given, "Carol"), hold=True)[0].state == "approved"


def test_waivers_and_a_last_day_are_signed_elsewhere(office):
    one = handed(audit=made.audit())
    office.submit(one)
    until = office.clock.now.date() + timedelta(days=30)
    given = payload(office, waivers=one.waivers, conditions=["In May again."], valid_until=until)

    (standing,) = office.desk.attach(given, signed(office, given, "Carol"))

    assert standing.approvals[0].waivers == one.waivers
    assert standing.approvals[0].valid_until == until


def test_what_may_not_be_submitted_is_not_published_for_a_signature_elsewhere(office):
    told = {"trained_by": ("Tina",), "reason": "Spring data."}
    with pytest.raises(ReviewError, match="As monitor nobody may submit"):
        office.desk.submission_payload(**handed().parts(), name="Mona", **told)
    with pytest.raises(ReviewError, match="Nobody is entered as Zoe"):
        office.desk.submission_payload(
            **handed().parts(), name="Tina", trained_by=("Zoe",), reason="Spring data."
        )
    assert not (office.home.root.parent / "bundles").exists()

    office.desk.submission_payload(**handed().parts(), name="Tina", **told)
    assert (office.home.root.parent / "bundles").exists()


# ---- What does no harm, and what does ---------------------------------------------------------------


def test_what_happens_elsewhere_in_between_does_no_harm(office):
    office.submit()
    given = payload(office)
    office.activated(2)
    remove_person(office.book, office.root, "Both")

    assert office.desk.attach(given, signed(office, given, "Carol"))[0].missing == ("business",)


@pytest.mark.parametrize("action", ["approve", "reject", "request_changes"])
@pytest.mark.parametrize("content", ["the same", "another"])
def test_a_payload_of_an_earlier_round_is_refused(office, action, content):
    office.submit()
    given = payload(office, action)
    office.desk.request_changes(MODEL, 1, signer=office.signer("Bob"), reason="Say more.")
    office.submit() if content == "the same" else office.submit(
        handed(contact={"en": "Another desk.", "zh": "另一服务台。"})
    )

    with pytest.raises(ReviewError, match="was submitted anew since this payload was written"):
        office.desk.attach(given, signed(office, given, "Carol"))
    assert office.desk.standing(MODEL, 1).state == "submitted"


def test_a_revocation_is_never_too_late(office):
    office.submit()
    given = payload(office, "revoke")
    office.desk.request_changes(MODEL, 1, signer=office.signer("Bob"), reason="Say more.")
    office.submit()

    assert office.desk.attach(given, signed(office, given, "Carol"))[0].state == "revoked"


def under(given, catalogue):
    """Return a payload that names another catalogue of law."""
    return canonical(json.loads(given) | {"catalogue": catalogue})


@pytest.mark.parametrize("action", ["approve", "request_changes", "reject"])
def test_a_payload_that_names_another_catalogue_of_law_is_refused(office, action):
    office.submit()
    given = payload(office, action)
    edited = under(given, sha256(b"whatever law"))

    with pytest.raises(ReviewError, match="names another catalogue of law"):
        office.desk.attach(edited, signed(office, edited, "Carol"))
    assert len(office.book.history().records(MODEL, 1)) == 1
    office.desk.attach(given, signed(office, given, "Carol"))
    assert len(office.book.history().records(MODEL, 1)) == 2


def test_a_submission_under_another_catalogue_of_law_is_refused(office):
    given = office.desk.submission_payload(
        **handed().parts(), name="Tina", trained_by=("Tina",), reason="Spring data."
    )
    edited = under(given, sha256(b"whatever law"))

    with pytest.raises(ReviewError, match="names another catalogue of law"):
        office.desk.attach(edited, signed(office, edited, "Tina"))


def test_a_revocation_counts_under_any_catalogue_of_law(office):
    office.submit()
    edited = under(payload(office, "revoke"), sha256(b"an older release"))

    assert office.desk.attach(edited, signed(office, edited, "Carol"))[0].state == "revoked"


def test_a_payload_counts_once(office):
    office.submit()
    given = payload(office)
    office.desk.attach(given, signed(office, given, "Carol"))

    with pytest.raises(ReviewError, match="is already event 10, and counts once"):
        office.desk.attach(given, signed(office, given, "Carol"))


def test_a_payload_is_refused_after_a_day(office):
    office.submit()
    given = payload(office)
    office.clock.now += timedelta(days=1, minutes=1)

    with pytest.raises(ReviewError, match="more than a day"):
        office.desk.attach(given, signed(office, given, "Carol"))


def test_a_signature_by_another_key_is_refused(office):
    office.submit()
    given = payload(office)

    with pytest.raises(ReviewError, match="not one by Carol over this payload"):
        office.desk.attach(given, signed(office, given, "Bob"))


@pytest.mark.parametrize(
    "changed",
    [
        lambda text: text.replace(b'"approve"', b'"revoke"'),
        lambda text: text + b"\n",
        lambda text: text.replace(b"elsewhere", b"elsewherE"),
    ],
)
def test_a_payload_that_was_changed_is_refused(office, changed):
    office.submit()
    given = payload(office)

    with pytest.raises(ReviewError, match=r"the payload was changed|not one by Carol"):
        office.desk.attach(changed(given), signed(office, given, "Carol"))


def test_a_payload_that_is_signed_in_another_form_is_refused(office):
    office.submit()
    given = payload(office) + b"\n"

    with pytest.raises(ReviewError, match="not written as canonical JSON"):
        office.desk.attach(given, signed(office, given, "Carol"))


@pytest.mark.parametrize("other", [b"", b"{}", b"[]", b'{"type": "person/1"}', b"\xff", b"[" * 200_000])
def test_what_is_no_payload_is_refused(office, other):
    with pytest.raises(ReviewError, match="not one that `review payload` wrote"):
        office.desk.attach(other, b"0" * 64)


def test_a_payload_larger_than_any_is_refused(office):
    with pytest.raises(ReviewError, match="larger than any"):
        office.desk.attach(b" " * (2**20 + 1), b"0" * 64)


@pytest.mark.parametrize("signature", [b"", b"0" * 63, "not base64!", "AAAA", "签名"])
def test_what_is_no_signature_is_refused(office, signature):
    office.submit()

    with pytest.raises(ReviewError, match="neither 64 bytes nor base64"):
        office.desk.attach(payload(office), signature)


def test_who_lost_the_role_in_between_signs_nothing(office):
    office.submit()
    given = payload(office)
    remove_person(office.book, office.root, "Carol")

    with pytest.raises(ReviewError, match="Carol holds no role any more"):
        office.desk.attach(given, signed(office, given, "Carol"))


def test_a_bundle_that_is_lost_in_between_is_not_approved(office):
    office.submit()
    given = payload(office)
    for path in office.home.root.parent.glob("bundles/reviews/*/*/card.json"):
        path.unlink()

    with pytest.raises(BundleError, match=r"card\.json"):
        office.desk.attach(given, signed(office, given, "Carol"))


def test_nobody_signs_for_who_is_not_entered(office):
    office.submit()

    with pytest.raises(ReviewError, match="Nobody is entered as Zoe"):
        payload(office, name="Zoe")


def test_names_are_found_however_they_are_typed(office):
    composed, decomposed = "José", "Jose\u0301"
    key = office.keys["José"] = type(office.root).generate()
    add_person(office.book, office.root, decomposed, ("compliance",), TRAINED, public_key=key.public)
    office.submit()
    given = payload(office, name=f" {decomposed} ")

    (standing,) = office.desk.attach(given, signed(office, given, composed))

    assert standing.approvals[0].by == composed
