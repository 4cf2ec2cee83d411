"""An office with a keyring, one resident who consented and was placed, and what is typed for the commands."""

from datetime import timedelta

import pytest

from segmentation.approved import Approved
from segmentation.cli.resident import deciding, desk, telling
from segmentation.ledger.personal.consents import Consents
from segmentation.ledger.personal.events import Told
from segmentation.ledger.personal.opening import open_personal
from segmentation.ledger.personal.segments import By, Placed, Segments
from segmentation.ledger.store import open_ledger
from segmentation.vault import Keyring
from tests.serving import made

REF = "410103198001011234"


@pytest.fixture
def keyring(office, monkeypatch):
    """The keyring of the office, in the environment."""
    keyring = Keyring.generate(office.clock())
    monkeypatch.setenv("SEGMENTATION_KEYRING", keyring.to_text())
    return keyring


@pytest.fixture
def personal(office, keyring):
    """What is kept, as the tests read it."""
    with open_ledger(office.trust.ledger) as ledger:
        yield open_personal(ledger, office.home, office.clock())


@pytest.fixture
def approved(monkeypatch):
    """A version that may be used, in the place of one that is published."""
    one = made.bundle(1)
    found = Approved(
        name=made.MODEL,
        version=1,
        policy=made.policy(),
        scorer=made.scorer(1),
        card=one.files["card.json"],
        audit=b"{}",
        impact=b"{}",
        standing=None,
        proof=None,
        decision="sha256:" + "0" * 64,
    )
    for module in (telling, deciding):
        monkeypatch.setattr(module, "approved_at", lambda *_: found)
    monkeypatch.setattr(telling, "_placed_by", lambda *_: found)
    monkeypatch.setattr(desk, "policies_at", lambda *_: [found.policy])
    return found


@pytest.fixture
def placed(personal, approved, keyring, office):
    """A resident who consented, and is in S1."""
    subject, now = keyring.subject_of(REF), office.clock()
    Consents(personal.records).record(subject, "service_planning", Told("given", "2026-01"), "key", now)
    by = By("service_planning", made.MODEL, 1, timedelta(days=30))
    Segments(personal.records).keep(
        subject, Placed("S1", 0.5, borderline=False, decision="sha256:0"), by, "key", now
    )
    return subject


@pytest.fixture
def said(bare):
    """Put words into a file, as nobody may give them as an argument."""

    def into(text):
        file = bare / "said.txt"
        file.write_text(text, encoding="utf-8")
        return file

    return into


@pytest.fixture
def about(run, bare):
    """Run a command about the resident, as Carol unless another is named."""
    file = bare / "reference.txt"
    file.write_text(f"{REF}\n", encoding="utf-8")

    def ended(command, *words, by="Carol"):
        return run("resident", command, *words, "--as", by, "--reference-file", file)

    return ended
