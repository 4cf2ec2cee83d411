"""The keyring comes from a file or the environment, is never stale, and says what to do where it cannot."""

from datetime import UTC, datetime
from threading import Thread

import pytest

from segmentation.errors import SigningError, StorageError, VaultError
from segmentation.home import Home
from segmentation.vault import Keyring, keyring_source
from segmentation.vault import source as module
from segmentation.vault.source import has_keyring, keyring_file, open_file, write_file

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
PASSPHRASE = "a passphrase of the keyring"
GIVEN = {"SEGMENTATION_KEYRING_PASSPHRASE": PASSPHRASE}
CHEAP = {"iterations": 1, "lanes": 1, "memory_kib": 8}


@pytest.fixture(autouse=True)
def cheap(monkeypatch):
    """Stretch the passphrase quickly: how long it takes is tested where it is stretched."""
    stretched = Keyring.sealed
    monkeypatch.setattr(Keyring, "sealed", lambda ring, passphrase, _: stretched(ring, passphrase, CHEAP))


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path)


@pytest.fixture
def keyring():
    return Keyring.generate(NOW)


@pytest.fixture
def kept(home, keyring):
    write_file(home.keyring, keyring, PASSPHRASE)
    return home


def test_a_keyring_is_read_from_its_file(kept, keyring):
    assert keyring_source(kept, GIVEN)() == keyring


def test_a_keyring_is_read_from_the_environment(home, keyring):
    assert keyring_source(home, {"SEGMENTATION_KEYRING": keyring.to_text()})() == keyring


def test_whether_there_is_one_is_known_without_opening_it(home, kept, tmp_path):
    assert has_keyring(kept, {})
    kept.keyring.unlink()
    assert not has_keyring(home, {})
    assert has_keyring(home, {"SEGMENTATION_KEYRING": "a text"})


def test_the_file_may_be_elsewhere_and_the_passphrase_in_a_file(home, keyring, tmp_path):
    write_file(tmp_path / "mount" / "ring", keyring, PASSPHRASE)
    (tmp_path / "secret").write_text(f"{PASSPHRASE}\nand a second line\n")
    (tmp_path / "secret").chmod(0o440)
    environ = {
        "SEGMENTATION_KEYRING_FILE": str(tmp_path / "mount" / "ring"),
        "SEGMENTATION_KEYRING_PASSPHRASE_FILE": str(tmp_path / "secret"),
    }

    assert keyring_source(home, environ)() == keyring


@pytest.mark.parametrize("mode", [0o644, 0o604, 0o602, 0o620, 0o777])
def test_a_keyring_or_its_passphrase_that_is_open_to_others_is_not_used(kept, keyring, tmp_path, mode):
    secret = tmp_path / "secret"
    secret.write_text(PASSPHRASE)
    secret.chmod(mode)
    environ = {"SEGMENTATION_KEYRING_PASSPHRASE_FILE": str(secret)}
    with pytest.raises(VaultError, match=rf"secret, which .* open to others .*mode {mode:o}.*chmod 600"):
        keyring_source(kept, environ)()

    secret.chmod(0o400)
    assert keyring_source(kept, environ)() == keyring
    kept.keyring.chmod(mode)
    with pytest.raises(VaultError, match=rf"keyring\.json is open to others .*mode {mode:o}.*chmod 600"):
        keyring_source(kept, environ)()


def test_a_passphrase_that_nobody_gave_is_asked_for_once(kept, keyring):
    asked = []
    source = keyring_source(kept, {}, lambda: asked.append(1) or PASSPHRASE)

    assert source() == keyring
    write_file(kept.keyring, keyring.rotated(NOW), PASSPHRASE, over=True)
    assert len(source().wrapping) == 2
    assert asked == [1]


def test_a_file_that_did_not_change_is_opened_once(kept, monkeypatch):
    opened = []
    unsealed = Keyring.unsealed
    monkeypatch.setattr(Keyring, "unsealed", lambda *given: opened.append(1) or unsealed(*given))
    source = keyring_source(kept, GIVEN)

    assert source() is source()
    assert opened == [1]


def test_a_file_that_changed_is_opened_again(kept, keyring):
    source = keyring_source(kept, GIVEN)
    before = source()
    later = keyring.rotated(NOW)
    write_file(kept.keyring, later, PASSPHRASE, over=True)

    assert (before, source()) == (keyring, later)


