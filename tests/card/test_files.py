"""All five files of a card are written, or none."""

import errno
from pathlib import Path

import pytest

from segmentation.card import ModelCard, render, write_card
from segmentation.errors import CardError, StorageError
from tests.card.made import card

CARD = card()
NAMES = ["card.en.html", "card.en.md", "card.json", "card.zh.html", "card.zh.md"]


def test_every_form_is_written_in_every_language(tmp_path):
    written = write_card(CARD, tmp_path / "new" / "card")

    assert sorted(written) == sorted(path.name for path in (tmp_path / "new" / "card").iterdir()) == NAMES
    assert written["card.zh.md"].read_text(encoding="utf-8") == render(CARD, "zh", "md")
    assert written["card.en.html"].read_text(encoding="utf-8") == render(CARD, "en", "html")
    assert ModelCard.from_json(written["card.json"].read_text(encoding="utf-8")) == CARD


def test_the_digest_of_the_card_is_that_of_the_written_file(tmp_path):
    import hashlib

    content = write_card(CARD, tmp_path)["card.json"].read_bytes()

    assert CARD.digest == f"sha256:{hashlib.sha256(content).hexdigest()}"


def test_writing_again_changes_no_byte(tmp_path):
    first = {name: path.read_bytes() for name, path in write_card(CARD, tmp_path).items()}

    assert {name: path.read_bytes() for name, path in write_card(card(), tmp_path).items()} == first


def test_a_full_disk_leaves_the_card_that_was_there(tmp_path, monkeypatch):
    (tmp_path / "card.json").write_text("before")
    writing = Path.write_text

    def full(path, *args, **options):
        if path.name == "card.json":
            raise OSError(errno.ENOSPC, "No space left on device")
        return writing(path, *args, **options)

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(StorageError, match=r"no space left on device\. Choose another place"):
        write_card(CARD, tmp_path)

    assert [path.name for path in tmp_path.iterdir()] == ["card.json"]
    assert (tmp_path / "card.json").read_text() == "before"


def test_a_folder_that_is_a_file_is_refused(tmp_path):
    (tmp_path / "file").touch()

    with pytest.raises(StorageError, match="cannot be written: "):
        write_card(CARD, tmp_path / "file")


def test_json_is_the_same_in_both_languages():
    assert render(CARD, "en", "json") == render(CARD, "zh", "json") == CARD.to_json()


def test_another_form_is_refused():
    with pytest.raises(CardError, match="html, md or json; got 'pdf'"):
        render(CARD, "en", "pdf")
