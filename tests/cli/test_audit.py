"""`segmentation audit` of somebody else's segments, of counts made elsewhere, and with outcomes."""

import json

import numpy as np
import pandas as pd
import pytest

AS_OF = ("--as-of", "2026-07-01")
POLICY = ("--policy", "policy.toml")
RESIDENTS = ("--residents", "residents.parquet", *AS_OF)
ATTRIBUTES = ["age_band", "sex", "ethnicity", "tenure", "hukou_place"]


@pytest.fixture
def classes(place):
    """A hand-made table of classes, which follows what residents asked for and age a little."""
    frame = pd.read_parquet("residents.parquet")
    busy = frame["repair_requests"].fillna(0) > 3
    named = np.where(busy, "A", np.where(frame["age_band"].eq("65+"), "B", "C"))
    table = pd.DataFrame({"resident_ref": frame["resident_ref"], "class": named})
    table.to_csv("classes.csv", index=False)
    return table


SEGMENTS = ("--segments", "classes.csv", "--column", "class")


def statuses(report):
    keys = ("check", "attribute", "group", "target", "status", "value", "count", "size")
    return [tuple(finding[key] for key in keys) for finding in report["findings"]]


def counted(place, classes):
    """Count the residents that the audit reads, as a database would."""
    from datetime import date

    from segmentation import read_policy, read_residents
    from segmentation.residents import read_labels

    policy = read_policy(place / "policy.toml")
    people = read_residents(place / "residents.parquet", policy, as_of=date(2026, 7, 1))
    rows = people.protected.astype(object)
    rows["segment"] = read_labels(place / "classes.csv", "resident_ref", "class", people.ids)
    return rows.groupby(["segment", *ATTRIBUTES], dropna=False).size().rename("count").reset_index()


def test_counts_made_elsewhere_give_the_findings_of_the_residents(run, place, classes):
    table = counted(place, classes)
    table.to_csv("counts.csv", index=False)
    table.to_parquet("counts.parquet")
    of_residents = run("audit", *POLICY, *RESIDENTS, *SEGMENTS, "--json")
    of_counts = [run("audit", *POLICY, "--cells", f"counts.{form}", "--json") for form in ("csv", "parquet")]

    assert {ended.code for ended in (of_residents, *of_counts)} == {1}
    assert of_counts[0].content == of_counts[1].content
    assert statuses(of_counts[0].content) == statuses(of_residents.content)
    assert of_counts[0].content["tables"] == of_residents.content["tables"]
    assert of_residents.content["carriers"]
    assert of_residents.content["fit"]
    assert {"trace", "service_parity"} <= set(of_residents.content["unchecked"])
    assert {"trace", "carriers", "fit"} <= set(of_counts[0].content["unchecked"])


def test_the_audit_of_a_version_traces_what_carries_an_attribute(run, place, home):
    ended = run("audit", *POLICY, *RESIDENTS, "--home", home, "--json")
    assert not {"trace", "service_parity", "carriers", "fit"} & set(ended.content["unchecked"])
    assert "another edition" not in ended.err


def test_outcomes_are_judged_by_the_services_of_a_version(run, place, home):
    frame = pd.read_parquet("residents.parquet")
    rng = np.random.default_rng(0)
    needed = rng.random(len(frame)) < np.where(frame["repair_requests"].fillna(0) > 3, 0.8, 0.2)
    pd.DataFrame({"resident_ref": frame["resident_ref"], "repair_team": needed}).to_parquet("needed.parquet")
    content = run(
        "audit", *POLICY, *RESIDENTS, "--home", home, "--outcomes", "needed.parquet", "--json"
    ).content

    assert "equal_opportunity" not in content["unchecked"]
    assert [one["service"] for one in content["demand"]] == ["repair_team"]
    assert content["demand"][0]["auc"] > 0.5


def test_outcomes_of_another_service_are_refused(run, place, home):
    frame = pd.read_parquet("residents.parquet")
    pd.DataFrame({"resident_ref": frame["resident_ref"], "roses": 1}).to_csv("needed.csv", index=False)
    ended = run("audit", *POLICY, *RESIDENTS, "--home", home, "--outcomes", "needed.csv")

    assert ended.code == 2
    assert "no service of the policy" in ended.err


def test_another_edition_of_the_policy_is_told(run, place, home):
    text = (place / "policy.toml").read_text(encoding="utf-8")
    changed = text.replace("smallest_group = 30", "smallest_group = 31")
    (place / "policy.toml").write_text(changed, encoding="utf-8")
    ended = run("audit", *POLICY, *RESIDENTS, "--home", home)

    assert "resident_needs version 1 was registered under another edition of its policy" in ended.err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "either --residents or --cells"),
        ((*RESIDENTS, "--cells", "counts.csv"), "either --residents or --cells"),
        (("--cells", "counts.csv", "--segments", "classes.csv"), "--segments cannot be used with --cells"),
        (("--cells", "counts.csv", "--outcomes", "needed.csv"), "--outcomes cannot be used with --cells"),
        (("--cells", "counts.csv", *AS_OF), "--as-of cannot be used with --cells"),
        ((*RESIDENTS, "--column", "class"), "--column names a column of --segments"),
        ((*RESIDENTS, "--segments", "classes.csv", "--version", "1"), "name two segmentations"),
    ],
)
def test_contradictory_options_are_refused_in_one_sentence(run, place, words, told):
    ended = run("audit", *POLICY, *words)
    assert ended.code == 2
    assert told in " ".join(ended.err.replace("│", " ").split())


def test_identifiers_instead_of_segments_are_refused_and_not_quoted(run, place, classes):
    ended = run("audit", *POLICY, *RESIDENTS, "--segments", "classes.csv", "--column", "resident_ref")
    assert ended.code == 2
    assert classes["resident_ref"][0] not in ended.err


def test_a_table_of_residents_given_as_counts_is_refused_and_not_quoted(run, place, classes):
    ended = run("audit", *POLICY, "--cells", "residents.parquet")
    assert ended.code == 2
    assert "column 'count': is missing" in ended.err
    assert "the table: has " in ended.err


def test_no_report_replaces_the_counts(run, place, classes):
    counted(place, classes).to_csv("counts.csv", index=False)
    before = (place / "counts.csv").read_bytes()
    assert run("audit", *POLICY, "--cells", "counts.csv", "--out", "counts.csv").code == 2
    assert (place / "counts.csv").read_bytes() == before
    assert run("audit", *POLICY, "--cells", "counts.csv", "--out", "report.json").code == 1
    assert json.loads((place / "report.json").read_text())["segments"] == ["A", "B", "C"]


def test_of_whom_the_audit_is_is_told(run, place, classes):
    table = pd.concat([classes, pd.DataFrame({"resident_ref": ["nobody"], "class": ["A"]})])
    table.to_csv("classes.csv", index=False)
    ended = run("audit", *POLICY, *RESIDENTS, *SEGMENTS)

    assert ended.out.startswith("Residents: ")
    assert " of 3,000 rows" in ended.out
    assert "classes.csv holds " in ended.out
    assert "With --json or --out: " in ended.out
    assert "In the card" not in ended.out
    as_json = run("audit", *POLICY, *RESIDENTS, *SEGMENTS, "--json")
    assert as_json.content["version"]
    assert "Residents: " in as_json.err
