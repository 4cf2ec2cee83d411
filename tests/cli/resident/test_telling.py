"""`segmentation resident show` and `explain`."""

import json
import shutil
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from segmentation.approved import load_approved
from segmentation.ledger.access import AccessLog
from segmentation.ledger.personal.segments import By, Placed, Segments
from tests.cli.resident.conftest import REF
from tests.reviews.office import MODEL, scorer


@pytest.mark.parametrize(("language", "told"), [("en", "What is kept of you"), ("zh", "关于您所保存的信息")])
def test_everything_is_shown_in_the_language_and_who_looked_is_on_record(
    about, placed, personal, language, told
):
    ended = about("show", "--language", language)

    assert ended.code == 0, ended.err
    assert told in ended.out
    assert "2026-01" in ended.out
    assert REF not in ended.out + ended.err
    line = json.loads(list(AccessLog(personal.records.ledger).lines())[-1])
    assert (line["person"], line["route"], line["purpose"]) == ("Carol", "resident show", "rights")
    assert "Carol" in about("show").out, "who looked is told the next time"


def test_it_is_shown_for_machines_and_as_a_page(about, placed, bare):
    assert about("show", "--json").content["segments"][0]["segment"] == "S1"

    ended = about("show", "--out", bare / "account.html")
    assert (bare / "account.html").stat().st_mode & 0o777 == 0o600
    assert "Hand it over" in ended.out
    assert "<h1>What is kept of you</h1>" in (bare / "account.html").read_text(encoding="utf-8")


def test_of_who_is_not_known_nothing_is_shown(about, personal, approved):
    assert "Nothing is kept of this resident" in about("show").out
    assert about("show", "--json").content["segments"] == []


@pytest.mark.parametrize("name", ["Tina", "Adam", "Nobody"])
def test_nobody_but_compliance_is_shown_anything(about, placed, name):
    ended = about("show", by=name)

    assert (ended.code, ended.out) == (2, "")
    assert "compliance" in ended.err or "Nobody is entered" in ended.err


def test_another_language_is_refused(about, placed):
    assert about("show", "--language", "fr").code == 2


@pytest.fixture
def needs(bare):
    """What the resident asks for, in a file."""
    file = bare / "needs.json"
    file.write_text('{"repairs": 3}', encoding="utf-8")
    return file


@pytest.fixture
def today(office, monkeypatch):
    """What is in use is asked by the clock of the office, too."""
    monkeypatch.setattr("segmentation.approved.load.clock", office.clock)


@pytest.fixture
def signed(office, today, personal, keyring):
    """A resident who was placed by version 1, and version 2, which is in use."""
    office.activated(1)
    decision = load_approved(MODEL, trust=office.trust, now=office.clock()).decision
    placed = Placed("S1", 0.5, borderline=False, decision=decision)
    by = By("service_planning", MODEL, 1, timedelta(days=30))
    Segments(personal.records).keep(keyring.subject_of(REF), placed, by, "key", office.clock())
    office.activated(2)
    return office


def test_the_reasons_are_those_of_the_version_that_placed_them(about, signed, needs):
    ended = about("explain", "--needs", needs)

    assert ended.code == 0, ended.err
    found = scorer(1)
    segment = found.segments[found.one({"repairs": 3.0}).label]
    said = "the segment that is kept" if segment == "S1" else "another segment than the one that is kept"
    assert f"These needs give {said}, of version 1" in ended.out
    assert "its version was replaced since." in ended.out
    told = about("explain", "--needs", needs, "--json").content
    assert (told["reason"]["segment"], told["agrees"]) == (segment, segment == "S1")
    assert (told["held"]["version"], told["held"]["state"]) == (1, "superseded")
    slopes = told["reason"]["contributions"]["repairs"]
    assert slopes == pytest.approx(float(found.explain({"repairs": np.array([3.0])}).contributions[0, 0]))


def test_they_are_told_while_no_version_is_in_use_and_the_account_says_so(about, signed, needs):
    signed.desk.revoke(MODEL, 1, signer=signed.signer("Carol"), reason="A need was wrong.")
    signed.desk.suspend(MODEL, 2, signer=signed.signer("Carol"), reason="A need was wrong.")
    ended = about("explain", "--needs", needs)

    assert ended.code == 0, ended.err
    assert "its version was revoked, so this segment is not used." in ended.out
    assert "its version was revoked, so this segment is not used" in about("show").out
    assert "该版本已撤销，此分群不再使用" in about("show", "--language", "zh").out


def test_where_what_was_signed_is_gone_that_is_said_and_nothing_else(about, signed, needs):
    for folder in Path(signed.trust.bundles).glob(f"*/{MODEL}/1-*"):
        shutil.rmtree(folder)
    ended = about("explain", "--needs", needs)

    assert (ended.code, ended.out) == (2, "")
    assert "is of version 1 of small_needs, and no other version can say why" in ended.err


def test_of_who_is_not_placed_the_version_in_use_tells(about, office, today, personal, needs):
    office.activated(1)
    told = about("explain", "--needs", needs, "--json").content

    assert (told["held"], told["agrees"], bool(told["reason"]["text"]["zh"])) == (None, None, True)
    assert "No segment of this resident is kept" in about("explain", "--needs", needs).out


@pytest.mark.parametrize("content", ["[]", "{", '{"410103198001011234": 1}'])
def test_what_is_no_object_of_needs_is_refused_without_its_values(about, signed, needs, content):
    needs.write_text(content, encoding="utf-8")
    ended = about("explain", "--needs", needs)

    assert ended.code == 2
    assert "object of needs" in ended.err or "no need of the policy" in ended.err
    assert REF not in ended.err
