"""What an approval leaves in a checkout, and what is found out when it is altered there."""

import json
import shutil
from pathlib import Path

import pytest

from segmentation.errors import LedgerError, PolicyError, ReviewError, StorageError
from segmentation.reviews.checkout import verify_models, write_decision
from segmentation.reviews.people import remove_person
from segmentation.signing import PrivateKey
from tests.card import made
from tests.reviews.office import MODEL, Office, handed

POLICY = Path(made.__file__).parent / "policy.toml"


@pytest.fixture
def models(tmp_path):
    """A checkout's folder of models, with the policy of the one that is decided about."""
    folder = tmp_path / "checkout" / "models"
    (folder / MODEL).mkdir(parents=True)
    shutil.copy(POLICY, folder / MODEL / "policy.toml")
    return folder


@pytest.fixture
def parts(office):
    """The bundle and the proof of an approved version."""
    office.activated()
    return office.desk.review(MODEL, 1).bundle, office.book.history().proof(MODEL, 1)


@pytest.fixture
def written(models, parts):
    write_decision(models / MODEL, *parts)
    return models


def altered(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_card_and_decision_lie_beside_the_policy(models, parts):
    paths = write_decision(models / MODEL, *parts)

    assert sorted(path.name for path in (models / MODEL).iterdir()) == [
        "card.en.md",
        "card.json",
        "card.zh.md",
        "decision.json",
        "policy.toml",
    ]
    assert set(paths) == {"card.en.md", "card.json", "card.zh.md", "decision.json", "../root.pub"}
    assert paths["card.json"].read_bytes() == parts[0].files["card.json"]
    assert "May it be signed?" in paths["card.en.md"].read_text(encoding="utf-8")
    assert "小型需求" in paths["card.zh.md"].read_text(encoding="utf-8")


def test_what_was_written_verifies_with_the_root_key_and_with_the_one_that_is_kept(written, office):
    for root in (office.root.public, None):
        (found,) = verify_models(written, root)
        assert (found.folder, found.root) == (written / MODEL, office.root.public)
        assert [one.by for one in found.approval.approvals] == ["Carol", "Bob"]


def test_it_verifies_after_its_people_have_gone(written, office):
    remove_person(office.book, office.root, "Carol")

    assert verify_models(written, office.root.public)[0].approval.version == 1


def test_the_decision_of_the_next_version_takes_its_place(written, office):
    office.activated(2)
    write_decision(
        written / MODEL, office.desk.review(MODEL, 2).bundle, office.book.history().proof(MODEL, 2)
    )

    assert verify_models(written, office.root.public)[0].approval.version == 2


def test_a_folder_without_decisions_verifies(models, tmp_path):
    assert verify_models(models) == ()
    assert verify_models(tmp_path / "nowhere") == ()


def test_another_policy_keeps_the_decision_out_and_the_approval_stands(models, parts, office):
    altered(models / MODEL / "policy.toml", "review_days = 180", "review_days = 181")

    with pytest.raises(ReviewError, match="is not the policy under which small_needs version 1 was approved"):
        write_decision(models / MODEL, *parts)
    assert [path.name for path in (models / MODEL).iterdir()] == ["policy.toml"]
    assert office.desk.standing(MODEL, 1).state == "active"


def test_a_comment_in_the_policy_changes_nothing(models, parts):
    path = models / MODEL / "policy.toml"
    path.write_text("# Checked in May.\n" + path.read_text(encoding="utf-8"), encoding="utf-8")

    assert len(write_decision(models / MODEL, *parts)) == 5


def test_a_folder_without_a_policy_is_refused(tmp_path, parts):
    with pytest.raises(PolicyError, match="cannot be read"):
        write_decision(tmp_path, *parts)


def test_the_decision_about_another_version_is_refused(models, parts, office):
    office.activated(2)

    with pytest.raises(
        ReviewError, match="is about small_needs version 2, and not about small_needs version 1"
    ):
        write_decision(models / MODEL, parts[0], office.book.history().proof(MODEL, 2))


def test_a_full_disk_leaves_what_was_there(written, parts, monkeypatch):
    before = (written / MODEL / "decision.json").read_bytes()

    def full(self, data):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(StorageError, match="no space left"):
        write_decision(written / MODEL, *parts)
    assert (written / MODEL / "decision.json").read_bytes() == before


@pytest.mark.parametrize(
    ("file", "old", "new", "rule"),
    [
        ("card.json", '"kept"', '"broken"', r"card\.json is not the card that was signed"),
        (
            "policy.toml",
            "review_days = 180",
            "review_days = 90",
            r"policy\.toml is not the policy under which",
        ),
        ("decision.json", "Looked at it.", "Looked at it!", "was altered"),
        ("decision.json", '"format":"proof/1"', '"format":"proof/9"', "cannot be read"),
    ],
)
def test_what_was_altered_is_found_and_named(written, office, file, old, new, rule):
    altered(written / MODEL / file, old, new)

    for root in (office.root.public, None):
        with pytest.raises(ReviewError, match=rule) as told:
            verify_models(written, root)
        assert told.value.faults[0].where == MODEL


def test_a_decision_in_the_folder_of_another_model_is_found(written):
    (written / MODEL).rename(written / "other_needs")

    with pytest.raises(ReviewError, match="is about another model, small_needs"):
        verify_models(written)


def test_a_card_that_is_missing_is_found(written):
    (written / MODEL / "card.json").unlink()

    with pytest.raises(ReviewError, match="small_needs"):
        verify_models(written)


def test_a_decision_of_another_ledger_shows_nothing_to_who_pins_a_root_key(written):
    with pytest.raises(ReviewError, match="root"):
        verify_models(written, PrivateKey.generate().public)


# ---- The root key that a checkout keeps -------------------------------------------------------------


def test_the_root_key_is_kept_once_and_stays(models, parts, office):
    assert "../root.pub" in write_decision(models / MODEL, *parts)
    kept = (models / "root.pub").read_text(encoding="utf-8")
    assert kept == f"{office.root.public.text}\n"

    assert "../root.pub" not in write_decision(models / MODEL, *parts)
    assert (models / "root.pub").read_text(encoding="utf-8") == kept


@pytest.fixture
def forged(tmp_path):
    """The bundle and the proof of an office that somebody else began, of people with the same names."""
    (tmp_path / "elsewhere").mkdir()
    other = Office.opened(tmp_path / "elsewhere")
    other.activated()
    return other.desk.review(MODEL, 1).bundle, other.book.history().proof(MODEL, 1)


def test_a_decision_under_another_root_key_is_not_written(written, forged):
    before = {path: path.read_bytes() for path in written.rglob("*") if path.is_file()}

    with pytest.raises(ReviewError, match=r"root\.pub is another root key"):
        write_decision(written / MODEL, *forged)
    assert {path: path.read_bytes() for path in written.rglob("*") if path.is_file()} == before


def test_a_forged_decision_does_not_hold_though_it_names_its_own_root_key(written, forged):
    (written / MODEL / "decision.json").write_text(forged[1].to_json(), encoding="utf-8")

    with pytest.raises(ReviewError, match="small_needs"):
        verify_models(written)


def test_a_decision_beside_which_no_root_key_is_kept_shows_nothing(written):
    (written / "root.pub").unlink()

    with pytest.raises(ReviewError, match=r"holds a decision and no root\.pub"):
        verify_models(written)


@pytest.mark.parametrize("text", [b"", b"ed25519:x", b"\xff"])
def test_what_is_no_root_key_is_refused_and_not_replaced(written, parts, text):
    (written / "root.pub").write_bytes(text)

    for act in (lambda: verify_models(written), lambda: write_decision(written / MODEL, *parts)):
        with pytest.raises(ReviewError, match=r"root\.pub is no public root key"):
            act()
    assert (written / "root.pub").read_bytes() == text


def test_a_proof_that_was_altered_is_not_written(models, parts):
    bundle, proof = parts
    cut = type(proof)(proof.model, proof.version, proof.events[:-1])

    with pytest.raises(LedgerError, match="does not show that version 1"):
        write_decision(models / MODEL, bundle, cut)
    with pytest.raises(LedgerError, match="holds no start of a ledger"):
        write_decision(models / MODEL, bundle, type(proof)(proof.model, proof.version, ()))
    assert [path.name for path in models.iterdir()] == [MODEL]


def test_an_approval_that_was_cut_out_is_found(written, office):
    path = written / MODEL / "decision.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    content["events"].pop()
    path.write_text(json.dumps(content), encoding="utf-8")

    with pytest.raises(ReviewError, match="does not show that version 1 of small_needs was approved"):
        verify_models(written, office.root.public)


def test_a_proof_of_nothing_is_found(written):
    (written / MODEL / "decision.json").write_text(
        '{"format": "proof/1", "model": "small_needs", "version": 1, "events": []}'
    )

    with pytest.raises(ReviewError, match="does not show that version 1 of small_needs was approved"):
        verify_models(written)


def test_all_that_is_wrong_is_told_at_once(written):
    shutil.copytree(written / MODEL, written / "other_needs")
    altered(written / MODEL / "policy.toml", "review_days = 180", "review_days = 90")

    with pytest.raises(ReviewError, match="2 faults"):
        verify_models(written)


def test_what_blocked_and_was_waived_is_written_too(models, office):
    one = handed(audit=made.audit())
    office.submit(one)
    for by in ("Carol", "Bob"):
        office.approve(by, waivers=one.waivers)
    write_decision(models / MODEL, office.desk.review(MODEL, 1).bundle, office.book.history().proof(MODEL, 1))

    assert verify_models(models)[0].approval.approvals[0].waivers == one.waivers
