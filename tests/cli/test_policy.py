"""`segmentation policy`."""

import json
import tomllib
from datetime import UTC, datetime

import jsonschema

from segmentation.home import Home
from segmentation.ledger.personal.notices import Notices
from segmentation.ledger.store import create_ledger
from segmentation.policy import read_policy


def test_check_says_what_a_good_policy_holds(run, place):
    ended = run("policy", "check", "policy.toml")
    assert (ended.code, ended.err) == (0, "")
    assert "policy.toml is in order: resident_needs, 14 features, 3 protected attributes" in ended.out


def test_check_prints_json_for_machines(run, place):
    content = run("policy", "check", "policy.toml", "--json").content
    assert content["name"] == "resident_needs"
    assert content["digest"].startswith("sha256:")


def test_check_says_which_notices_are_not_on_record_where_a_home_is_named(run, place, monkeypatch):
    monkeypatch.delenv("SEGMENTATION_LEDGER", raising=False)
    home = Home(place / "kept")
    policy = read_policy(place / "policy.toml")
    with create_ledger(f"sqlite:///{home.ledger}") as ledger:
        ended = run("policy", "check", "policy.toml", "--home", home.root)
        assert ended.code == 0
        assert "what residents were told is not on record" in ended.err
        assert "segmentation consent notice VERSION --policy policy.toml --as NAME" in ended.err
        for purpose in policy.stated:
            Notices(ledger).add(policy, purpose, "2026-01", "Carol", datetime(2026, 1, 5, tzinfo=UTC))
    ended = run("policy", "check", "policy.toml", "--home", home.root)
    assert (ended.code, ended.err) == (0, "")
    assert "What residents were told of each purpose is on record." in ended.out
    assert run("policy", "check", "policy.toml", "--home", home.root, "--json").content["notices"] == []
    none = run("policy", "check", "policy.toml", "--home", place / "none")
    assert none.code == 2
    assert "There is no ledger" in none.err


def test_check_names_all_five_faults_at_once(run, place):
    text = (place / "policy.toml").read_text()
    faults = {
        'kind = "number"\n': 'kind = "numbr"\n',
        "smallest_group = 30": "smallest_group = -1",
        'needs = { repair_requests = "high" }': 'needs = { repairs = "high" }',
        "called = 20": "called = -5",
        "[protected.sex]": "[protected.phone_contact]",
    }
    for good, bad in faults.items():
        assert good in text
        text = text.replace(good, bad)
    (place / "policy.toml").write_text(text)
    ended = run("policy", "check", "policy.toml")
    assert ended.code == 2
    named = (
        "features.home_area_m2.kind",
        "audit.smallest_group",
        "services.repair_team.needs.repairs",
        "services.phone_desk.called",
        "protected.phone_contact",
    )
    assert [where for where in named if where not in ended.err] == []
    assert "Traceback" not in ended.err


def test_the_printed_schema_accepts_the_shipped_policy(run, place):
    schema = json.loads(run("policy", "schema").out)
    jsonschema.validate(tomllib.loads((place / "policy.toml").read_text()), schema)


def test_a_draft_is_refused_by_the_check_until_it_is_written(run, place):
    ended = run("policy", "draft", "residents.parquet", "--out", "draft.toml")
    assert ended.code == 0
    assert "Wrote draft.toml" in ended.out
    ended = run("policy", "check", "draft.toml")
    assert ended.code == 2
    assert "still to be written by a person" in ended.err


def test_a_draft_without_a_place_is_printed(run, place):
    ended = run("policy", "draft", "residents.parquet", "--name", "my_model")
    assert tomllib.loads(ended.out)["name"] == "my_model"


def test_a_draft_never_replaces_a_file_that_people_may_have_written(run, place):
    before = (place / "policy.toml").read_text()
    ended = run("policy", "draft", "residents.parquet", "--out", "policy.toml")
    assert ended.code == 2
    assert "is there already" in ended.err
    assert (place / "policy.toml").read_text() == before
