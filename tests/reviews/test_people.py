"""People come, change and go by records that the root key signs; keys are kept as one keeps a secret."""

import os
import stat
from datetime import date

import pytest

from segmentation.errors import LedgerError, ReviewError, SigningError, StorageError
from segmentation.home import Home
from segmentation.ledger.book import Book
from segmentation.ledger.store import Ledger
from segmentation.ledger.trust import ledger_url, trust_of
from segmentation.reviews.desk import Signer
from segmentation.reviews.keyfiles import key_file
from segmentation.reviews.people import (
    add_person,
    begin_ledger,
    change_person,
    open_key,
    open_root,
    remove_person,
)
from segmentation.signing import PrivateKey
from tests.reviews.office import MODEL, START, TRAINED, Clock, Office

PASSPHRASE = "correct horse battery"
OTHER = "another long passphrase"


@pytest.fixture
def cheap(monkeypatch):
    """Stretch passphrases as little as can be, of which nothing here depends."""
    monkeypatch.setitem(PrivateKey.sealed.__defaults__[0], "memory_kib", 32)
    monkeypatch.setitem(PrivateKey.sealed.__defaults__[0], "iterations", 1)


def add(office, name="Wang Li", roles=("compliance",), **told):
    given = told or {"home": office.home, "passphrase": PASSPHRASE}
    return add_person(office.book, office.root, name, roles, TRAINED, **given)


def files(office):
    return sorted(path.name for path in office.home.keys.glob("*"))


# ---- Beginning --------------------------------------------------------------------------------------


def test_a_ledger_begins_with_a_root_key_that_readers_find(tmp_path, cheap):
    home = Home(tmp_path)

    public = begin_ledger(home, ledger_url(home, {}), PASSPHRASE, START)

    trust = trust_of(home, {})
    assert trust.root == public == open_root(home, PASSPHRASE).public
    (start,) = Book(trust, Clock()).history().events
    assert start.draft.kind == "start"
    assert stat.S_IMODE((home.keys / "root.key").stat().st_mode) == 0o600
    assert stat.S_IMODE(home.keys.stat().st_mode) == 0o700


def test_a_root_key_is_never_written_over(tmp_path, cheap):
    home = Home(tmp_path)
    begin_ledger(home, ledger_url(home, {}), PASSPHRASE, START)
    before = (home.keys / "root.key").read_text()

    with pytest.raises(ReviewError, match="is pinned in"):
        begin_ledger(home, f"sqlite:///{tmp_path}/second.db", PASSPHRASE, START)
    (home.keys / "root.pub").unlink()
    with pytest.raises(ReviewError, match="no key is ever written over another"):
        begin_ledger(home, f"sqlite:///{tmp_path}/second.db", PASSPHRASE, START)
    assert (home.keys / "root.key").read_text() == before


def test_a_ledger_that_another_began_is_not_begun_again(tmp_path, cheap):
    begin_ledger(Home(tmp_path / "one"), f"sqlite:///{tmp_path}/ledger.db", PASSPHRASE, START)

    with pytest.raises(ReviewError, match="was begun already"):
        begin_ledger(Home(tmp_path / "two"), f"sqlite:///{tmp_path}/ledger.db", PASSPHRASE, START)
    assert not (tmp_path / "two").exists()


@pytest.mark.parametrize(
    ("url", "passphrase", "error"),
    [("sqlite:///ok.db", "short", SigningError), ("mysql://x/y", PASSPHRASE, LedgerError)],
)
def test_what_fails_at_the_beginning_leaves_no_key(tmp_path, url, passphrase, error, monkeypatch):
    monkeypatch.chdir(tmp_path)
    home = Home(tmp_path / "home")

    with pytest.raises(error):
        begin_ledger(home, url, passphrase, START)
    assert not home.keys.exists()


# ---- Adding -----------------------------------------------------------------------------------------


def test_a_new_key_rests_under_its_passphrase_and_signs(office, cheap):
    person = add(office, "王 丽")

    key = open_key(office.home, "王 丽", PASSPHRASE)
    assert person.key == key.public.text
    assert (person.roles, person.training_until, person.serial) == (("compliance",), TRAINED, 1)
    assert stat.S_IMODE((office.home.keys / "王 丽.key").stat().st_mode) == 0o600
    office.submit()
    standing = office.desk.approve(MODEL, 1, signer=Signer("王 丽", key), reason="看过。")
    assert standing.missing == ("business",)


def test_a_public_key_alone_leaves_no_file(office):
    add(office, public_key=PrivateKey.generate().public)

    assert files(office) == []


