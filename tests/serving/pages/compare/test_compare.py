"""Two versions stand side by side, or the page says why not; only what was submitted can be chosen."""

import json
import re
import shutil
from dataclasses import fields, replace
from pathlib import Path

import pytest

from segmentation.card import Digests
from segmentation.policy import Text, policy_from
from segmentation.reviews.diff import Diff
from segmentation.reviews.differences.model import Change, FeatureChange, SegmentChange
from segmentation.signing import sha256
from serving.pages.compare import differing as module
from serving.pages.compare.compare import SECTIONS, Compare, compare
from serving.pages.page import help_of
from serving.pages.render import rendered
from tests.card import made
from tests.impact.made import impact
from tests.reviews.office import Handed, handed, policy, scorer
from tests.serving.pages.made import PageOffice, blocked

SCRIPT = "</td><script>alert(1)</script>=1+1" + "x" * 300


@pytest.fixture(scope="module")
def two(first_page_office, tmp_path_factory):
    """A version in service and one that waits, to be read alone."""
    made = PageOffice(first_page_office.copied(tmp_path_factory.mktemp("two")))
    made.office.activated(1)
    made.office.submit(third())
    yield made
    made.pages.close()
    made.office.book.close()


def third(of=None, version=3):
    """A version that was built from version 1, of another policy."""
    of, model, audit = of or policy(association=0.2), scorer(version), made.audit()
    digests = Digests(of.digest, sha256(b"data"), model.digest, "9.9.9")
    card = made.card(policy=of, audit=audit, migration=made.migration(version=1), digests=digests)
    files = {
        "policy.json": json.dumps(of.model_dump(mode="json"), ensure_ascii=False).encode(),
        "scorer.json": model.to_json().encode(),
        "card.json": card.to_json().encode(),
        "audit.json": json.dumps(audit.to_dict()).encode(),
    }
    model_files = {"model.skops": sha256(b"model"), "scorer.json": model.digest}
    return Handed(of, card, files, model_files, impact(of, card, version=version), version)


def asked(desk, language="en", **query):
    return compare(desk.visit(language=language, query=query))


def html(desk, language="en", **query):
    visit = desk.visit(language=language, query=query)
    return rendered(compare(visit).page, visit, here="/review/compare")


def chosen(desk, **query):
    choice = asked(desk, **query).page.choice
    return choice.before, choice.after


# ---- Which two --------------------------------------------------------------------------------------


def test_where_nothing_was_submitted_that_is_said(desk):
    page = asked(desk).page
    assert "No version was submitted yet" in page.problem
    assert (page.choice.options, page.after) == ((), None)
    assert "<select" not in html(desk)


def test_one_version_stands_alone(desk):
    desk.office.submit(1)
    page = asked(desk).page
    assert (page.before, page.after.seen.version, page.problem) == (None, 1, "")
    assert "none to compare it with" in html(desk)


def test_the_newest_that_waits_is_compared_with_the_one_in_service(desk):
    desk.office.activated(1)
    desk.office.submit(blocked(2))
    desk.office.submit(3)
    desk.office.desk.reject("small_needs", 3, signer=desk.office.signer("Carol"), reason="No.")
    assert chosen(desk) == (1, 2)


def test_without_one_in_service_it_is_compared_with_the_next_below(desk):
    for version in (1, 2, 3):
        desk.office.submit(version)
    assert chosen(desk) == (2, 3)
    assert chosen(desk, after="1") == (3, 1)
    assert chosen(desk, before="3") == (3, 2)


def test_both_may_be_chosen(desk):
    for version in (1, 2, 3):
        desk.office.submit(version)
    page = asked(desk, before="3", after="1").page
    assert (page.before.seen.version, page.after.seen.version) == (3, 1)


@pytest.mark.parametrize("strange", ["99", "9" * 400, "0", "000"])
def test_a_version_that_was_never_submitted_is_told(two, strange):
    shown = asked(two, before=strange)
    assert shown.status == 404
    assert "was never submitted" in shown.page.problem
    assert len(shown.page.problem) < 200
    assert shown.page.after is None


@pytest.mark.parametrize("strange", ["", "one", "-1", "1.0", "٣", "<script>", "1;2"])
def test_what_is_no_number_is_as_good_as_nothing(two, strange):
    shown = asked(two, before=strange, after=strange)
    assert (shown.status, shown.page.choice.before, shown.page.choice.after) == (200, 1, 3)


def test_the_same_version_twice_is_told(two):
    shown = asked(two, before="1", after="1")
    assert "chosen twice" in shown.page.problem
    assert shown.page.after is None


