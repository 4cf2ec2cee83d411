"""What a comment is, to the byte."""

import pytest
from pydantic import ValidationError

from segmentation.errors import LedgerError
from segmentation.ledger.comments import MOST_LETTERS, MOST_REMARKS, Comment, Remark
from segmentation.signing import Signed, canonical
from tests.signed import Cast

SAID = Remark(section="gaps", text="Why?")


@pytest.fixture(scope="module")
def comment():
    return Comment.of(Cast.assembled().comment().signed)


def made(comment, **changed):
    return Comment.model_validate(comment.content() | changed)


def test_what_was_signed_is_read_as_it_was_said(comment):
    assert [(one.section, one.text) for one in comment.remarks] == [
        ("gaps", "Why do tenants need another plan?")
    ]
    assert comment.content()["type"] == "comment/1"


def test_a_remark_may_have_lines_of_any_script():
    assert Remark(section="gaps", text=" 租户为何不同？\n请说明。 ").text == "租户为何不同？\n请说明。"


@pytest.mark.parametrize(
    ("section", "text"),
    [
        pytest.param("gaps", "", id="nothing"),
        pytest.param("gaps", " \n ", id="spaces"),
        pytest.param("gaps", "x" * 4001, id="too long"),
        pytest.param("gaps", "\x1b[2J", id="an escape"),
        pytest.param("gaps", "\u202eright to left", id="another order"),
        pytest.param("gaps", "a browser's line end\r\n.", id="a carriage return"),
        pytest.param("", "Why?", id="no section"),
        pytest.param("s" * 65, "Why?", id="a long section"),
    ],
)
def test_what_cannot_be_signed_is_no_remark(section, text):
    with pytest.raises(ValidationError):
        Remark(section=section, text=text)


def test_a_comment_has_a_remark_and_not_more_than_anybody_reads(comment):
    assert len(made(comment, remarks=(SAID,) * MOST_REMARKS).remarks) == MOST_REMARKS
    for remarks in ((), (SAID,) * (MOST_REMARKS + 1)):
        with pytest.raises(ValidationError):
            made(comment, remarks=remarks)


def test_all_remarks_together_are_not_longer_than_anybody_reads(comment):
    full = (Remark(section="gaps", text="x" * 4000),) * (MOST_LETTERS // 4000)

    assert len(made(comment, remarks=full).remarks) == len(full)
    with pytest.raises(ValidationError, match="say it in two comments"):
        made(comment, remarks=(*full, SAID))


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"more": 1}, id="a field more"),
        pytest.param({"remarks": [{"section": "gaps", "text": "Why?", "more": 1}]}, id="one in a remark"),
        pytest.param({"type": "comment/2"}, id="another type"),
        pytest.param({"version": 0}, id="no version"),
    ],
)
def test_what_says_more_or_something_else_is_no_comment(comment, change):
    document = canonical(comment.content() | change).decode()

    with pytest.raises(LedgerError, match="A comment cannot be read: "):
        Comment.of(Signed(document, ""))
