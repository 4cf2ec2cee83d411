"""A folder of a bundle that fsspec reaches: an object store, a file server, or memory."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from segmentation.errors import BundleError, SegmentationError, StorageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from fsspec import AbstractFileSystem


@dataclass(frozen=True)
class RemoteShelf:
    """The folder of one bundle, where nothing can be renamed in one step.

    Its last file is written last and checked first, so that half of a bundle is never taken for one.

    Attributes
    ----------
    files : AbstractFileSystem
    folder : str
        Path of the folder in that file system.
    where : str
        Its address, for messages.
    """

    files: AbstractFileSystem
    folder: str
    where: str

    def names(self) -> frozenset[str]:
        """Return the names of everything in it; none where there is no such folder."""
        with _reading(self.where):
            self.files.invalidate_cache()
            try:
                found = self.files.ls(self.folder, detail=False)
            except FileNotFoundError:
                return frozenset()
            names = (str(path).rstrip("/").rpartition("/")[2] for path in found)
            # Some stores name the folder itself among what is in it.
            return frozenset(names) - {self.folder.rpartition("/")[2]}

    def read(self, name: str, most: int) -> bytes:
        """Return a file, or its first `most` + 1 bytes where it is larger."""
        with _reading(f"{self.where}/{name}"), self.files.open(f"{self.folder}/{name}", "rb") as file:
            return bytes(file.read(most + 1))

    def write(self, files: Mapping[str, bytes]) -> None:
        """Leave these files in it and no others, the last one last."""
        try:
            self.files.makedirs(self.folder, exist_ok=True)
            there = self.names()
            # What is there already is left alone: somebody may be reading it, and would meet half of it.
            for name in [
                name for name, data in files.items() if not (name in there and self._holds(name, data))
            ]:
                self.files.pipe_file(f"{self.folder}/{name}", files[name])
            for name in sorted(there - files.keys()):
                self.files.rm(f"{self.folder}/{name}", recursive=True)
        except SegmentationError:
            raise
        except Exception as error:  # noqa: BLE001 - each file system has errors of its own, which may quote keys
            raise StorageError(
                f"{self.where} cannot be written ({type(error).__name__}). Check the address and your rights "
                "there, and publish again; what is there now is not taken for a bundle."
            ) from None

    def remove(self) -> bool:
        """Take the folder away with all that is in it, and say whether there was one."""
        try:
            self.files.invalidate_cache()
            if not self.files.exists(self.folder):
                return False
            self.files.rm(self.folder, recursive=True)
        except Exception as error:  # noqa: BLE001 - each file system has errors of its own, which may quote keys
            raise StorageError(
                f"{self.where} cannot be removed ({type(error).__name__}). Check the address and your rights "
                "there, and try again."
            ) from None
        return True

    def _holds(self, name: str, data: bytes) -> bool:
        """Whether a file is there already, as it is to be."""
        try:
            return self.read(name, len(data)) == data
        except (BundleError, StorageError):
            return False


@contextmanager
def _reading(where: str) -> Iterator[None]:
    """Say of whatever a file system raises what could not be read.

    Raises
    ------
    BundleError
        There is no such file.
    StorageError
        The file system cannot be reached, or refuses; what lies there may still be as it was.
    """
    try:
        yield
    except FileNotFoundError:
        raise BundleError(f"{where} is not there. Publish the bundle anew.") from None
    except Exception as error:  # noqa: BLE001 - each file system has errors of its own, which may quote keys
        raise StorageError(
            f"{where} cannot be read ({type(error).__name__}). Check the address and your rights there."
        ) from None