def test_a_version_whose_bundle_is_gone_is_told_by_its_number_alone(desk, tmp_path):
    desk.office.activated(1)
    desk.office.submit(blocked(2))
    shutil.rmtree(desk.office.trust.bundles)
    page = asked(desk, "zh").page
    assert page.problem.startswith("第1版无法比较")
    assert str(tmp_path) not in page.problem


# ---- What differs -----------------------------------------------------------------------------------


def test_everything_that_differs_is_told(two):
    page = asked(two).page
    assert set(page.differs) >= {"limits", "findings", "gaps", "evidence"}
    assert set(page.differs) | set(page.same) == set(SECTIONS)
    assert page.limits[0].direction == "looser"
    assert page.findings[0].turn == "newly broken"
    assert page.migration.rows
    told = html(two)
    assert "looser: more passes" in told
    assert 'class="chart flow"' in told


@pytest.mark.parametrize(("language", "told"), [("en", "Cramér&#39;s V"), ("zh", "克莱姆V系数")])
def test_every_term_of_the_page_has_its_line_there(two, language, told):
    shown = html(two, language)

    assert "Cramér's V" in asked(two, language).page.terms
    assert re.search(rf"<dt>{told}[^<]*</dt><dd>[^<]+</dd>", shown)
    assert 'popovertarget="term-what-blocks"' in shown


def test_equal_versions_say_that_nothing_differs(desk):
    one = handed(1)
    desk.office.submit(one)
    desk.office.submit(replace(one, version=2, impact=impact(one.policy, one.card, version=2)))
    page = asked(desk).page
    assert (page.differs, page.same) == ((), SECTIONS)
    assert "Nothing differs but the number" in html(desk)


def test_where_a_version_stands_is_as_of_now_and_never_from_memory(desk):
    desk.office.activated(1)
    desk.office.submit(blocked(2))
    assert asked(desk).page.before.state == "active"
    desk.office.desk.revoke("small_needs", 1, signer=desk.office.signer("Carol"), reason="Harm was seen.")
    assert asked(desk).page.before.state == "revoked"


def test_a_version_that_was_altered_since_it_was_compared_is_not_compared_again(desk):
    desk.office.activated(1)
    desk.office.submit(blocked(2))
    assert asked(desk).page.findings
    card = next(Path(desk.office.trust.bundles).glob("reviews/*/1-*/card.json"))
    card.write_bytes(card.read_bytes().replace(b"a", b"b", 1))

    page = asked(desk).page
    assert (page.problem.startswith("Version 1 cannot be compared"), page.after) == (True, None)


def test_who_moves_is_said_to_be_unknown_where_the_card_was_not_compared(desk):
    desk.office.activated(1)
    desk.office.submit(blocked(2))
    assert asked(desk).page.migration is None
    assert "segmentation build --previous 1" in html(desk)


# ---- The page ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["zh", "en"])
def test_texts_of_a_policy_are_shown_as_text(desk, language):
    raw = made.raw_policy()
    raw["features"]["repairs"]["title"] = {"en": SCRIPT, "zh": SCRIPT}
    desk.office.activated(1)
    desk.office.submit(third(policy_from(raw)))
    told = html(desk, language)
    assert "<script" not in told
    assert "&lt;script&gt;" in told


@pytest.mark.parametrize("linked", [True, False])
def test_segments_and_features_that_came_and_went_are_told_as_text(two, monkeypatch, linked):
    text = Text(en=SCRIPT, zh=SCRIPT)
    segments = (
        SegmentChange("S9", "new", None, text, None, 0.25, None, text, (Change("patrol", None, text),)),
        SegmentChange("S4", "gone", text, None, 0.25, None, None, None, ()),
    )
    features = (FeatureChange("lift", text, "added"), FeatureChange("lift", text, "removed"))
    own = module.diff
    changed = {"segments": segments, "features": features, "is_linked": linked}
    monkeypatch.setattr(module, "diff", lambda *sides: replace(own(*sides), **changed))
    two.pages.diffs.clear()
    told = html(two)
    two.pages.diffs.clear()
    assert "<script" not in told
    assert told.count("&lt;script&gt;") > 6
    assert ("all segments of both are listed" in told) is not linked
    assert told.count("<code>lift</code>") == 2


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_has_one_heading_and_every_section_that_differs(two, language):
    told = html(two, language)
    assert told.count("<h1") == 1
    for name in asked(two).page.differs:
        assert f'<section id="{name}"' in told
        assert f'href="#{name}"' in told


def test_chinese_holds_no_english_sentence(two):
    told = html(two, "zh")
    assert " the " not in told
    assert " of " not in told


def test_sections_of_a_diff_are_told_in_its_own_words():
    told = help_of(Compare)
    own = {one.name: one.metadata for one in fields(Diff)}
    for name in set(SECTIONS) - {"policy"}:
        assert (told[name].title, told[name].help) == (own[name]["title"], own[name]["help"])
