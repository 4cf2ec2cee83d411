"""The commands of the sheet work on the unpacked folder, and find what was changed in it."""

import re
import shutil
import subprocess
import zipfile

import pytest

from segmentation.ledger.records import Waiver
from segmentation.reviews.dossier.archive import unpacked
from tests.reviews.dossier import made
from tests.signed import Cast

needs_openssl = pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl")
FILES, ROOT, SIGNATURES, KEYS, BUNDLE, CHAIN = range(6)
NAME = "王 芳.合规@hq"


@pytest.fixture(scope="module")
def cast():
    return made.approved_by(NAME)


@pytest.fixture
def folder(cast, tmp_path):
    with zipfile.ZipFile(made.written(tmp_path, cast)) as file:
        file.extractall(tmp_path / "dossier")
    return tmp_path / "dossier"


def commands(folder, language="en"):
    """Return the commands for a check by hand, in the order of the sheet."""
    text = (folder / f"VERIFY.{language}.md").read_text(encoding="utf-8")
    return re.findall(r"^```sh\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)[1:]


def answers(folder, step, language="en"):
    """Return what a step's commands print, a line each."""
    ran = subprocess.run(
        ["sh", "-c", commands(folder, language)[step]],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    return ran.stdout.splitlines()


def told(cast, tmp_path, language="en"):
    return unpacked(made.written(tmp_path, cast).read_bytes())[f"VERIFY.{language}.md"].decode()


@needs_openssl
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_command_says_what_the_sheet_promises(cast, folder, language):
    said = [answers(folder, step, language) for step in range(6)]

    # All files but the two sheets and the list of files.
    assert len(said[FILES]) == len([p for p in folder.rglob("*") if p.is_file()]) - 3
    assert {line.rpartition(": ")[2] for line in said[FILES]} == {"OK"}
    assert said[ROOT] == [cast.root.public.fingerprint]
    assert said[SIGNATURES] == ["Signature Verified Successfully"] * 7
    assert said[KEYS] == ["1"] * 3
    assert said[BUNDLE] == [
        "signatures/008-submit-Tina.json",
        "signatures/009-approve-Bob.json",
        f"signatures/010-approve-{NAME}.json",
        *["1"] * 5,
    ]
    assert said[CHAIN] == [cast.head]


@needs_openssl
def test_a_changed_file_is_found_by_hand(folder):
    card = folder / "card/card.json"
    card.write_bytes(card.read_bytes().replace(b"0.3", b"0.2", 1))

    assert "card/card.json: FAILED" in answers(folder, FILES)
    assert answers(folder, BUNDLE)[3:] == ["1", "1", "1", "0", "1"]


@needs_openssl
def test_a_changed_decision_is_found_by_hand(folder):
    decision = folder / "signatures/009-approve-Bob.json"
    decision.write_bytes(decision.read_bytes().replace(b"As asked.", b"In haste."))

    assert answers(folder, SIGNATURES).count("Signature Verified Successfully") == 6


@needs_openssl
def test_a_key_put_in_the_place_of_another_is_found_by_hand(folder):
    shutil.copy(folder / "people/004-Bob.pem", folder / "people/002-Tina.pem")

    assert answers(folder, KEYS) == ["0", "1", "1"]


def test_an_event_taken_out_is_found_by_hand(cast, folder):
    lines = (folder / "chain.jsonl").read_bytes().splitlines(keepends=True)
    (folder / "chain.jsonl").write_bytes(b"".join(lines[:5] + lines[6:]))

    assert answers(folder, CHAIN)[-1] != cast.head


def test_it_tells_of_waivers_conditions_and_a_revocation_as_text(tmp_path):
    cast = Cast.assembled()
    waiver = Waiver(
        finding="association:age_band", reason="Known | *and* `followed` <b>.", expires="2026-11-01"
    )
    told_of = {"digests": made.digests(), "verdict": "broken", "blocking": ("association:age_band",)}
    cast.decide("submit", "Tina", **told_of)
    cast.decide("approve", "Carol", waivers=(waiver,), conditions=("# Look again.",), **told_of)
    cast.decide("approve", "Bob", waivers=(waiver,), **told_of)
    cast.decide("revoke", "Adam", **told_of)
    text = told(cast, tmp_path)

    assert (
        r" `association:age_band` | 2026-11-01 | Carol, Bob | Known \| \*and\* \`followed\` &lt;b&gt;. |"
        in text
    )
    assert "| Association of segments with Age: Cramér's V 0.31" in text
    assert "\n- \\# Look again.\n" in text
    assert "| Revoked | 2026-07-01 08:09 UTC |" in text
    assert "| Verdict of the audit | broken |" in text


def test_it_says_until_when_it_is_approved_and_that_pdfs_were_left_out(cast, tmp_path):
    text = told(cast, tmp_path)

    assert "| Approved until, that day included | 2026-12-01 |" in text
    assert "The PDFs were left out" in text
    assert text.count("\nNone.\n") == 2


def test_it_is_in_chinese_but_for_names_and_what_people_wrote(cast, tmp_path):
    text = told(cast, tmp_path, "zh")
    said = [line for line in text.split("```")[0].splitlines() if re.search(r"[A-Za-z]{3}", line)]

    assert text.startswith("# 核验单：")
    assert all(re.search(r"[\u4e00-\u9fff]", line) for line in said)
