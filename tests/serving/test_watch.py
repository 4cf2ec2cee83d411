"""The watch on real ledgers and real files: what takes over, what stops it, and what it says of both."""

import json
import shutil
import sqlite3
import threading
import time
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from sqlalchemy import make_url

from segmentation.errors import UnreachableError
from segmentation.ledger.book import Book
from segmentation.policy.catalogue import load_catalogue
from segmentation.signing import sha256
from serving.calls import Refused
from serving.logs import Log
from serving.seen import NO_BUNDLE, NO_LEDGER, NO_LOOK, STARTING
from serving.watch import Watch
from tests.serving.made import MODEL, Office, Ticks, bundle, residents

STAFF = ("Tina", "Carol", "Bob", "Adam")


@pytest.fixture
def ticks():
    return Ticks()


@pytest.fixture
def stream():
    return StringIO()


@pytest.fixture
def watch_of(ticks, stream):
    """Watch an office, after a first look."""
    made = []

    def watch_of(office, **changed):
        log = Log(office.clock, stream, ticks)
        made.append(Watch(office.settings(**changed), office.clock, ticks, log=log))
        made[-1].look()
        return made[-1]

    yield watch_of
    for watch in made:
        watch.stop()


@pytest.fixture
def watch(office, watch_of):
    return watch_of(office)


def lines(stream):
    """Return what was logged: condition, version and reason of each line."""
    told = [json.loads(line) for line in stream.getvalue().splitlines()]
    return [(line["condition"], line["version"], line["reason"]) for line in told]


def version_of(watch):
    return watch.served().approved.version


def refusal_of(watch):
    """Return with which problem and sentence nothing is served."""
    with pytest.raises(Refused) as refused:
        watch.served()
    return refused.value.slug, refused.value.detail


# ---- What is served -------------------------------------------------------------------------------------


def test_nothing_is_served_and_no_key_counts_before_the_first_look(office, ticks):
    watch = Watch(office.settings(), office.clock, ticks)
    assert refusal_of(watch) == ("not-trusted", STARTING)
    assert (watch.condition, watch.looked) == ("starting", 0.0)
    for ask in (watch.keys, watch.history):
        with pytest.raises(Refused, match="not-trusted"):
            ask()


def test_the_approved_version_is_served_with_everything_made_ready(watch, ticks):
    served = watch.served()
    assert (served.approved.name, served.approved.version) == (MODEL, 1)
    assert served.approved.digest == bundle(1).digest
    assert set(served.segments) == {"S1", "S2", "S3"}
    assert served.approved.scorer.one(dict.fromkeys(served.approved.scorer.features) | residents()[0])
    assert (watch.condition, watch.reason, watch.looked) == ("serving", "", ticks.now)
    assert watch.history().activated(MODEL) == 1


def test_a_newly_approved_version_takes_over_and_what_was_taken_before_answers_on(office_at, watch_of):
    watch = watch_of(office_at)
    before = watch.served()
    office_at.approve(2)
    assert watch.served() is before
    watch.look()
    assert version_of(watch) == 2
    assert before.approved.version == 1
    assert before.approved.scorer.predict({name: [None] for name in before.approved.scorer.features})


def test_looks_that_find_nothing_new_leave_all_as_it_is(watch, ticks):
    before, keys, history = watch.served(), watch.keys(), watch.history()
    forever(watch, ticks)
    assert watch.served() is before
    assert watch.keys() is keys
    assert watch.history() is history


def test_an_approval_that_is_renewed_is_told_with_its_own_decision(office, watch):
    before = watch.served().approved
    office.clock.wait(days=30)
    office.renew(publishes=False)
    watch.look()
    after = watch.served().approved
    assert after.valid_until == before.valid_until + timedelta(days=30)
    assert after.decision != before.decision
    office.publish()
    watch.look()
    assert watch.served().approved == after


def test_keys_are_those_of_the_ledger_and_a_revoked_one_is_seen_at_the_next_look(office_at, watch_of):
    watch = watch_of(office_at)
    assert watch.keys() == {}
    token = office_at.issue("predict")
    key_id = token.split("_")[1]
    watch.look()
    assert watch.keys()[key_id].refusal(office_at.clock()) is None
    office_at.end(token)
    watch.look()
    assert watch.keys()[key_id].refusal(office_at.clock()) is not None


