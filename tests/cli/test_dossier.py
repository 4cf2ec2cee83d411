"""`segmentation dossier`: one file that an auditor keeps, and that shows by itself that it holds."""

import zipfile

import pytest

from segmentation.reviews.dossier.archive import packed, unpacked
from segmentation.reviews.dossier.manifest import MANIFEST, Manifest
from segmentation.signing import sha256
from tests.card import made as audited
from tests.reviews.office import MODEL, handed, policy

ABOUT = ("--model", MODEL, "--version", "1")


@pytest.fixture
def made(run, office):
    """The dossier of version 1, which is active."""
    office.submit(handed())
    office.approve("Carol")
    office.approve("Bob")
    assert run("dossier", "make", *ABOUT, "--out", "dossier.zip", "--no-pdf").code == 0
    return office


@pytest.fixture
def offline(made, bare, monkeypatch):
    """The dossier alone, where there is no ledger and no home."""
    monkeypatch.setenv("SEGMENTATION_HOME", str(bare / "nowhere"))
    monkeypatch.delenv("SEGMENTATION_BUNDLES")
    return bare / "dossier.zip"


def test_a_dossier_is_verified_without_the_ledger(run, made, offline):
    ended = run("dossier", "verify", offline, "--root-key", made.root.public.text)

    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith(f"The dossier holds: {MODEL} version 1.\n")
    assert "Approved by Carol and Bob, until " in ended.out
    assert run("dossier", "verify", offline, "--json").content["state"] == "active"


def test_without_a_key_to_compare_a_warning_says_what_that_is_worth(run, offline):
    ended = run("dossier", "verify", offline)

    assert ended.code == 0
    assert "Warning: that root key came with the dossier" in ended.err


def test_the_root_key_of_the_settings_is_the_one_that_counts(run, made, offline, monkeypatch):
    monkeypatch.setenv("SEGMENTATION_ROOT_KEY", made.keys["Carol"].public.text)
    assert run("dossier", "verify", offline).code == 1

    monkeypatch.setenv("SEGMENTATION_ROOT_KEY", made.root.public.text)
    assert run("dossier", "verify", offline).err == ""


def test_one_byte_changed_is_refused(run, offline):
    content = bytearray(offline.read_bytes())
    content[len(content) // 2] ^= 1
    offline.write_bytes(content)
    ended = run("dossier", "verify", offline)

    assert ended.code == 1
    assert ended.err.startswith("Error: ")


def test_what_is_no_dossier_is_refused(run, bare):
    with zipfile.ZipFile(bare / "other.zip", "w") as archive:
        archive.writestr("hello.txt", "hello")

    assert run("dossier", "verify", bare / "other.zip").code == 1
    assert run("dossier", "verify", bare / "none.zip").code == 2


def test_a_checkpoint_that_was_kept_must_agree(run, made, bare):
    assert run("ledger", "checkpoint", "--out", "slip.json").code == 0
    assert run("dossier", "verify", "dossier.zip", "--checkpoint", "slip.json").code == 0
    (bare / "slip.json").write_text("{}")
    assert run("dossier", "verify", "dossier.zip", "--checkpoint", "slip.json").code == 2


def test_there_is_no_dossier_of_what_nobody_submitted(run, office, bare):
    ended = run("dossier", "make", *ABOUT, "--out", "dossier.zip", "--no-pdf")

    assert ended.code == 2
    assert "never submitted" in ended.err
    assert not (bare / "dossier.zip").exists()


def test_of_a_version_that_was_reopened_it_says_that_no_approval_counts(run, made):
    made.desk.adopt(MODEL, policy(smallest_group=60), signer=made.signer("Carol"), reason="Stricter.")
    assert run("dossier", "make", *ABOUT, "--out", "dossier.zip", "--no-pdf").code == 0
    told = run("dossier", "verify", "dossier.zip").out

    assert "the version was submitted. " in told
    assert "Audit verdict: kept. No approval counts.\n" in told
    assert "approve by Carol (compliance): " in told


def test_pages_that_differ_are_refused_or_told_as_a_warning(run, bare, made):
    files = unpacked((bare / "dossier.zip").read_bytes())
    files["card/card.en.html"] += b"<p>Harmless.</p>"
    rest = {name: data for name, data in files.items() if name != MANIFEST}
    digests = {name: sha256(data) for name, data in rest.items()}
    manifest = Manifest(model=MODEL, version=1, program="99.0.0", files=digests)
    (bare / "forged.zip").write_bytes(packed({**rest, MANIFEST: manifest.written()}))
    refused = run("dossier", "verify", "forged.zip")
    let = run("dossier", "verify", "forged.zip", "--other-program")

    assert refused.code == 1
    assert "--other-program" in refused.err
    assert let.code == 0
    assert "Warning: not as this program writes them: card/card.en.html, VERIFY.en.md" in let.err


def test_a_waiver_of_two_people_is_told_once(run, office):
    version = handed(audit=audited.audit())
    office.submit(version)
    office.approve("Carol", waivers=version.waivers)
    office.approve("Bob", waivers=version.waivers)
    assert run("dossier", "make", *ABOUT, "--out", "dossier.zip", "--no-pdf").code == 0
    told = run("dossier", "verify", "dossier.zip").out

    number = len(version.waivers)
    assert f"  waived: {number} finding" in told
    assert "(by Carol and Bob)\n" in told
    assert all(told.count(f"    {one.finding}, until ") == 1 for one in version.waivers)
