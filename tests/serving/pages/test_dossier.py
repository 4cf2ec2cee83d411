"""The dossier that is given away holds, as if the command line had written it."""

import shutil

import pytest

from segmentation.reviews.dossier import verify_dossier, write_dossier
from serving.pages import dossier as module
from serving.pages.dossier import dossier
from serving.pages.visit import Declined
from tests.serving.pages.made import MODEL


def asked(desk, version="1", language="en"):
    return dossier(desk.visit(language=language, path={"version": version}))


def test_what_is_given_away_is_verified_and_is_what_the_command_line_writes(desk, tmp_path):
    desk.office.activated(1)
    file = asked(desk)
    (tmp_path / "given.zip").write_bytes(file.body)
    report = verify_dossier(tmp_path / "given.zip", desk.office.root.public)
    assert (report.version, report.state, report.signers) == (1, "active", ("Carol", "Bob"))
    assert (file.name, file.media) == (f"dossier-{MODEL}-v1.zip", "application/zip")
    history, bundle = desk.office.book.history(), desk.office.desk.review(MODEL, 1).bundle
    root = desk.office.trust.root
    other = write_dossier(tmp_path / "own.zip", bundle, history, MODEL, 1, root=root, pdf=False)
    assert other.read_bytes() == file.body


@pytest.mark.parametrize("version", ["2", "9999999999"])
def test_of_a_version_that_was_never_submitted_there_is_none(desk, version):
    with pytest.raises(Declined) as declined:
        asked(desk, version)
    assert declined.value.kind == "not_found"


def test_where_the_files_are_gone_that_is_told(desk, tmp_path):
    desk.office.submit(1)
    shutil.rmtree(desk.office.trust.bundles)
    with pytest.raises(Declined) as declined:
        asked(desk)
    assert declined.value.kind == "refused"


def test_one_is_written_at_a_time_and_nobody_is_kept_waiting_for_it(desk):
    desk.office.submit(1)
    with module._writing, pytest.raises(Declined) as declined:
        asked(desk, language="zh")
    assert declined.value.kind == "busy"
    assert "一分钟" in declined.value.why
    assert asked(desk).body
