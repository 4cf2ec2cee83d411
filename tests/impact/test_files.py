"""All five files of an assessment are written, or none."""

import errno
import hashlib
from pathlib import Path

import pytest

from segmentation.errors import ImpactError, StorageError
from segmentation.impact import Impact, render_impact, write_impact
from tests.impact.made import impact

IMPACT = impact()
NAMES = ["impact.en.html", "impact.en.md", "impact.json", "impact.zh.html", "impact.zh.md"]


def test_every_form_is_written_in_every_language(tmp_path):
    written = write_impact(IMPACT, tmp_path / "new" / "impact")

    assert sorted(written) == sorted(path.name for path in (tmp_path / "new" / "impact").iterdir()) == NAMES
    assert written["impact.zh.md"].read_text(encoding="utf-8") == render_impact(IMPACT, "zh", "md")
    assert Impact.from_json(written["impact.json"].read_bytes()) == IMPACT


def test_the_digest_is_that_of_the_written_file(tmp_path):
    content = write_impact(IMPACT, tmp_path)["impact.json"].read_bytes()

    assert IMPACT.digest == f"sha256:{hashlib.sha256(content).hexdigest()}"


def test_a_full_disk_leaves_the_assessment_that_was_there(tmp_path, monkeypatch):
    (tmp_path / "impact.json").write_text("before")
    writing = Path.write_text

    def full(path, *args, **options):
        if path.name == "impact.json":
            raise OSError(errno.ENOSPC, "No space left on device")
        return writing(path, *args, **options)

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(StorageError, match="no space left on device"):
        write_impact(IMPACT, tmp_path)

    assert [path.name for path in tmp_path.iterdir()] == ["impact.json"]
    assert (tmp_path / "impact.json").read_text() == "before"


def test_json_is_the_same_in_both_languages():
    assert render_impact(IMPACT, "en", "json") == render_impact(IMPACT, "zh", "json") == IMPACT.to_json()


def test_another_form_is_refused():
    with pytest.raises(ImpactError, match="html, md or json; got 'pdf'"):
        render_impact(IMPACT, "en", "pdf")
