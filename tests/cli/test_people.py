"""`segmentation people`: who may sign, by records that the root key signs."""

import os
import pty
import select
import subprocess
import sys
from contextlib import suppress

import pytest

from segmentation.cli import secrets
from segmentation.home import Home
from segmentation.ledger.trust import trust_of
from segmentation.reviews.people import open_key
from segmentation.signing import PrivateKey, PublicKey

PASSPHRASE = "correct horse battery"


def squeezed(text):
    return " ".join(text.replace("│", " ").split())


@pytest.fixture
def begun(run, bare):
    """A ledger that has just begun, and how that ended."""
    return run("people", "init")


def test_a_ledger_begins_with_a_root_key_whose_public_half_is_printed_to_be_pinned(begun, bare):
    pinned = (bare / "var" / "keys" / "root.pub").read_text().strip()

    assert begun.code == 0
    assert f"export SEGMENTATION_ROOT_KEY={pinned}\n" in begun.out
    assert "Move that file off this machine" in begun.out
    assert trust_of(Home(bare / "var"), {}).root == PublicKey(pinned)


def test_a_ledger_begins_once(run, begun, bare):
    again = run("people", "init")

    assert again.code == 2
    assert "already" in again.err


def test_no_ledger_begins_where_another_root_key_is_pinned(run, bare, monkeypatch):
    monkeypatch.setenv("SEGMENTATION_ROOT_KEY", PrivateKey.generate().public.text)
    ended = run("people", "init")

    assert ended.code == 2
    assert "SEGMENTATION_ROOT_KEY pins a root key already" in ended.err
    assert not (bare / "var" / "keys").exists()


def test_a_person_is_entered_with_a_key_of_their_own_that_their_passphrase_opens(run, begun, bare):
    (bare / "chen.txt").write_text("陈静自己的口令很长很长很长\n", encoding="utf-8")
    ended = run(
        *("people", "add", "陈静", "--role", "compliance", "--role", "business"),
        *("--training-until", "2027-06-30", "--passphrase-file", "chen.txt"),
    )

    assert ended.code == 0
    key = open_key(Home(bare / "var"), "陈静", "陈静自己的口令很长很长很长").public
    assert f"陈静; compliance and business; trained until 2027-06-30; key {key.fingerprint}" in ended.out


def test_people_are_listed_with_what_they_may_do(run, office):
    ended = run("people", "list")

    assert ended.out.count("\n") == 7
    assert "Carol; compliance; trained until 2027-06-30; key " in ended.out
    listed = {person["name"]: person for person in run("people", "list", "--json").content["people"]}
    assert listed["Both"]["roles"] == ["compliance", "business"]
    assert listed["Carol"]["key"] == office.keys["Carol"].public.text


def test_a_change_of_training_leaves_roles_and_key_as_they_are(run, office):
    run("people", "change", "Carol", "--training-until", "2026-01-31")
    listed = {person["name"]: person for person in run("people", "list", "--json").content["people"]}

    assert listed["Carol"]["training_until"] == "2026-01-31"
    assert (listed["Carol"]["roles"], listed["Carol"]["serial"]) == (["compliance"], 2)
    assert "trained until 2026-01-31 (lapsed)" in run("people", "list").out


def test_training_is_taken_away_and_the_rest_stays(run, office):
    ended = run("people", "change", "Carol", "--no-training")
    listed = {person["name"]: person for person in run("people", "list", "--json").content["people"]}

    assert "Carol; compliance; no training; key " in ended.out
    assert (listed["Carol"]["training_until"], listed["Bob"]["training_until"]) == (None, "2027-06-30")


def test_a_new_key_takes_the_place_of_the_old_one(run, office, monkeypatch):
    monkeypatch.setenv("SEGMENTATION_PASSPHRASE", "another passphrase")
    assert run("people", "change", "Carol", "--new-key").code == 0

    assert open_key(office.home, "Carol", "another passphrase").public != office.keys["Carol"].public


def test_who_is_removed_may_sign_nothing_any_more(run, office):
    ended = run("people", "remove", "Bob")

    assert ended.code == 0
    assert "Removed: Bob; may sign nothing any more" in ended.out


@pytest.mark.parametrize("form", ["pem", "text"])
def test_a_public_key_alone_is_entered_for_a_key_that_lives_elsewhere(run, office, bare, form):
    key = PrivateKey.generate().public
    (bare / "dora.pub").write_bytes(key.to_pem() if form == "pem" else f"{key.text}\n".encode())
    ended = run(
        *("people", "add", "Dora", "--role", "business", "--training-until", "2027-06-30"),
        *("--public-key", "dora.pub"),
    )

    assert ended.code == 0
    assert key.fingerprint in ended.out
    assert not (office.home.keys / "Dora.key").exists()


