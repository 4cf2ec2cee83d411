"""A home with all that a backup holds: people, an active version, residents, MLflow, keys, a keyring."""

import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest

from segmentation.backups.making import Source, back_up
from segmentation.backups.restoring import Target, restore
from segmentation.backups.shelf import Shelf
from segmentation.home import Home
from segmentation.ledger.personal.consents import Consents
from segmentation.ledger.personal.erasing import Erasures
from segmentation.ledger.personal.events import Told
from segmentation.ledger.personal.records import Records
from segmentation.ledger.personal.tombstones import Tombstones
from segmentation.ledger.store import open_ledger
from segmentation.ledger.trust import ROOT_FILE, Trust
from segmentation.vault import Keyring
from tests.ledger.personal.planted import keep_all
from tests.reviews.office import Office

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
LATER = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
PLANTED = "planted-in-mlflow"
PEOPLE = ("R-planted-1", "R-planted-2", "R-planted-3")


@dataclass
class Kept:
    """A home, and what backs it up."""

    home: Home
    trust: Trust
    source: Source
    shelf: Shelf

    @property
    def records(self):
        return Records(self.source.ledger, lambda: self.source.keyring, self.source.tombstones)

    def backed_up(self, now=NOW):
        with self.shelf.alone():
            return back_up(self.source, self.shelf, now)

    def subject(self, reference):
        return self.source.keyring.subject_of(reference)

    def say(self, reference, state, now=LATER):
        """Put what a resident says of service planning on record."""
        assert Consents(self.records).record(
            self.subject(reference), "service_planning", Told(state), "Dora", now
        )

    def erase(self, reference, now=LATER):
        return Erasures(self.records, self.source.tombstones).erase([self.subject(reference)], "Carol", now)


def furnish(home):
    """Put files into a home, as programs do: artefacts, key files, the secret of pages, MLflow's rows."""
    for path in (home.artifacts / "small_needs" / "1" / "model.skops", home.keys / "Carol.key", home.marking):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"planted in {path.name}")
    (home.artifacts / ".probe-1").write_text("half-written")
    with closing(sqlite3.connect(home.database)) as database, database:
        database.execute("CREATE TABLE runs (artifact_uri TEXT, name TEXT)")
        row = (f"{home.artifacts.as_uri()}/small_needs/1", PLANTED)
        database.execute("INSERT INTO runs VALUES (?, ?)", row)


@pytest.fixture(scope="session")
def furnished(tmp_path_factory):
    """A home in SQLite, in which three residents have rows of every kind; and its keyring."""
    office, keyring = Office.opened(tmp_path_factory.mktemp("furnished")), Keyring.generate(NOW)
    office.activated()
    office.home.keys.mkdir(exist_ok=True)
    (office.home.keys / ROOT_FILE).write_text(office.root.public.text)
    furnish(office.home)
    with open_ledger(office.trust.ledger) as ledger:
        keep_all(Records(ledger, lambda: keyring), *PEOPLE)
    return office, keyring


@pytest.fixture
def kept(furnished, tmp_path):
    """A copy of that home, for one test to write to."""
    office, keyring = furnished
    office = office.copied(tmp_path)
    with closing(sqlite3.connect(office.home.database)) as database, database:
        database.execute(
            "UPDATE runs SET artifact_uri = ?", (f"{office.home.artifacts.as_uri()}/small_needs/1",)
        )
    tombstones = Tombstones(tmp_path / "outside" / "tombstones.jsonl")
    with open_ledger(office.trust.ledger) as ledger:
        source = Source(office.home, ledger, office.trust.bundles, office.home.database, keyring, tombstones)
        yield Kept(office.home, office.trust, source, Shelf(tmp_path / "backups"))


@pytest.fixture
def kept_in(kept, request):
    """That home, with its ledger in a database of either kind."""

    def moved(kind):
        if kind == "sqlite":
            return kept
        address, spare = request.getfixturevalue("new_database")(), kept.home.root.parent / "spare"
        target = Target(
            Home(spare), address, kept.source.keyring, kept.source.tombstones, is_none_erased=True
        )
        restore(kept.backed_up().path, target, NOW)
        shutil.rmtree(kept.shelf.path)
        ledger = open_ledger(address)
        request.addfinalizer(ledger.close)
        source = replace(kept.source, ledger=ledger)
        return Kept(kept.home, replace(kept.trust, ledger=address), source, kept.shelf)

    return moved


@pytest.fixture(params=["sqlite", "postgresql"])
def either(request, kept_in):
    """That home in a database of each kind."""
    return kept_in(request.param)


@pytest.fixture
def target(kept, tmp_path):
    """An empty home; the keyring and the tombstones are where they were, if anybody was erased yet."""
    home, source = Home(tmp_path / "new"), kept.source
    return Target(home, f"sqlite:///{home.ledger}", source.keyring, source.tombstones, is_none_erased=True)
