"""A ledger of each kind with a keyring, and tables of consents."""

from datetime import UTC, datetime

import pandas as pd
import pytest

from segmentation.ledger.personal.consents import Consents
from segmentation.ledger.personal.records import Records
from segmentation.ledger.store import create_ledger
from segmentation.vault import Keyring

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
RING = Keyring.generate(NOW)


@pytest.fixture
def ledger(url):
    with create_ledger(url, patience=0.2) as opened:
        yield opened


@pytest.fixture
def sql(ledger):
    """Ask the database itself."""

    def sql(statement):
        with ledger.reading() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(statement)]

    return sql


@pytest.fixture
def records(ledger):
    return Records(ledger, lambda: RING)


@pytest.fixture
def consents(records):
    return Consents(records)


@pytest.fixture
def standing(consents):
    """Where a resident's consent stands."""
    return lambda reference, purpose="service_planning", at=None: consents.standing(
        RING.subject_of(reference), purpose, at
    )


@pytest.fixture
def table():
    """Return a table of consents that is sound, a row for each reference, with some columns changed."""

    def table(*references, **changes):
        frame = pd.DataFrame({"pii_principal_id": pd.Series(references, dtype="str")})
        frame["purpose"] = "service_planning"
        frame["event_state"] = "given"
        frame["event_time"] = "2026-01-05T09:30:00+08:00"
        frame["privacy_notice"] = "2026-01"
        frame["language"] = "zh"
        frame["collection_method"] = "app"
        return frame.assign(**changes)

    return table


@pytest.fixture
def file(tmp_path):
    """Write a table of consents as a file."""

    def file(frame, name="consents.csv"):
        path = tmp_path / name
        if path.suffix == ".csv":
            frame.to_csv(path, index=False)
        else:
            frame.to_parquet(path, index=False)
        return path

    return file
