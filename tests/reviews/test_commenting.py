"""Comments at the desk: about what there is, alone or with a decision, both or none."""

import pytest

from segmentation.errors import ReviewError, StorageError
from segmentation.ledger.comments import Remark
from segmentation.reviews.commenting import SECTIONS, remark
from tests.reviews.office import MODEL

SAID = Remark(section="gaps", text="Why do tenants need another plan?")


@pytest.fixture
def submitted(office):
    office.submit()
    return office


def signed(office, payload, name):
    return payload, office.keys[name]._key.sign(payload)


def said(office, name="Carol", remarks=(SAID,)):
    """Return a comment and the signature over it."""
    return signed(office, office.desk.comment_payload(MODEL, 1, name=name, remarks=remarks), name)


def decided(office, name="Carol", action="approve"):
    return signed(office, office.desk.payload(action, MODEL, 1, name=name, reason="Looked at it."), name)


def kinds(office):
    return [event.draft.kind for event in office.book.history().events]


def test_a_comment_is_recorded_and_leaves_the_version_where_it_stands(any_office):
    any_office.submit()
    before = any_office.desk.standing(MODEL, 1)

    after = any_office.desk.comment(MODEL, 1, signer=any_office.signer("Tina"), remarks=[SAID])

    ((_, comment),) = any_office.book.history().comments(MODEL, 1)
    assert (comment.by, comment.role, comment.remarks) == ("Tina", "trainer", (SAID,))
    assert after == before


def test_every_section_of_a_version_may_be_commented_on(submitted):
    remarks = [remark(section, "Seen.") for section in SECTIONS]
    submitted.desk.comment(MODEL, 1, signer=submitted.signer("Carol"), remarks=remarks)

    ((_, comment),) = submitted.book.history().comments(MODEL, 1)
    assert [one.section for one in comment.remarks] == list(SECTIONS)
    assert {"gaps", "segments", "impact", "version"} < set(SECTIONS)


def test_what_is_no_section_is_refused_here_and_from_elsewhere(submitted, monkeypatch):
    odd = Remark(section="weather", text="It rains.")
    with pytest.raises(ReviewError, match=r"There is no such section as weather\. Name one of about,"):
        submitted.desk.comment(MODEL, 1, signer=submitted.signer("Carol"), remarks=[odd])

    with monkeypatch.context() as patch:
        patch.setattr("segmentation.reviews.commenting.SECTIONS", {"weather": "Weather"})
        comment = said(submitted, remarks=[odd])
    with pytest.raises(ReviewError, match="no such section as weather"):
        submitted.desk.attach(*comment)
    with pytest.raises(ReviewError, match="no such section as weather"):
        submitted.desk.attach(*decided(submitted), comment=comment)


@pytest.mark.parametrize("text", ["", " \n", "x" * 4001, "\x1b[2J"])
def test_a_remark_that_cannot_be_signed_is_refused(text):
    with pytest.raises(ReviewError, match=r"^The record cannot be written: text: "):
        remark("gaps", text)


def test_line_ends_of_a_browser_are_those_of_a_record():
    assert remark("gaps", "Why?\r\nPlease say.").text == "Why?\nPlease say."


def test_who_may_not_comment_is_told_before_they_sign(submitted):
    with pytest.raises(ReviewError, match="As monitor nobody may comment"):
        said(submitted, "Mona")


def test_a_comment_signed_elsewhere_is_recorded_alone(submitted):
    (standing,) = submitted.desk.attach(*said(submitted))

    assert standing.state == "submitted"
    assert kinds(submitted)[-1] == "comment"


def test_a_decision_and_a_comment_are_recorded_together(any_office):
    any_office.submit()
    any_office.desk.attach(*decided(any_office, "Bob"))

    (standing,) = any_office.desk.attach(*decided(any_office), comment=said(any_office))

    assert standing.state == "active"
    assert kinds(any_office)[-3:] == ["comment", "decision", "activated"]


def test_any_decision_takes_a_comment_beside_it(submitted):
    (standing,) = submitted.desk.attach(
        *decided(submitted, action="request_changes"), comment=said(submitted)
    )

    assert standing.state == "changes_requested"
    assert kinds(submitted)[-2:] == ["comment", "decision"]


def test_a_decision_that_is_refused_leaves_no_comment(submitted):
    again = decided(submitted)
    submitted.desk.attach(*again)
    before = kinds(submitted)

    with pytest.raises(ReviewError, match="is already event"):
        submitted.desk.attach(*again, comment=said(submitted))

    assert kinds(submitted) == before


def test_a_comment_that_is_refused_leaves_no_decision(submitted):
    comment = said(submitted)
    submitted.desk.attach(*comment)
    before = kinds(submitted)

    with pytest.raises(ReviewError, match="is already event"):
        submitted.desk.attach(*decided(submitted), comment=comment)

    assert kinds(submitted) == before


def test_where_nothing_can_be_published_nothing_is_recorded(submitted, monkeypatch):
    submitted.approve("Bob")
    before = kinds(submitted)

    def full(*_, **__):
        raise StorageError("There is no room. Make some.")

    monkeypatch.setattr("segmentation.reviews.recording.publish", full)
    with pytest.raises(StorageError, match="was not recorded"):
        submitted.desk.attach(*decided(submitted), comment=said(submitted))

    assert kinds(submitted) == before


def test_a_comment_beside_a_decision_is_by_the_same_person(submitted):
    with pytest.raises(ReviewError, match="The comment is not by Carol, or not about the"):
        submitted.desk.attach(*decided(submitted), comment=said(submitted, "Bob"))


def test_a_comment_beside_a_decision_is_about_the_same_version(submitted):
    submitted.submit(2)
    payload = submitted.desk.comment_payload(MODEL, 2, name="Carol", remarks=[SAID])

    with pytest.raises(ReviewError, match="The comment is not by Carol, or not about the"):
        submitted.desk.attach(*decided(submitted), comment=signed(submitted, payload, "Carol"))


def test_beside_a_comment_stands_none_and_a_decision_is_no_comment(submitted):
    for payload, beside in ((said(submitted), said(submitted)), (decided(submitted), decided(submitted))):
        with pytest.raises(ReviewError, match="Only a comment stands beside a decision"):
            submitted.desk.attach(*payload, comment=beside)


def test_a_comment_whose_signature_is_of_another_key_is_refused(submitted):
    payload, _ = said(submitted)

    with pytest.raises(ReviewError, match="The signature is not one by Carol over this payload"):
        submitted.desk.attach(*decided(submitted), comment=signed(submitted, payload, "Bob"))
