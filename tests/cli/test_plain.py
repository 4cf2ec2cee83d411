"""No letter of a record moves the cursor, turns a line or adds one; all that can be read stays as it is."""

import json
from pathlib import Path

import pytest

from segmentation.cli.plain import plain, plain_json, say, warn

CLI = Path(__file__).parents[2] / "src" / "segmentation" / "cli"
EVIL = "ok\x1b[2K\x1b[1A\u202eevil\r\n\x9b0m\u2066\u200b\U000e0041\ud800"


def test_what_cannot_be_seen_is_shown_as_an_escape():
    assert plain(EVIL) == r"ok\x1b[2K\x1b[1A\u202eevil\r\n\x9b0m\u2066\u200b\U000e0041\ud800"


@pytest.mark.parametrize(
    "words", ["Read the card.", "已阅读模型卡：同意。", "naïve — 50 % ≤ ¾ 😀", "C:\\new"]
)
def test_what_can_be_read_stays(words):
    assert plain(words) == words


def test_line_feeds_of_the_program_itself_stay():
    assert plain("a\nb\x07", keep="\n") == "a\nb\\x07"


def test_one_line_stays_one_line(capsys):
    say("a\nError: b\u2028c")
    say("d\x1b", err=True)

    assert capsys.readouterr() == ("a\\nError: b\\u2028c\n", "d\\x1b\n")


def test_a_warning_of_several_faults_keeps_its_lines(capsys):
    warn("first\n  second\x1b")

    assert capsys.readouterr().err == "Warning: first\n  second\\x1b\n"


def test_json_means_the_same(capsys):
    content = {"reason": EVIL, "理由": "读"}
    text = plain_json(json.dumps(content, ensure_ascii=False, indent=2))

    assert json.loads(text) == content
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "理由" in text


@pytest.mark.parametrize("where", ["review/*.py", "dossier.py", "ledger.py"])
def test_commands_that_tell_records_print_lines_in_no_other_way(where):
    files = sorted(CLI.glob(where))

    assert files
    assert [file.name for file in files if "typer.echo(" in file.read_text(encoding="utf-8")] == []
