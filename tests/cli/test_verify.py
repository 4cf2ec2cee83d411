"""`segmentation ledger verify`: what holds is told, and whatever was altered is named and ends with one."""

import pytest

from segmentation.ledger.personal.entries import Line
from segmentation.ledger.personal.records import tell
from tests.ledger.personal.planted import NOW


def test_a_ledger_that_holds_tells_what_it_holds(run, office):
    ended = run("ledger", "verify")

    assert ended.code == 0
    assert ended.out.startswith("The ledger holds: 8 events, ")
    assert f"Head: {office.book.history().head.digest}" in ended.out
    assert "People who may sign: Adam, Bob, Both, Carol, Mona, Tina, Trainer 2" in ended.out


def test_the_same_is_told_to_machines(run, office):
    content = run("ledger", "verify", "--json").content

    assert (content["events"], content["ledger"]) == (8, office.book.history().ledger)


def test_a_record_that_was_altered_is_named_and_ends_with_one(run, office, tampered):
    tampered("UPDATE events SET at = '2026-03-02T09:00:00.000000+00:00' WHERE seq = 4")
    ended = run("ledger", "verify")

    assert ended.code == 1
    assert ended.err.startswith("Error: ")
    assert "vent 4" in ended.err
    assert ended.out == ""


def test_guards_that_are_gone_and_rows_without_an_event_end_with_one(run, office, tampered):
    assert run("ledger", "verify").code == 0
    tampered("INSERT INTO decisions VALUES (9999, 'resident_needs', 9, 'approve', 'Carol', '{}', 'x')")
    ended = run("ledger", "verify")

    assert (ended.code, ended.out) == (1, "")
    assert "the trigger events_follow is missing" in ended.err
    assert "rows of decisions have no event of their kind: 9999" in ended.err


def test_what_has_no_canonical_form_is_named_and_not_a_crash(run, office, tampered):
    tampered("UPDATE events SET body = '{\"a\": NaN}' WHERE seq = 2")
    ended = run("ledger", "verify")

    assert ended.code == 1
    assert "Event 2 (person, Tina) was altered" in ended.err


def test_an_end_that_was_cut_off_does_not_pass_by_the_witness(run, office, tampered):
    assert run("ledger", "verify").code == 0
    assert run("people", "list").code == 0
    tampered("DELETE FROM events WHERE seq = 8")

    assert run("ledger", "verify").code == 1


@pytest.mark.parametrize(("content", "told"), [(None, "cannot be read"), ("{}", "The checkpoint cannot be")])
def test_a_checkpoint_that_is_none_is_refused_before_anything_is_read(run, office, bare, content, told):
    if content is not None:
        (bare / "slip.json").write_text(content)
    ended = run("ledger", "verify", "--checkpoint", "slip.json")

    assert ended.code == 2
    assert told in ended.err


def test_without_a_pinned_root_key_nothing_is_believed(run, office):
    (office.home.keys / "root.pub").unlink()
    ended = run("ledger", "verify")

    assert ended.code == 2
    assert "No root key is pinned" in ended.err


def test_a_ledger_of_another_root_key_is_not_believed(run, office, monkeypatch):
    monkeypatch.setenv("SEGMENTATION_ROOT_KEY", office.keys["Carol"].public.text)

    assert run("ledger", "verify").code == 1


def test_personal_data_are_held_against_the_log_without_a_keyring(run, office, kept):
    assert "Rows of personal data: 2, each as it was written; emptied since: 0" in run("ledger", "verify").out
    content = run("ledger", "verify", "--json").content["personal"]
    assert (content["rows"]["consents"], content["empty"]["consents"], content["erasures"]) == (2, 0, 0)


def test_a_ledger_without_personal_data_says_so(run, office):
    assert "Nothing is kept of residents." in run("ledger", "verify").out


def test_a_row_of_personal_data_that_was_altered_is_named_and_ends_with_one(run, office, kept, tampered):
    tampered("UPDATE consents SET at = at + 1 WHERE number = 2")
    ended = run("ledger", "verify")

    assert ended.code == 1
    assert "Row 2 of consents was altered.\n" in ended.err


def test_a_line_that_was_made_up_is_told_with_the_keyring_alone(run, office, kept, monkeypatch):
    monkeypatch.setenv("SEGMENTATION_KEYRING", kept.keyring.to_text())
    with kept.ledger.writer("Not written") as connection:
        tell(connection, [Line(NOW, "0", "x", "rotate", "data_keys", 0, 0, "sha256:0")], None)

    assert run("ledger", "verify").code == 0
    ended = run("ledger", "verify", "--keyring")
    assert ended.code == 1
    assert "of data_keys: the line of the access log that tells of this (rotate) was not written" in ended.err


def test_a_key_that_was_taken_away_is_missed_with_the_keyring_alone(run, office, kept, tampered, monkeypatch):
    monkeypatch.setenv("SEGMENTATION_KEYRING", kept.keyring.to_text())
    assert run("ledger", "verify", "--keyring").code == 0
    tampered("DELETE FROM data_keys")

    assert run("ledger", "verify").code == 1  # its triggers are gone
    ended = run("ledger", "verify", "--keyring")
    assert "Rows 1 to 2 of consents: the key is gone, and nobody was erased.\n" in ended.err
    monkeypatch.delenv("SEGMENTATION_KEYRING")
    assert "There is no keyring" in run("ledger", "verify", "--keyring").err
