"""`segmentation consent import` and `export`: tables in and out."""

import pandas as pd

from tests.policies import OPTIONAL, offer, small_raw


def test_consents_to_an_optional_purpose_are_brought_in(run, records, table, tmp_path):
    import tomlkit

    frame = pd.read_csv(table).assign(purpose=OPTIONAL)
    frame.to_csv(table, index=False)
    for optional in ([], [offer()]):
        path = tmp_path / f"policy-{len(optional)}.toml"
        path.write_text(tomlkit.dumps(small_raw(optional_purposes=optional)))
        ended = run("consent", "import", table, "--policy", path, "--timezone", "UTC", "--as", "Carol")
        assert (ended.code, "Imported: 12 of 12 rows" in ended.out) == (0 if optional else 2, bool(optional))


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
