"""What an office keeps is as the disk has it now, and it opens the database once and lets go of it."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from time import sleep

import pytest

from segmentation.bundle import CARD, FILES
from segmentation.errors import BundleError, ReviewError
from segmentation.ledger import book as ledger_book
from serving.pages import office as module
from serving.pages.office import KEPT
from serving.pages.version.version import page_of
from tests.reviews.office import MODEL
from tests.serving.pages.made import PageOffice, blocked


def looked(desk, version=1):
    return desk.pages.version(desk.pages.history(), version, desk.office.clock())


def folder(desk, version=1):
    return next(Path(desk.office.trust.bundles).glob(f"reviews/{MODEL}/{version}-*"))


# ---- Versions ---------------------------------------------------------------------------------------


def test_a_version_is_read_once_while_nobody_touches_it(desk):
    desk.office.submit()
    first = looked(desk)
    desk.office.clock.now += timedelta(days=1)

    assert looked(desk) is first


def test_the_last_few_are_kept(desk):
    for version in range(1, KEPT + 2):
        desk.office.submit(version)
    first = looked(desk)
    for version in range(2, KEPT + 2):
        looked(desk, version)

    assert looked(desk) is not first


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_altered_between_two_looks_is_found_at_the_second(desk, name):
    desk.office.submit()
    whole = looked(desk)
    path = folder(desk) / name
    data = path.read_bytes()
    path.write_bytes(bytes([data[0] ^ 1]) + data[1:])

    with pytest.raises(BundleError, match="is not what was signed"):
        looked(desk)
    path.write_bytes(data)
    assert looked(desk) == whole


def test_of_a_version_that_was_altered_since_it_was_seen_nobody_is_asked_to_approve(desk):
    desk.office.submit(blocked())
    visit = desk.visit(path={"version": "2"})
    assert "approve" in page_of(visit).acts.allowed
    card = folder(desk, 2) / CARD
    card.write_bytes(card.read_bytes().replace(b"broken", b"upheld", 1))

    page = page_of(visit)
    assert page.refusal is not None
    assert "approve" not in page.acts.allowed
    assert page.sections == ()


def test_a_version_that_was_never_submitted_is_refused(desk):
    with pytest.raises(ReviewError, match="was never submitted"):
        looked(desk, 7)


def test_what_lies_on_no_local_disk_is_read_anew_every_minute(desk, monkeypatch):
    desk.office.submit()
    monkeypatch.setattr(module, "stamp", lambda *_, **__: None)
    first = looked(desk)
    assert looked(desk) is first
    card = folder(desk) / CARD
    card.write_bytes(b"{}")

    desk.office.clock.now += timedelta(minutes=1)
    with pytest.raises(BundleError, match="is not what was signed"):
        looked(desk)


# ---- The database -----------------------------------------------------------------------------------


@pytest.mark.parametrize("place", [module, ledger_book], ids=["what people work with", "the chain"])
def test_many_threads_open_the_database_once_and_closing_lets_go_of_it(desk, monkeypatch, place):
    made, own, together = [], place.open_ledger, threading.Barrier(4)

    def opened(*told, **more):
        sleep(0.05)  # so that the others come while it is being opened
        made.append(own(*told, **more))
        return made[-1]

    monkeypatch.setattr(place, "open_ledger", opened)
    fresh = PageOffice(desk.office).pages

    def ask(_):
        together.wait()
        return fresh.ledger if place is module else fresh.history()

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(ask, range(4)))
    assert len(made) == 1
    closed, close = [], type(made[0]).close

    def closing(ledger):
        closed.append(ledger)
        close(ledger)

    monkeypatch.setattr(type(made[0]), "close", closing)
    fresh.close()
    assert made[0] in closed
