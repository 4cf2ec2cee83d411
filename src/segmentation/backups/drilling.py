"""A drill: restores a backup into a scratch home, and shows that it is worth something.

A backup that was never restored is a hope. So it is done as it would be after a loss, with the same checks,
and what comes out is held against the home that is there: the same heads, the same rows, the same answers for
the same residents, nobody who was erased, and every withdrawal since.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING
from urllib.parse import quote

import numpy as np

from segmentation.approved.checks import check_bundle
from segmentation.approved.load import approved_of
from segmentation.approved.refusals import signed_of
from segmentation.backups.outlived import Check, erased_check, taken_back_check
from segmentation.backups.restoring import Target, restore
from segmentation.bundle import fetch
from segmentation.errors import BackupError, BundleError, SegmentationError
from segmentation.home import Home
from segmentation.ledger.store import open_ledger
from segmentation.ledger.trust import Trust
from segmentation.scorer import FoldedNumber

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime
    from pathlib import Path

    from segmentation.backups.making import Source
    from segmentation.backups.manifest import Manifest
    from segmentation.backups.restoring import Restored
    from segmentation.backups.shelf import Kept
    from segmentation.ledger.history import History
    from segmentation.ledger.store import Ledger
    from segmentation.scorer import FoldedScorer
    from segmentation.scorer.columns import Given

SCRATCH = ".drill"
PLANTED = 10_000
"""Residents that never were, whom both scorers place."""
MISSING = 0.05
"""Share of their values that are missing."""


def drill(folder: Path, source: Source, trust: Trust, now: datetime) -> Iterator[Check]:
    """Restore a backup into a scratch home, check it, and take the scratch home away.

    Parameters
    ----------
    folder : Path
        Of the backup.
    source : Source
        What was backed up, as it is now.
    trust : Trust
        Of the home that is there.
    now : datetime
        UTC.

    Yields
    ------
    Check
        What cannot be restored ends with the check that says so, and that the scratch home is removed.

    Raises
    ------
    BackupError
        Another drill runs in this home.
    """
    with _scratch(source.home) as home:
        try:
            yield from _checks(folder, source, trust, home, now)
        except SegmentationError as error:
            yield Check(str(error), holds=False)
    is_gone = not home.root.exists()
    yield Check(
        "The scratch home is removed."
        if is_gone
        else f"The scratch home {home.root} is still there: remove it.",
        is_gone,
    )


def drill_erasures(folder: Path, source: Source, trust: Trust, now: datetime) -> Iterator[Check]:
    """Restore an older backup, since which somebody was erased or took something back, and look for that.

    Takes, yields and raises what `drill` does; of predictions nothing is asked, because versions come and go.
    """
    with _scratch(source.home) as home:
        try:
            restored = _restored(folder, source, trust, home, now)
            with closing(open_ledger(_address(home))) as ledger:
                found = (erased_check(ledger, source, restored), taken_back_check(ledger, source, restored))
            for one in found:
                yield Check(f"The backup of {restored.manifest.at:%Y-%m-%d %H:%M} UTC: {one.what}", one.holds)
        except SegmentationError as error:
            yield Check(str(error), holds=False)


def older(kept: Iterable[Kept], source: Source, made: Manifest) -> Path | None:
    """Return the newest backup since which somebody was erased or took something back; None without.

    It is of the same ledger. One from before a key was retired, or before an upgrade, is left out: it cannot
    be restored by itself.
    """
    lines = source.tombstones.read()[-1:]
    return next(
        (
            path
            for path, manifest in kept
            if (manifest.ledger, manifest.revision) == (made.ledger, made.revision)
            and any(manifest.tombstones.number < last.number for last in lines)
            and not manifest.lacking(source.keyring)
        ),
        None,
    )


def _address(home: Home) -> str:
    return f"sqlite:///{quote(home.ledger.as_posix())}"


def _restored(folder: Path, source: Source, trust: Trust, home: Home, now: datetime) -> Restored:
    is_none_erased = not source.tombstones.path.exists()
    target = Target(home, _address(home), source.keyring, source.tombstones, trust.root, is_none_erased)
    return restore(folder, target, now)


def _checks(folder: Path, source: Source, trust: Trust, home: Home, now: datetime) -> Iterator[Check]:
    restored = _restored(folder, source, trust, home, now)
    manifest, address = restored.manifest, _address(home)
    yield Check(f"The backup of {manifest.at:%Y-%m-%d %H:%M} UTC is whole, and opens with this keyring.")
    yield Check(
        f"Chain and signatures: {manifest.events.number:,} events and {manifest.access.number:,} batches of "
        "the access log follow each other and the pinned root key."
    )
    yield Check(
        f"Rows: {sum(restored.personal.rows.values()):,} of personal data, each as it was written; the "
        "digests of all tables are those of the backup."
    )
    yield _same_ledger(source.ledger, restored)
    scratch = Trust(address, trust.root, home.witness, str(home.ledger.parent))
    yield from _predictions(restored.history, scratch, trust, now)
    with closing(open_ledger(address)) as ledger:
        yield erased_check(ledger, source, restored)
        yield taken_back_check(ledger, source, restored)


def _same_ledger(live: Ledger, restored: Restored) -> Check:
    """Hold the head of what was restored against the ledger that is there."""
    number, digest = restored.manifest.events.number, restored.manifest.events.digest
    there = {event.seq: event.digest for event in live.read(number - 1)}
    if there.get(number) != digest:
        return Check(
            f"Event {number} of the ledger is not the one of the backup: one of both is another ledger, or "
            "was altered.",
            holds=False,
        )
    return Check(f"The ledger goes on from the backup: event {number:,} is the same in both.")


def _predictions(history: History, scratch: Trust, live: Trust, now: datetime) -> Iterator[Check]:
    """Let the active version of each model place the same residents from both bundles."""
    models = sorted({name for name, _ in history.versions() if history.active(name, now) is not None})
    if not models:
        yield Check("Predictions: no version is active, so there are none to reproduce.")
    for name in models:
        restored = approved_of(history, scratch, name, now, None)
        signed = signed_of(restored.standing)
        try:
            bundle = fetch(live.bundles, name, restored.version, signed.bundle, approved=True)
        except BundleError as error:
            yield Check(f"Predictions: {error}", holds=False)
            continue
        _, there = check_bundle(bundle, signed)
        residents = planted(there)
        same = _same(restored.scorer, there, residents)
        told = f"Predictions: {name} version {restored.version} places {PLANTED:,} planted residents"
        yield Check(f"{told} as it does here." if same else f"{told} elsewhere than here.", same)


def planted(scorer: FoldedScorer, rows: int = PLANTED) -> Mapping[str, Given]:
    """Return residents that never were, with every value that a scorer knows, and missing ones."""
    random = np.random.default_rng(rows)
    found: dict[str, Given] = {}
    for part in scorer.parts:
        is_missing = random.random(rows) < MISSING
        if isinstance(part, FoldedNumber):
            found[part.name] = np.where(is_missing, np.nan, random.exponential(4.0, rows))
        else:
            values = np.array([*part.values, None], object)
            chosen = np.where(is_missing, len(part.values), random.integers(len(part.values), size=rows))
            found[part.name] = values[chosen]
    return found


def _same(one: FoldedScorer, other: FoldedScorer, residents: Mapping[str, Given]) -> bool:
    first, second = one.margins(residents), other.margins(residents)
    return one.segments == other.segments and all(map(np.array_equal, first, second))


@contextmanager
def _scratch(live: Home) -> Iterator[Home]:
    """Give an empty home within the one that is there, on a disk that is guarded as well as that one."""
    root = live.ledger.parent
    descriptor = os.open(root, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BackupError(f"Another drill runs in {root}. Wait for it, and try again.") from None
        scratch = root / SCRATCH
        shutil.rmtree(scratch, ignore_errors=True)  # of a drill that was killed
        try:
            yield Home(scratch)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
    finally:
        os.close(descriptor)
