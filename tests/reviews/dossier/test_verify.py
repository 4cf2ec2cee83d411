"""A dossier is believed as a whole or refused, and the sentence names what is wrong with it."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentation.errors import BundleError, LedgerError, SegmentationError, StorageError
from segmentation.ledger.checkpoint import checkpoint_of
from segmentation.reviews.dossier import verify_dossier
from segmentation.reviews.dossier.archive import unpacked
from segmentation.reviews.dossier.chain import write_chain
from segmentation.reviews.dossier.manifest import MANIFEST
from segmentation.signing import PrivateKey, sha256
from tests.reviews.dossier import made

STRANGE = b"""-----BEGIN PUBLIC KEY-----
MFQwDgYHKoZIzj0CAQYDKgMEA0IABAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=
-----END PUBLIC KEY-----
"""
"""On a curve that nobody knows."""


@pytest.fixture(scope="module")
def cast():
    return made.approved()


@pytest.fixture(scope="module")
def data(cast, tmp_path_factory):
    return made.written(tmp_path_factory.mktemp("written"), cast).read_bytes()


@pytest.fixture
def files(data):
    return unpacked(data)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("given") / "dossier.zip"


def flipped(data, at):
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def test_a_dossier_as_it_was_written_holds(cast, data, place):
    place.write_bytes(data)
    report = verify_dossier(place, cast.root.public)

    assert (report.model, report.version, report.state) == ("resident_needs", 1, "active")
    assert (report.pinned, report.compared, report.uncovered) == (True, False, ())
    assert report.root == cast.root.public.fingerprint
    assert report.checkpoint == checkpoint_of(made.history(cast))


def test_a_dossier_of_a_ledger_in_which_the_access_log_was_anchored_holds(tmp_path):
    cast = made.approved()
    cast.anchor(40, sha256(b"batch 40"))

    report = verify_dossier(made.written(tmp_path, cast), cast.root.public)

    assert report.checkpoint == checkpoint_of(made.history(cast))


def test_without_a_pinned_root_key_the_report_says_so(data, place):
    place.write_bytes(data)

    assert verify_dossier(place).pinned is False


def test_another_root_key_is_refused(data, place):
    place.write_bytes(data)

    with pytest.raises(LedgerError, match="and you trust"):
        verify_dossier(place, PrivateKey.generate().public)


def test_a_dossier_by_somebody_who_made_a_root_key_holds_only_where_none_is_pinned(cast, tmp_path):
    path = made.written(tmp_path, made.approved())

    assert verify_dossier(path).root != cast.root.public.fingerprint
    with pytest.raises(LedgerError, match="Nothing in it was signed for a ledger of yours"):
        verify_dossier(path, cast.root.public)


@settings(max_examples=150, deadline=None)
@given(share=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_a_change_of_any_bit_of_the_file_is_refused(data, place, share, bit):
    at = int(share * len(data))
    place.write_bytes(data[:at] + bytes([data[at] ^ 1 << bit]) + data[at + 1 :])

    with pytest.raises(BundleError):
        verify_dossier(place)


def test_a_changed_byte_of_any_member_is_refused_even_where_the_list_is_made_to_fit(cast, files, place):
    for name, content in files.items():
        for at in {0, len(content) // 2, len(content) - 1}:
            made.forged(place, {**files, name: flipped(content, at)})
            if name != MANIFEST:
                with pytest.raises(SegmentationError):
                    verify_dossier(place, cast.root.public)


def test_a_missing_member_is_refused_even_where_the_list_is_made_to_fit(cast, files, place):
    for name in files.keys() - {MANIFEST}:
        made.forged(place, {other: data for other, data in files.items() if other != name})

        with pytest.raises((BundleError, LedgerError)):
            verify_dossier(place, cast.root.public)


@pytest.mark.parametrize("name", ["more.txt", "people/099-Eve.pem", "signatures/099-approve-Eve.sig"])
def test_a_member_too_many_is_refused_even_where_the_list_is_made_to_fit(cast, files, place, name):
    made.forged(place, {**files, name: b"x"})

    with pytest.raises(BundleError, match=f"^{name} does not belong"):
        verify_dossier(place, cast.root.public)


@pytest.mark.parametrize("name", ["card/card.zh.html", "impact/impact.en.html", "VERIFY.zh.md"])
def test_a_page_that_says_something_else_than_what_was_signed_is_named(files, place, name):
    made.forged(place, {**files, name: files[name] + b"\n"})

    with pytest.raises(BundleError, match=rf"^{name} in the dossier does not say what"):
        verify_dossier(place)


PAGES = {"card/card.en.html": b"<p>All kept.</p>"}
OTHER = "99.0.0"


def test_pages_that_differ_are_refused_whichever_version_the_unsigned_list_names(cast, files, place):
    made.forged(place, {**files, **PAGES}, program=OTHER)

    with pytest.raises(
        BundleError, match=r"^card/card\.en\.html .* names version 99\.0\.0 .* --other-program"
    ):
        verify_dossier(place, cast.root.public)


def test_pages_of_another_version_of_the_program_are_named_where_they_may_differ(files, place):
    made.forged(place, {**files, **PAGES}, program=OTHER)
    report = verify_dossier(place, other_program=True)

    # The sheets list the page's digest, so they differ as well.
    assert (report.differing, report.uncovered) == (("card/card.en.html", *made.SHEETS), ())


def test_pages_that_this_version_is_said_to_have_written_never_differ(files, place):
    made.forged(place, {**files, **PAGES})

    with pytest.raises(BundleError, match="does not say what the signed files say"):
        verify_dossier(place, other_program=True)


def test_a_dossier_of_another_version_with_the_same_pages_holds(files, place):
    made.forged(place, files, program=OTHER)

    assert verify_dossier(place).differing == ()


def test_pdfs_are_told_as_resting_on_no_signature(files, place):
    extra = {"card/card.en.pdf": b"%PDF-1.7", "card/card.zh.pdf": b"%PDF-1.7"}
    made.forged(place, {**files, **extra}, program=OTHER)
    report = verify_dossier(place, other_program=True)

    assert (report.uncovered, report.differing) == (tuple(extra), made.SHEETS)


def test_evidence_of_another_version_is_refused(files, place):
    for name in ("policy.json", "scorer.json", "audit.json", "card/card.json", "impact/impact.json"):
        made.forged(place, {**files, name: b"{}"})

        with pytest.raises(BundleError, match="not those that were submitted as version 1"):
            verify_dossier(place)


def test_a_revocation_taken_out_of_the_chain_is_refused(tmp_path):
    cast = made.approved()
    cast.decide("revoke", "Adam", digests=made.digests())
    cast.enter("Mona", ())
    files = unpacked(made.written(tmp_path, cast).read_bytes())
    lines = files["chain.jsonl"].splitlines(keepends=True)
    path = made.forged(tmp_path / "f.zip", {**files, "chain.jsonl": b"".join((*lines[:-2], lines[-1]))})

    with pytest.raises(LedgerError, match="Event 11 was removed"):
        verify_dossier(path)


def test_a_revocation_cut_off_shows_against_a_checkpoint_that_was_kept(tmp_path):
    cast = made.approved()
    before = made.written(tmp_path, cast)
    cast.decide("revoke", "Adam", digests=made.digests())
    after = made.written(tmp_path, cast, "after.zip")
    kept = checkpoint_of(made.history(cast))

    assert verify_dossier(before, cast.root.public).state == "active"
    with pytest.raises(LedgerError, match="its end was cut off"):
        verify_dossier(before, cast.root.public, checkpoint=kept)
    report = verify_dossier(after, cast.root.public, checkpoint=kept)
    assert (report.state, report.compared, report.revoked.by) == ("revoked", True, "Adam")


def test_a_revocation_left_out_of_the_decisions_is_refused(tmp_path):
    cast = made.approved()
    cast.decide("revoke", "Adam", digests=made.digests())
    files = unpacked(made.written(tmp_path, cast).read_bytes())
    told = json.loads(files["decisions.json"])
    told["events"].pop()
    path = made.forged(tmp_path / "f.zip", {**files, "decisions.json": json.dumps(told).encode()})

    with pytest.raises(BundleError, match=r"decisions\.json in the dossier does not say what was signed"):
        verify_dossier(path)


def test_a_key_under_a_wrong_name_is_refused(files, place):
    made.forged(place, {**files, "people/003-Carol.pem": files["people/004-Bob.pem"]})

    with pytest.raises(BundleError, match=r"people/003-Carol\.pem in the dossier does not say"):
        verify_dossier(place)


@pytest.mark.parametrize("key", [b"", b"none", STRANGE])
def test_a_root_key_of_another_kind_is_refused(files, place, key):
    made.forged(place, {**files, "root.pem": key})

    with pytest.raises(BundleError, match=r"root\.pem in the dossier is no public key"):
        verify_dossier(place)


def test_a_chain_without_events_is_refused(files, place):
    made.forged(place, {**files, "chain.jsonl": write_chain([])})

    with pytest.raises(LedgerError, match="holds no events"):
        verify_dossier(place)


def test_a_version_that_the_chain_does_not_know_is_refused(cast, tmp_path):
    files = unpacked(made.written(tmp_path, cast).read_bytes())
    chain = write_chain(cast.events[:6])
    path = made.forged(tmp_path / "f.zip", {**files, "chain.jsonl": chain})

    with pytest.raises(BundleError, match="never submitted"):
        verify_dossier(path)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(StorageError, match=r"no\.zip cannot be read"):
        verify_dossier(tmp_path / "no.zip")


def test_any_other_file_is_refused(tmp_path):
    path = tmp_path / "a.zip"
    path.write_bytes(b"")

    with pytest.raises(BundleError, match="no ZIP"):
        verify_dossier(path)


def test_a_dossier_tells_what_was_said_about_sections(tmp_path):
    cast = made.approved()
    cast.say("Carol", bundle=made.bundle().digest)
    report = verify_dossier(made.written(tmp_path, cast), cast.root.public)
    sheet = unpacked((tmp_path / "dossier.zip").read_bytes())["VERIFY.zh.md"].decode()

    (told,) = report.comments
    assert (told.by, told.role, told.section) == ("Carol", "compliance", "gaps")
    assert "## 意见" in sheet
    assert "| Why do tenants need another plan? |" in sheet


def test_a_comment_that_was_altered_or_left_out_is_refused(tmp_path):
    cast = made.approved()
    cast.say("Carol", bundle=made.bundle().digest)
    files = unpacked(made.written(tmp_path, cast).read_bytes())
    (name,) = [one for one in files if one.endswith("-comment-Carol.json")]
    altered = files | {name: files[name].replace(b"tenants", b"nobody")}
    for changed in (altered, {one: data for one, data in files.items() if one != name}):
        with pytest.raises(BundleError, match=r"comment-Carol\.json"):
            verify_dossier(made.forged(tmp_path / "forged.zip", changed), cast.root.public)
