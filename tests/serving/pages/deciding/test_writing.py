"""What a browser sends back to be signed: only what was written here for this person, version and act."""

import json

import pytest

from segmentation.signing import canonical
from serving.pages.visit import Declined
from tests.serving.pages.acting import Acting, events, fields
from tests.serving.pages.made import blocked


def changed(payload, **told):
    return canonical(json.loads(payload) | told).decode()


@pytest.fixture
def carol(desk):
    desk.office.submit(blocked(1))
    carol = Acting(desk, "Carol", "approve")
    carol.waive()
    return carol


@pytest.mark.parametrize(
    "change",
    [
        lambda payload: changed(payload, by="Bob"),
        lambda payload: changed(payload, model="other_needs"),
        lambda payload: changed(payload, version=2),
        lambda payload: changed(payload, action="revoke", waivers=[], valid_until=None),
        lambda payload: changed(payload, more="x"),
        lambda payload: changed(payload, previous="sha256:" + "0" * 64),
        lambda payload: changed(payload, ledger="0" * 32),
        lambda payload: json.dumps(json.loads(payload)),
        lambda payload: payload + "\n",
        lambda _: "",
        lambda _: "{",
        lambda _: "[]",
        lambda _: "null",
        lambda _: "9" * 5_000,
        lambda _: "[" * 100_000,
        lambda _: '{"type":"adoption/1"}',
        lambda _: "\ud800",
        lambda payload: payload * 40,
    ],
    ids=[
        "person", "model", "version", "action", "field", "previous", "ledger", "spaces", "line", "empty",
        "broken", "list", "null", "number", "deep", "kind", "surrogate", "huge",
    ],
)  # fmt: skip
def test_what_is_not_such_a_record_is_declined_and_nothing_is_recorded(desk, carol, change):
    payload = fields(carol.preview())["payload"]
    before = events(desk)

    with pytest.raises(Declined) as declined:
        carol.send(step="sign", payload=change(payload), passphrase="x")

    assert (declined.value.kind, events(desk)) == ("malformed", before)


@pytest.mark.parametrize(
    "told",
    [
        {"valid_until": "2036-01-01"},
        {"valid_until": "2020-01-01"},
        {"waivers": []},
        {"blocking": []},
        {"verdict": "kept"},
        {"trained_by": ["Mona"]},
        {"role": "business"},
        {"at": "2020-01-01T00:00:00Z"},
        {"catalogue": "sha256:" + "0" * 64},
        {"key": "ed25519:" + "A" * 43 + "="},
    ],
    ids=lambda told: next(iter(told)) + str(next(iter(told.values())))[:4],
)
def test_a_record_that_was_edited_is_refused_by_the_rules_and_nothing_is_recorded(desk, carol, told):
    shown = carol.preview()
    before = events(desk)

    again = carol.sign(shown, payload=changed(fields(shown)["payload"], **told))

    assert (again.status, events(desk)) == (409, before)


def test_comments_of_somebody_else_do_not_go_beside_a_decision(desk, carol):
    bob = Acting(desk, "Bob", "comment")
    bob.note("comment", "verdict", "Not Carol's.")
    remarks = fields(bob.preview())["remarks"]

    with pytest.raises(Declined):
        carol.sign(carol.preview(), remarks=remarks)


def test_a_decision_is_not_signed_from_the_page_of_comments(desk, carol):
    payload = fields(carol.preview())["payload"]

    with pytest.raises(Declined):
        Acting(desk, "Carol", "comment").send(step="sign", payload=payload, passphrase="x")


def test_what_was_written_here_is_taken(desk, carol):
    shown = carol.preview()

    assert carol.sign(shown, payload=changed(fields(shown)["payload"])).notice == "approved"
