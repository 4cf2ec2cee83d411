import pytest

from segmentation.policy.catalogue import load_catalogue
from segmentation.residents.personal import LEAST_NUMBER as OF_TABLES
from serving.needs.cells import MOST_LOOKS, Looks, broken, wording
from serving.needs.need import LEAST_NUMBER
from tests.serving.needs.made import needs

BY_NAME = {need.name: need for need in needs().all}


def rule(name, value):
    return broken(BY_NAME[name], value, Looks())


@pytest.mark.parametrize(
    ("name", "taken", "refused"),
    [
        ("repairs", [0, 60, 3.0, 0.0], {-1: "range", 61: "range", 2.5: "whole", 60.5: "range"}),
        ("报修次数", [2, 9], {1: "range", 10: "range", 2.000001: "whole"}),
        ("home_area", [10, 500, 10.5], {9.999999: "range", 500.0001: "range"}),
        ("evening_share", [0, 1, 0.5], {-1e-9: "range", 1.0000001: "range", 50: "range"}),
        (
            "parking",
            [True, False, 0, 1, 1.0],
            {2: "flag", 0.5: "flag", -1: "flag", "true": "flag", "是": "flag"},
        ),
        ("urgency", ["low", "high", None], {"Low": "value", "": "value", 1: "value", False: "value"}),
        ("channel", ["app", None], {"fax": "value", 3.5: "value"}),
        ("渠道", ["微信", 'say "now"'], {"qq": "value"}),
        ("wide", [1e12, -1e12, 9_999_999_999], {1.0000001e12: "range", -1.1e12: "range"}),
    ],
)
def test_a_kind_is_held_to_both_ends_of_its_range(name, taken, refused):
    assert [rule(name, value) for value in taken] == [None] * len(taken)
    assert {value: rule(name, value) for value in refused} == refused


@pytest.mark.parametrize("name", ["repairs", "home_area", "evening_share"])
def test_a_number_is_neither_a_truth_nor_a_text(name):
    assert [rule(name, value) for value in (True, [], {}, "3", "3.0")] == ["number"] * 3 + ["text"] * 2


def test_null_is_taken_for_what_may_be_missing_alone():
    assert rule("home_area", None) is None
    assert rule("repairs", None) == rule("class", None) == "present"


@pytest.mark.parametrize("value", [float("inf"), float("-inf"), 10**40, 1e300])
def test_what_is_beyond_every_range_is_out_of_range(value):
    assert rule("repairs", value) == "range"


SECRETS = {
    "11010519491231002X": "resident_id",
    440524188001010014: "resident_id",
    1.1010519491231002e17: "resident_id",
    440524188001010015: None,
    "13800138000": "mainland_phone",
    13800138000: "mainland_phone",
    -13800138000: "mainland_phone",
    "4111 1111 1111 1111": "bank_card",
    "zhang@example.cn": "email",
    "She called twice. Nobody came!": "free_text",
    "a" * 5000: "free_text",
    "佛教": "religion",
}


@pytest.mark.parametrize("name", ["repairs", "wide", "parking", "channel"])
@pytest.mark.parametrize(("value", "law"), SECRETS.items())
def test_a_value_that_points_at_a_person_breaks_the_law_before_the_policy(name, value, law):
    found = rule(name, value)
    assert found == f"law:{law}" if law else not found.startswith("law:")


def test_the_law_is_told_with_its_article_and_what_it_says():
    told = wording(BY_NAME["repairs"], "law:mainland_phone")
    entry = next(rule for rule in load_catalogue().value_rules if rule.id == "mainland_phone")
    assert told.article == entry.article
    assert (told.reason.en, told.reason.zh) == (entry.gist.en, entry.gist.zh)


def test_what_a_policy_lists_and_small_numbers_are_not_suspected():
    looks = Looks()
    for value in (0, 3.5, 9_999_999_999, True, None, [], float("nan"), float("inf")):
        assert looks.rule(value) is None
    assert rule("渠道", 'say "now"') is None


def test_only_so_many_values_of_a_request_are_held_against_the_law():
    looks = Looks()
    found = [looks.rule("13800138000") for _ in range(MOST_LOOKS + 1)]
    assert found[-2:] == ["law:mainland_phone", None]


def test_tables_and_requests_suspect_numbers_from_the_same_one_on():
    assert LEAST_NUMBER == OF_TABLES


def test_every_rule_is_told_with_a_way_out():
    for need in needs().all:
        for broken_rule in ("present", "number", "text", "whole", "flag", "range", "value"):
            told = wording(need, broken_rule)
            assert told.rule
            assert told.fix
    assert "divide percentages by 100" in wording(BY_NAME["evening_share"], "range").fix
    assert wording(BY_NAME["urgency"], "value").fix.endswith("low, high")
