"""Signing: wrong passphrases, twice the same, a ledger that moved on, and what cannot be written."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest

from segmentation.errors import StorageError, UnreachableError
from segmentation.ledger.book import Book
from segmentation.ledger.notes import Notes
from segmentation.reviews.keyfiles import key_file
from segmentation.signing import PrivateKey
from serving.pages.entrance import attending
from serving.pages.visit import Sent
from tests.ledger.processes import process, wait_for
from tests.serving.pages.acting import Acting, events, fields, state
from tests.serving.pages.browsing import Browser, Site
from tests.serving.pages.made import MODEL, PASSPHRASE, QUICK, PageOffice, blocked

SIGN = """
    import json
    from datetime import datetime
    from segmentation.ledger.trust import Trust
    from segmentation.signing import PublicKey
    from serving.pages.deciding import deciding
    from serving.pages.office import Office
    from serving.pages.visit import Person, Sent, Visit
    from serving.settings import Settings

    told, (ready, go) = json.loads(sys.argv[1]), sys.argv[2:]
    ledger, root, witness, bundles = told["trust"]
    trust, home = Trust(ledger, PublicKey(root), Path(witness), bundles), Path(told["home"])
    now = datetime.fromisoformat(told["now"])
    office = Office(Settings(told["model"], trust, home / "spool", home=home), lambda: now)
    carol = Person("Carol", ("compliance",), "0" * 64)
    path = {"version": "1"}
    visit = Visit(office, carol, "zh", now, "sign_approve", path, form=told["form"])
    office.history()
    wait_to_go(ready, go)
    answer = deciding.answer(visit)
    print(answer.notice if isinstance(answer, Sent) else f"{type(answer.page).__name__} {answer.status}")
    office.close()
