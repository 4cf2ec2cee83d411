"""`segmentation dossier`: one file that an auditor keeps, and that shows by itself that it holds."""

import zipfile

import pytest

from tests.reviews.office import MODEL, handed

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
