"""`segmentation breach`: entered by who may, told step by step, and notices that are whole or refused."""

import json

import pytest

FACTS = """
happened = 2026-03-02T02:00:00+08:00
residents = 1204
[kinds]
en = "Segments and dates."
zh = "分群及日期。"
[cause]
en = "A disk was stolen."
zh = "硬盘被盗。"
[harm]
en = "Unwanted letters."
zh = "可能收到骚扰信件。"
[remedies]
en = "All keys were changed."
zh = "已更换全部密钥。"
[advice]
en = "Ask us before you answer a letter."
zh = "收到信件请先向我们核实。"
[contact]
zh = "个人信息保护负责人 400-123-4567"
"""


@pytest.fixture
def opened_breach(run, office):
    ended = run("breach", "open", "--as", "Adam", "--note", "A disk is missing.", "--json")
    assert ended.code == 0, ended.err
    return ended.content["id"]


@pytest.fixture
def facts(bare):
    path = bare / "facts.toml"
    path.write_text(FACTS, encoding="utf-8")
    return path


def step(run, id_, state, *words, by="Carol"):
    return run("breach", "step", id_, state, "--as", by, "--note", "Done.", *words)


def test_a_breach_is_entered_told_and_closed(run, opened_breach):
    first = run("breach", "list").out
    assert opened_breach in first
    assert "the authority NOT NOTIFIED; residents NOT NOTIFIED" in first

    assert "authority was not notified" in step(run, opened_breach, "closed", "--outcome", "handled").err
    for state in ("assessed", "authority_notified", "residents_notified"):
        assert step(run, opened_breach, state).code == 0
    ended = step(run, opened_breach, "closed", "--outcome", "handled")

    assert (ended.code, "closed as handled" in ended.out) == (0, True), ended.err
    assert run("breach", "list").out == "No breach is open.\n"
    assert opened_breach in run("breach", "list", "--all").out
    assert run("ledger", "verify").code == 0


def test_every_step_is_in_the_access_log_with_who_entered_it(run, opened_breach):
    step(run, opened_breach, "assessed")
    told = run("ledger", "access").out.splitlines()
    assert [line.split("; ")[1:] for line in told] == [
        ["Adam", "kept 1 row of breaches", "for breaches"],
        ["Carol", "kept 1 row of breaches", "for breaches"],
    ]


def test_it_is_entered_without_a_course_and_by_nobody_else(run, office, opened_breach):
    from segmentation.reviews.people import change_person

    change_person(office.book, office.root, "Carol", no_training=True)
    assert step(run, opened_breach, "assessed").code == 0
    refused = step(run, opened_breach, "assessed", by="Bob")
    assert (refused.code, "ask somebody who is entered as compliance" in refused.err) == (2, True)


@pytest.mark.parametrize("to", ["authority", "residents"])
def test_a_notice_tells_everything_that_the_law_names(run, opened_breach, facts, to):
    step(run, opened_breach, "assessed", "--facts", facts)
    ended = run("breach", "notice", opened_breach, "--to", to, "--language", "zh", "--out", "notice.md")
    assert ended.code == 0, ended.err
    told = (facts.parent / "notice.md").read_text(encoding="utf-8")

    for said in ("分群及日期", "硬盘被盗", "骚扰信件", "更换全部密钥", "先向我们核实", "400-123-4567"):
        assert said in told
    assert "第五十七条" in told
    assert "草稿" not in told
    assert (to == "authority") == ("1,204" in told)


def test_a_notice_that_lacks_something_is_refused_and_is_a_draft_where_it_is_asked_for(
    run, opened_breach, facts
):
    step(run, opened_breach, "assessed", "--facts", facts)
    refused = run("breach", "notice", opened_breach, "--to", "residents", "--language", "en")
    assert (refused.code, refused.out) == (2, "")
    assert "lacks contact" in refused.err

    draft = run("breach", "notice", opened_breach, "--to", "residents", "--language", "en", "--draft")
    assert draft.code == 0
    assert draft.out.startswith("> DRAFT, NOT COMPLETE")
    assert "[MISSING: Whom to ask]" in draft.out


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("kinds = 3", "fields that nobody knows"),
        ("[kinds]\nfr = 'x'", "fields that nobody knows"),
        ("names = 'x'", "fields that nobody knows"),
        ("[kinds]\nen = 3", "cannot be read at facts"),
        ("residents = 'many'", "cannot be read at residents"),
        ("[kinds", "are no TOML"),
        ("[cause]\nzh = '410103198001011234'", "the number of a person"),
        ("happened = 2026-03-02T02:00:00\n[cause]\nzh = 'x'", "no time zone"),
    ],
)
def test_facts_that_cannot_be_read_are_refused_without_what_they_say(run, opened_breach, facts, text, match):
    facts.write_text(text, encoding="utf-8")
    refused = step(run, opened_breach, "assessed", "--facts", facts)

    assert (refused.code, match in refused.err) == (2, True), refused.err
    assert "410103198001011234" not in refused.err
    assert json.loads(run("breach", "list", "--json").out)["breaches"][0]["state"] == "found"


@pytest.mark.parametrize(
    "words",
    [
        ("step", "B000000000000", "lost", "--as", "Carol"),
        ("step", "B000000000000", "closed", "--as", "Carol", "--outcome", "forgotten"),
        ("notice", "B000000000000", "--to", "everybody"),
        ("notice", "B000000000000", "--to", "residents", "--language", "fr"),
    ],
)
def test_a_word_that_is_none_of_those_known_is_refused(run, office, words):
    refused = run("breach", *words)
    assert (refused.code, "say one of" in refused.err) == (2, True)


def test_small_counts_are_not_listed(run, opened_breach, facts):
    facts.write_text("residents = 3\n[cause]\nzh = '误发'", encoding="utf-8")
    step(run, opened_breach, "assessed", "--facts", facts)

    assert "fewer than 10 residents concerned" in run("breach", "list").out
    assert run("breach", "list", "--json").content["breaches"][0]["residents"] is None
