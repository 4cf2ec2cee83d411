"""The table of access, tried on the commands: every person and command, and each in the log by pseudonym."""

import json
from pathlib import Path

import pytest
import typer.main
from sqlalchemy import select

from segmentation.ledger.access import AccessLog
from segmentation.ledger.personal.requests import Requests, Told
from segmentation.ledger.personal.tables import NUMBERED
from segmentation.rights.access import WAYS, way
from segmentation.rights.readings import mark_of
from tests.cli.resident.conftest import REF
from tests.reviews.office import ROLES
from tests.serving.made import MODEL, POLICY_FILE, residents

COMMANDS = {one.name: one for one in WAYS if one.kind == "command"}
IN_A_NAME = [name for name, one in COMMANDS.items() if one.roles]
GROUPS = ("resident", "consent", "breach")
EACH = {name: roles for name, roles in ROLES.items() if len(roles) == 1}
PURPOSE = ("--purpose", "service_planning")
WORDS = {
    "resident explain": ("--needs", "needs.json", "--model", MODEL),
    "resident request": ("copy",),
    "resident answer": ("REQUEST", "--done", "--identity", "in_person"),
    "resident override": ("--segment", "S2", "--reason-file", "reason.txt"),
    "resident erase": ("--yes",),
    "consent state": PURPOSE,
    "consent give": (*PURPOSE, "--notice", "2026-02"),
    "consent refuse": PURPOSE,
    "consent withdraw": PURPOSE,
    "consent object": PURPOSE,
    "consent import": ("consents.csv", "--policy", POLICY_FILE),
    "consent export": ("out.csv",),
    "consent notice": ("2026-02", "--policy", POLICY_FILE),
    "breach open": ("--note", "A disk is missing."),
    "breach step": ("BREACH", "assessed", "--note", "A disk is missing."),
}
OPERATED = {
    "score": "cli/test_storing.py::"
    "test_what_is_read_and_stored_is_in_the_access_log_by_number_and_without_a_reference",
    "build": "cli/test_consented.py::test_where_it_has_some_they_count_and_looking_is_told",
    "mitigate": "cli/test_consented.py::test_where_it_has_some_they_count_and_looking_is_told",
    "audit": "cli/test_overridden.py::test_overrides_are_counted_by_the_computed_segment",
    "retention run": "ledger/personal/test_retention.py::test_what_is_taken_out_leaves_its_digest_and_a_line",
    "keyring rotate": "ledger/personal/test_rotation.py::test_a_rotation_is_told_in_the_access_log",
}
"""Tests that find what a command does by itself, over many residents, in the access log."""
TESTS = Path(__file__).parents[2]
ENDING = {"consent refuse", "consent withdraw", "resident erase"}
OF_MANY = {"consent import", "consent export"}
UNNAMED = {
    "resident answer",
    "consent import",
    "consent export",
    "consent notice",
    "breach open",
    "breach step",
}
"""Commands that ask for no reference."""


def program():
    from segmentation.cli.main import app

    return typer.main.get_command(app)


@pytest.fixture
def desk(run, bare, personal, placed, office, keyring):
    """Give any command of the table, in somebody's name."""
    file = bare / "reference.txt"
    file.write_text(f"{REF}\n", encoding="utf-8")
    (bare / "reason.txt").write_text("Works at night.\n", encoding="utf-8")
    (bare / "needs.json").write_text(json.dumps(residents(1)[0]), encoding="utf-8")
    (bare / "consents.csv").write_text(
        f"pii_principal_id,purpose,event_state,event_time\n{REF},fairness_audit,given,2026-01-02T03:04:05Z\n",
        encoding="utf-8",
    )
    register = Requests(personal.records)
    request = register.receive(placed, "access", Told("key"), office.clock()).id
    (breach,) = [run("breach", "open", "--as", "Carol", "--note", "A disk.", "--json").content["id"]]
    filled = {"REQUEST": request, "BREACH": breach}

    def given(name, by="Carol"):
        words = [filled.get(word, word) for word in WORDS.get(name, ())]
        told = () if name in UNNAMED else ("--reference-file", file)
        return run(*name.split(), *words, "--as", by, *told)

    return given