@pytest.mark.parametrize("told", [{"passphrase": PASSPHRASE}, {"home": Home}, {"home": None}])
def test_a_person_has_a_new_key_or_one_from_elsewhere(office, told):
    with pytest.raises(ReviewError, match="Give one of the two"):
        add_person(office.book, office.root, "Wang Li", ("compliance",), TRAINED, **told)


@pytest.mark.parametrize(
    "name",
    [
        "../carol",
        "/etc/passwd",
        "a/b",
        "..",
        ".hidden",
        "",
        "   ",
        "-rf",
        "a\0b",
        "a\nb",
        "a" * 64,
        "C:\\x",
        "<b>",
    ],
)
def test_no_name_leads_out_of_the_folder_of_keys(office, name, cheap):
    with pytest.raises(ReviewError, match=r"a name begins with|it begins with"):
        add(office, name)
    assert files(office) == []
    assert name not in office.book.history().people


@pytest.mark.parametrize("name", ["root", "ROOT", "Root", "ｒｏｏｔ"])
def test_nobody_is_called_root(office, name):
    with pytest.raises(ReviewError, match="is that of the root key"):
        add(office, name, public_key=PrivateKey.generate().public)


@pytest.mark.parametrize("name", ["Carol", "carol", "CAROL", "Ｃarol", " Carol "])
def test_no_two_names_look_alike(office, name, cheap):
    with pytest.raises(ReviewError, match="Carol is in the ledger already, and no two names may look alike"):
        add(office, name)
    assert files(office) == []


def test_a_long_name_in_any_script_has_a_file(office, cheap):
    names = ["𠀀" * 63, "𠀀" * 62 + "王"]
    for name in names:
        add(office, name)

    assert len(files(office)) == 2
    assert all(len(name.encode()) <= 255 for name in files(office))
    assert (
        open_key(office.home, names[0], PASSPHRASE).public
        != open_key(office.home, names[1], PASSPHRASE).public
    )


def test_a_key_file_that_is_there_is_never_written_over(office, cheap):
    office.home.keys.mkdir(parents=True)
    path = key_file(office.home, "Wang Li")
    path.write_text("of another ledger")

    with pytest.raises(ReviewError, match="no key is ever written over another"):
        add(office)
    assert path.read_text() == "of another ledger"
    assert "Wang Li" not in office.book.history().people


def test_a_key_of_somebody_else_is_refused_and_nothing_kept(office):
    with pytest.raises(ReviewError, match="is or was somebody else's"):
        add(office, public_key=office.keys["Carol"].public)


def test_only_the_root_key_enters_people(office, cheap):
    with pytest.raises(ReviewError, match="not signed by the root key"):
        add_person(
            office.book,
            office.keys["Adam"],
            "Wang Li",
            ("compliance",),
            TRAINED,
            home=office.home,
            passphrase=PASSPHRASE,
        )
    assert files(office) == []


def test_a_role_that_is_none_is_refused(office):
    with pytest.raises(ReviewError, match="roles"):
        add(office, roles=("king",), public_key=PrivateKey.generate().public)


def test_a_full_disk_enters_nobody(office, cheap, monkeypatch):
    def full(descriptor):
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(os, "fsync", full)

    with pytest.raises(StorageError, match="no space left"):
        add(office)
    assert files(office) == []
    assert "Wang Li" not in office.book.history().people


# ---- Changing ---------------------------------------------------------------------------------------


def test_what_is_not_given_stays(office):
    before = office.book.history().people["Carol"]

    after = change_person(office.book, office.root, "Carol", training_until=date(2028, 1, 1))
    also = change_person(office.book, office.root, "Carol", roles=("business",))

    told = {"training_until": date(2028, 1, 1), "serial": 2}
    assert after == before.model_copy(update=told | {"at": after.at, "previous": after.previous})
    assert (also.roles, also.training_until, also.serial) == (("business",), date(2028, 1, 1), 3)


def test_training_is_taken_away_and_signs_no_approval(office):
    office.submit()
    taken = change_person(office.book, office.root, "Carol", no_training=True)

    assert (taken.training_until, taken.roles, taken.serial) == (None, ("compliance",), 2)
    with pytest.raises(ReviewError, match="training"):
        office.approve("Carol")
    assert office.approve("Bob").missing == ("compliance",)


def test_training_ends_on_a_day_or_at_once(office):
    with pytest.raises(ReviewError, match="Give one of the two"):
        change_person(office.book, office.root, "Carol", no_training=True, training_until=TRAINED)
    assert office.book.history().people["Carol"].serial == 1


