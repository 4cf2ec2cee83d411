"""The address of a bundle: what may stand in it, and what is told of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmentation.bundle.local import LocalShelf
from segmentation.bundle.remote import RemoteShelf
from segmentation.bundle.shelf import shelf_of, shown
from segmentation.errors import BundleError, StorageError
from segmentation.signing import sha256

DIGEST = sha256(b"it")
SHORT = DIGEST[7:19]


def test_a_folder_is_reached_by_its_path_and_by_its_address(tmp_path):
    for address in (tmp_path, f"file://{tmp_path}", f"{tmp_path}/"):
        shelf = shelf_of(str(address), "needs", 2, DIGEST, approved=True)
        assert isinstance(shelf, LocalShelf)
        assert shelf.folder == tmp_path / "approved" / "needs" / f"2-{SHORT}"


@pytest.mark.parametrize("address", ["memory://there", "memory://there/"])
def test_another_file_system_is_reached_by_its_address(address):
    shelf = shelf_of(address, "needs", 2, DIGEST, approved=False)
    assert isinstance(shelf, RemoteShelf)
    assert shelf.folder == f"/there/reviews/needs/2-{SHORT}"
    assert shelf.where == f"memory://there/reviews/needs/2-{SHORT}"


@pytest.mark.parametrize("model", ["../needs", "a/b", "a\\b", ".", "a%2fb"])
def test_a_name_that_leads_elsewhere_is_refused(tmp_path, model):
    with pytest.raises(BundleError, match="named in lower-case letters"):
        shelf_of(str(tmp_path), model, 1, DIGEST, approved=True)


@pytest.mark.parametrize("digest", ["sha256:../../../../..", "", DIGEST + "0", DIGEST + "\n"])
def test_what_is_no_digest_is_refused(tmp_path, digest):
    with pytest.raises(BundleError, match="A bundle is found by its digest"):
        shelf_of(str(tmp_path), "needs", 1, digest, approved=True)


def test_a_file_system_that_is_not_known_here_is_refused_without_its_password():
    with pytest.raises(StorageError, match=r"^nowhere://host/folder cannot be reached") as caught:
        shelf_of("nowhere://me:secret@host/folder", "needs", 1, DIGEST, approved=True)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("s3://key:secret@bucket/folder", "s3://bucket/folder"),
        ("s3://bucket/me@home", "s3://bucket/me@home"),
        ("simplecache::s3://key:secret@bucket/folder", "simplecache::s3://bucket/folder"),
        ("https://host/folder?sv=1&sig=secret", "https://host/folder"),
        ("s3://user:p@ssw0rd@host/folder", "s3://host/folder"),
        ("s3://token@host:9000/folder", "s3://host:9000/folder"),
        ("s3://host:9000/folder", "s3://host:9000/folder"),
        ("ftp://user:pa/ss@host/folder", "ftp://…"),
        ("ftp://user:p@ss/word@host/folder", "ftp://…"),
        ("ftp://user:12/34@host/folder", "ftp://…"),
        ("ftp://user:pa?ss@host/folder", "ftp://…"),
        ("ftp://user:pa#ss@host/folder", "ftp://…"),
        ("ftp://user:a://b::c@host/folder", "ftp://…"),
        ("zip://in.zip::ftp://user:a::b@host/folder?token=c", "zip://in.zip::ftp://host/folder"),
        ("https://host/folder#token=secret", "https://host/folder"),
        ("/srv/bundles", "/srv/bundles"),
        ("/srv/what?/me@home", "/srv/what?/me@home"),
    ],
)
def test_an_address_is_told_without_its_password(address, told):
    assert shown(address) == told


SAFE = st.text("abc.-", min_size=1, max_size=5)


@given(user=SAFE, host=SAFE, password=st.text("SECRT@/?#:", min_size=3, max_size=12))
def test_whatever_a_password_holds_nothing_of_it_is_told(user, host, password):
    letters = set("SECRT")
    assert not letters & set(shown(f"s3://{user}:{password}@{host}/folder"))
    assert shown(f"s3://{host}/folder") == f"s3://{host}/folder"
