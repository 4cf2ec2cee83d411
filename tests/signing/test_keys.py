"""Keys sign what anybody can check, rest under a passphrase, and never show themselves."""

import base64
import json
import pickle
import shutil
import subprocess
import traceback
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from segmentation.errors import SigningError
from segmentation.signing import PrivateKey, PublicKey, Signed, canonical

CHEAP = {"iterations": 1, "lanes": 1, "memory_kib": 64}
PASSPHRASE = "correct horse battery"
# RFC 8032, section 7.1, test 1: the seed, the public key, and the signature over nothing.
SEED = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
PUBLIC = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
SIGNATURE = bytes.fromhex(
    "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
    "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
)
OPENSSL = shutil.which("openssl")
needs_openssl = pytest.mark.skipif(OPENSSL is None, reason="openssl is not on the path")


@pytest.fixture(scope="module")
def key():
    return PrivateKey(Ed25519PrivateKey.from_private_bytes(SEED))


@pytest.fixture(scope="module")
def signed(key):
    return key.sign({"action": "approve", "version": 3, "reason": "同意"})


@pytest.fixture(scope="module")
def sealed(key):
    return key.sealed(PASSPHRASE, CHEAP)


def text(raw):
    return f"ed25519:{base64.b64encode(raw).decode()}"


def test_the_rfcs_key_has_the_rfcs_public_half(key):
    assert key.public == PublicKey(text(PUBLIC))


def test_the_rfcs_signature_verifies(key):
    assert key.public.verifies(Signed("", base64.b64encode(SIGNATURE).decode()))
    assert not key.public.verifies(Signed(" ", base64.b64encode(SIGNATURE).decode()))


def test_a_signature_is_over_canonical_json(key, signed):
    assert signed.document == '{"action":"approve","reason":"同意","version":3}'
    assert key.public.verifies(signed)
    assert key.sign({"version": 3, "reason": "同意", "action": "approve"}) == signed


@given(st.dictionaries(st.text(st.characters(codec="utf-8")), st.integers(0, 9)))
def test_whatever_a_key_signs_it_verifies_and_no_other_key_does(content):
    one, other = PrivateKey.generate(), PrivateKey.generate()

    assert one.public.verifies(one.sign(content))
    assert not other.public.verifies(one.sign(content))


@pytest.mark.parametrize("field", ["document", "signature"])
def test_every_letter_counts(key, signed, field):
    whole = getattr(signed, field)
    for at in range(len(whole)):
        other = "A" if whole[at] != "A" else "B"
        assert not key.public.verifies(replace(signed, **{field: whole[:at] + other + whole[at + 1 :]}))


@pytest.mark.parametrize("signature", ["", "x", "=", "é", base64.b64encode(b"short").decode()])
def test_what_is_no_signature_does_not_verify(key, signed, signature):
    assert not key.public.verifies(replace(signed, signature=signature))


LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


def next_letter(written):
    """The same base64 with another last letter, of which the bytes do not need the difference."""
    last = written.rstrip("=")[-1]
    return written.replace(last + "=", LETTERS[LETTERS.index(last) + 1] + "=")


def test_a_signature_has_one_text(key, signed):
    other = replace(signed, signature=next_letter(signed.signature))

    assert base64.b64decode(other.signature) == base64.b64decode(signed.signature)
    assert other != signed
    assert not key.public.verifies(other)


def test_a_public_key_has_one_text(key):
    other = next_letter(key.public.text)

    assert base64.b64decode(other[8:]) == PUBLIC
    with pytest.raises(SigningError, match="A public key is written"):
        PublicKey(other)


def test_a_document_that_is_no_text_does_not_verify(key):
    assert not key.public.verifies(Signed("\ud800", base64.b64encode(SIGNATURE).decode()))


def test_a_digest_of_what_is_signed_is_of_both_parts(signed):
    assert signed.digest != replace(signed, signature="other").digest
    assert signed.digest != replace(signed, document="other").digest


@pytest.mark.parametrize(
    "written",
    ["", "ed25519:", "ed25519:x", text(PUBLIC[:31]), text(PUBLIC + b"0"), text(PUBLIC).upper(), "é:é"],
)
def test_what_is_no_public_key_is_refused(written):
    with pytest.raises(SigningError, match="A public key is written ed25519: and the base64 of 32 bytes"):
        PublicKey(written)


