"""`segmentation consent`: tables in and out, what one resident says, and never a reference as argument."""

import io
import sys
from datetime import timedelta
from hashlib import sha256

import pandas as pd
import pytest
from sqlalchemy import select

from segmentation.ledger.access import AccessLog
from segmentation.ledger.personal.consents import Consents
from segmentation.ledger.personal.segments import By, Placed, Segments
from segmentation.ledger.personal.tables import segments
from tests.policies import OPTIONAL, offer, small_policy, small_raw
from tests.reviews.office import START

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


def test_what_a_resident_says_is_recorded_and_shown_and_takes_effect_at_once(of, records):
    given = of("R-1", "give", "--notice", "2026-01", "--language", "zh", "--channel", "app")
    assert given.code == 0, given.err
    assert given.out.startswith("Recorded. Consent: given since ")
    assert "notice 2026-01" in given.out
    assert "Objection to automated decisions since" in of("R-1", "object").out
    assert "Objection" not in of("R-1", "object", "--lift").out
    assert "Recorded. Consent: withdrawn since" in of("R-1", "withdraw").out
    assert "Consent: refused since" in of("R-2", "refuse").out

    found = of("R-1", "state", "--json").content
    assert (found["event_state"], found["objected"]) == ("withdrawn", None)
    assert of("R-3", "state").out == "Consent: nothing on record.\n"
    assert of("R-1", "state", "--at", "2020-01-01").out == "Consent: nothing on record.\n"
    subject = records.keyring.subject_of("R-1")
    assert [one.told.entity_id for one in Consents(records).events(subject, PURPOSE[1])] == ["Carol"] * 4
    assert [line for line in AccessLog(records.ledger).lines() if '"route":"consent state"' in line]


@pytest.mark.parametrize("words", [("withdraw",), ("refuse",), ("object",), ("object", "--lift")])
def test_what_is_taken_back_of_a_purpose_that_is_nowhere_is_not_said_to_be_recorded(run, of, records, words):
    of("R-1", "give", "--notice", "2026-01")
    before = AccessLog(records.ledger).head().number
    ended = run("consent", *words, "--purpose", "servise_planning", "--as", "Carol", "--reference-file", "no")

    assert ended.code == 2
    assert "Nothing was recorded" in ended.err
    assert "The purposes are service_planning." in ended.err
    assert AccessLog(records.ledger).head().number == before


def test_where_a_notice_tells_of_a_purpose_it_is_taken_back_before_anything_is_on_record(
    run, of, policy, records
):
    assert "segmentation consent notice" in of("R-1", "withdraw").err
    assert run("consent", "notice", "2026-01", "--policy", policy, "--as", "Carol").code == 0

    assert "Recorded. Consent: withdrawn since" in of("R-1", "withdraw").out
    assert "Recorded. Consent: nothing on record. Objection" in of("R-2", "object").out


def test_what_a_version_in_use_states_is_taken_back_whatever_is_on_record(of, records, monkeypatch):
    from segmentation.cli.resident import desk

    rules = small_policy()
    monkeypatch.setattr(desk, "policies_at", lambda *_: [rules])

    assert "Recorded. Consent: refused since" in of("R-1", "refuse").out


def test_the_first_event_tells_what_counts_from_then_on(run, of, policy, records):
    assert run("consent", "notice", "2026-01", "--policy", policy, "--as", "Carol").code == 0
    first = of("R-1", "give", "--notice", "2026-01").out
    assert "This is the first event on record for service_planning." in first
    assert "the consents on record alone count" in first
    assert "consent import" in first
    assert "first event" not in of("R-2", "withdraw").out
    assert of("R-3", "refuse", "--json").content["first"] is False


def test_an_optional_purpose_has_a_notice_and_consents_of_its_own(run, of, records, tmp_path, monkeypatch):
    import tomlkit

    from segmentation.cli.resident import desk

    raw = small_raw(optional_purposes=[offer()])
    (tmp_path / "policy.toml").write_text(tomlkit.dumps(raw))
    monkeypatch.setattr(desk, "policies_at", lambda *_: [small_policy(optional_purposes=[offer()])])
    told = run("consent", "notice", "2026-02", "--policy", tmp_path / "policy.toml", "--as", "Carol")
    assert f"On record for {OPTIONAL}: consents to 2026-02 count." in told.out

    given = of("R-1", "give", "--notice", "2026-02", purpose=OPTIONAL)
    assert given.out.startswith("Recorded. Consent: given since")
    assert "first event" not in given.out, "no scoring rests on it"
    assert "Recorded. Consent: refused since" in of("R-2", "refuse", purpose=OPTIONAL).out
    assert "Recorded. Consent: withdrawn since" in of("R-1", "withdraw", purpose=OPTIONAL).out
    assert "Consent: withdrawn since" in of("R-1", "state", purpose=OPTIONAL).out
    assert of("R-1", "state").out == "Consent: nothing on record.\n", "of the others nothing was said"


