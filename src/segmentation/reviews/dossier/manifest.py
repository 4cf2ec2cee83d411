"""The list of a dossier's files with the digest of each, in canonical JSON."""

# No `from __future__ import annotations`: pydantic reads these.
from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from segmentation.errors import BundleError
from segmentation.ledger.records import Digest, Name
from segmentation.reviews.dossier.archive import AGAIN
from segmentation.signing import canonical, sha256
from segmentation.version import __version__

MANIFEST = "manifest.json"


class Manifest(BaseModel):
    """What a dossier holds.

    Attributes
    ----------
    format : str
    model, version : str, int
    program : str
        Version of the program that wrote it; others may word pages differently.
    files : dict of str to str
        Digest of every file but this one.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    format: Literal["dossier/1"] = "dossier/1"
    model: Name
    version: int = Field(ge=1)
    program: str = Field(default=__version__, max_length=40)
    files: dict[str, Digest]

    def written(self) -> bytes:
        """Return it as canonical JSON."""
        return canonical(self.model_dump(mode="json"))


def listed(model: str, version: int, files: Mapping[str, bytes]) -> bytes:
    """Return the manifest of files."""
    digests = {name: sha256(data) for name, data in files.items()}
    return Manifest(model=model, version=version, files=digests).written()


def checked(files: Mapping[str, bytes]) -> Manifest:
    """Return the manifest among files that are exactly those it lists.

    Raises
    ------
    BundleError
        It is missing or no manifest, or names the first file that is missing, altered or unknown.
    """
    manifest = _read(files)
    for name, digest in sorted(manifest.files.items()):
        if name not in files:
            raise BundleError(f"{name} is missing in the dossier. {AGAIN}")
        if sha256(files[name]) != digest:
            raise BundleError(f"{name} in the dossier was altered. {AGAIN}")
    for name in sorted(files.keys() - manifest.files.keys() - {MANIFEST}):
        raise BundleError(f"{name} does not belong in the dossier. {AGAIN}")
    return manifest


def _read(files: Mapping[str, bytes]) -> Manifest:
    if MANIFEST not in files:
        raise BundleError(f"{MANIFEST} is missing: this is no dossier. {AGAIN}")
    try:
        manifest = Manifest.model_validate_json(files[MANIFEST])
    except ValidationError:
        manifest = None
    if manifest is None or manifest.written() != files[MANIFEST]:
        raise BundleError(
            f"{MANIFEST} is not as this version writes it. Take the dossier anew from its source, or check "
            "it with the version that wrote it."
        )
    return manifest