def test_threads_share_one_opening(kept, keyring):
    source, found = keyring_source(kept, GIVEN), []
    threads = [Thread(target=lambda: found.append(source())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(found) == 8
    assert all(one is found[0] for one in found)


def test_nothing_is_read_before_it_is_asked_for(home):
    source = keyring_source(home, GIVEN)

    with pytest.raises(VaultError, match=r"^There is no keyring .*keyring\.json\. Restore .* keyring init`"):
        source()


def test_a_wrong_passphrase_is_told_with_the_way_out(kept):
    source = keyring_source(kept, {"SEGMENTATION_KEYRING_PASSPHRASE": "another passphrase"})

    with pytest.raises(
        VaultError, match=r"stays closed. The passphrase does not open the keyring. Type it"
    ) as told:
        source()
    assert "another" not in str(told.value)
    assert told.value.__suppress_context__


def test_a_passphrase_that_is_missing_is_told_with_its_variables(kept):
    with pytest.raises(VaultError, match=r"needs its passphrase. Set SEGMENTATION_KEYRING_PASSPHRASE, or"):
        keyring_source(kept, {})()


@pytest.mark.parametrize(
    "content", [None, b"", b"\n", b"\xff\xfe\n"], ids=["none", "empty", "blank", "bytes"]
)
def test_a_passphrase_file_without_one_is_told(kept, tmp_path, content):
    if content is not None:
        (tmp_path / "secret").write_bytes(content)
    environ = {"SEGMENTATION_KEYRING_PASSPHRASE_FILE": str(tmp_path / "secret")}

    with pytest.raises(VaultError, match="has no passphrase of the keyring in its first line"):
        keyring_source(kept, environ)()


@pytest.mark.parametrize("content", ["", "{}", "[1]", "\ufeff", '{"format": 1}'], ids=str)
def test_a_file_that_is_no_keyring_is_told(home, content):
    home.keyring.write_text(content, encoding="utf-8")
    home.keyring.chmod(0o600)

    with pytest.raises(VaultError, match=r"stays closed. The keyring file cannot be read. Take the one"):
        keyring_source(home, GIVEN)()


def test_a_folder_in_place_of_the_file_is_told(home):
    home.keyring.mkdir()

    with pytest.raises(VaultError, match=r"cannot be read: is a directory\. Check SEGMENTATION_KEYRING_FILE"):
        keyring_source(home, GIVEN)()


def test_a_keyring_that_went_away_is_told(kept):
    source = keyring_source(kept, GIVEN)
    source()
    kept.keyring.unlink()

    with pytest.raises(VaultError, match="There is no keyring"):
        source()


def test_two_keyrings_at_once_are_refused(home, keyring):
    environ = {"SEGMENTATION_KEYRING": keyring.to_text(), "SEGMENTATION_KEYRING_FILE": "/elsewhere"}

    with pytest.raises(VaultError, match="Set one of them alone"):
        keyring_source(home, environ)


def test_an_environment_without_a_keyring_in_it_is_told(home):
    with pytest.raises(
        VaultError, match=r"^SEGMENTATION_KEYRING: What is given as the keyring is none"
    ) as told:
        keyring_source(home, {"SEGMENTATION_KEYRING": "cGxhbnRlZA=="})()
    assert "cGxhbnRlZA" not in str(told.value)


def test_a_keyring_is_never_written_over_another_unasked(kept, keyring):
    with pytest.raises(VaultError, match="already, and what was sealed under it would be lost"):
        write_file(kept.keyring, Keyring.generate(NOW), PASSPHRASE)

    assert open_file(kept.keyring, PASSPHRASE) == keyring


def test_a_keyring_is_for_its_owner_alone(kept, keyring):
    write_file(kept.keyring, keyring.rotated(NOW), PASSPHRASE, over=True)

    assert kept.keyring.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in kept.root.iterdir()] == ["keyring.json"]


def test_a_keyring_that_cannot_be_written_leaves_the_one_that_is_there(kept, keyring, monkeypatch):
    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module.os, "fsync", full)

    with pytest.raises(StorageError, match=r"cannot be written: no space left on device. Make room, or set"):
        write_file(kept.keyring, keyring.rotated(NOW), PASSPHRASE, over=True)
    assert open_file(kept.keyring, PASSPHRASE) == keyring
    assert len(list(kept.root.iterdir())) == 1


def test_a_file_in_place_of_the_folder_is_told_as_such(tmp_path, keyring):
    (tmp_path / "vault").touch()

    with pytest.raises(StorageError, match=r"cannot be written: file exists\. .* SEGMENTATION_KEYRING_FILE"):
        write_file(tmp_path / "vault" / "ring", keyring, PASSPHRASE)


def test_a_short_passphrase_is_refused_and_nothing_is_written(home, keyring):
    with pytest.raises(SigningError, match="at least 12 letters"):
        write_file(home.keyring, keyring, "short")

    assert not home.keyring.exists()


def test_a_tilde_in_the_files_place_is_the_users_own_folder(home, monkeypatch):
    monkeypatch.setenv("HOME", "/somewhere")

    assert str(keyring_file(home, {"SEGMENTATION_KEYRING_FILE": "~/ring"})) == "/somewhere/ring"
    assert keyring_file(home, {}) == home.keyring
