"""`segmentation review`: look at versions, and decide about them with a signature, here or elsewhere."""

import base64
import json
import subprocess
import sys

import pytest

from segmentation.ledger.records import Decision
from tests.card import made
from tests.reviews.office import MODEL, handed

ABOUT = ("--model", MODEL, "--version", "1")


@pytest.fixture
def submitted(office):
    """Version 1, in which nothing blocks, submitted by Tina."""
    office.submit(handed())
    return office


@pytest.fixture
def approve(run):
    return lambda name, *words: run("review", "approve", *ABOUT, "--as", name, "--yes", *words)


@pytest.fixture
def active(submitted, approve):
    """Version 1, approved by Carol and Bob."""
    assert approve("Carol").code == 0
    assert approve("Bob").code == 0
    return submitted


def state(run, version=1):
    return run("review", "show", "--model", MODEL, "--version", version, "--json").content["state"]


# ---- Looking ----------------------------------------------------------------------------------------


def test_where_nothing_was_submitted_the_list_says_so(run, office):
    assert run("review", "list").out.startswith("Nothing was submitted yet.")


@pytest.mark.parametrize("as_json", [(), ("--json",)])
def test_a_version_that_nobody_submitted_is_not_shown(run, office, as_json):
    ended = run("review", "show", *ABOUT, *as_json)

    assert (ended.code, ended.out) == (2, "")
    assert (
        f"Error: {MODEL} version 1 was never submitted. Nothing was submitted yet; see `segmentation review "
        "list`.\n"
    ) in ended.err


@pytest.mark.parametrize(
    ("model", "version", "told"),
    [
        (MODEL, 2, f"{MODEL} version 2 was never submitted. Of {MODEL} there is version 1; see"),
        ("others", 1, f"others version 1 was never submitted. There are versions of {MODEL}; see"),
    ],
)
def test_a_refusal_to_show_names_what_was_submitted(run, submitted, model, version, told):
    ended = run("review", "show", "--model", model, "--version", version)

    assert ended.code == 2
    assert told in ended.err


def test_every_version_is_listed_with_where_it_stands_and_why(run, submitted):
    ended = run("review", "list", "--model", MODEL)

    assert ended.out.startswith(f"{MODEL} version 1: submitted since 2026-03-02 ")
    assert "Tina submitted it on 2026-03-02." in ended.out
    assert run("review", "list", "--json").content["versions"][0]["state"] == "submitted"


def test_a_version_shows_what_is_missing_and_what_may_be_done(run, submitted):
    told = run("review", "show", *ABOUT).out

    assert "Missing: the signature for compliance and the one for business" in told
    assert "Possible now: approve, request changes, reject, revoke" in told
    assert "Nothing blocks the signature" in told


def test_a_version_shows_every_decision_with_who_and_until_when(run, active):
    told = run("review", "show", *ABOUT).out

    assert "submit by Tina (trainer): " in told
    assert "approve by Carol (compliance), until " in told
    assert "approve by Bob (business), until " in told


def test_what_blocks_is_told_in_sentences(run, office):
    version = handed(audit=made.audit())
    office.submit(version)
    content = run("review", "show", *ABOUT, "--json").content

    assert [one["finding"] for one in content["blocking"]] == [one.finding for one in version.waivers]
    assert all(one["sentence"]["zh"] for one in content["blocking"])
    assert content["blocking"][0]["sentence"]["en"] in run("review", "show", *ABOUT).out


def test_a_version_whose_bundle_was_altered_is_still_shown_with_a_warning(run, office):
    office.submit(handed(audit=made.audit()))
    (card,) = office.home.root.parent.glob("bundles/reviews/*/*/card.json")
    card.write_bytes(card.read_bytes() + b" ")
    ended = run("review", "show", *ABOUT)

    assert ended.code == 0
    assert "Warning: what blocks is told by its keys alone." in ended.err


def test_a_comparison_is_with_the_version_that_is_active(run, active):
    active.submit(handed(2))
    content = run("review", "diff", "--model", MODEL, "--version", "2", "--json").content

    assert (content["before"]["version"], content["after"]["version"]) == (1, 2)
    assert run("review", "diff", "--model", MODEL, "--version", "1").code == 2
    assert run("review", "diff", "--model", MODEL, "--version", "1", "--against", "2").code == 0


