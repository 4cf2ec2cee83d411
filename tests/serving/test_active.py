"""The active version is made ready once, and looked after where it lies: a folder often, others seldom."""

from dataclasses import replace

import fsspec
import pytest

from segmentation.approved.published import Published
from segmentation.errors import BundleError, StorageError
from segmentation.policy.catalogue import load_catalogue
from serving.active import REMOTE, Active
from tests.serving.made import MODEL


@pytest.fixture
def active_of(office):
    """Make ready what an office has in service, and return it with the ledger."""

    def active_of():
        with office.book() as book:
            history = book.history()
        active = Active(office.settings(), load_catalogue().digest)
        active.ready(history, office.clock())
        return active, history

    return active_of


@pytest.fixture
def checks(monkeypatch):
    """How often what is published was looked at, and what is to be found there."""

    class Checks(list):
        error = None

    found = Checks()

    def check(self, history):
        found.append(history)
        if found.error is not None:
            raise found.error

    monkeypatch.setattr(Published, "check", check)
    return found


@pytest.fixture
def elsewhere(office):
    """The office's bundles lie in no folder of this machine."""
    office.trust = replace(office.trust, bundles="memory://active")
    office.publish()
    yield fsspec.filesystem("memory")
    fsspec.filesystem("memory").rm("/active", recursive=True)


def test_a_folder_of_this_machine_is_looked_at_every_time(active_of, checks):
    active, history = active_of()
    for at in (10.0, 10.5, 11.0):
        assert active.check(history, at) is None
        assert active.until == at + 30
    assert len(checks) == 3


def test_a_bundle_that_lies_elsewhere_is_looked_at_now_and_then(active_of, elsewhere, checks):
    active, history = active_of()
    for at in (10.0, 10.5, 39.9, 40.0, 69.9):
        assert active.check(history, at) is None
    assert len(checks) == 2
    assert active.until == 40.0 + REMOTE + 30


def test_one_that_is_altered_elsewhere_is_looked_at_each_time_until_it_is_mended(active_of, elsewhere):
    active, history = active_of()
    assert active.check(history, 10.0) is None
    (folder,) = elsewhere.ls(f"/active/approved/{MODEL}", detail=False)
    card = elsewhere.cat_file(f"{folder}/card.json")
    elsewhere.pipe_file(f"{folder}/card.json", b"{}")
    assert active.check(history, 39.0) is None
    for at in (40.0, 40.5):
        with pytest.raises(BundleError, match=r"card\.json"):
            active.check(history, at)
    elsewhere.pipe_file(f"{folder}/card.json", card)
    assert active.check(history, 41.0) is None


def test_a_place_that_cannot_be_reached_lets_what_was_found_before_count_on(active_of, elsewhere, checks):
    active, history = active_of()
    active.check(history, 10.0)
    checks.error = StorageError("It is down.")
    for at in (40.0, 40.5):
        assert active.check(history, at) is checks.error
    assert active.until == 10.0 + REMOTE + 30
    checks.error = None
    assert active.check(history, 41.0) is None


def test_what_is_ready_is_kept_for_the_day_and_made_anew_for_another_decision(office, active_of):
    active, history = active_of()
    now = office.clock()
    ready = active.ready(history, now)
    assert active.ready(history, now) is ready
    with office.book() as book:
        assert active.ready(book.history(), now) is ready
    office.clock.wait(days=1)
    assert active.ready(history, office.clock()) is ready
    office.renew()
    with office.book() as book:
        assert active.ready(book.history(), office.clock()) is not ready


def test_a_version_whose_answers_cannot_be_made_is_tried_again(office, active_of, monkeypatch):
    active, _ = active_of()
    office.approve(2)
    with office.book() as book:
        history = book.history()
    monkeypatch.setattr("serving.active.served_of", lambda _: (_ for _ in ()).throw(BundleError("No.")))
    for _ in range(2):
        with pytest.raises(BundleError, match=r"No\."):
            active.ready(history, office.clock())
    monkeypatch.undo()
    assert active.ready(history, office.clock()).approved.version == 2
