"""A passphrase shows who decides: it is counted, it locks, and it must open the key that the ledger has."""

import pytest

from segmentation.reviews.keyfiles import key_file
from serving.pages.residents.asked import Asked
from serving.pages.residents.passphrase import fault_of
from tests.serving.pages.made import PASSPHRASE


def fault(keeping, passphrase, language="en"):
    visit = keeping.visit(language=language, form={"passphrase": passphrase})
    return fault_of(Asked(visit, keeping.residents, keeping.subject))


def test_the_right_one_shows_it_and_forgets_the_wrong_ones(keeping):
    for _ in range(3):
        assert [fault(keeping, "wrong").status for _ in range(3)] == [403, 403, 403]
        assert fault(keeping, PASSPHRASE) is None


@pytest.mark.parametrize(
    ("language", "missing", "wrong"),
    [("en", "Type your passphrase", "does not open your key"), ("zh", "请输入口令", "无法打开您的密钥")],
)
def test_a_missing_one_and_a_wrong_one_are_told_apart(keeping, language, missing, wrong):
    assert missing in fault(keeping, "", language).why
    assert wrong in fault(keeping, "wrong", language).why


def test_a_key_that_does_not_rest_here_is_told(keeping):
    key_file(keeping.desk.office.home, "Carol").unlink()

    assert "is missing" in fault(keeping, PASSPHRASE).why
