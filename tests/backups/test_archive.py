"""The files of a home go into an archive and come out the same; nothing else does."""

import io
import tarfile

import pytest

from segmentation.backups.archive import packing, unpack
from segmentation.errors import BackupError, StorageError
from segmentation.home import Home


class File(io.BytesIO):
    """A file of a backup, in memory."""


def files_of(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


@pytest.fixture
def home(tmp_path):
    home = Home(tmp_path / "home")
    for path in (home.artifacts / "m" / "1" / "model", home.keys / "李.key", home.marking):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(path.name)
    (home.keys / "李.key").chmod(0o600)
    return home


def packed(home, *addresses):
    file = File()
    with packing(file) as archive:
        for address in addresses:
            archive.published(address)
        archive.home(home)
    return File(file.getvalue()), archive


def test_files_come_out_as_they_went_in(home, tmp_path):
    file, archive = packed(home)
    assert unpack(file, tmp_path / "out") == archive.count == 3
    assert files_of(tmp_path / "out") == files_of(home.root)
    assert (tmp_path / "out" / "keys" / "李.key").stat().st_mode & 0o777 == 0o600


def test_hidden_files_and_links_are_left_out(home, tmp_path):
    (home.artifacts / ".writing-1").mkdir()
    (home.artifacts / ".writing-1" / "half").touch()
    (home.artifacts / "link").symlink_to("/etc/hostname")
    (home.artifacts / "folder").symlink_to(home.keys)
    assert packed(home)[1].count == 3


def test_what_was_published_is_taken_once_from_any_file_system(home, tmp_path):
    import fsspec

    files = fsspec.filesystem("memory")
    files.pipe("/bundles/approved/m/1-abc/card.json", b"{}")
    files.pipe("/bundles/reviews/m/1-abc/.writing", b"half")
    files.pipe("/bundles/other/file", b"not mine")
    file, archive = packed(home, "memory://bundles", "memory://bundles", str(tmp_path / "none"))
    assert archive.count == 4
    unpack(file, tmp_path / "out")
    assert (tmp_path / "out" / "approved" / "m" / "1-abc" / "card.json").read_bytes() == b"{}"


def test_an_address_that_nobody_knows_is_told_without_its_password(home):
    with pytest.raises(StorageError, match=r"What was published at .* cannot be read") as refused:
        packed(home, "s3x://user:secret@host/bundles")
    assert "secret" not in str(refused.value)


def test_a_file_that_cannot_be_read_is_told(home, monkeypatch):
    def refuse(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(tarfile.TarFile, "gettarinfo", refuse)
    with pytest.raises(StorageError, match=r"files of the home .* cannot be read: permission denied"):
        packed(home)


@pytest.mark.parametrize("name", ["../outside", "/etc/outside", "ledger.db", "keys/../../outside"])
def test_an_archive_never_writes_elsewhere(tmp_path, name):
    file = File()
    with tarfile.open(fileobj=file, mode="w|") as archive:
        archive.addfile(tarfile.TarInfo(name))
    with pytest.raises(BackupError):
        unpack(File(file.getvalue()), tmp_path / "out")
    assert [path.name for path in tmp_path.rglob("*")] in ([], ["out"])


def test_an_archive_with_a_link_is_refused(tmp_path):
    file, link = File(), tarfile.TarInfo("keys/link")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc"
    with tarfile.open(fileobj=file, mode="w|") as archive:
        archive.addfile(link)
    with pytest.raises(BackupError, match="no version of this program puts into one"):
        unpack(File(file.getvalue()), tmp_path / "out")


def test_what_is_no_archive_is_told(tmp_path):
    with pytest.raises(BackupError, match="The files of the backup were altered"):
        unpack(File(b"x" * 10_000), tmp_path / "out")
