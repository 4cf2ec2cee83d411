"""The files of a home as one stream: what was published, artefacts, key files, and the secret of the pages.

Hidden files are left out: they are those that some program has not finished.
"""

from __future__ import annotations

import io
import tarfile
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING, cast

from fsspec.core import url_to_fs

from segmentation.bundle.shelf import APPROVED, REVIEWS, shown
from segmentation.errors import BackupError, StorageError
from segmentation.files import reason_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from segmentation.backups.frames import Opening, Sealing
    from segmentation.home import Home

ARTIFACTS, KEYS, MARKING = "artifacts", "keys", "marking.secret"
PUBLISHED = (APPROVED, REVIEWS)
TOPS = frozenset({ARTIFACTS, KEYS, MARKING, *PUBLISHED})
BLOCK = 1 << 20


class Packing:
    """An archive that takes files, each once.

    Parameters
    ----------
    archive : tarfile.TarFile
    """

    def __init__(self, archive: tarfile.TarFile) -> None:
        self._archive, self._names = archive, set[str]()

    @property
    def count(self) -> int:
        """How many files are in it."""
        return len(self._names)

    def published(self, address: str) -> None:
        """Take what was published: approved bundles and those that reviewers read, not those it has already.

        Parameters
        ----------
        address : str
            A folder, or an address as fsspec takes it.

        Raises
        ------
        StorageError
            It cannot be reached.
        """
        try:
            files, root = url_to_fs(address)
            for folder in PUBLISHED:
                top = f"{root.rstrip('/')}/{folder}"
                for path in sorted(files.find(top)) if files.exists(top) else ():
                    self._add_bytes(f"{folder}{path.removeprefix(top)}", files, path)
        except (OSError, ValueError, ImportError):
            raise StorageError(
                f"What was published at {shown(address)} cannot be read. Check SEGMENTATION_BUNDLES and who "
                "may read there."
            ) from None

    def home(self, home: Home) -> None:
        """Take artefacts, key files and the secret of the pages.

        Raises
        ------
        StorageError
            One cannot be read.
        """
        try:
            for name, top in ((ARTIFACTS, home.artifacts), (KEYS, home.keys)):
                for path in sorted(top.rglob("*")):
                    self._add(f"{name}/{path.relative_to(top).as_posix()}", path)
            self._add(MARKING, home.marking)
        except OSError as error:
            raise StorageError(
                f"The files of the home {home.root} cannot be read: {reason_of(error)}. Let this program "
                "read all of them, and try again."
            ) from None

    def _is_new(self, name: str) -> bool:
        if name in self._names or any(part.startswith(".") for part in PurePosixPath(name).parts):
            return False
        self._names.add(name)
        return True

    def _add(self, name: str, path: Path) -> None:
        if path.is_symlink() or not path.is_file() or not self._is_new(name):
            return
        try:
            file = path.open("rb")
        except FileNotFoundError:
            return  # taken away since it was listed
        with file:
            found = self._archive.gettarinfo(arcname=name, fileobj=file)
            self._archive.addfile(_nobodys(found), file)

    def _add_bytes(self, name: str, files: object, path: str) -> None:
        if not self._is_new(name):
            return
        content: bytes = files.cat_file(path)  # type: ignore[attr-defined]  # fsspec has no types
        told = tarfile.TarInfo(name)
        told.size, told.mode = len(content), 0o644
        self._archive.addfile(told, io.BytesIO(content))


@contextmanager
def packing(file: Sealing) -> Iterator[Packing]:
    """Give an archive that is written into a file of a backup, whole once the block has ended well."""
    with tarfile.open(fileobj=cast("IO[bytes]", file), mode="w|", bufsize=BLOCK) as archive:
        yield Packing(archive)


def unpack(file: Opening, folder: Path) -> int:
    """Write the files of a backup into a folder, and return how many there are.

    Raises
    ------
    BackupError
        The file was altered, or holds what no backup does.
    OSError
        The disk is full.
    """
    count = 0
    try:
        with tarfile.open(fileobj=cast("IO[bytes]", file), mode="r|", bufsize=BLOCK) as archive:
            for member in archive:
                if not member.isreg() or Path(member.name).parts[0] not in TOPS:
                    raise BackupError(
                        "The backup holds a file that no version of this program puts into one. Take another "
                        "backup."
                    )
                archive.extract(member, folder, filter="data")
                count += 1
    except tarfile.TarError:
        raise BackupError("The files of the backup were altered. Take another backup.") from None
    return count


def _nobodys(found: tarfile.TarInfo) -> tarfile.TarInfo:
    """Return what is told of a file without who owned it here."""
    found.uid = found.gid = 0
    found.uname = found.gname = ""
    return found
