"""What names and legal bases say of sensitive information cannot be denied in silence."""

import pytest

from segmentation.impact.answers import Stated
from segmentation.impact.sensitive import columns, faults, is_cited
from segmentation.policy import Text, policy_from
from tests.card import made
from tests.impact.made import sensitive_policy
from tests.policies import offer

POLICY = made.policy()


def test_an_optional_purpose_may_cite_the_articles_as_well():
    raw = made.raw_policy()
    for basis, cites in (("PIPL Art. 29", True), ("PIPL Art. 13(1)(1)", False)):
        offered = policy_from(raw | {"optional_purposes": [offer(legal_basis=basis)]})
        assert is_cited(offered) == (cites or is_cited(POLICY))


def stated(*, applies, en):
    return Stated(applies=applies, text=Text(en=en, zh="说明"))


def test_a_column_that_the_law_names_is_recognised():
    assert columns(sensitive_policy()) == ("religion",)
    assert columns(POLICY) == ()


@pytest.mark.parametrize(
    ("basis", "cites"),
    [
        ("PIPL Art. 29", True),
        ("PIPL Articles 13 and 28, Art. 30", True),
        ("《个人信息保护法》第二十九条", True),
        ("《个人信息保护法》第三十条", True),
        ("PIPL Art. 13(1)(1)", False),
        ("PIPL Art. 290", False),
        ("《个人信息保护法》第十三条第一款第一项", False),
        ("《个人信息保护法》第三十八条", False),
    ],
)
def test_a_legal_basis_for_sensitive_information_is_recognised(basis, cites):
    purpose = POLICY.purpose.model_copy(update={"legal_basis": basis})
    plain = POLICY.model_copy(update={"purpose": purpose, "audit_purpose": purpose})

    assert is_cited(plain) is cites


def test_a_denial_against_the_legal_basis_is_explained():
    long = "Neither age nor tenure is sensitive."

    assert [one.where for one in faults(POLICY, stated(applies=False, en="No."))] == [
        "triggers.sensitive.applies"
    ]
    assert list(faults(POLICY, stated(applies=False, en=long))) == []
    assert list(faults(POLICY, stated(applies=True, en="Yes."))) == []


def test_a_denial_against_the_columns_is_refused_however_long():
    (fault,) = faults(sensitive_policy(), stated(applies=False, en="Religion is not sensitive in this town."))

    assert "must be true, because the policy reads religion" in fault.rule