# ---- What the ledger says no to -------------------------------------------------------------------------


@pytest.mark.parametrize("act", ["revoke", "suspend"])
def test_a_version_that_is_taken_out_of_service_stops_at_the_next_look(office_at, watch_of, act, stream):
    watch = watch_of(office_at)
    getattr(office_at, act)()
    watch.look()
    slug, told = refusal_of(watch)
    assert slug == "not-approved"
    assert told.startswith(
        f"No version of {MODEL} may be served: version 1 is {act.rstrip('e')}ed since 2026-07-01"
    )
    assert not any(name in told + watch.reason for name in STAFF)
    assert lines(stream)[-1] == ("not-approved", 0, watch.reason)
    assert watch.keys() == {}
    assert watch.history().activated(MODEL) == 1


def test_a_version_that_is_resumed_is_served_again(office, watch):
    office.suspend()
    watch.look()
    assert watch.condition == "not-approved"
    office.resume()
    watch.look()
    assert version_of(watch) == 1


def test_a_model_that_nobody_submitted_is_not_served_and_others_are_not_named(office, watch_of):
    watch = watch_of(office, model="other_needs")
    slug, told = refusal_of(watch)
    assert slug == "not-approved"
    assert "'other_needs' was ever submitted" in told
    assert MODEL not in told


def test_an_expired_version_stops_at_the_next_look(office, watch):
    office.expire()
    watch.look()
    assert refusal_of(watch)[0] == "not-approved"
    assert "version 1 is expired since" in refusal_of(watch)[1]


def test_an_expired_version_stops_to_the_second_also_where_nobody_looks(office, watch, ticks):
    last = watch.served().approved.valid_until
    office.clock.now = datetime(last.year, last.month, last.day, 23, 59, 59, tzinfo=office.clock.now.tzinfo)
    watch.look()
    ticks.wait(0.9)
    assert version_of(watch) == 1
    ticks.wait(0.2)
    slug, told = refusal_of(watch)
    assert slug == "not-approved"
    assert "version 1 has expired" in told
    assert watch.keys() == {}


def test_approvals_under_another_catalogue_of_law_do_not_count(office, watch_of, monkeypatch):
    other = replace(load_catalogue(), digest=sha256(b"another edition"))
    monkeypatch.setattr("serving.looking.load_catalogue", lambda: other)
    slug, told = refusal_of(watch_of(office))
    assert slug == "not-approved"
    assert "version 1 is submitted" in told


# ---- Who owns the database ------------------------------------------------------------------------------


def forever(watch, ticks):
    """Look for a while, as the thread does."""
    for _ in range(8):
        ticks.wait(0.5)
        watch.look()


def test_an_old_row_that_was_altered_stops_it_within_two_seconds_and_for_as_long_as_it_stands(
    office_at, watch_of, ticks
):
    watch = watch_of(office_at)
    office_at.run("UPDATE events SET digest = replace(digest, substr(digest, 12, 1), 'x') WHERE seq = 3")
    began = ticks.now
    while watch.condition == "serving":
        ticks.wait(0.5)
        watch.look()
    assert ticks.now - began < 2
    assert "vent 3" in watch.reason
    forever(watch, ticks)
    assert refusal_of(watch) == ("not-trusted", NO_LEDGER)
    with pytest.raises(Refused, match="not-trusted"):
        watch.keys()


def test_a_ledger_that_is_put_right_is_believed_again(office, watch, ticks):
    shutil.copy(office.folder / "ledger.db", office.folder / "good.db")
    office.run("UPDATE events SET digest = replace(digest, substr(digest, 12, 1), 'x') WHERE seq = 3")
    forever(watch, ticks)
    assert watch.condition == "not-trusted"
    (office.folder / "good.db").replace(office.folder / "ledger.db")
    for left in office.folder.glob("ledger.db-*"):
        left.unlink()
    watch.look()
    assert version_of(watch) == 1


def test_the_last_row_altered_or_cut_off_stops_it_at_the_next_look(office_at, watch_of):
    watch = watch_of(office_at)
    office_at.run("DELETE FROM events WHERE seq = (SELECT max(seq) FROM events)")
    watch.look()
    assert refusal_of(watch) == ("not-trusted", NO_LEDGER)


