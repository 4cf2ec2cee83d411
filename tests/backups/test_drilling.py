"""A drill shows what a backup is worth, and finds each way in which it would be worth nothing."""

import fcntl
import os
import shutil
from dataclasses import replace

import numpy as np
import pytest

from segmentation.backups import drilling, restoring
from segmentation.backups.drilling import SCRATCH, drill, drill_erasures, older, planted
from segmentation.errors import BackupError
from segmentation.ledger.personal.erasing import Erased, Erasures
from segmentation.ledger.personal.verify import verify_personal
from segmentation.scorer import FoldedLevels, FoldedNumber, FoldedScorer
from tests.backups.conftest import LATER, NOW

# The day on which the version of the office is in use.
SERVED = NOW.replace(month=4)


def drilled(kept, path, now=SERVED):
    found = list(drill(path, kept.source, kept.trust, now))
    assert not (kept.home.root / SCRATCH).exists()
    return {check.what: check.holds for check in found}


def test_a_drill_verifies_predicts_and_takes_its_scratch_home_away(either):
    either.erase("R-planted-3", NOW)
    made = either.backed_up()
    either.erase("R-planted-2")
    found = drilled(either, made.path)

    events, batches = made.manifest.events.number, made.manifest.access.number
    lines = [line for what in found for line in what.split(": ")]
    assert lines == [
        "The backup of 2026-11-20 09:30 UTC is whole, and opens with this keyring.",
        "Chain and signatures",
        f"{events} events and {batches} batches of the access log follow each other and the pinned root key.",
        "Rows",
        "12 of personal data, each as it was written; the digests of all tables are those of the backup.",
        "The ledger goes on from the backup",
        f"event {events} is the same in both.",
        "Predictions",
        "small_needs version 1 places 10,000 planted residents as it does here.",
        "Erasures",
        "of 2, nobody is there again, and every row is of somebody who has a key; taken out of this backup",
        "1.",
        "Taken back",
        "nothing was since the backup.",
        "The scratch home is removed.",
    ]
    assert set(found.values()) == {True}


def test_where_nothing_is_active_and_nobody_was_erased_it_says_so(kept):
    found = drilled(kept, kept.backed_up().path, LATER.replace(year=2030))
    assert "Predictions: no version is active, so there are none to reproduce." in found
    assert "Erasures: nobody was erased yet, so nobody can come back." in found
    assert set(found.values()) == {True}


def test_a_backup_that_was_altered_fails(kept):
    made = kept.backed_up()
    path = made.path / "ledger.sealed"
    path.write_bytes(path.read_bytes()[:-1])
    (failed, *_), *_ = [[what for what, holds in drilled(kept, made.path).items() if not holds]]
    assert "is half a backup" in failed


def test_somebody_who_is_there_again_is_found(kept, monkeypatch):
    made = kept.backed_up()
    kept.erase("R-planted-2")
    monkeypatch.setattr(Erasures, "carry_out", lambda *_: Erased(0, 0))
    monkeypatch.setattr(restoring, "verify_personal", lambda ledger, *_: verify_personal(ledger))
    assert (
        drilled(kept, made.path)[
            "Erasures: 1 keys of erased residents and 0 rows without a key are there again."
        ]
        is False
    )


def test_an_older_backup_with_somebody_who_was_erased_since_is_restored_without_them(kept):
    kept.erase("R-planted-3", NOW)
    first, second = kept.backed_up(), kept.backed_up(NOW.replace(hour=10))
    assert older(kept.shelf.kept(), kept.source, second.manifest) is None
    kept.erase("R-planted-2")
    newest = kept.backed_up(LATER)

    assert older(kept.shelf.kept(), kept.source, newest.manifest) == second.path
    found, _ = drill_erasures(first.path, kept.source, kept.trust, LATER)
    assert found.holds
    assert found.what.startswith("The backup of 2026-11-20 09:30 UTC: Erasures: of 2, nobody is there again")
    assert found.what.endswith("taken out of this backup: 1.")


def test_an_older_backup_that_cannot_be_restored_by_itself_is_left_out_and_a_damaged_one_told(kept):
    first = kept.backed_up()
    kept.erase("R-planted-2")
    newest = kept.backed_up(LATER)
    rotated = replace(kept.source, keyring=kept.source.keyring.rotated(LATER))
    retired = replace(rotated, keyring=rotated.keyring.without(kept.source.keyring.active.id))
    assert older(kept.shelf.kept(), rotated, newest.manifest) == first.path
    assert older(kept.shelf.kept(), retired, newest.manifest) is None

    (first.path / "ledger.sealed").write_bytes(b"")
    (found,) = drill_erasures(first.path, kept.source, kept.trust, LATER)
    assert not found.holds
    assert "half a backup" in found.what


def test_a_bundle_that_is_gone_here_is_told(kept):
    made = kept.backed_up()
    shutil.rmtree(f"{kept.source.bundles}/approved")
    failed = [what for what, holds in drilled(kept, made.path).items() if not holds]
    assert len(failed) == 1
    assert failed[0].startswith("Predictions: ")
    assert "is not there, or empty" in failed[0]


def test_a_scorer_that_places_otherwise_is_found(kept, monkeypatch):
    made = kept.backed_up()
    checked = drilling.check_bundle

    def other(*words):
        card, scorer = checked(*words)
        return card, replace(scorer, constant=scorer.constant[::-1])

    monkeypatch.setattr(drilling, "check_bundle", other)
    found = drilled(kept, made.path)
    assert [what for what, holds in found.items() if not holds] == [
        "Predictions: small_needs version 1 places 10,000 planted residents elsewhere than here."
    ]


def test_another_ledger_than_that_of_the_backup_is_told(kept):
    made = kept.backed_up()
    with_other = replace(kept.source, ledger=_Other())
    found = list(drill(made.path, with_other, kept.trust, SERVED))
    assert any("is not the one of the backup" in check.what and not check.holds for check in found)


class _Other:
    """A ledger with nothing in it."""

    def read(self, _):
        return []


def test_what_a_killed_drill_left_is_swept_and_two_never_run_at_once(kept):
    made, left = kept.backed_up(), kept.home.root / SCRATCH
    left.mkdir()
    (left / "half").touch()
    assert set(drilled(kept, made.path).values()) == {True}

    descriptor = os.open(kept.home.root, os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    with pytest.raises(BackupError, match="Another drill runs in"):
        next(drill(made.path, kept.source, kept.trust, SERVED))
    os.close(descriptor)


def test_planted_residents_have_every_value_and_missing_ones():
    number = FoldedNumber("repairs", log=False, slope=(1.0, -1.0), missing=(0.0, 0.0), mean=(1.0, 0.5))
    levels = FoldedLevels("tenure", {"own": (0.0, 1.0), "let": (1.0, 0.0)}, (0.5, 0.5), (0.5, 0.5))
    scorer = FoldedScorer(("S1", "S2"), (0.0, 1.0), (number,), (levels,), ((0.0, 8.0), (8.0, 0.0)), 0.1)
    found = planted(scorer, 1_000)

    assert set(found["tenure"]) == {"own", "let", None}
    assert 0 < np.isnan(found["repairs"]).sum() < 100
    assert set(scorer.predict(found)) == {0, 1}
