"""Where consent is read for a build or a scoring: in the ledger, where it has consents to the purpose.

A ledger that cannot be read may hold withdrawals. So it is passed over only where there is no keyring either:
without one, nobody ever recorded a consent from here.
"""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from segmentation.cli import office, secrets
from segmentation.cli.plain import warn

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from segmentation.consents import ConsentLedger
    from segmentation.home import Home
    from segmentation.ledger.store import Ledger
    from segmentation.policy import Policy
    from segmentation.residents import Intake


@contextmanager
def consents_at(home: Path, policy: Policy, by: str) -> Iterator[ConsentLedger | None]:
    """Give the consent ledger of a policy; None where there is none, and the table tells of consent.

    Says where residents need a new notice. What was looked at is told in the access log once the block has
    ended well.

    Parameters
    ----------
    home : Path
    policy : Policy
    by : str
        The command that asks.

    Raises
    ------
    LedgerError, StorageError
        There is a keyring, and the ledger cannot be read.
    VaultError
        The ledger has consents, and the keyring is not there or stays closed.
    """
    from segmentation.home import Home

    place = Home(home)
    ledger = _ledger(place)
    if ledger is None:
        yield None
        return
    with ledger:
        found = _consents(ledger, place, policy)
        if found is not None:
            _tell_notices(ledger, policy, found.purposes)
        yield found
        if found is not None:
            found.tell(by, office.now())


def told_of_consent(intake: Intake) -> Iterator[str]:
    """Yield one line that says for which purposes the ledger told of consent; nothing where the table did."""
    if intake.consent_ledger:
        yield f"Consent: from the ledger, for {' and '.join(intake.consent_ledger)}"


def _ledger(home: Home) -> Ledger | None:
    from segmentation.errors import LedgerError, StorageError
    from segmentation.ledger.place import Place
    from segmentation.ledger.store import open_ledger
    from segmentation.ledger.trust import ledger_url
    from segmentation.vault.source import has_keyring

    address = Place.of(ledger_url(home))
    if address.path is not None and not address.path.exists():
        return None
    try:
        return open_ledger(ledger_url(home))
    except (LedgerError, StorageError) as error:
        if not has_keyring(home):
            return None
        way_out = "Who withdrew consent cannot be known without it. Try again when it can be read."
        raise type(error)(f"{error} {way_out}") from None


def _tell_notices(ledger: Ledger, policy: Policy, purposes: Collection[str]) -> None:
    from segmentation.ledger.personal.notices import Notices

    for told in Notices(ledger).needed(policy, purposes):
        warn(told)


def _consents(ledger: Ledger, home: Home, policy: Policy) -> ConsentLedger | None:
    from segmentation.consents import ConsentLedger
    from segmentation.ledger.personal.opening import open_personal

    if not ConsentLedger.purposes_on_record(ledger, policy):
        return None
    records = open_personal(ledger, home, office.now(), ask=secrets.keyring_passphrase()).records
    records.keyring  # noqa: B018 - asks for the passphrase now, and not behind a bar
    return ConsentLedger.of(records, policy)