def test_a_revocation_that_was_cut_off_is_missed_also_by_who_begins_anew(office, watch, watch_of):
    shutil.copy(office.folder / "ledger.db", office.folder / "older.db")
    office.revoke()
    watch.look()
    assert watch.condition == "not-approved"
    (office.folder / "older.db").replace(office.folder / "ledger.db")
    for left in office.folder.glob("ledger.db-*"):
        left.unlink()
    watch.look()
    assert refusal_of(watch) == ("not-trusted", NO_LEDGER)
    assert refusal_of(watch_of(office)) == ("not-trusted", NO_LEDGER)


def test_another_ledger_in_its_place_is_not_believed(office, watch, tmp_path):
    other = Office.opened(tmp_path / "other")
    other.approve(1)
    for left in office.folder.glob("ledger.db*"):
        left.unlink()
    shutil.copy(other.folder / "ledger.db", office.folder / "ledger.db")
    watch.look()
    assert refusal_of(watch) == ("not-trusted", NO_LEDGER)


def test_a_ledger_whose_file_is_gone_stops_it_at_once_and_is_believed_again_when_it_is_back(office, watch):
    aside = office.folder / "aside"
    aside.mkdir()
    for file in office.folder.glob("ledger.db*"):
        file.rename(aside / file.name)
    watch.look()
    assert refusal_of(watch) == ("not-trusted", NO_LEDGER)
    assert not (office.folder / "ledger.db").exists()
    for file in aside.iterdir():
        file.rename(office.folder / file.name)
    watch.look()
    assert version_of(watch) == 1


def test_a_clock_that_was_set_back_stops_it_and_one_that_is_set_right_brings_it_back(office, watch):
    office.clock.wait(days=-1)
    watch.look()
    assert refusal_of(watch) == ("not-trusted", NO_LEDGER)
    assert "set the clock" in watch.reason
    office.clock.wait(days=1)
    watch.look()
    assert version_of(watch) == 1


# ---- Who owns the folder --------------------------------------------------------------------------------


def altered(folder):
    path = folder / "card.json"
    path.write_bytes(path.read_bytes().replace(b"Phone first", b"Phone First"))


def longer(folder):
    with (folder / "scorer.json").open("ab") as file:
        file.write(b" ")


def without_proof(folder):
    (folder / "decision.json").unlink()


def another_proof(folder):
    path = folder / "decision.json"
    path.write_bytes(path.read_bytes().replace(b"As asked.", b"As Asked."))


def one_more(folder):
    (folder / "notes.txt").write_text("Looked at it.")


def another_manifest(folder):
    (folder / "manifest.json").write_bytes(bundle(2).manifest)


def linked(folder):
    folder.rename(folder.with_name("moved"))
    folder.symlink_to(folder.with_name("moved"))


DAMAGES = [altered, longer, without_proof, another_proof, one_more, another_manifest, linked, shutil.rmtree]


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_a_bundle_that_is_not_as_it_was_signed_stops_it_until_it_is(office, watch, damage, stream):
    before = watch.served()
    folder = office.folder / "bundles" / "approved" / MODEL / f"1-{bundle(1).digest[7:19]}"
    shutil.copytree(folder, office.folder / "good")
    damage(folder)
    watch.look()
    assert refusal_of(watch) == ("not-trusted", NO_BUNDLE)
    assert str(folder) in watch.reason or "decision.json" in watch.reason
    assert watch.keys() == {}
    watch.look()
    assert [condition for condition, _, _ in lines(stream)] == ["serving", "not-trusted"]
    if folder.is_symlink():
        folder.unlink()
    shutil.rmtree(folder, ignore_errors=True)
    (office.folder / "good").rename(folder)
    watch.look()
    assert watch.served() is before


def test_a_bundle_that_was_damaged_before_anybody_looked_is_served_once_it_is_mended(office, watch_of):
    folder = office.folder / "bundles" / "approved" / MODEL / f"1-{bundle(1).digest[7:19]}"
    altered(folder)
    watch = watch_of(office)
    assert refusal_of(watch) == ("not-trusted", NO_BUNDLE)
    office.publish()
    watch.look()
    assert version_of(watch) == 1


def test_an_older_version_does_not_stand_in_for_one_that_cannot_be_loaded(office, watch):
    shutil.rmtree(office.approve(2))
    watch.look()
    assert refusal_of(watch) == ("not-trusted", NO_BUNDLE)


# ---- A ledger that cannot be reached --------------------------------------------------------------------


