"""Writing a dossier: the same bytes for the same decisions, and only of what was submitted."""

import zipfile

import pytest

from segmentation.bundle import AUDIT, Bundle
from segmentation.errors import BundleError, LedgerError, ReviewError, StorageError
from segmentation.reviews.dossier import verify_dossier, write_dossier
from segmentation.reviews.dossier.archive import unpacked
from segmentation.signing import PrivateKey
from tests.reviews.dossier import made
from tests.signed import MODEL, Cast

FILES = {
    "VERIFY.en.md", "VERIFY.zh.md", "audit.json", "bundle.json", "card/card.en.html", "card/card.json",
    "card/card.zh.html", "chain.jsonl", "checkpoint.json", "decisions.json", "impact/impact.en.html",
    "impact/impact.json", "impact/impact.zh.html", "manifest.json", "policy.json", "root.pem", "scorer.json",
}  # fmt: skip


def test_it_holds_everything_that_an_auditor_needs(tmp_path):
    files = unpacked(made.written(tmp_path, made.approved()).read_bytes())
    rest = files.keys() - FILES

    assert files.keys() >= FILES
    assert {name.split("/")[0] for name in rest} == {"people", "signatures"}
    assert {name.removesuffix(".sig") for name in rest if name.endswith(".sig")} == {
        name.removesuffix(".json") for name in rest if name.endswith(".json")
    }


def test_the_same_decisions_give_the_same_bytes(tmp_path):
    cast = made.approved()

    one, other = made.written(tmp_path, cast, "a.zip"), made.written(tmp_path, cast, "b.zip")

    assert one.read_bytes() == other.read_bytes()


def test_one_more_event_gives_other_bytes(tmp_path):
    cast = made.approved()
    before = made.written(tmp_path, cast).read_bytes()
    cast.enter("Mona", ())

    assert made.written(tmp_path, cast).read_bytes() != before


def test_a_file_there_is_replaced_and_folders_are_made(tmp_path):
    path = made.written(tmp_path / "2026", made.approved())
    path.write_text("old")

    assert verify_dossier(made.written(tmp_path / "2026", made.approved())).state == "active"


def test_a_version_that_was_refused_can_be_kept_as_well(tmp_path):
    cast = Cast.assembled()
    cast.decide("submit", "Tina", digests=made.digests())
    cast.decide("reject", "Bob", digests=made.digests(), reason="It follows age.")

    report = verify_dossier(made.written(tmp_path, cast), cast.root.public)

    assert (report.state, report.signers, report.valid_until) == ("rejected", (), None)


def test_people_may_have_names_of_any_script(tmp_path):
    for name in ("王 芳.合规@hq", "อรุณี", "\U00020000" * 63):
        path = made.written(tmp_path, made.approved_by(name))

        assert verify_dossier(path).signers == ("Bob", name)
        with zipfile.ZipFile(path) as file:
            file.extractall(tmp_path / "unpacked")


def test_a_version_that_was_never_submitted_is_refused(tmp_path):
    with pytest.raises(ReviewError, match="never submitted"):
        made.written(tmp_path, Cast.assembled())


def test_files_that_were_not_submitted_are_refused(tmp_path):
    cast = made.approved()
    other = Bundle(MODEL, 1, {**made.bundle().files, AUDIT: b"{}"})

    with pytest.raises(BundleError, match="not those that were submitted"):
        write_dossier(
            tmp_path / "a.zip", other, made.history(cast), MODEL, 1, root=cast.root.public, pdf=False
        )
    assert list(tmp_path.iterdir()) == []


def test_a_ledger_of_another_root_key_is_refused(tmp_path):
    with pytest.raises(LedgerError, match="another root key"):
        made.written(tmp_path, made.approved(), root=PrivateKey.generate().public)


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(StorageError, match="cannot be written"):
        made.written(tmp_path / "file", made.approved())