def test_a_new_key_takes_the_place_of_the_old_one(office, cheap):
    add(office)
    old = open_key(office.home, "Wang Li", PASSPHRASE)

    change_person(office.book, office.root, "Wang Li", home=office.home, passphrase=OTHER)

    new = open_key(office.home, "Wang Li", OTHER)
    assert files(office) == ["Wang Li.key"]
    office.submit()
    with pytest.raises(ReviewError, match="a key that is no longer theirs"):
        office.desk.approve(MODEL, 1, signer=Signer("Wang Li", old), reason="x")
    assert office.desk.approve(MODEL, 1, signer=Signer("Wang Li", new), reason="x").missing == ("business",)


def test_a_key_moves_elsewhere(office, cheap):
    add(office)
    elsewhere = PrivateKey.generate().public

    assert change_person(office.book, office.root, "Wang Li", public_key=elsewhere).key == elsewhere.text


def test_a_new_key_that_is_not_recorded_leaves_the_old_one(office, cheap, monkeypatch):
    add(office)

    def fails(*_):
        raise LedgerError("The database went away.")

    with monkeypatch.context() as patch:
        patch.setattr(Ledger, "_commit", fails)
        with pytest.raises(LedgerError, match="went away"):
            change_person(office.book, office.root, "Wang Li", home=office.home, passphrase=OTHER)

    assert files(office) == ["Wang Li.key"]
    key = open_key(office.home, "Wang Li", PASSPHRASE)
    assert office.book.history().people["Wang Li"].key == key.public.text


def test_a_new_key_that_is_recorded_after_all_is_kept(office, cheap, monkeypatch):
    commits = Ledger._commit

    def in_doubt(*given):
        commits(*given)
        raise LedgerError("The record may or may not have been recorded.")

    with monkeypatch.context() as patch:
        patch.setattr(Ledger, "_commit", in_doubt)
        with pytest.raises(LedgerError, match="may or may not"):
            add(office)

    key = open_key(office.home, "Wang Li", PASSPHRASE)
    assert office.book.history().people["Wang Li"].key == key.public.text


def test_a_new_key_is_kept_where_nobody_can_tell_whether_it_was_recorded(office, cheap, monkeypatch):
    def away(*_):
        raise LedgerError("The database went away.")

    with monkeypatch.context() as patch:
        patch.setattr(Ledger, "_commit", away)
        patch.setattr(Book, "history", away)
        with pytest.raises(LedgerError, match="went away"):
            add(office)

    assert files(office) == ["Wang Li.key"]


def test_a_folder_of_keys_that_cannot_be_made_enters_nobody(office, cheap):
    office.home.keys.write_text("a file in its place")

    with pytest.raises(StorageError, match="cannot be written"):
        add(office)
    assert "Wang Li" not in office.book.history().people


def test_who_is_removed_stays_in_the_ledger_and_signs_nothing(office):
    office.submit()

    assert remove_person(office.book, office.root, "Carol").roles == ()

    with pytest.raises(ReviewError, match="Carol holds no role any more"):
        office.approve("Carol")
    assert "Carol" in office.book.history().people


def test_who_is_not_there_cannot_be_changed(office):
    with pytest.raises(ReviewError, match=r"Nobody called Zoe is in the ledger\. There are Adam, Bob"):
        remove_person(office.book, office.root, "Zoe")


# ---- Opening ----------------------------------------------------------------------------------------


def test_a_wrong_passphrase_opens_nothing(office, cheap):
    add(office)

    with pytest.raises(SigningError, match=r"The key of Wang Li stays closed.*does not open the key"):
        open_key(office.home, "Wang Li", OTHER)


def test_a_key_that_is_not_here_is_told_apart_from_one_that_cannot_be_read(office, cheap):
    with pytest.raises(SigningError, match=r"no key of Wang Li at .*Wang Li\.key"):
        open_key(office.home, "Wang Li", PASSPHRASE)
    add(office)
    key_file(office.home, "Wang Li").write_bytes(b"\xff\xfe")
    with pytest.raises(SigningError, match="cannot be read"):
        open_key(office.home, "Wang Li", PASSPHRASE)


def test_the_same_key_opens_under_every_spelling_of_a_name(office, cheap):
    add(office, "José")

    assert (
        open_key(office.home, " Jose\u0301 ", PASSPHRASE).public
        == open_key(office.home, "José", PASSPHRASE).public
    )


def test_a_key_of_one_office_signs_nothing_in_another(office, tmp_path):
    other = Office.opened(tmp_path / "other")
    other.keys = office.keys

    with pytest.raises(ReviewError, match="a key that was never theirs"):
        other.submit()
