"""A community on disk: two Parquet tables and the truth beside them, each file whole or not there at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segmentation.files import together

if TYPE_CHECKING:
    from pathlib import Path

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
    with together(folder, FILES) as staging:
        _write_all(community, staging)


def _write_all(community: Community, folder: Path) -> None:
    (folder / "truth.json").write_text(community.truth.to_json(), encoding="utf-8")
    community.requests.to_parquet(folder / "requests.parquet", index=False)
    community.residents.to_parquet(folder / "residents.parquet", index=False)