def test_a_comparison_is_with_the_version_last_in_service_where_none_is_now(run, active):
    words = ("review", "diff", "--model", MODEL, "--version", "2")
    active.submit(handed(2))
    assert run(*words).out.startswith(f"{MODEL}: version 2 against version 1 (active)")
    assert run("review", "suspend", *ABOUT, "--as", "Mona", "--reason", "Residents changed.").code == 0

    assert run(*words).out.startswith(f"{MODEL}: version 2 against version 1 (suspended)")
    assert run(*words, "--json").content["before"]["state"] == "suspended"


# ---- Deciding ---------------------------------------------------------------------------------------


def test_two_approvals_make_a_version_active(run, submitted, approve):
    first, second = approve("Carol"), approve("Bob")

    assert "version 1: submitted since" in first.out
    assert "the signature for business is missing" in first.out
    assert "version 1: active since" in second.out
    assert "Nothing is registered here, so no MLflow shows it." in second.err


def test_before_signing_it_is_told_in_words_what_is_signed(run, submitted, approve):
    told = approve("Carol", "--condition", "Visit once.", "--valid-until", "2026-04-01").out

    assert told.startswith(f"Carol (compliance) is about to sign:\n  approve {MODEL} version 1\n")
    assert "  on condition: Visit once.\n  valid until: 2026-04-01\n" in told
    assert "    bundle   sha256:" in told


@pytest.mark.parametrize("answer", [True, False])
def test_who_is_asked_may_say_no(run, submitted, monkeypatch, answer):
    monkeypatch.setattr("segmentation.cli.secrets.is_asked", lambda: True)
    monkeypatch.setattr("typer.confirm", lambda _: answer)
    ended = run("review", "approve", *ABOUT, "--as", "Carol")

    assert ended.code == (0 if answer else 1)
    assert ("Nothing was signed." in ended.out) is not answer
    assert len(run("review", "show", *ABOUT, "--json").content["decisions"]) == 1 + answer


def test_where_nobody_can_be_asked_yes_must_be_said(run, submitted, monkeypatch):
    monkeypatch.setattr("segmentation.cli.secrets.is_asked", lambda: False)
    ended = run("review", "approve", *ABOUT, "--as", "Carol")

    assert ended.code == 2
    assert "say --yes" in ended.err


@pytest.mark.parametrize("name", ["Tina", "Adam", "Mona", "Nobody"])
def test_who_may_not_approve_is_refused_in_one_sentence(run, submitted, approve, name):
    ended = approve(name)

    assert ended.code == 2
    assert ended.err.splitlines()[-1].startswith("Error: ")
    assert state(run) == "submitted"


@pytest.mark.parametrize("name", ["Tina", "Adam", "Mona"])
def test_who_may_not_approve_is_told_before_the_text_and_the_passphrase(run, office, name, monkeypatch):
    office.submit(handed(audit=made.audit()))
    monkeypatch.setattr("segmentation.cli.secrets.passphrase", lambda *_: pytest.fail("asked"))
    ended = run("review", "approve", *ABOUT, "--as", name)

    assert (ended.code, ended.out) == (2, "")
    assert "waiver" not in ended.err
    assert f"Error: {name}" in ended.err or "Error: As " in ended.err


@pytest.mark.parametrize("words", [("request-changes", "Tina"), ("reject", "Adam"), ("revoke", "Tina")])
def test_who_may_not_stop_a_version_is_told_before_the_passphrase(run, submitted, words, monkeypatch):
    monkeypatch.setattr("segmentation.cli.secrets.passphrase", lambda *_: pytest.fail("asked"))

    assert run("review", words[0], *ABOUT, "--as", words[1], "--reason", "No.").code == 2


