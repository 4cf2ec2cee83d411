"""`segmentation ledger`: what shows later that it is what it was, newer tables, and a file that was lost."""

import json
import sqlite3
from contextlib import closing

from segmentation.ledger.personal.erasing import Erasures
from segmentation.ledger.personal.tombstones import Tombstones, tombstones_of
from tests.ledger.personal.planted import NOW
from tests.ledger.test_upgrade import made_by_an_earlier_version


def test_a_checkpoint_holds_until_the_ledger_is_another(run, office, bare):
    assert run("ledger", "checkpoint", "--out", "slip.json").code == 0
    ended = run("ledger", "verify", "--checkpoint", "slip.json")
    assert ended.code == 0
    assert "It is the ledger of slip.json." in ended.out

    slip = json.loads((bare / "slip.json").read_text())
    (bare / "slip.json").write_text(json.dumps(slip | {"digest": f"sha256:{'0' * 64}"}))
    ended = run("ledger", "verify", "--checkpoint", "slip.json")
    assert ended.code == 1
    assert "Event 8 is not the one of the checkpoint" in ended.err


def test_an_upgrade_of_what_is_new_changes_nothing(run, office):
    before = office.book.history().head
    assert run("ledger", "upgrade").code == 0
    assert office.book.history().head == before


def test_a_ledger_of_the_first_version_is_upgraded_by_the_command_that_is_named(run, office):
    before = office.book.history(afresh=True).head.digest
    events = office.book.history().events
    office.book.close()
    office.home.ledger.unlink()
    made_by_an_earlier_version(office.trust.ledger, events)

    refused = run("ledger", "verify")
    assert (refused.code, refused.out) == (2, "")
    assert "revision 0001 of its tables" in refused.err
    assert "Upgrade it with `segmentation ledger upgrade`." in refused.err
    assert run("ledger", "upgrade").out == "The tables of the ledger are those of this version.\n"
    assert run("ledger", "verify", "--json").content["head"] == before


def test_an_index_that_lost_lines_is_told_and_made_anew_by_an_upgrade(run, office):
    with closing(sqlite3.connect(office.home.ledger)) as connection:
        connection.execute("DELETE FROM asked_about")
        connection.commit()
    ended = run("ledger", "verify")

    assert ended.code == 1
    assert "`segmentation ledger upgrade` makes it anew" in ended.err
    assert run("ledger", "upgrade").code == 0
    assert run("ledger", "verify").code == 0


def test_tombstones_that_are_gone_end_with_one(run, office, kept):
    graves = Tombstones(office.home.tombstones)
    Erasures(kept, graves).erase([kept.keyring.subject_of("R-1")], "Carol", NOW)
    assert "each as it was written; emptied since: 1; residents erased: 1." in run("ledger", "verify").out

    graves.path.unlink()
    ended = run("ledger", "verify")
    assert ended.code == 1
    assert "The file of tombstones lacks 1 that the ledger has: restore the file" in ended.err

    told = run("ledger", "tombstones").out
    assert told.startswith(f"Wrote 1 tombstones into {graves.path}. Keep a copy of it apart")
    assert run("ledger", "verify").code == 0


def test_tombstones_are_not_written_from_a_ledger_that_was_altered(run, office, kept, tampered):
    Erasures(kept, Tombstones(office.home.tombstones)).erase([kept.keyring.subject_of("R-1")], "Carol", NOW)
    office.home.tombstones.unlink()
    tampered("DELETE FROM tombstones")
    ended = run("ledger", "tombstones")

    assert ended.code == 1
    assert "Tombstone 1 of the ledger was removed." in ended.err
    assert not office.home.tombstones.exists()


def test_a_loss_of_tombstones_that_were_seen_has_to_be_accepted(run, office, kept):
    tombstones = tombstones_of(office.home)
    with tombstones.writing() as pen:
        pen.append([("ab", "sha256:0")], NOW)
    tombstones.path.unlink()

    assert "have 0 lines, and 1 were seen from here before" in run("ledger", "verify").err
    ended = run("ledger", "tombstones")
    assert ended.code == 2
    assert "1 tombstones were seen from here that the ledger does not have" in ended.err
    assert run("ledger", "tombstones", "--accept-loss").code == 0
    assert run("ledger", "verify").code == 0
