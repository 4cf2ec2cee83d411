"""A community on disk: two Parquet tables and the truth beside them, each file whole or not there at all."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from segmentation.errors import StorageError

if TYPE_CHECKING:
    from segmentation.simulate.community import Community

# The residents come last: where they are, the rest of the same community is too.
FILES = ("truth.json", "requests.parquet", "residents.parquet")


def write(community: Community, folder: Path) -> None:
    """Write ``residents.parquet``, ``requests.parquet`` and ``truth.json`` to `folder`.

    All three are written to a hidden folder beside their places and moved once they are complete, so a full
    disk or a kill leaves no half-written file.

    Parameters
    ----------
    community : Community
        What to write.
    folder : Path
        Made where it does not exist; files of the same names are replaced.

    Raises
    ------
    StorageError
        The folder cannot be made or written to, or the disk is full.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=folder, prefix=".simulate-") as staging:
            _write_all(community, Path(staging))
            for name in FILES:
                Path(staging, name).replace(folder / name)
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else "its files cannot be written"
        raise StorageError(
            f"The community cannot be written to {folder}: {reason.lower()}; "
            "choose a folder that you may write to, on a disk with room."
        ) from error


def _write_all(community: Community, folder: Path) -> None:
    (folder / "truth.json").write_text(community.truth.to_json(), encoding="utf-8")
    community.requests.to_parquet(folder / "requests.parquet", index=False)
    community.residents.to_parquet(folder / "residents.parquet", index=False)
