"""Erasing a resident in two steps: what goes and stays is said first; then the passphrase; a tombstone."""

import pytest

from segmentation.home import Home
from segmentation.ledger.personal.sighted import Sight, beside, seen_in
from segmentation.ledger.personal.tombstones import Tombstones, tombstones_file
from segmentation.rights.gathering import account_of
from serving.pages.render import rendered
from serving.pages.residents import erasing, resident
from serving.pages.table import address
from serving.pages.visit import Declined, Sent
from tests.serving.pages.made import PASSPHRASE
from tests.serving.pages.residents.kept import REF, WORDS, wrong


@pytest.fixture
def kept(keeping):
    keeping.consent()
    keeping.place()
    keeping.ask("access")
    return keeping


def send(keeping, language="en", **form):
    return erasing.carry_out(keeping.visit(language=language, form=form))


def is_there(keeping):
    return not account_of(keeping.records, keeping.subject, (), keeping.now).is_empty


def tombstones(keeping):
    return Tombstones(tombstones_file(Home(keeping.desk.office.home.root))).read()


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", ("1 event of consent", "1 kept segment", "PIPL Art. 56", "A tombstone", "No request")),
        ("zh", ("1条同意记录", "1条分群记录", "第五十六条", "删除标记", "无请求")),
    ],
)
def test_the_first_step_says_what_goes_and_what_stays_and_asks_no_passphrase(kept, language, told):
    visit = kept.visit(language=language)
    html = rendered(erasing.erase(visit).page, visit, here=address("erase", subject=kept.subject.hex()))

    assert [one for one in told if one not in html] == []
    assert 'type="password"' not in html
    assert wrong(html) == []
    assert not any(one in html for one in (REF, WORDS))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_second_step_asks_the_passphrase_and_nothing_is_erased_yet(kept, language):
    asked = kept.ask("erasure")
    shown = send(kept, language, step="preview", request=asked.id)
    html = rendered(shown.page, kept.visit(language=language), here="/review")

    assert (shown.status, 'type="password"' in html, asked.id in html) == (200, True, True)
    assert wrong(html) == []
    assert is_there(kept)


def test_with_the_passphrase_nothing_is_left_but_a_tombstone_and_bare_requests(kept):
    access, asked = kept.residents.requests.of(kept.subject)[0], kept.ask("erasure")
    found = send(kept, step="erase", request=asked.id, identity="in_person", passphrase=PASSPHRASE)

    assert found == Sent(address("residents"), "erased")
    assert not is_there(kept)
    assert len(tombstones(kept)) == 1
    states = {one.id: one.state for one in kept.residents.requests.register()}
    assert states == {access.id: "erased", asked.id: "done"}
    assert resident.resident(kept.visit()).page.is_empty


def test_the_tombstone_is_remembered_beside_the_witness_so_that_it_is_not_lost_unseen(kept):
    send(kept, step="erase", request="", passphrase=PASSPHRASE)
    (line,) = tombstones(kept)

    assert seen_in(beside(kept.residents.settings.trust.witness)) == Sight(1, line.digest)


@pytest.mark.parametrize("identity", ["", "410103198001011234"])
def test_nobody_is_erased_by_a_request_before_it_was_checked_who_asks(kept, identity):
    asked = kept.ask("erasure")
    shown = send(kept, step="erase", request=asked.id, identity=identity, passphrase=PASSPHRASE)
    html = rendered(shown.page, kept.visit(), here="/review")

    assert (shown.status, set(shown.page.slips)) == (422, {"identity"})
    assert 'id="field-identity-error"' in html
    assert wrong(html) == []
    assert is_there(kept)


def test_who_was_checked_when_they_asked_is_erased_without_asking_again(kept):
    asked = kept.ask("erasure", identity="login")

    assert send(kept, step="preview", request=asked.id).page.identity == ()
    assert send(kept, step="erase", request=asked.id, passphrase=PASSPHRASE).notice == "erased"


def test_who_asked_for_nothing_is_erased_where_the_purpose_has_ended(kept):
    assert send(kept, step="erase", request="", passphrase=PASSPHRASE).notice == "erased"
    assert not is_there(kept)


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"step": "erase"}, 422),
        ({"step": "erase", "passphrase": "another one"}, 403),
        ({"step": "erase", "request": "R" + "0" * 12, "passphrase": PASSPHRASE}, 422),
        ({"step": "preview", "request": "R" + "0" * 12}, 422),
    ],
)
def test_nothing_else_erases_anybody(kept, form, status):
    shown = send(kept, **form)

    assert shown.status == status
    assert wrong(rendered(shown.page, kept.visit(), here="/review")) == []
    assert is_there(kept)
    assert tombstones(kept) == ()


def test_a_form_without_a_step_is_none_of_ours(kept):
    with pytest.raises(Declined, match="malformed"):
        send(kept, passphrase=PASSPHRASE)
    assert is_there(kept)
