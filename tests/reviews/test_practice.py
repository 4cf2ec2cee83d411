"""Practising the way to a signature: a home of its own, made-up people, and the rules of every ledger."""

import os
import re
import subprocess
import sys
import urllib.request
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

import segmentation
from segmentation.approved import load_approved
from segmentation.errors import NotApprovedError, ReviewError, StorageError
from segmentation.home import Home
from segmentation.ledger.trust import LEDGER, ROOT_KEY
from segmentation.registry import HandedOver
from segmentation.reviews import practice as module
from segmentation.reviews.made_up import PASSPHRASE
from segmentation.reviews.practice import ELSEWHERE, Practice, practise
from segmentation.reviews.waivers import blocking_of
from tests.card import made
from tests.card.reading import Page
from tests.reviews import office

NOW = datetime(2026, 7, 1, 8, tzinfo=UTC)
REASON = "Leaves out what carried age."


@dataclass(frozen=True)
class Registered:
    """What `load_version` gives, as far as it is asked here."""

    name: str
    version: int
    policy: object
    card: object


@pytest.fixture
def practice(tmp_path, monkeypatch):
    monkeypatch.setenv(LEDGER, f"sqlite:///{tmp_path / 'real.db'}")
    monkeypatch.setenv(ROOT_KEY, "ed25519:that of a real ledger")
    return practise(tmp_path / "home", lambda: NOW)


def test_a_real_ledger_is_neither_asked_nor_touched(practice, tmp_path):
    assert not (tmp_path / "real.db").exists()
    assert practice.home.ledger.is_file()
    with pytest.raises(NotApprovedError):
        load_approved("resident_needs", trust=practice.trust, now=NOW)


def test_each_role_has_a_made_up_person_who_may_sign(practice):
    people = practice.book.history().people
    assert {role: signer.name for role, signer in practice.people.items()} == {
        role: name for name, person in people.items() for role in person.roles
    }
    assert all(name.startswith("Practice ") for name in people)


def test_it_shows_who_may_sign_and_that_nobody_is_real(practice):
    told = Page(practice._repr_html_())
    assert repr(practice) == f"Practice({str(practice.home.root)!r}, {len(practice.people)} made-up people)"
    assert all(f"{role} {signer.name}" in told.text for role, signer in practice.people.items())
    assert told.open == told.unclosed == []


def test_the_passphrase_is_for_its_owner_alone_and_no_text_tells_it(practice):
    path = practice.home.root / PASSPHRASE
    assert path.stat().st_mode & 0o077 == 0
    assert path.read_text(encoding="utf-8") not in f"{practice!r} {practice._repr_html_()}"


def test_nobody_practises_where_something_is_kept(tmp_path):
    (tmp_path / "ledger.db").touch()

    with pytest.raises(StorageError, match="nothing real"):
        practise(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["ledger.db"]


def test_a_file_is_no_folder(tmp_path):
    (tmp_path / "home").touch()

    with pytest.raises(StorageError, match="new folder"):
        practise(tmp_path / "home")


# ---- Handing over and signing -----------------------------------------------------------------------


@pytest.fixture
def registered(monkeypatch):
    """A version in which findings block, as the registry hands it over."""
    handed = office.handed(2, audit=made.audit())
    given = HandedOver(office.MODEL, 2, handed.policy, handed.card, handed.files, handed.model_files)
    monkeypatch.setattr(module, "handed_over", lambda *_: given)
    return Registered(office.MODEL, 2, handed.policy, handed.card)


def test_a_version_is_submitted_by_the_trainer_with_an_assessment_of_its_own(practice, registered):
    standing = practice.submit(registered, reason=REASON)

    assert (standing.state, standing.missing) == ("submitted", ("compliance", "business"))
    assert standing.submission.by == "Practice trainer"
    assert standing.submission.reason == REASON
    assert standing.submission.digests.impact == practice.desk.review(office.MODEL, 2).impact.digest
    assert (practice.home.root / "answers.2.toml").is_file()


def test_two_made_up_people_sign_it_and_who_may_not_is_refused_here_as_everywhere(practice, registered):
    practice.submit(registered, reason=REASON)

    for role in ("trainer", "administrator"):
        with pytest.raises(ReviewError):
            practice.approve(registered, role)
    states = [practice.approve(registered, role).state for role in ("compliance", "business")]

    assert states == ["submitted", "active"]
    approved = load_approved(office.MODEL, trust=practice.trust, now=NOW)
    assert approved.approved_by == ("Practice compliance", "Practice business")
    assert {one.finding for one in practice.waivers(office.MODEL, 2)} == {
        one.key for one in blocking_of(registered.card)
    }


# ---- Commands for a terminal ------------------------------------------------------------------------


def in_a_terminal(command, bin_, tmp_path):
    """Begin a command where somebody works who has settings for what is real."""
    real = dict.fromkeys(ELSEWHERE, "real") | {LEDGER: f"sqlite:///{tmp_path / 'real.db'}"}
    environ = os.environ | real | {"PATH": f"{bin_}:{os.environ['PATH']}"}
    return subprocess.Popen(
        ["/bin/sh", "-c", f"exec {command}"], stdout=subprocess.PIPE, text=True, env=environ
    )


HERE = {"SEGMENTATION_", "SEGMENTATION_HOME", "SEGMENTATION_PASSPHRASE", "SEGMENTATION_ROOT_PASSPHRASE"}
"""What a command is told, or asks for: where it is, and what opens keys that are there."""


def test_every_setting_that_points_past_a_home_is_one_that_a_command_is_not_told():
    sources = [path.read_text(encoding="utf-8") for path in Path(segmentation.__file__).parent.rglob("*.py")]
    settings = {one for text in sources for one in re.findall(r'"(SEGMENTATION_[A-Z_]*)"', text)}

    assert settings - HERE == {one for one in ELSEWHERE if one.startswith("SEGMENTATION_")}


def test_a_command_sees_the_home_to_practise_in_and_nothing_real(tmp_path):
    practice = Practice(Home(tmp_path / "it's a home"), trust=None, book=None, desk=None, people={})
    program = tmp_path / "segmentation"
    program.write_text('#!/bin/sh\nenv\nprintf "%s\\n" "$@"\n', encoding="utf-8")
    program.chmod(0o755)

    told, _ = in_a_terminal(practice.command("card", "--out", "a b"), tmp_path, tmp_path).communicate()

    lines = told.splitlines()
    assert f"SEGMENTATION_HOME={practice.home.root}" in lines
    assert not [line for line in lines if line.startswith(ELSEWHERE)]
    assert lines[-3:] == ["card", "--out", "a b"]


@pytest.mark.slow
def test_the_service_that_it_starts_is_that_of_the_practice(practice, registered, tmp_path):
    practice.submit(registered, reason=REASON)
    command = practice.command("serve", "--model", office.MODEL, "--port", 0)

    with in_a_terminal(command, Path(sys.executable).parent, tmp_path) as service:
        try:
            told = service.stdout.readline()
            with urllib.request.urlopen(re.search(r"http://[^ ,]+", told)[0] + "/review") as answer:
                page = answer.read().decode()
        finally:
            service.terminate()

    assert "version 2 is submitted" in told
    assert "passphrase" in page.lower()
    assert not (tmp_path / "real.db").exists()
