"""The last tombstone that was seen from this machine: a file that was lost or cut does not go unnoticed.

Each line of the file of tombstones carries the digest of the one before, which shows what was taken out in
its middle, and not that its end is missing. Where the database was put back too, nothing else would know of
these erasures. So number and digest of the last line lie beside the ledger's witness, and a file that has
fewer lines is refused. The first sight is believed, as the witness does it.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from segmentation.errors import StorageError
from segmentation.files import reason_of, whole
from segmentation.ledger.trust import WITNESS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from segmentation.home import Home
    from segmentation.ledger.personal.stones import Tombstone


class Sight(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The last tombstone that was seen.

    Attributes
    ----------
    number : int
        From 1; 0 where a loss was accepted and none is left.
    digest : str
        Of its line.
    """

    number: int
    digest: str


_decode = msgspec.json.Decoder(Sight).decode


def sight_file(home: Home, environ: Mapping[str, str] = os.environ) -> Path:
    """Return where the last tombstone is remembered: beside the witness that the settings name."""
    given = environ.get(WITNESS)
    return beside(Path(given) if given else home.witness)


def beside(witness: Path) -> Path:
    """Return the file beside a witness."""
    return witness.with_name(f"{witness.name}.tombstones")


def seen_in(path: Path) -> Sight | None:
    """Return what was seen; None where nothing was yet.

    Raises
    ------
    StorageError
        The file is there and cannot be read, or is damaged.
    """
    try:
        return _decode(path.read_bytes())
    except FileNotFoundError:
        return None
    except OSError as error:
        reason = reason_of(error)
    except msgspec.MsgspecError:
        reason = "it is damaged"
    raise StorageError(
        f"What was seen last of the tombstones, {path}, cannot be read: {reason}. Restore it from its copy; "
        "where there is none, make sure that the tombstones are all there, and remove it."
    )


def keep_sight(path: Path, line: Tombstone | None) -> None:
    """Remember the last line, whole or not at all; None: that there is none.

    Raises
    ------
    StorageError
        It cannot be written.
    """
    told = Sight(0, "") if line is None else Sight(line.number, line.digest)
    try:
        with whole(path) as staged:
            staged.write_bytes(msgspec.json.encode(told) + b"\n")
    except StorageError as error:
        raise StorageError(
            f"What was seen last of the tombstones cannot be kept: {error} It lies beside the witness: "
            f"{WITNESS} names another place."
        ) from None