def test_consents_to_an_optional_purpose_are_brought_in(run, records, table, tmp_path):
    import tomlkit

    frame = pd.read_csv(table).assign(purpose=OPTIONAL)
    frame.to_csv(table, index=False)
    for optional in ([], [offer()]):
        path = tmp_path / f"policy-{len(optional)}.toml"
        path.write_text(tomlkit.dumps(small_raw(optional_purposes=optional)))
        ended = run("consent", "import", table, "--policy", path, "--timezone", "UTC", "--as", "Carol")
        assert (ended.code, "Imported: 12 of 12 rows" in ended.out) == (0 if optional else 2, bool(optional))


def test_what_a_withdrawal_takes_out_leaves_the_files_of_the_database(of, records):
    of("R-1", "give", "--notice", "2026-01")
    subject, by = records.keyring.subject_of("R-1"), By(PURPOSE[1], "needs", 1, timedelta(days=9))
    Segments(records).keep(subject, Placed("S1", 0.5, borderline=False, decision=""), by, "Test", START)
    with records.ledger.reading() as connection:
        sealed = bytes(connection.execute(select(segments.c.sealed)).scalar_one())
    path = records.ledger.place.path
    with records.ledger.bare() as service:  # who has the database open keeps its log
        service.cursor().execute("SELECT count(*) FROM segments").fetchall()
        of("R-1", "withdraw")

        assert not any(sealed in file.read_bytes() for file in path.parent.glob(f"{path.name}*"))


def test_who_is_not_of_compliance_records_nothing(run, records, office):
    ended = run("consent", "refuse", *PURPOSE, "--as", "Tina", "--reference-file", "none")
    assert ended.code == 2


def test_a_table_comes_in_once_and_goes_out_again(run, table, policy, records, tmp_path):
    bring = ("consent", "import", table, "--policy", policy, "--as", "Carol", "--timezone", "Asia/Shanghai")
    ended = run(*bring)
    assert ended.code == 0, ended.err
    assert "Imported: 12 of 12 rows, for service_planning; 1 other column was not read." in ended.out
    assert run(*bring, "--json").content["known"] == 12

    ended = run("consent", "export", tmp_path / "out.csv", "--as", "Carol")
    assert "12 events of 12 residents." in ended.out
    assert "R-1" not in (tmp_path / "out.csv").read_text()
    (tmp_path / "who.txt").write_text("R-1\nR-2\n")
    words = ("--references-file", tmp_path / "who.txt", "--json")
    assert run("consent", "export", tmp_path / "two.csv", "--as", "Carol", *words).content["events"] == 2
    assert list(pd.read_csv(tmp_path / "two.csv").pii_principal_id) in (["R-1", "R-2"], ["R-2", "R-1"])


def test_faults_are_told_by_rows_and_end_with_a_code(run, table, policy, records):
    ended = run("consent", "import", table, "--policy", policy, "--as", "Carol")

    assert ended.code == 2
    assert "column 'event_time', rows 1, 2, 3, 4, 5 and 7 more: has no time zone" in ended.err
    assert run("consent", "import", table, "--as", "Carol", "--timezone", "Mars").code == 2


def test_only_purposes_that_somebody_stated_are_imported(run, table, policy, records):
    bring = ("consent", "import", table, "--as", "Carol", "--timezone", "Asia/Shanghai")
    assert "--policy" in run(*bring).err
    words = ("consent", "notice", "2026-01", "--policy", policy, "--as", "Carol")
    assert run(*words, "--purpose", "fairness_audit").code == 0
    assert "is no purpose that may be recorded here" in run(*bring).err
    assert run(*words).code == 0
    assert run(*bring).code == 0


def test_a_notice_says_whose_consent_is_needed_anew(run, policy, records, tmp_path):
    import tomlkit

    words = ("--policy", policy, "--as", "Carol")
    assert "consents to 2026-01 count" in run("consent", "notice", "2026-01", *words).out
    policy.write_text(tomlkit.dumps(small_raw(features={"parking": None})))
    refused = run("consent", "notice", "2026-01", *words)
    assert (refused.code, "Give the notice a new version" in refused.err) == (2, True)
    ended = run("consent", "notice", "2026-02", *words)
    assert "Consent anew is needed of who consented to 2026-01." in ended.out
    assert "On record for fairness_audit: consents to 2026-01, 2026-02 count." in ended.out


def test_the_text_of_a_notice_is_kept_as_its_digest(run, policy, records, tmp_path):
    words = ("consent", "notice", "2026-01", "--policy", policy, "--as", "Carol")
    assert "The text of 2026-01 is not on record" in run(*words).out
    file = tmp_path / "notice.md"
    assert "cannot be read, or is empty" in run(*words, "--text", file).err
    file.write_bytes(b"What we do.\n")
    digest = f"sha256:{sha256(b'What we do.' + bytes([10])).hexdigest()}"

    assert f"Its text: {digest}." in run(*words, "--text", file).out
    assert run(*words, "--json").content["fairness_audit"]["text"] == [digest]
    file.write_bytes(b"What else we do.")
    assert "with another text" in run(*words, "--text", file).err