def test_the_day_on_which_an_approval_really_ends_is_told_before_it_is_signed(run, office, approve, bare):
    version = handed(audit=made.audit())
    office.submit(version)
    early, *rest = sorted(version.waivers, key=lambda one: one.finding)
    entries = [(early.finding, "2026-03-20"), *((one.finding, "2026-08-30") for one in rest)]
    (bare / "waivers.toml").write_text("\n".join(entry(*one) for one in entries), encoding="utf-8")
    told = approve("Carol", "--waivers", "waivers.toml", "--valid-until", "2026-05-01").out

    assert f"valid until: 2026-03-20, because the waiver of {early.finding} ends then" in told
    assert "(it would hold until 2026-05-01)\n" in told
    later = (bare / "waivers.toml").read_text(encoding="utf-8").replace("2026-03-20", "2026-08-30")
    (bare / "waivers.toml").write_text(later, encoding="utf-8")
    told = approve("Bob", "--waivers", "waivers.toml", "--valid-until", "2026-04-01").out
    assert "  valid until: 2026-04-01\n" in told
    assert "  both together: until 2026-03-20, because the approval by Carol ends then\n" in told


def entry(finding, day):
    """A waiver as a person writes it."""
    return (
        f'[[waiver]]\nfinding = "{finding}"\nreason = "Looked into; a visit is planned."\nexpires = {day}\n'
    )


def test_many_waivers_are_told_in_a_line_each_with_their_reason_once(run, office, approve, bare):
    version = handed(audit=made.audit())
    office.submit(version)
    entries = [entry(one.finding, "2026-06-30") for one in version.waivers]
    (bare / "waivers.toml").write_text("\n".join(entries), encoding="utf-8")
    words = ("review", "approve", *ABOUT, "--as", "Carol", "--waivers", "waivers.toml", "--yes")
    sentence = run("review", "show", *ABOUT, "--json").content["blocking"][0]["sentence"]["en"]
    assert sentence in run(*words, "--full").out
    told = run(*words).out

    assert f"  waived: {len(entries)} finding" in told
    assert told.count("Looked into; a visit is planned.") == 1
    assert sentence not in told
    shown = run("review", "show", *ABOUT).out
    assert f"\n{len(entries)} finding" in shown
    assert shown.count(f"waived {len(entries)} finding") == 2
    assert sentence in shown


def test_a_finding_that_blocks_needs_a_waiver_that_a_person_wrote(run, office, approve, bare):
    office.submit(handed(audit=made.audit()))
    refused = approve("Carol")
    assert refused.code == 2
    assert "Draft them with `segmentation review waivers`" in refused.err

    assert run("review", "waivers", *ABOUT, "--out", "waivers.toml").code == 0
    assert approve("Carol", "--waivers", "waivers.toml").code == 2
    text = (bare / "waivers.toml").read_text(encoding="utf-8").splitlines()
    filled = {"reason": 'reason = "Looked into; a visit is planned."', "expires": "expires = 2026-06-30"}
    (bare / "waivers.toml").write_text(
        "\n".join(filled.get(line.split(" = ")[0], line) for line in text), encoding="utf-8"
    )
    ended = approve("Carol", "--waivers", "waivers.toml")
    assert ended.code == 0
    assert "  waived: " in ended.out
    assert run("review", "waivers", *ABOUT, "--out", "waivers.toml").code == 2


def test_where_nothing_blocks_no_waivers_are_drafted(run, submitted, bare):
    assert "nothing needs a waiver" in run("review", "waivers", *ABOUT, "--out", "waivers.toml").out
    assert not (bare / "waivers.toml").exists()


def test_an_approval_that_is_held_is_activated_later(run, submitted, approve):
    approve("Carol")
    approve("Bob", "--hold")
    assert state(run) == "approved"

    assert run("review", "activate", *ABOUT).code == 0
    assert state(run) == "active"


@pytest.mark.parametrize(
    ("command", "name", "ends"),
    [
        ("request-changes", "Bob", "changes_requested"),
        ("reject", "Carol", "rejected"),
        ("revoke", "Adam", "revoked"),
    ],
)
def test_one_person_stops_a_version(run, submitted, command, name, ends):
    assert run("review", command, *ABOUT, "--as", name, "--reason", "It sorts by age.").code == 0
    assert state(run) == ends


def test_a_suspended_version_is_resumed_by_two(run, active):
    assert run("review", "suspend", *ABOUT, "--as", "Mona", "--reason", "Residents changed.").code == 0
    assert state(run) == "suspended"
    for name in ("Carol", "Bob"):
        ended = run("review", "resume", *ABOUT, "--as", name, "--reason", "Mended.", "--yes")
        assert ended.code == 0
    assert state(run) == "active"