@dataclass
class Away:
    """An office whose PostgreSQL nobody finds where a test wants it so."""

    office: Office
    way: Path
    there: str

    def leave(self):
        self.way.unlink()

    def come_back(self):
        self.way.symlink_to(self.there)


@pytest.fixture
def away(new_database, tmp_path):
    """Version 1 is in service, and the database is there."""
    url = make_url(new_database())
    office = Office.opened(tmp_path / "office", url.render_as_string(hide_password=False))
    office.approve(1)
    way = tmp_path / "way"
    by_way = url.set(query={"host": str(way)}).render_as_string(hide_password=False)
    office.trust = replace(office.trust, ledger=by_way)
    away = Away(office, way, url.query["host"])
    away.come_back()
    return away


def test_a_database_that_is_down_for_less_than_the_grace_is_no_reason_to_stop(away, watch_of, ticks, stream):
    watch = watch_of(away.office)
    served, keys, began = watch.served(), watch.keys(), ticks.now
    away.leave()
    for _ in range(59):
        ticks.wait(0.5)
        watch.look()
    assert (watch.condition, watch.looked) == ("unreachable", began)
    assert (watch.served(), watch.keys()) == (served, keys)
    away.come_back()
    watch.look()
    assert (watch.condition, watch.looked) == ("serving", ticks.now)
    assert watch.served() is served
    assert [condition for condition, _, _ in lines(stream)] == ["serving", "unreachable", "serving"]


def test_a_database_that_is_down_beyond_the_grace_stops_it_until_it_is_back(away, watch_of, ticks, stream):
    watch = watch_of(away.office, grace=10.0)
    away.leave()
    ticks.wait(9.9)
    watch.look()
    assert version_of(watch) == 1
    ticks.wait(0.1)
    assert refusal_of(watch) == ("not-trusted", NO_LOOK)
    with pytest.raises(Refused, match="not-trusted"):
        watch.keys()
    watch.look()
    assert (watch.condition, refusal_of(watch)) == ("not-trusted", ("not-trusted", NO_LOOK))
    away.come_back()
    watch.look()
    assert version_of(watch) == 1
    told = ["serving", "unreachable", "not-trusted", "serving"]
    assert [condition for condition, _, _ in lines(stream)] == told


def test_what_was_revoked_while_the_database_was_down_stops_with_the_first_look_after(away, watch_of):
    watch = watch_of(away.office)
    away.office.revoke()
    away.leave()
    watch.look()
    assert version_of(watch) == 1
    away.come_back()
    watch.look()
    assert refusal_of(watch)[0] == "not-approved"


def test_without_a_grace_the_first_look_that_reaches_nothing_stops_it(away, watch_of, ticks):
    watch = watch_of(away.office, grace=0.0)
    ticks.wait(1.9)
    assert version_of(watch) == 1
    watch.look()
    away.leave()
    watch.look()
    assert refusal_of(watch) == ("not-trusted", NO_LOOK)


def test_a_ledger_that_was_altered_gets_no_grace_when_it_cannot_be_reached_after(away, watch_of):
    watch = watch_of(away.office)
    away.office.run("DELETE FROM events WHERE seq = (SELECT max(seq) FROM events)")
    watch.look()
    away.leave()
    watch.look()
    assert refusal_of(watch) == ("not-trusted", NO_LOOK)


def test_a_database_that_was_never_reached_gets_no_grace(away, watch_of):
    away.leave()
    watch = watch_of(away.office)
    assert refusal_of(watch) == ("not-trusted", NO_LOOK)
    away.come_back()
    watch.look()
    assert version_of(watch) == 1


@pytest.fixture
def unreachable(monkeypatch):
    """Make the ledger one that cannot be reached."""

    def down(self, *, afresh=False):
        raise UnreachableError("The ledger cannot be read: it is down.")

    return lambda: monkeypatch.setattr(Book, "history", down)


def test_an_approval_ends_within_the_grace_too(office, watch, unreachable):
    unreachable()
    watch.look()
    assert version_of(watch) == 1
    office.expire()
    watch.look()
    assert refusal_of(watch)[0] == "not-approved"


def test_a_clock_that_was_set_back_stops_it_within_the_grace_too(office, watch, unreachable):
    unreachable()
    office.clock.wait(days=-1)
    watch.look()
    assert refusal_of(watch) == ("not-trusted", NO_LEDGER)


