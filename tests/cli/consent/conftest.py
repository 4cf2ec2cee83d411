"""One resident who speaks, a policy, and a table of consents."""

import io
import sys

import pandas as pd
import pytest

from tests.policies import small_raw

PURPOSE = ("--purpose", "service_planning")


@pytest.fixture
def of(records, run, monkeypatch):
    """Run a command of Carol's about one resident, whose reference comes from standard input."""

    def of(reference, *words, purpose=PURPOSE[1]):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(f"{reference}\n".encode())))
        return run("consent", *words, "--purpose", purpose, "--as", "Carol")

    return of


@pytest.fixture
def policy(tmp_path):
    import tomlkit

    path = tmp_path / "policy.toml"
    path.write_text(tomlkit.dumps(small_raw()))
    return path


@pytest.fixture
def table(tmp_path):
    frame = pd.DataFrame({"pii_principal_id": [f"R-{at}" for at in range(12)]}).assign(
        purpose="service_planning",
        event_state="given",
        event_time="2026-01-05T09:30:00",
        email="x@example.org",
    )
    frame.to_csv(tmp_path / "consents.csv", index=False)
    return tmp_path / "consents.csv"