"""
"""Signs what was shown, and prints what the browser gets."""


@pytest.fixture
def carol(desk):
    desk.office.submit()
    return Acting(desk, "Carol", "approve")


def test_a_wrong_passphrase_shows_the_page_once_more_and_signs_nothing(desk, carol):
    shown, before = carol.preview(), events(desk)

    again = carol.sign(shown, "not the passphrase")

    assert (again.status, fields(again), events(desk)) == (403, fields(shown), before)
    assert "not the passphrase" not in carol.html(again)
    assert isinstance(carol.sign(again), Sent)


def test_no_passphrase_is_asked_for_and_counts_as_no_attempt(desk, carol):
    shown = carol.preview()

    assert [carol.sign(shown, "").status for _ in range(9)] == [422] * 9
    assert isinstance(carol.sign(shown), Sent)


def test_after_five_wrong_passphrases_the_right_one_is_not_tried_until_the_lock_ends(desk, carol):
    shown = carol.preview()

    statuses = [carol.sign(shown, "wrong").status for _ in range(5)]

    assert statuses == [403, 403, 403, 403, 429]
    assert carol.sign(shown).status == 429
    desk.office.clock.now += timedelta(minutes=16)
    assert isinstance(carol.sign(shown), Sent)


def test_a_key_that_does_not_rest_here_any_more_is_told_without_the_place_of_its_file(desk, carol):
    shown = carol.preview()
    path = key_file(desk.office.home, "Carol")
    path.unlink()

    again = carol.sign(shown)

    assert again.status == 409
    assert str(path) not in carol.html(again)


def test_a_key_that_the_ledger_does_not_have_signs_nothing(desk, carol):
    shown, before = carol.preview(), events(desk)
    other = PrivateKey.generate().sealed(PASSPHRASE, QUICK)
    key_file(desk.office.home, "Carol").write_text(other, encoding="utf-8")

    assert (carol.sign(shown).status, events(desk)) == (409, before)


@pytest.mark.parametrize("passphrase", [PASSPHRASE, ""])
def test_a_form_that_is_sent_twice_leads_to_the_version_where_it_is_recorded(desk, carol, passphrase):
    carol.note("comment", "verdict", "Signed with it.")
    shown = carol.preview()
    carol.sign(shown)
    before = events(desk)

    again = carol.sign(shown, passphrase)

    assert (again.to, again.notice, events(desk)) == ("/review/versions/1", "recorded", before)


def test_what_is_recorded_with_other_comments_than_those_that_are_sent_is_told_and_not_signed(desk, carol):
    carol.note("comment", "verdict", "One.")
    first = carol.preview()
    carol.note("comment", "verdict", "Another.")
    second = carol.preview()
    carol.sign(first)
    before = events(desk)

    mixed = carol.sign(first, remarks=fields(second)["remarks"])

    assert (mixed.status, type(mixed.page).__name__, mixed.page.event) == (409, "Recorded", before)
    assert events(desk) == before


def test_one_form_that_is_sent_by_many_tabs_at_once_is_recorded_once(desk_at):
    desk_at.office.submit()
    shown = Acting(desk_at, "Carol", "approve").preview()
    before, barrier = events(desk_at), Barrier(4)
    offices = [PageOffice(desk_at.office) for _ in range(4)]

    def sign(office):
        barrier.wait()
        return Acting(office, "Carol", "approve").sign(shown)

    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(sign, offices))
    for office in offices:
        office.pages.close()

    assert sorted(one.notice for one in answers) == ["approved", *["recorded"] * 3]
    assert events(desk_at) == before + 1


@pytest.mark.slow
def test_one_form_that_is_sent_to_two_workers_at_once_is_recorded_once(desk_at, tmp_path):
    """Two processes with a door each, as `--workers 2` has them."""
    desk_at.office.submit()
    shown, before = Acting(desk_at, "Carol", "approve").preview(), events(desk_at)
    trust, go = desk_at.office.trust, tmp_path / "go"
    told = {
        "trust": [trust.ledger, trust.root.text, str(trust.witness), trust.bundles],
        "model": MODEL,
        "home": str(desk_at.office.home.root),
        "now": desk_at.office.clock().isoformat(),
        "form": {"step": "sign", "passphrase": PASSPHRASE} | fields(shown),
    }
    started = [(process(SIGN, json.dumps(told), tmp_path / name, go), tmp_path / name) for name in "ab"]
    for one, ready in started:
        wait_for(ready, one)
    go.touch()
    ended = [(one.communicate(timeout=60), one.returncode) for one, _ in started]

    assert [(err, code) for (_, err), code in ended] == [("", 0)] * 2
    assert sorted(out.strip() for (out, _), _ in ended) == ["approved", "recorded"]
    assert events(desk_at) == before + 1


def test_a_version_that_was_submitted_anew_meanwhile_is_shown_anew_and_not_signed(desk, carol):
    shown = carol.preview(reason="My reason.")
    desk.office.desk.request_changes(MODEL, 1, signer=desk.office.signer("Bob"), reason="Mend it.")
    desk.office.submit()
    before = events(desk)

    again = carol.sign(shown)

    assert (again.status, type(again.page).__name__) == (409, "Preview")
    assert again.page.moved is not None
    assert again.page.decided.reason == "My reason."
    assert events(desk) == before
    assert isinstance(carol.sign(again), Sent)


@pytest.mark.parametrize("stop", ["revoke", "reject", "suspend"])
def test_a_version_that_somebody_stopped_meanwhile_is_told_with_the_way_out(desk, carol, stop):
    shown = carol.preview(reason="My reason.")
    if stop == "suspend":
        desk.office.approve("Trainer 2") if False else desk.office.approve("Carol")
        desk.office.approve("Bob")
    getattr(desk.office.desk, stop)(MODEL, 1, signer=desk.office.signer("Bob"), reason="It harms people.")
    before = events(desk)

    again = carol.sign(shown)

    assert again.status == 409
    assert again.page.refused is not None
    assert again.page.barred is not None
    assert "<textarea" not in carol.html(again)
    assert events(desk) == before


def test_findings_that_are_new_need_waivers_before_a_form_is_signed_anew(desk):
    desk.office.submit()
    carol = Acting(desk, "Carol", "approve")
    shown = carol.preview()
    desk.office.desk.request_changes(MODEL, 1, signer=desk.office.signer("Bob"), reason="Mend it.")
    desk.office.submit(blocked(1))

    again = carol.sign(shown)

    assert (again.status, type(again.page).__name__, again.page.terms.blocking) == (409, "AskApproval", 11)


def test_a_bundle_that_cannot_be_published_leaves_the_ledger_as_it_was(desk, carol, monkeypatch):
    desk.office.approve("Bob")
    carol.note("comment", "verdict", "Stays.")
    shown, before = carol.preview(), events(desk)

    def full(*_, **__):
        raise StorageError("The bundle cannot be written: no space left on device. Make room.")

    monkeypatch.setattr("segmentation.reviews.recording.publish", full)
    again = carol.sign(shown)

    assert (again.status, events(desk), state(desk)) == (503, before, "submitted")
    assert again.page.failed is not None
    assert len(carol.notes()) == 1
    monkeypatch.undo()
    assert isinstance(carol.sign(again), Sent)
    assert state(desk) == "active"


def test_a_proof_that_cannot_be_renewed_is_told_with_what_was_recorded(desk, monkeypatch):
    desk.office.activated()
    carol = Acting(desk, "Carol", "approve")
    carol.sign(carol.preview())
    bob = Acting(desk, "Bob", "approve")
    shown, before = bob.preview(), events(desk)

    def full(*_, **__):
        raise StorageError("The proof cannot be written: no space left on device. Make room.")

    monkeypatch.setattr("segmentation.reviews.recording.publish", full)
    again = bob.sign(shown)

    assert (type(again.page).__name__, events(desk)) == ("Recorded", before + 1)
    assert again.page.failed is not None
    assert bob.html(again)


def test_a_note_that_was_changed_since_the_preview_is_not_taken_away(desk, carol):
    carol.note("comment", "verdict", "As it was.")
    carol.note("comment", "impact", "Signed.")
    shown = carol.preview()
    carol.note("comment", "verdict", "Changed since.")

    carol.sign(shown)

    assert [note.text for note in carol.notes()] == ["Changed since."]


@pytest.mark.parametrize("failing", ["the notes", "the witness"])
def test_what_is_recorded_is_never_answered_as_if_it_were_not(desk, carol, monkeypatch, failing):
    carol.note("comment", "verdict", "Signed.")
    shown, before = carol.preview(), events(desk)

    def away(*_, **__):
        raise UnreachableError("The ledger cannot be reached. Try again.")

    name = "_note" if failing == "the witness" else "remove_signed"
    monkeypatch.setattr(Book if failing == "the witness" else Notes, name, away)
    answer = carol.sign(shown)

    assert events(desk) == before + 2
    if failing == "the witness":
        assert (type(answer.page).__name__, answer.page.event) == ("Recorded", before + 2)
        assert (answer.page.failed is not None, carol.notes()) == (True, ())
    else:
        assert (answer.to, answer.notice) == ("/review/versions/1", "approved")
        assert isinstance(answer.fault, UnreachableError)
        assert [note.text for note in carol.notes()] == ["Signed."]


def test_a_ledger_that_goes_away_before_it_recorded_anything_is_told_as_that(desk, carol, monkeypatch):
    shown, before = carol.preview(), events(desk)

    def away(*_, **__):
        raise UnreachableError("The ledger cannot be reached. Try again.")

    monkeypatch.setattr(desk.pages.desk, "attach", away)
    with pytest.raises(UnreachableError):
        carol.sign(shown)

    assert events(desk) == before


def test_a_fault_beside_an_act_that_worked_is_logged_and_not_shown(desk, monkeypatch):
    site = Site(desk)
    browser = Browser(site)
    browser.sign_in()
    fault = UnreachableError("The ledger cannot be reached. Try again.")
    monkeypatch.setattr(attending, "handler_of", lambda _: lambda _: Sent("/review", "approved", fault=fault))

    got = browser.get("/review")

    assert (got.status, "UnreachableError" in site.log) == (303, True)
    site.close()
