"""`segmentation resident show` and `explain`."""

import json

import pytest

from segmentation.ledger.access import AccessLog
from tests.cli.resident.conftest import REF
from tests.serving.made import residents, scorer


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


@pytest.mark.parametrize("name", ["Tina", "Adam", "Nobody"])
def test_nobody_but_compliance_is_shown_anything(about, placed, name):
    ended = about("show", by=name)

    assert (ended.code, ended.out) == (2, "")
    assert "compliance" in ended.err or "Nobody is entered" in ended.err


def test_another_language_is_refused(about, placed):
    assert about("show", "--language", "fr").code == 2


def test_the_reasons_are_told_and_held_against_what_is_kept(about, placed, bare):
    needs = residents(1, missing=0)[0]
    (bare / "needs.json").write_text(json.dumps(needs), encoding="utf-8")
    found = scorer()
    segment = found.segments[found.one(dict.fromkeys(found.features) | needs).label]
    ended = about("explain", "--needs", bare / "needs.json")

    assert ended.code == 0, ended.err
    said = "These needs give the segment" if segment == "S1" else "These needs give another segment"
    assert said in ended.out
    told = about("explain", "--needs", bare / "needs.json", "--json").content
    assert (told["reason"]["segment"], told["agrees"]) == (segment, segment == "S1")


@pytest.mark.parametrize("content", ["[]", "{", '{"410103198001011234": 1}'])
def test_what_is_no_object_of_needs_is_refused_without_its_values(about, placed, bare, content):
    (bare / "needs.json").write_text(content, encoding="utf-8")
    ended = about("explain", "--needs", bare / "needs.json")

    assert ended.code == 2
    assert REF not in ended.err
