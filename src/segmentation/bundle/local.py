"""A folder of a bundle on a local disk: there whole or not at all, also after the power fails.

An approval is told to people as soon as it is recorded, so what it promises to serve must be on the disk by
then: files and the folders that name them are synced. Symbolic links are not followed below the address.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import stat
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING

from segmentation.errors import BundleError, StorageError
from segmentation.files import reason_of, sync, umask

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

STAGING = ".writing-"


@dataclass(frozen=True)
class LocalShelf:
    """The folder of one bundle.

    Attributes
    ----------
    root : Path
        The address.
    parts : tuple of str
        What leads from there to the folder.
    """

    root: Path
    parts: tuple[str, ...]

    @property
    def folder(self) -> Path:
        """The folder itself."""
        return self.root.joinpath(*self.parts)

    @property
    def where(self) -> str:
        """The folder, for messages."""
        return str(self.folder)

    def names(self) -> frozenset[str]:
        """Return the names of everything in it; none where there is no such folder."""
        with _reading(self.folder):
            self._refuse_links()
            try:
                return frozenset(path.name for path in self.folder.iterdir())
            except FileNotFoundError:
                return frozenset()

    def read(self, name: str, most: int) -> bytes:
        """Return a file, or its first `most` + 1 bytes where it is larger."""
        path = self.folder / name
        with _reading(path), os.fdopen(os.open(path, _FLAGS), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise OSError
            return file.read(most + 1)

    def write(self, files: Mapping[str, bytes]) -> None:
        """Leave these files in it and no others."""
        above = self.folder.parent
        new = [path.parent for path in self.folder.parents if not path.is_dir()]
        try:
            above.mkdir(parents=True, exist_ok=True)
            self._refuse_links()
            with _held(above), _staged(above, files) as staged:
                _move(staged, self.folder, files)
                for folder in {self.folder, *self.folder.parents[: len(self.parts)], *new}:
                    sync(folder)
        except OSError as error:
            reason = reason_of(error)
            raise StorageError(
                f"{self.folder} cannot be written: {reason}. Choose another place, or make room."
            ) from None

    def remove(self) -> bool:
        """Take the folder away with all that is in it, and say whether there was one.

        It loses its name in one step, so that nobody meets half of a bundle.
        """
        above = self.folder.parent
        if not above.is_dir():
            return False
        self._refuse_links()
        try:
            with _held(above):
                if not self.folder.exists():
                    return False
                hidden = Path(mkdtemp(dir=above, prefix=STAGING))
                self.folder.rename(hidden / self.folder.name)
                sync(above)
                shutil.rmtree(hidden)
        except OSError as error:
            reason = reason_of(error)
            raise StorageError(
                f"{self.folder} cannot be removed: {reason}. Check the permissions of {above}, and remove "
                f"what is left there, which may be called {STAGING}…."
            ) from None
        return True

    def _refuse_links(self) -> None:
        """Refuse to be led somewhere else.

        Raises
        ------
        BundleError
            A part of the way is a symbolic link.
        """
        path = self.root
        for part in self.parts:
            path /= part
            if path.is_symlink():
                raise BundleError(
                    f"{path} is a symbolic link, and what it leads to is not what was published there. "
                    "Remove it, and publish the bundle anew."
                )


# A link or a pipe with the name of a file must neither be followed nor waited for.
_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = os.strerror(error.errno).lower() if error.errno else "it is no plain file"
        raise BundleError(
            f"{path} cannot be read: {reason}. Check the folder, or publish the bundle anew."
        ) from None


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    """Be the only one who publishes there, and clear away what a publisher left that was killed.

    The lock is the kernel's, so one who is killed holds none.
    """
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        for left in folder.glob(f"{STAGING}*"):
            shutil.rmtree(left, ignore_errors=True)
        yield
    finally:
        os.close(handle)


@contextmanager
def _staged(above: Path, files: Mapping[str, bytes]) -> Iterator[Path]:
    """Write the files to a hidden folder of their own, on the same disk, and remove what is left of it."""
    staged = Path(mkdtemp(dir=above, prefix=STAGING))
    mask = umask()
    try:
        for name, data in files.items():
            with (staged / name).open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            (staged / name).chmod(0o666 & ~mask)
        staged.chmod(0o777 & ~mask)
        sync(staged)
        yield staged
    finally:
        shutil.rmtree(staged, ignore_errors=True)


def _move(staged: Path, folder: Path, files: Mapping[str, bytes]) -> None:
    """Give the hidden folder its name; where that is taken, move what differs, file by file.

    A folder of that name has the same content unless it was damaged or its proof renewed. Each file is
    replaced in one step by what belongs there, so that a reader never meets less than before.
    """
    try:
        staged.rename(folder)
    except OSError:
        if not folder.is_dir():
            raise
    else:
        return
    for path in folder.iterdir():
        if path.name not in files or path.is_symlink() or not path.is_file():
            _remove(path)
    for name, data in files.items():
        if not (folder / name).is_file() or (folder / name).read_bytes() != data:
            (staged / name).replace(folder / name)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()