def test_the_root_key_may_lie_elsewhere(run, office, bare):
    (office.home.keys / "root.key").rename(bare / "stick.key")
    refused = run("people", "remove", "Bob")
    assert refused.code == 2
    assert "There is no key of root" in refused.err

    assert run("people", "remove", "Bob", "--root-key", "stick.key").code == 0


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("add", "Eve"), "say what they may do"),
        (("add", "Eve", "--role", "king"), "'king' is not one of"),
        (("change", "Carol"), "say what changes"),
        (("change", "Carol", "--new-key", "--public-key", "x.pub"), "give one of --new-key and --public-key"),
        (
            ("change", "Carol", "--no-training", "--training-until", "2028-06-30"),
            "give one of --training-until and --no-training",
        ),
        (("change", "Nobody", "--role", "monitor"), "Nobody called Nobody is in the ledger"),
        (("add", "Eve", "--role", "monitor", "--public-key", "none.pub"), "none.pub cannot be read"),
        (("remove", "Bob", "--root-key", "none.key"), "none.key cannot be read"),
        (("remove", "Bob", "--root-passphrase-file", "none.txt"), "none.txt cannot be read"),
    ],
)
def test_what_cannot_be_done_is_one_sentence_and_changes_nothing(run, office, words, told):
    ended = run("people", *words)

    assert ended.code == 2
    assert told in squeezed(ended.err)
    assert len(office.book.history().events) == 8


def test_a_wrong_passphrase_opens_nothing_and_is_not_repeated(run, office, monkeypatch):
    monkeypatch.setenv("SEGMENTATION_ROOT_PASSPHRASE", "not the passphrase")
    ended = run("people", "remove", "Bob")

    assert ended.code == 2
    assert "The passphrase does not open the key" in ended.err
    assert "not the passphrase" not in ended.out + ended.err


# ---- Passphrases ------------------------------------------------------------------------------------


def test_no_option_takes_a_passphrase_itself(run):
    for command in ("init", "add", "change", "remove"):
        told = run("people", command, "--help").out
        assert "--root-passphrase-file" in told
        assert "--passphrase " not in told
        assert "--root-passphrase " not in told


def test_a_file_comes_before_the_environment(bare):
    (bare / "mine.txt").write_text("from the file\nsecond line\n")

    assert secrets.passphrase("Carol", bare / "mine.txt") == "from the file"
    assert secrets.passphrase("Carol", None) == PASSPHRASE


@pytest.mark.parametrize("content", [b"", b"\nsecond line", b"\xff\xfe"])
def test_a_file_without_a_passphrase_is_refused(run, office, bare, content):
    (bare / "root.txt").write_bytes(content)
    ended = run("people", "remove", "Bob", "--root-passphrase-file", "root.txt")

    assert ended.code == 2
    assert "--root-passphrase-file root.txt" in ended.err


@pytest.mark.parametrize("inside", ["\u2028", "\u0085", "\x0b", "\x0c", "\x1c", "\r", " "])
@pytest.mark.parametrize("end", ["", "\n", "\r\n", "\nsecond line"])
def test_only_a_line_feed_ends_a_passphrase(bare, inside, end):
    (bare / "mine.txt").write_bytes(f"correct{inside}horse{end}".encode())

    assert secrets.passphrase("Carol", bare / "mine.txt") == f"correct{inside}horse"


@pytest.mark.parametrize(
    ("content", "told"), [(b" \t             \n", "more than blanks"), (b"\xff\xff horse battery", "no text")]
)
def test_what_is_no_passphrase_is_refused_and_not_repeated(run, office, bare, monkeypatch, content, told):
    monkeypatch.setitem(os.environb, b"SEGMENTATION_ROOT_PASSPHRASE", content)
    ended = run("people", "remove", "Bob")
    assert ended.code == 2
    assert told in ended.err
    assert "SEGMENTATION_ROOT_PASSPHRASE holds no passphrase" in ended.err
    assert "horse" not in ended.err

    (bare / "root.txt").write_bytes(content)
    ended = run("people", "remove", "Bob", "--root-passphrase-file", "root.txt")
    assert ended.code == 2
    assert "--root-passphrase-file root.txt" in ended.err
    assert "horse" not in ended.err


def test_where_nobody_can_be_asked_the_ways_out_are_told(run, office, monkeypatch):
    monkeypatch.delenv("SEGMENTATION_ROOT_PASSPHRASE")
    monkeypatch.setattr("segmentation.cli.secrets.is_asked", lambda: False)
    ended = run("people", "remove", "Bob")

    assert ended.code == 2
    assert "there is no terminal to ask at" in ended.err
    assert "SEGMENTATION_ROOT_PASSPHRASE" in ended.err


def heard(terminal):
    """Return what a terminal shows, within ten seconds."""
    assert select.select([terminal], [], [], 10)[0], "the program says nothing"
    return os.read(terminal, 1024)


@pytest.mark.slow
def test_at_a_terminal_a_new_passphrase_is_asked_for_twice_and_never_shown(bare):
    command = [sys.executable, "-c", "from segmentation.cli import main; main()", "people", "init"]
    environ = {name: value for name, value in os.environ.items() if not name.endswith("PASSPHRASE")}
    ours, theirs = pty.openpty()
    started = subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, env=environ, start_new_session=True
    )
    os.close(theirs)
    shown = b""
    for prompt in (b"(new): ", b"confirmation: "):
        while not shown.endswith(prompt):
            shown += heard(ours)
        os.write(ours, b"typed unseen 1\n")
    with suppress(OSError):  # the terminal is gone when the program is
        while started.poll() is None:
            shown += heard(ours)
    os.close(ours)

    assert started.wait() == 0
    assert b"typed unseen" not in shown
    assert PrivateKey.unsealed((bare / "var" / "keys" / "root.key").read_text(), "typed unseen 1")
