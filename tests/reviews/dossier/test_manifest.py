"""The list of files: exactly those, each as it was."""

import pytest

from segmentation.errors import BundleError
from segmentation.reviews.dossier.manifest import MANIFEST, checked, listed
from segmentation.version import __version__

FILES = {"a": b"1", "b": b"2"}


def with_list(**changed):
    return {**FILES, MANIFEST: listed("needs", 3, FILES), **changed}


def test_files_that_are_those_listed_pass():
    manifest = checked(with_list())

    assert (manifest.model, manifest.version, manifest.program) == ("needs", 3, __version__)


def test_the_first_altered_file_is_named():
    with pytest.raises(BundleError, match=r"^a in the dossier was altered"):
        checked(with_list(a=b"x", b=b"x"))


def test_a_missing_file_is_named():
    files = with_list()
    del files["b"]

    with pytest.raises(BundleError, match=r"^b is missing"):
        checked(files)


def test_a_file_too_many_is_named():
    with pytest.raises(BundleError, match=r"^c does not belong"):
        checked(with_list(c=b""))


def test_without_the_list_it_is_no_dossier():
    with pytest.raises(BundleError, match="this is no dossier"):
        checked(FILES)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"[]",
        b"{}",
        listed("needs", 3, FILES) + b"\n",
        listed("needs", 3, FILES).replace(b"dossier/1", b"dossier/2"),
    ],
)
def test_another_form_of_the_list_is_refused(text):
    with pytest.raises(BundleError, match=r"manifest\.json is not as this version writes it"):
        checked({**FILES, MANIFEST: text})
