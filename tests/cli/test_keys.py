"""`segmentation keys`: who may ask the service, by records that administrators sign."""

import pytest

from segmentation.ledger.api_keys import token_parts
from tests.keys import opened

BILLING = ("--name", "billing", "--scope", "predict", "--expires", "2027-06-30", "--reason", "Letters.")


@pytest.fixture
def issue(run, office):
    """Issue a key for billing."""
    return lambda *words: run("keys", "issue", "--as", "Adam", *BILLING, *words)


@pytest.fixture
def issued(issue):
    """What was printed of one, as machines read it."""
    return issue("--json").content


def test_a_token_is_printed_once_and_opens_the_key_of_its_id(issue, office):
    ended = issue()
    (line,) = (line for line in ended.out.splitlines() if line.startswith("  sgk_"))
    key_id, _ = token_parts(line.strip())
    record = office.book.history().api_keys[key_id].record

    assert ended.code == 0
    assert ended.out.startswith(
        f"Issued: {key_id}; billing; predict; 50 requests a second; until 2027-06-30; issued by Adam on "
    )
    assert "which is not shown again and is kept nowhere" in ended.out
    assert opened(office.book.history(), line.strip(), office.clock.now) == record
    assert record.expires.isoformat() == "2027-07-01T00:00:00+00:00"


def test_a_token_may_go_to_a_new_file_that_its_owner_alone_reads(issue, office, tmp_path):
    file = tmp_path / "token.txt"
    ended = issue("--out", file)
    key_id, secret = token_parts(file.read_text(encoding="ascii").strip())

    assert opened(office.book.history(), f"sgk_{key_id}_{secret}", office.clock.now).id == key_id
    assert file.stat().st_mode & 0o077 == 0
    assert secret not in ended.out


def test_where_the_token_cannot_be_kept_no_key_is_issued(issue, office, tmp_path):
    (tmp_path / "token.txt").write_text("another", encoding="ascii")
    ended = issue("--out", tmp_path / "token.txt")

    assert ended.code == 2
    assert "Name a new file" in ended.err
    assert office.book.history().api_keys == {}
    assert (tmp_path / "token.txt").read_text(encoding="ascii") == "another"


def test_two_keys_have_nothing_in_common(issue):
    assert issue().out.splitlines()[2] != issue().out.splitlines()[2]


def test_the_same_is_told_to_machines(issue, office):
    told = issue("--json", "--scope", "explain", "--scope", "predict", "--per-second", "7").content

    assert (told["name"], told["scopes"], told["per_second"]) == ("billing", ["predict", "explain"], 7)
    assert token_parts(told["token"])[0] == told["id"]


def test_keys_are_listed_with_what_they_open_and_no_secret(run, office, issued):
    ended = run("keys", "list")

    assert ended.out == (
        f"{issued['id']}; billing; predict; 50 requests a second; until 2027-06-30; issued by Adam on "
        "2026-03-02\n"
    )
    (told,) = run("keys", "list", "--json").content["keys"]
    assert (told["revoked"], told["refusal"], told["name"]) == (None, None, "billing")
    assert issued["token"].split("_", 2)[2] not in ended.out + str(told)
    assert "secret" not in told


def test_where_there_are_none_it_says_how_to_issue_one(run, office):
    assert run("keys", "list").out == (
        "No API key was issued yet. Issue one with `segmentation keys issue`.\n"
    )


def test_a_key_that_is_over_is_listed_so(run, office, issued):
    office.clock.now = office.clock.now.replace(year=2028)

    assert run("keys", "list").out.endswith("; expired\n")


def test_where_no_key_is_issued_no_file_is_left(issue, tmp_path):
    refused = issue("--out", tmp_path / "token.txt", "--name", "a/b")

    assert refused.code == 2
    assert not (tmp_path / "token.txt").exists()
    assert issue("--out", tmp_path / "token.txt").code == 0


@pytest.mark.parametrize("who", ["Adam", "Carol"])
def test_a_key_is_revoked_at_once(run, office, issued, who):
    ended = run("keys", "revoke", issued["id"], "--as", who, "--reason", "It was in a mail.")

    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith(f"Revoked: {issued['id']}; billing; ")
    assert run("keys", "list").out.endswith("; revoked on 2026-03-02\n")
    (told,) = run("keys", "list", "--json").content["keys"]
    assert told["refusal"].startswith("The API key was revoked on 2026-03-02 08:")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--as", "Carol", *BILLING), "As compliance nobody may issue an API key; ask administrator."),
        (("--as", "Nobody", *BILLING), "Nobody is entered as Nobody"),
        (("--as", "Adam", *BILLING, "--scope", "all"), "'all' is not one of"),
        (("--as", "Adam", *BILLING, "--per-second", "0"), "'--per-second'"),
        (
            ("--as", "Adam", *BILLING, "--expires", "2026-03-01"),
            "--expires 2026-03-01 is over; name a later day.",
        ),
        (("--as", "Adam", *BILLING, "--expires", "2028-03-02"), "name 2028-03-01 or an earlier day."),
        (
            ("--as", "Adam", *BILLING, "--expires", "9999-12-31"),
            "--expires 9999-12-31 is too far away: a key",
        ),
        (("--as", "Adam", *BILLING, "--name", "a/b"), "The record cannot be written: name"),
        (("--as", "Adam", *BILLING, "--passphrase-file", "none.txt"), "none.txt cannot be read"),
    ],
)
def test_what_cannot_be_issued_is_one_sentence_and_prints_no_token(run, office, words, told):
    ended = run("keys", "issue", *words)

    assert ended.code == 2
    assert told in " ".join(ended.err.replace("│", " ").split())
    assert "sgk_" not in ended.out + ended.err
    assert office.book.history().api_keys == {}


@pytest.mark.parametrize("day", ["2026-03-02", "2028-03-01"])
def test_a_key_may_end_today_or_in_two_years(run, office, day):
    ended = run("keys", "issue", "--as", "Adam", *BILLING, "--expires", day)

    assert (ended.code, ended.err) == (0, "")
    assert f"until {day}" in ended.out


def test_who_may_not_is_told_before_their_passphrase_is_asked(run, office, monkeypatch):
    monkeypatch.delenv("SEGMENTATION_PASSPHRASE")
    ended = run("keys", "issue", "--as", "Tina", *BILLING)

    assert "As trainer nobody may issue an API key" in ended.err


@pytest.mark.parametrize(
    ("key", "who", "told"),
    [
        ("f" * 12, "Adam", "There is no API key ffffffffffff in this ledger"),
        ("x", "Adam", "The record cannot be written: id"),
        ("f" * 12, "Tina", "As trainer nobody may revoke an API key; ask administrator or compliance."),
    ],
)
def test_what_cannot_be_revoked_is_one_sentence(run, office, key, who, told):
    ended = run("keys", "revoke", key, "--as", who, "--reason", "It was in a mail.")

    assert (ended.code, ended.out) == (2, "")
    assert told in ended.err


def test_a_key_for_residents_names_its_purposes(run, office):
    about = ("--name", "desk", "--expires", "2027-06-30", "--reason", "Answers.", "--scope", "resident")
    refused = run("keys", "issue", "--as", "Adam", *about)
    issued = run("keys", "issue", "--as", "Adam", *about, "--purpose", "service_planning", "--json")

    assert refused.code == 2
    assert "names no purpose" in refused.err
    assert issued.content["purposes"] == ["service_planning"]
    assert "; resident for service_planning; " in run("keys", "list").out