def test_a_fingerprint_is_short_and_of_its_key():
    keys = [PrivateKey.generate().public for _ in range(3)]

    assert len({key.fingerprint for key in keys}) == 3
    assert all(len(key.fingerprint) == 16 for key in keys)


def test_a_public_key_goes_through_other_programs_unchanged(key):
    assert PublicKey.from_pem(key.public.to_pem()) == key.public


@pytest.mark.parametrize(
    "pem",
    [
        b"",
        b"no key",
        b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
        ec.generate_private_key(ec.SECP256R1())
        .public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo),
    ],
    ids=["empty", "no key", "broken", "another kind"],
)
def test_a_file_that_holds_no_such_key_is_refused(pem):
    with pytest.raises(SigningError, match="holds no public Ed25519 key"):
        PublicKey.from_pem(pem)


def test_a_key_file_opens_with_its_passphrase(key, sealed):
    assert PrivateKey.unsealed(sealed, PASSPHRASE).public == key.public


def test_a_key_file_as_it_is_written_costs_what_the_rfc_recommends(key):
    told = json.loads(key.sealed(PASSPHRASE))

    assert (told["kdf"], told["cost"]) == (
        "argon2id", {"iterations": 3, "lanes": 4, "memory_kib": 65_536},
    )  # fmt: skip
    assert PrivateKey.unsealed(json.dumps(told), PASSPHRASE).public == key.public


def test_two_files_of_one_key_have_nothing_secret_in_common(key, sealed):
    one, other = json.loads(sealed), json.loads(key.sealed(PASSPHRASE, CHEAP))

    assert [name for name in one if one[name] == other[name]] == ["format", "public", "kdf", "cost"]


def test_a_passphrase_is_the_same_however_its_accents_were_typed(key):
    file = key.sealed("caf\u00e9 caf\u00e9 caf\u00e9", CHEAP)

    assert PrivateKey.unsealed(file, "cafe\u0301 cafe\u0301 cafe\u0301").public == key.public


@pytest.mark.parametrize("passphrase", ["", "correct horse batterY", PASSPHRASE + " "])
def test_a_wrong_passphrase_is_told(sealed, passphrase):
    with pytest.raises(
        SigningError, match=r"The passphrase does not open the key\. Type it again"
    ) as refused:
        PrivateKey.unsealed(sealed, passphrase)

    assert not passphrase or passphrase not in str(refused.value)


@pytest.mark.parametrize("passphrase", ["", "short", "elevenchars"])
def test_a_short_passphrase_is_refused(key, passphrase):
    with pytest.raises(SigningError, match=r"^A passphrase has at least 12 letters; take a longer one\.$"):
        key.sealed(passphrase, CHEAP)


@pytest.mark.parametrize(
    ("passphrase", "told"),
    [(" \t\n\u3000" * 4, "more than blanks"), ("secret\udcff" * 3, "bytes that are no text")],
)
def test_blanks_alone_and_what_is_no_text_are_no_passphrase(key, sealed, passphrase, told):
    for asked in (lambda: key.sealed(passphrase, CHEAP), lambda: PrivateKey.unsealed(sealed, passphrase)):
        with pytest.raises(SigningError, match=told) as caught:
            asked()
        assert "secret" not in str(caught.value)


def test_blanks_within_a_passphrase_count_as_letters(key):
    assert PrivateKey.unsealed(key.sealed(" 十二 letters ", CHEAP), " 十二 letters ").public == key.public


def test_a_passphrase_of_twelve_letters_is_taken(key):
    assert PrivateKey.unsealed(key.sealed("twelve chars", CHEAP), "twelve chars").public == key.public


def changed(sealed, path, value):
    told = json.loads(sealed)
    part = told
    for name in path[:-1]:
        part = part[name]
    part[path[-1]] = value
    return json.dumps(told)


OTHER = base64.b64encode(b"0123456789abcdef").decode()
SWAPPED = {
    "public": text(b"0" * 32), "salt": OTHER, "nonce": base64.b64encode(b"0" * 12).decode(),
    "sealed": base64.b64encode(b"0" * 48).decode(), "more": "than it wrote",
}  # fmt: skip


@pytest.mark.parametrize(("name", "value"), SWAPPED.items())
def test_a_field_that_was_swapped_does_not_open(sealed, name, value):
    with pytest.raises(SigningError, match="does not open the key"):
        PrivateKey.unsealed(changed(sealed, [name], value), PASSPHRASE)