def test_a_damaged_bundle_stops_it_within_the_grace_too(office, watch, unreachable):
    unreachable()
    shutil.rmtree(office.folder / "bundles")
    watch.look()
    assert refusal_of(watch) == ("not-trusted", NO_BUNDLE)


def test_a_ledger_that_is_locked_by_another_program_gets_the_grace(office, watch, monkeypatch):
    monkeypatch.setattr("serving.looking.PATIENCE", 0.0)
    impatient = Watch(office.settings(), office.clock, Ticks(), log=Log(office.clock, StringIO()))
    impatient.look()
    with closing(sqlite3.connect(office.folder / "ledger.db", isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        impatient.look()
        assert impatient.condition == "unreachable"
        assert version_of(impatient) == 1
    impatient.look()
    assert impatient.condition == "serving"


def test_a_witness_that_cannot_be_kept_gets_the_grace_and_one_that_is_damaged_gets_none(office, watch):
    office.clock.wait(hours=1)
    lock = office.folder / "witness.json.lock"
    lock.unlink()
    lock.mkdir()
    watch.look()
    assert (watch.condition, version_of(watch)) == ("unreachable", 1)
    (office.folder / "witness.json").write_text("{}")
    watch.look()
    assert refusal_of(watch) == ("not-trusted", NO_LEDGER)


# ---- Looks that go wrong --------------------------------------------------------------------------------


def test_a_look_that_hangs_is_none_and_gets_no_grace(office, watch, ticks, monkeypatch):
    began, is_released = threading.Event(), threading.Event()
    read = Book.history

    def hung(self, *, afresh=False):
        began.set()
        assert is_released.wait(30)
        return read(self, afresh=afresh)

    monkeypatch.setattr(Book, "history", hung)
    ticks.wait(0.5)
    looks = threading.Thread(target=watch.look)
    looks.start()
    assert began.wait(30)
    ticks.wait(1.4)
    assert version_of(watch) == 1
    ticks.wait(0.1)
    assert refusal_of(watch) == ("not-trusted", NO_LOOK)
    ticks.wait(2)
    is_released.set()
    looks.join(30)
    assert refusal_of(watch) == ("not-trusted", NO_LOOK)
    watch.look()
    assert version_of(watch) == 1


def test_a_fault_of_the_program_stops_it_and_the_log_has_no_word_of_what_it_said(
    office, watch, monkeypatch, stream
):
    office.approve(2)

    def fails(_):
        raise ZeroDivisionError("a value of somebody")

    monkeypatch.setattr("serving.active.served_of", fails)
    watch.look()
    assert refusal_of(watch) == ("not-trusted", NO_LEDGER)
    assert watch.reason.startswith("ZeroDivisionError at test_watch.py:")
    assert "somebody" not in stream.getvalue()
    monkeypatch.undo()
    watch.look()
    assert version_of(watch) == 2


def test_changes_are_logged_once_and_looks_are_not(office, watch, ticks, stream):
    forever(watch, ticks)
    office.approve(2)
    forever(watch, ticks)
    office.suspend(2)
    forever(watch, ticks)
    reason = watch.reason
    assert lines(stream) == [("serving", 1, ""), ("serving", 2, ""), ("not-approved", 0, reason)]


# ---- The thread -----------------------------------------------------------------------------------------


def until(holds):
    ends = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < ends
        time.sleep(0.005)


def test_it_looks_by_itself_until_it_is_stopped(office):
    watch = Watch(office.settings(interval=0.01), office.clock, log=Log(office.clock, StringIO()))
    watch.start()
    until(lambda: watch.condition == "serving")
    office.approve(2)
    until(lambda: version_of(watch) == 2)
    office.revoke(2)
    until(lambda: watch.condition == "not-approved")
    watch.stop()
    before = watch.looked
    time.sleep(0.05)
    assert watch.looked == before
    assert not [one for one in threading.enumerate() if one.name == "watch"]


def test_it_may_be_stopped_before_it_was_started_and_started_again(office):
    watch = Watch(office.settings(interval=0.01), office.clock, log=Log(office.clock, StringIO()))
    watch.stop()
    watch.start()
    until(lambda: watch.condition == "serving")
    watch.stop()
    watch.start()
    office.revoke()
    until(lambda: watch.condition == "not-approved")
    watch.stop()
