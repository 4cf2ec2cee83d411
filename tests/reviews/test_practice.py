"""Practising the way to a signature: a home of its own, made-up people, and the rules of every ledger."""

from datetime import UTC, datetime

import pytest

from segmentation.approved import load_approved
from segmentation.errors import NotApprovedError, StorageError
from segmentation.ledger.trust import LEDGER, ROOT_KEY
from segmentation.reviews.practice import PASSPHRASE, practise

NOW = datetime(2026, 7, 1, 8, tzinfo=UTC)


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
    assert all(name.startswith("Demo ") for name in people)


def test_the_passphrase_is_for_its_owner_alone_and_no_text_tells_it(practice):
    path = practice.home.root / PASSPHRASE
    assert path.stat().st_mode & 0o077 == 0
    assert path.read_text(encoding="utf-8") not in repr(practice)


def test_nobody_practises_where_something_is_kept(tmp_path):
    (tmp_path / "ledger.db").touch()

    with pytest.raises(StorageError, match="nothing real"):
        practise(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["ledger.db"]


def test_a_file_is_no_folder(tmp_path):
    (tmp_path / "home").touch()

    with pytest.raises(StorageError, match="new folder"):
        practise(tmp_path / "home")
