"""Settings say what is trusted, never the database, and no one is trusted by default."""

from pathlib import Path

import pytest

from segmentation.errors import LedgerError, SigningError
from segmentation.home import Home
from segmentation.ledger.place import Place
from segmentation.ledger.trust import ledger_url, trust_of
from segmentation.signing import PrivateKey

ROOT = PrivateKey.generate().public


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path / "home")


def pinned(home):
    home.keys.mkdir(parents=True)
    (home.keys / "root.pub").write_text(f"{ROOT}\n", encoding="utf-8")


def test_everything_has_its_place_at_home(home):
    pinned(home)

    trust = trust_of(home, {})

    assert trust.root == ROOT
    assert Place.of(trust.ledger).path == home.ledger
    assert trust.witness == home.witness
    assert trust.bundles == str(home.root)


def test_settings_count_before_what_is_at_home(home):
    pinned(home)
    other = PrivateKey.generate().public

    trust = trust_of(
        home,
        {
            "SEGMENTATION_LEDGER": "postgresql://ann@db/books",
            "SEGMENTATION_ROOT_KEY": f" {other} ",
            "SEGMENTATION_BUNDLES": "s3://bundles",
            "SEGMENTATION_WITNESS": "/srv/seen.json",
        },
    )

    assert (trust.root, trust.bundles) == (other, "s3://bundles")
    assert trust.ledger == "postgresql+psycopg://ann@db/books"
    assert trust.witness == Path("/srv/seen.json")


def test_an_empty_setting_is_none(home):
    pinned(home)
    empty = dict.fromkeys(
        ["SEGMENTATION_LEDGER", "SEGMENTATION_ROOT_KEY", "SEGMENTATION_BUNDLES", "SEGMENTATION_WITNESS"], ""
    )

    assert trust_of(home, empty) == trust_of(home, {})


def test_without_a_root_key_nobody_is_trusted(home):
    with pytest.raises(
        LedgerError, match=r"^No root key is pinned: SEGMENTATION_ROOT_KEY is not set and .*root"
    ):
        trust_of(home, {})


@pytest.mark.parametrize("written", ["ed25519:x", "root", str(ROOT)[:-2]], ids=["short", "no key", "cut off"])
def test_what_is_pinned_must_be_a_key(home, written):
    with pytest.raises(SigningError, match="A public key is written"):
        trust_of(home, {"SEGMENTATION_ROOT_KEY": written})


@pytest.mark.parametrize("name", ["100%20 sure?", "中文 #1", "a+b&c=d"])
def test_a_home_may_have_any_name(tmp_path, name):
    home = Home(tmp_path / name)

    assert Place.of(ledger_url(home, {})).path == home.ledger


@pytest.mark.parametrize(
    "url", ["sqlite:////srv/ledger.db", "postgresql+psycopg://db/books", "postgresql+other://db/books"]
)
def test_an_address_with_its_driver_stays_as_it_is(home, url):
    assert ledger_url(home, {"SEGMENTATION_LEDGER": url}) == url


def test_a_password_in_the_address_is_not_shown(home):
    pinned(home)

    trust = trust_of(home, {"SEGMENTATION_LEDGER": "postgresql://ann:secret@db/books"})

    assert "secret" in trust.ledger
    assert "secret" not in repr(trust)
