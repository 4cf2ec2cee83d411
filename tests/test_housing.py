"""The real households of the ACS, where they stand beside the checkout."""

import json
from datetime import date
from pathlib import Path

import numpy as np
import onnxruntime
import pytest

from segmentation import build, read_policy, read_residents
from segmentation.cli import main
from segmentation.mitigation import Mitigation, frontier
from segmentation.onnx_twin import onnx_twin

ROOT = Path(__file__).parents[1]
TABLE = ROOT.parent / "shared" / "data" / "acs_pums_2016_households" / "households_occupied_clean.parquet"

pytestmark = pytest.mark.skipif(
    not TABLE.exists(), reason=f"the public households are not there: {TABLE.relative_to(ROOT.parent)}"
)


@pytest.fixture(scope="module")
def residents():
    policy = read_policy(ROOT / "models" / "housing_needs" / "policy.toml")
    return read_residents(TABLE, policy, as_of=date(2026, 7, 1))


@pytest.fixture(scope="module")
def candidate(residents):
    return build(read_policy(ROOT / "models" / "housing_needs" / "policy.toml"), residents)


def test_only_renters_are_read_and_none_is_faulty(residents):
    assert (len(residents), residents.intake.quarantined_rows) == (15_252, 0)


def test_the_findings_name_the_attributes_that_the_segments_carry(candidate):
    carried = {
        finding.attribute
        for finding in candidate.audit.findings
        if finding.check == "association" and finding.status == "broken"
    }
    assert "elder_65plus" in carried
    assert "elder_65plus" in candidate.card.to_json()


def test_the_command_line_registers_a_version_whose_card_names_what_blocks_it(tmp_path, monkeypatch, capsys):
    policy = ROOT / "models" / "housing_needs" / "policy.toml"
    words = ["build", "--policy", policy, "--residents", TABLE, "--home", tmp_path, "--json"]
    monkeypatch.setattr("sys.argv", ["segmentation", *map(str, words)])
    with pytest.raises(SystemExit) as ended:
        main()
    content = json.loads(capsys.readouterr().out)
    assert (ended.value.code, content["model"], content["version"]) == (1, "housing_needs", 1)
    html = Path(content["card"]).read_text(encoding="utf-8")
    blocking = html.split('id="gaps"')[0]
    assert "65" in blocking
    assert "Broken" in blocking


def test_households_of_65_and_over_are_spread_unevenly(candidate):
    report = candidate.audit
    table = next(table for table in report.tables if table.attribute == "elder_65plus")
    column = table.groups.index("true")
    shares = [
        row[column] / size
        for row, size in zip(table.counts, report.segment_sizes, strict=True)
        if row[column]
    ]
    assert max(shares) > 2 * min(shares)


def test_scorer_onnx_and_estimator_agree_on_every_household(candidate, residents):
    needs = residents.needs
    labels = candidate.segmenter.predict(needs)
    assert (candidate.scorer.predict({name: needs[name].to_numpy() for name in needs}) == labels).all()
    feeds = {part.name: needs[part.name].to_numpy(np.float64)[:, None] for part in candidate.scorer.numbers}
    for part in candidate.scorer.levels:
        feeds[part.name] = needs[part.name].fillna("").to_numpy(object)[:, None]
    session = onnxruntime.InferenceSession(onnx_twin(candidate.scorer))
    assert (session.run(["segment"], feeds)[0] == labels).all()


def test_leaving_out_what_tells_age_and_erasing_the_rest_brings_age_out_of_broken(residents):
    """Measured on the half that it did not see; the silhouette is no worse than 90 % of what it was."""
    policy = read_policy(ROOT / "models" / "housing_needs" / "policy.toml")
    telling = ("elec_monthly", "bedrooms", "internet", "broadband", "smartphone", "laptop")
    against = Mitigation("erase", ("elder_65plus",), features=telling)
    found = frontier(policy, residents, "elder_65plus", [against], n_segments=4)
    assert found.before.disparity.broken > 0
    assert found.recommended is found.outcomes[1]
    assert found.association_ratio(found.recommended) < 0.25