@pytest.mark.parametrize(("name", "value"), {"iterations": 2, "lanes": 2, "memory_kib": 128}.items())
def test_another_cost_does_not_open(sealed, name, value):
    with pytest.raises(SigningError, match="does not open the key"):
        PrivateKey.unsealed(changed(sealed, ["cost", name], value), PASSPHRASE)


DAMAGED = {
    "another format": (["format"], 2),
    "another way to stretch": (["kdf"], "scrypt"),
    "a cost that would hold us up": (["cost", "memory_kib"], 2**21),
    "a time that would hold us up": (["cost", "iterations"], 10**9),
    "no cost": (["cost"], {}),
    "a cost that is no number": (["cost", "lanes"], "x"),
    "a cost of nothing": (["cost", "lanes"], 0),
    "a cost that is not whole": (["cost", "iterations"], 1.5),
    "salt that is no base64": (["salt"], "?"),
    "little salt": (["salt"], "AAAA"),
    "a nonce that is too short": (["nonce"], "AAAA"),
    "no nonce": (["nonce"], None),
    "nothing sealed": (["sealed"], None),
    "something beside that cannot be written": (["more"], float("nan")),
}


@pytest.mark.parametrize(("path", "value"), DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_field_is_told(sealed, path, value):
    with pytest.raises(SigningError, match=r"^The key file cannot be read\. Take the one that was written"):
        PrivateKey.unsealed(changed(sealed, path, value), PASSPHRASE)


@pytest.mark.parametrize("content", ["", "{", "[]", "7", "null", "{}", '"sealed"'])
def test_what_is_no_key_file_is_told(content):
    with pytest.raises(SigningError, match="The key file cannot be read"):
        PrivateKey.unsealed(content, PASSPHRASE)


def test_a_file_that_was_cut_off_anywhere_is_told(sealed):
    for end in range(0, len(sealed) - 2, 7):
        with pytest.raises(SigningError, match="The key file cannot be read"):
            PrivateKey.unsealed(sealed[:end], PASSPHRASE)


def shows(told):
    """Whether a text holds the seed, as it is or in the forms that one would print."""
    return any(form in told for form in (str(SEED)[2:-1], SEED.hex(), base64.b64encode(SEED).decode()))


def test_a_private_key_does_not_show_itself(key, sealed):
    try:
        key.sign({"a": object()})
    except SigningError as error:
        shown = "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())
    else:
        pytest.fail("signed what is no plain data")

    assert "PrivateKey(of " in shown
    assert not any(shows(told) for told in (repr(key), str(key), f"{key}", str(vars(key)), shown, sealed))


def test_a_private_key_is_not_pickled(key):
    with pytest.raises(TypeError, match="pickle"):
        pickle.dumps(key)


def openssl(*arguments, folder):
    return subprocess.run([OPENSSL, *arguments], cwd=folder, capture_output=True, check=False)


@needs_openssl
def test_openssl_verifies_what_a_key_signs(key, signed, tmp_path):
    (tmp_path / "pub.pem").write_bytes(key.public.to_pem())
    (tmp_path / "document").write_text(signed.document, encoding="utf-8")
    (tmp_path / "signature").write_bytes(base64.b64decode(signed.signature))
    verify = ["pkeyutl", "-verify", "-pubin", "-inkey", "pub.pem", "-rawin", "-in", "document"]

    assert openssl(*verify, "-sigfile", "signature", folder=tmp_path).returncode == 0

    (tmp_path / "document").write_text(signed.document.replace("3", "4"), encoding="utf-8")
    assert openssl(*verify, "-sigfile", "signature", folder=tmp_path).returncode != 0


@needs_openssl
def test_what_openssl_signs_verifies(tmp_path):
    openssl("genpkey", "-algorithm", "ed25519", "-out", "key.pem", folder=tmp_path)
    openssl("pkey", "-in", "key.pem", "-pubout", "-out", "pub.pem", folder=tmp_path)
    payload = canonical({"reason": "同意"})
    (tmp_path / "payload").write_bytes(payload)
    sign = ["pkeyutl", "-sign", "-inkey", "key.pem", "-rawin", "-in", "payload", "-out", "signature"]
    assert openssl(*sign, folder=tmp_path).returncode == 0

    signature = base64.b64encode((tmp_path / "signature").read_bytes()).decode()

    public = PublicKey.from_pem((tmp_path / "pub.pem").read_bytes())
    assert public.verifies(Signed(payload.decode(), signature))
    assert not public.verifies(Signed(payload.decode() + " ", signature))