# ---- Who may ------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_person_may_give_a_command_where_the_table_says_so_and_with_their_key_alone(desk, monkeypatch):
    monkeypatch.setenv("SEGMENTATION_PASSPHRASE", "another passphrase than theirs")
    for name in IN_A_NAME:
        for person, roles in EACH.items():
            ended = desk(name, person)
            is_asked_for_a_role = "ask somebody who is entered as" in ended.err
            assert ended.code == 2, (name, person)
            assert is_asked_for_a_role != COMMANDS[name].admits(roles), (name, person, ended.err)
            assert is_asked_for_a_role or "passphrase" in ended.err, "the key of who may is what opens"


def test_every_command_about_residents_is_in_the_table_and_the_table_has_no_other():
    groups = program().commands
    there = {f"{group} {name}" for group in GROUPS for name in groups[group].commands}
    assert {name for name in COMMANDS if name.split()[0] in GROUPS} == there
    for name, told in COMMANDS.items():
        command = program()
        for word in name.split():
            command = command.commands[word]
        takes_a_name = any("--as" in one.opts for one in command.params)
        assert takes_a_name == bool(told.roles), name


@pytest.mark.parametrize("group", ["resident", "consent"])
def test_no_command_about_residents_takes_a_reference_or_what_is_said_of_one_as_an_argument(group):
    found = {
        (name, option)
        for name, command in program().commands[group].commands.items()
        for one in command.params
        for option in one.opts
    }

    assert ("answer" if group == "resident" else "give") in {name for name, _ in found}
    told = ("reference", "text", "reason", "note")
    of_a_notice = {("notice", "--text")}  # a file, of what all residents are given to read
    assert {one for one in found if one[1].removeprefix("--") in told} <= of_a_notice


def test_a_command_that_is_not_in_the_table_lets_nobody_in(office):
    from segmentation.cli.resident.desk import named, person_at

    with pytest.raises(KeyError):
        named("resident sell", lambda: person_at(office.home.root, "Carol", None))()
    with pytest.raises(KeyError):
        way("resident sell")


# ---- What stays of it ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", IN_A_NAME)
def test_every_command_is_an_event_with_purpose_and_pseudonym_and_never_the_reference(
    desk, personal, keyring, placed, name
):
    ledger, told = personal.records.ledger, COMMANDS[name]
    before = AccessLog(ledger).head().number
    ended = desk(name)
    assert ended.code == 0, ended.err
    lines = list(AccessLog(ledger).lines(before))
    events = [json.loads(line) for line in lines]

    assert events, "it is in the log"
    assert REF not in str(lines) + ended.err
    assert {event.get("person") or event["by"] for event in events} == {"Carol"}
    for event in events:
        is_of_all = event.get("what") in {"erase", "retention"} or event.get("table") == "tombstones"
        assert event.get("purpose") or is_of_all, event
    written = {event["table"] for event in events if event.get("what") not in {None, "read"}}
    assert written <= set(told.writes)
    assert bool(written) == bool(told.writes)
    assert ("segments" in written) == (name in ENDING), "who withdraws has their segment taken out"
    if not told.writes and name not in OF_MANY:
        assert {event["subject"] for event in events} == {mark_of(keyring, placed)}
    for event in events:
        if event.get("what") == "write" and event["table"] not in {"notices", "breaches", "tombstones"}:
            assert marks_in(ledger, event) <= {keyring.marker(event["purpose"])(placed)}


@pytest.mark.parametrize("name", [name for name, one in COMMANDS.items() if not one.roles])
def test_what_the_operator_reads_and_writes_is_looked_for_in_the_log_by_a_test(name):
    told = COMMANDS[name]
    assert (name in OPERATED) == bool(told.reads or told.writes)
    if name in OPERATED:
        file, _, test = OPERATED[name].partition("::")
        content = (TESTS / file).read_text(encoding="utf-8")
        assert "AccessLog" in content.partition(f"def {test}(")[2].partition("\n\n\n")[0]


def marks_in(ledger, event):
    (of,) = [one for one in NUMBERED if one.name == event["table"]]
    end = event["first"] + event["count"]
    with ledger.reading() as connection:
        question = select(of.c.subject).where(of.c.number >= event["first"], of.c.number < end)
        return {bytes(one) for one in connection.execute(question).scalars() if one is not None}
