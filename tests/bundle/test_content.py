"""A bundle is five files of one version, and its digest is of all of them."""

import pytest

from segmentation.bundle import FILES, IMPACT, POLICY, SCORER, Bundle, content
from segmentation.errors import BundleError
from segmentation.signing import canonical, sha256


def test_the_manifest_names_the_version_and_the_digest_of_every_file(bundle, files):
    assert bundle.manifest == canonical(
        {
            "format": 1,
            "model": "resident_needs",
            "version": 3,
            "files": {name: sha256(data) for name, data in files().items()},
        }
    )
    assert bundle.digest == sha256(bundle.manifest)


def test_equal_files_give_an_equal_digest_in_any_order(bundle, files):
    assert Bundle("resident_needs", 3, dict(reversed(files().items()))).digest == bundle.digest


@pytest.mark.parametrize("name", FILES)
def test_one_byte_of_any_file_changes_the_digest(bundle, files, name):
    assert Bundle("resident_needs", 3, files(**{name: b'{"of": "x"}'})).digest != bundle.digest


@pytest.mark.parametrize(("model", "version"), [("resident_needs", 4), ("other", 3)])
def test_another_version_or_model_with_the_same_files_has_another_digest(bundle, files, model, version):
    assert Bundle(model, version, files()).digest != bundle.digest


def test_the_files_of_a_bundle_cannot_be_changed(files):
    given = files()
    bundle = Bundle("resident_needs", 3, given)
    given[SCORER] = b"{}"
    assert bundle.files[SCORER] != b"{}"
    with pytest.raises(TypeError):
        bundle.files[SCORER] = b"{}"


@pytest.mark.parametrize(
    ("model", "version"), [("../other", 1), ("a/b", 1), ("", 1), ("A", 1), ("needs", 0), ("needs\n", 1)]
)
def test_a_name_that_leads_out_of_the_folder_is_refused(files, model, version):
    with pytest.raises(BundleError, match="named in lower-case letters, digits and underscores"):
        Bundle(model, version, files())


def test_a_bundle_that_lacks_a_file_says_which(files):
    given = files()
    del given[IMPACT]
    with pytest.raises(BundleError, match=r"resident_needs version 3 lacks impact\.json"):
        Bundle("resident_needs", 3, given)


@pytest.mark.parametrize("name", ["notes.txt", "../policy.json", "decision.json"])
def test_a_file_that_does_not_belong_there_is_refused(files, name):
    with pytest.raises(BundleError, match="which does not belong there"):
        Bundle("resident_needs", 3, files(**{name: b"{}"}))


def test_a_file_that_is_too_large_is_refused(files, monkeypatch):
    small = files(**{POLICY: b'"%s"' % (b"x" * (content.MOST - 2))})
    Bundle("resident_needs", 3, small)
    with pytest.raises(BundleError, match=r"policy\.json is larger than 16 MiB"):
        Bundle("resident_needs", 3, small | {POLICY: small[POLICY] + b" "})


def test_a_file_that_nests_too_deep_is_refused(files):
    with pytest.raises(BundleError, match=r"policy\.json nests deeper than 32 levels"):
        Bundle("resident_needs", 3, files(**{POLICY: b"[" * 100_000 + b"]" * 100_000}))


def test_a_bundle_shows_its_version_and_no_content(bundle):
    assert repr(bundle) == f"Bundle('resident_needs' version 3, 102 bytes, {bundle.digest[:15]}…)"
