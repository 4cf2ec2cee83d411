"""The one way in which a dossier's files lie in a ZIP, so that the same files are the same bytes for ever.

Nothing is compressed: what a library compresses differs between its versions, and what is not compressed
cannot swell. Names are sorted, times are fixed, and what is read is written anew and compared: a change of
any byte, be it in a header that no reader looks at, is refused. Unpackers of every system read it.
"""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from io import BytesIO
from typing import TYPE_CHECKING

from segmentation.errors import BundleError

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST = 256 * 2**20
"""Bytes of a whole dossier."""
MOST_FILES = 20_000
NAME = re.compile(r"(?!.*(?:^|/)\.)[\w][\w .@-]*(?:/[\w][\w .@-]*)*")
"""Folders and names that begin with a letter or digit of any script: no way up, no root, nothing hidden."""
AGAIN = "Take the dossier anew from its source."
"""The way out, whatever was altered."""

_VERSION, _MADE_BY = 20, 3 << 8 | 20
"""ZIP 2.0, made on a Unix."""
_UTF8, _STORED = 0x800, 0
_TIME, _DATE = 0, 1 << 5 | 1
"""1 January 1980, the first day that a ZIP knows."""
_MODE = 0o100644 << 16
_LOCAL, _CENTRAL, _END = 0x04034B50, 0x02014B50, 0x06054B50


def packed(files: Mapping[str, bytes]) -> bytes:
    """Return files as a ZIP.

    Raises
    ------
    BundleError
        A name could be unpacked elsewhere, or there are too many files or bytes.
    """
    _check_names(list(files))
    bodies, central = bytearray(), bytearray()
    for name, data in sorted(files.items()):
        raw = name.encode()
        told = (_VERSION, _UTF8, _STORED, _TIME, _DATE, zlib.crc32(data), len(data), len(data), len(raw), 0)
        central += struct.pack("<IH5H3I2H", _CENTRAL, _MADE_BY, *told)
        central += struct.pack("<3H2I", 0, 0, 0, _MODE, len(bodies)) + raw
        bodies += struct.pack("<I5H3I2H", _LOCAL, *told) + raw + data
        _check_size(len(bodies))
    end = struct.pack("<I4H2IH", _END, 0, 0, len(files), len(files), len(central), len(bodies), 0)
    return bytes(bodies + central + end)


def unpacked(data: bytes) -> dict[str, bytes]:
    """Return the files of a ZIP that `packed` wrote, byte for byte.

    Raises
    ------
    BundleError
        It is no ZIP, a file in it is altered, or something about it is not as `packed` writes it: compressed,
        encrypted or linked entries, names twice or leading elsewhere, bytes before, between or behind.
    """
    _check_size(len(data))
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            entries = archive.infolist()
            _check_names([entry.filename for entry in entries])
            for entry in entries:
                _check_entry(entry)
            if sum(entry.file_size for entry in entries) > len(data):
                raise BundleError(f"The dossier tells of more bytes than it has. {AGAIN}")
            files = {entry.filename: _read(archive, entry) for entry in entries}
    except (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError, struct.error, OverflowError):
        raise BundleError(f"The dossier is no ZIP that can be read. {AGAIN}") from None
    if packed(files) != data:
        raise BundleError(
            "The dossier's ZIP is not byte for byte as it was written: a header was altered, bytes were "
            f"added, or it was packed again. {AGAIN}"
        )
    return files


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    try:
        return archive.read(entry)
    except (zipfile.BadZipFile, zlib.error):
        raise BundleError(f"{entry.filename} in the dossier was altered. {AGAIN}") from None


def _check_entry(entry: zipfile.ZipInfo) -> None:
    is_link = (entry.external_attr >> 16) & 0o170000 not in {0, 0o100000}
    for is_so, what in (
        (entry.flag_bits & 0x1, "encrypted"),
        (is_link, "no plain file"),
        (entry.compress_type != _STORED or entry.compress_size != entry.file_size, "compressed"),
    ):
        if is_so:
            raise BundleError(
                f"{entry.filename} in the dossier is {what}, which none of its files may be. {AGAIN}"
            )


def _check_names(names: list[str]) -> None:
    if len(names) > MOST_FILES:
        raise BundleError(f"A dossier has at most {MOST_FILES:,} files; this has {len(names):,}.")
    seen: set[str] = set()
    for name in names:
        if NAME.fullmatch(name) is None or len(name.encode()) > 2**15:
            raise BundleError(f"{name[:80]!a} is no name that a file of a dossier may have. {AGAIN}")
        if name.casefold() in seen:
            raise BundleError(f"{name} is in the dossier twice. {AGAIN}")
        seen.add(name.casefold())


def _check_size(size: int) -> None:
    if size > MOST:
        raise BundleError(f"A dossier has at most {MOST // 2**20} MiB; this has more.")
