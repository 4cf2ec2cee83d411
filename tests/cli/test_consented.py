"""Where a build reads consent: in the ledger where it has any, and never past a ledger that may have some."""

from pathlib import Path

import pytest

from segmentation.cli.consented import consents_at, told_of_consent
from segmentation.errors import LedgerError, ResidentsError, VaultError
from segmentation.ledger.access import AccessLog
from segmentation.ledger.personal.consents import Consents
from segmentation.ledger.personal.events import Told
from segmentation.ledger.personal.notices import Notices
from segmentation.ledger.personal.records import Records
from segmentation.ledger.store import open_ledger
from segmentation.vault import Keyring
from tests.policies import small_policy, small_residents
from tests.reviews.office import START

POLICY = small_policy(retention_days=3650)
RING = Keyring.generate(START)


@pytest.fixture
def place(office, monkeypatch):
    """The home of an office, without a keyring."""
    for name in ("KEYRING", "KEYRING_FILE", "KEYRING_PASSPHRASE", "KEYRING_PASSPHRASE_FILE", "TOMBSTONES"):
        monkeypatch.delenv(f"SEGMENTATION_{name}", raising=False)
    return office.home.root


@pytest.fixture
def consented(office, place):
    """Forty residents who consent, one of whom withdrew."""
    with open_ledger(office.trust.ledger) as ledger:
        consents = Consents(Records(ledger, lambda: RING))
        for at in range(1, 41):
            subject = RING.subject_of(f"R{at:06d}")
            consents.record(subject, "service_planning", Told("given", "2025-01"), "Test", START)
        consents.record(RING.subject_of("R000007"), "service_planning", Told("withdrawn"), "Test", START)


@pytest.fixture
def keyring(monkeypatch):
    monkeypatch.setenv("SEGMENTATION_KEYRING", RING.to_text())


def asked(place):
    with consents_at(place, POLICY, "segmentation build") as found:
        return found


def test_where_no_ledger_is_the_table_tells(tmp_path, place, monkeypatch):
    monkeypatch.delenv("SEGMENTATION_LEDGER", raising=False)
    assert asked(tmp_path / "elsewhere") is None


def test_where_the_ledger_has_no_consent_the_table_tells_and_no_keyring_is_needed(place):
    assert asked(place) is None


def test_where_it_has_some_they_count_and_looking_is_told(place, consented, keyring, office):
    from segmentation.residents import residents_from

    table = small_residents(40)
    with consents_at(place, POLICY, "segmentation build") as found:
        residents = residents_from(table, POLICY, as_of=START.date(), consents=found)
    assert found.purposes == ("service_planning",)
    assert dict(residents.intake.left_out)["consent_withdrawn"] == 1
    with open_ledger(office.trust.ledger) as ledger:
        (line,) = [line for line in AccessLog(ledger).lines() if '"what":"read"' in line]
    assert '"by":"segmentation build"' in line
    assert '"count":40' in line
    assert list(told_of_consent(residents.intake)) == ["Consent: from the ledger, for service_planning"]


def test_without_its_keyring_they_are_not_passed_over(place, consented):
    with pytest.raises(VaultError):
        asked(place)


@pytest.mark.parametrize("is_in_use", [False, True])
def test_a_ledger_that_cannot_be_read_is_passed_over_only_where_no_keyring_is(
    place, office, monkeypatch, is_in_use
):
    if is_in_use:
        monkeypatch.setenv("SEGMENTATION_KEYRING", RING.to_text())
    Path(office.trust.ledger.removeprefix("sqlite:///")).write_bytes(b"no database, and long enough to see")
    if not is_in_use:
        assert asked(place) is None
        return
    with pytest.raises(LedgerError, match="Who withdrew consent cannot be known without it"):
        asked(place)


def test_features_that_changed_since_the_notice_are_told_and_no_consent_to_the_old_ones_counts(
    place, consented, keyring, office, capsys
):
    from segmentation.residents import residents_from

    with open_ledger(office.trust.ledger) as ledger:
        Notices(ledger).add(POLICY, "service_planning", "2025-01", "Test", START)
    asked(place)
    assert capsys.readouterr().err == ""

    changed = small_policy(retention_days=3650, features={"repairs": {"source": "survey of habits"}})
    with (
        pytest.raises(ResidentsError, match="39 consent to another version of the notice"),
        consents_at(place, changed, "segmentation build") as found,
    ):
        residents_from(small_residents(40), changed, as_of=START.date(), consents=found)
    assert "changed since every notice on record" in capsys.readouterr().err