def test_a_wrong_passphrase_signs_nothing(run, submitted, approve, monkeypatch):
    monkeypatch.setenv("SEGMENTATION_PASSPHRASE", "not the passphrase")

    assert approve("Carol").code == 2
    assert state(run) == "submitted"


def test_a_decision_is_kept_in_a_checkout_that_is_named(run, submitted, approve, bare):
    (bare / "checkout" / MODEL).mkdir(parents=True)
    approve("Carol")
    ended = approve("Bob", "--checkout", "checkout")

    assert ended.code == 0
    assert "policy.toml" in ended.err
    assert state(run) == "active"


def test_what_compares_model_files_loads_no_fitting_toolkit():
    script = (
        "import sys; from segmentation.registry import check_model_files, mirror, versions_of; "
        "sys.exit('sklearn' in sys.modules or 'skops' in sys.modules or 'mlflow' not in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


# ---- Signing elsewhere ------------------------------------------------------------------------------


def test_what_was_signed_elsewhere_counts_as_much(run, submitted, approve, bare):
    words = ("review", "payload", "--action", "approve", *ABOUT, "--as", "Carol", "--out", "carol.json")
    assert run(*words).code == 0
    payload = (bare / "carol.json").read_bytes()
    assert Decision.model_validate_json(payload).by == "Carol"
    signed = submitted.keys["Carol"].sign(json.loads(payload))
    (bare / "carol.sig").write_bytes(base64.b64decode(signed.signature))

    ended = run("review", "attach", "carol.json", "carol.sig")
    assert ended.code == 0
    approve("Bob")
    assert state(run) == "active"


@pytest.mark.parametrize(
    ("payload", "signature", "told"),
    [(b"{}", b"0" * 64, "not one that `review payload` wrote"), (None, b"", "cannot be read")],
)
def test_what_is_no_payload_is_refused(run, submitted, bare, payload, signature, told):
    if payload is not None:
        (bare / "p.json").write_bytes(payload)
    (bare / "p.sig").write_bytes(signature)
    ended = run("review", "attach", "p.json", "p.sig")

    assert ended.code == 2
    assert told in ended.err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--action", "approve"), "name the version"),
        (("--action", "approve", "--model", MODEL, "--version", "candidate"), "number of a version"),
        (("--action", "adopt"), "name the policy"),
        (("--action", "submit", *ABOUT), "name the answers"),
    ],
)
def test_a_payload_without_what_it_is_about_is_refused(run, submitted, words, told):
    ended = run("review", "payload", *words, "--as", "Carol", "--out", "p.json")

    assert ended.code == 2
    assert told in " ".join(ended.err.replace("│", " ").split())


# ---- Comments ----------------------------------------------------------------------------------------


def test_a_comment_is_signed_recorded_and_shown(run, submitted):
    told = ("--section", "gaps", "--text", "Why do tenants need another plan?")
    ended = run("review", "comment", *ABOUT, "--as", "Tina", *told)
    shown = run("review", "show", *ABOUT)

    assert (ended.code, ended.out.startswith("Recorded: a comment on gaps of ")) == (0, True), ended.err
    assert "Comments, oldest first\n" in shown.out
    assert "by Tina (trainer)\n    gaps: Why do tenants need another plan?\n" in shown.out
    ((comment),) = run("review", "show", *ABOUT, "--json").content["comments"]
    assert (comment["by"], comment["remarks"][0]["section"]) == ("Tina", "gaps")


def test_a_comment_on_what_is_no_section_names_those_there_are(run, submitted):
    ended = run("review", "comment", *ABOUT, "--as", "Carol", "--section", "weather", "--text", "It rains.")

    assert ended.code == 2
    assert "There is no such section as weather. Name one of about, " in ended.err


def test_a_comment_may_be_signed_elsewhere(run, submitted, tmp_path):
    out = tmp_path / "comment.json"
    told = ("--section", "version", "--text", "Read.", "--out", out)
    assert run("review", "payload", "--action", "comment", *ABOUT, "--as", "Carol", *told).code == 0
    (tmp_path / "comment.sig").write_bytes(submitted.keys["Carol"]._key.sign(out.read_bytes()))

    assert run("review", "attach", out, tmp_path / "comment.sig").code == 0
    assert len(submitted.book.history().comments(MODEL, 1)) == 1
