"""`Bundle`: five files of one version, and the manifest whose digest stands for all of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING

from segmentation.bundle.plain import check_depth
from segmentation.errors import BundleError
from segmentation.signing import canonical, sha256

if TYPE_CHECKING:
    from collections.abc import Mapping

POLICY = "policy.json"
SCORER = "scorer.json"
CARD = "card.json"
AUDIT = "audit.json"
IMPACT = "impact.json"
FILES = (AUDIT, CARD, IMPACT, POLICY, SCORER)
"""What a bundle holds, no more and no less."""
MANIFEST = "manifest.json"
DECISION = "decision.json"
"""Beside the files of an approved bundle: the signed records that prove the approval."""

FORMAT = 1
MOST = 16 * 2**20
"""Bytes of one file; a large audit has about two million."""
TOLD = 60
"""Letters of a strange file's name that are told."""
NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")


@dataclass(frozen=True)
class Bundle:
    """What people sign and what is served of one version.

    Attributes
    ----------
    model : str
        Lower-case letters, digits and underscores.
    version : int
        From 1.
    files : mapping of str to bytes
        The files of `FILES`, each at most `MOST` bytes of JSON.

    Raises
    ------
    BundleError
        A file is missing, unknown, too large or nests too deep, or the name is none.
    """

    model: str
    version: int
    files: Mapping[str, bytes]

    def __post_init__(self) -> None:
        """Refuse what is no bundle, and keep the files as they are now."""
        check_name(self.model, self.version)
        check_files(self.files, FILES, f"The bundle of {self.model} version {self.version}")
        for name, data in self.files.items():
            check_size(data, name)
            check_depth(data, name)
        object.__setattr__(self, "files", MappingProxyType(dict(sorted(self.files.items()))))

    def __repr__(self) -> str:
        """Return which version it is of, its size, and the start of its digest."""
        size = sum(map(len, self.files.values()))
        return f"Bundle({self.model!r} version {self.version}, {size:,} bytes, {self.digest[:15]}…)"

    @cached_property
    def manifest(self) -> bytes:
        """Canonical JSON: which version, and the digest of every file."""
        files = {name: sha256(data) for name, data in self.files.items()}
        return canonical({"format": FORMAT, "model": self.model, "version": self.version, "files": files})

    @property
    def digest(self) -> str:
        """SHA-256 of `manifest`: what decisions are about."""
        return sha256(self.manifest)


def check_name(model: str, version: int) -> None:
    """Refuse what may not stand in the name of a folder.

    Raises
    ------
    BundleError
        It is no name of a model, or no number of a version.
    """
    if NAME.fullmatch(model) is None or version < 1:
        raise BundleError(
            "A bundle is of a model, named in lower-case letters, digits and underscores, and of a version "
            "from 1. Give both as they stand in the registry."
        )


def check_files(found: Mapping[str, object], wanted: tuple[str, ...], what: str) -> None:
    """Refuse files that are not exactly those that belong there.

    Raises
    ------
    BundleError
        One is missing, or one is there that does not belong; names it.
    """
    missing = [name for name in wanted if name not in found]
    if missing:
        raise BundleError(f"{what} lacks {', '.join(missing)}. Publish it anew.")
    extra = sorted(found.keys() - set(wanted))
    if extra:
        raise BundleError(
            f"{what} holds {extra[0][:TOLD]!r}, which does not belong there. Find out who put it there, and "
            "publish the bundle anew."
        )


def check_size(data: bytes, where: str, most: int = MOST) -> None:
    """Refuse what is too large to be what it says.

    Raises
    ------
    BundleError
        It is larger than `most` bytes.
    """
    if len(data) > most:
        raise BundleError(
            f"{where} is larger than {most // 2**20} MiB, which no file of a bundle is. Publish it anew."
        )
