"""The page of a version tells the card, to the figure, and beside it what is live."""

import re
from datetime import date
from itertools import pairwise

import pytest

from segmentation.card.html import sections_html as card_html
from segmentation.impact.html import sections_html as impact_html
from segmentation.ledger.notes import Note
from segmentation.reviews.commenting import remark
from segmentation.wording import LANGUAGES
from serving.pages.page import help_of
from serving.pages.render import rendered
from serving.pages.version.standing_told import standing_of
from serving.pages.version.version import VersionPage, page_of, version
from serving.pages.visit import Declined
from tests.card.hostile import HOSTILE
from tests.card.reading import Page
from tests.reviews.office import MODEL, handed
from tests.serving.pages.made import blocked


def visited(desk, number=2, name="Carol", language="zh", **told):
    return desk.visit(name, language, path={"version": str(number)}, route="version", **told)


def shown(desk, number=2, name="Carol", language="zh", **told):
    visit = visited(desk, number, name, language, **told)
    return rendered(version(visit).page, visit, here=f"/review/versions/{number}")


def words(html):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", html))


# ---- The card ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_carries_every_section_of_the_card_and_of_the_assessment_to_the_letter(seen, language):
    html = shown(seen, language=language)

    assert all(section in html for section in card_html(blocked().card, language).values())
    impact = impact_html(blocked().impact, language)
    assert all(words(one).strip() in words(html) for one in impact.values())


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_is_sound_for_everybody_who_reads(seen, language):
    for name in ("Tina", "Carol", "Bob", "Adam"):
        found = Page(shown(seen, name=name, language=language))
        ids = found.values("id")

        assert (found.unclosed, found.open) == ([], [])
        assert len(set(ids)) == len(ids)
        assert {value[1:] for value in found.values("href") if value.startswith("#")} <= set(ids)
        assert {one for value in found.values("aria-labelledby") for one in value.split()} <= set(ids)
        assert {one for value in found.values("aria-describedby") for one in value.split()} <= set(ids)


@pytest.mark.parametrize("language", LANGUAGES)
def test_headings_step_down_one_by_one_from_a_single_first(seen, language):
    levels = [int(tag[1]) for tag in Page(shown(seen, language=language)).tags if re.fullmatch(r"h\d", tag)]

    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_sections_stand_in_the_order_in_which_a_reviewer_asks(seen):
    ids = Page(shown(seen)).values("id")
    asked = [
        *("live", "verdict", "waivers", "gaps", "since", "changes", "segments", "services", "features"),
        *("columns", "attributes", "fairness", "unjudged", "choice", "stability", "migration", "intake"),
        *("duties", "impact", "history", "limits", "digests", "fingerprints"),
    ]

    assert [one for one in ids if one in asked] == asked


def test_every_field_of_the_page_has_a_line_of_help():
    assert all(one.title and one.help for one in help_of(VersionPage).values())


# ---- Which version ----------------------------------------------------------------------------------


@pytest.mark.parametrize("number", ["9", "0", "00", "4294967296", "9" * 5000, "²", ""])
def test_a_version_that_was_never_submitted_is_not_found(seen, number):
    with pytest.raises(Declined) as declined:
        version(visited(seen, number))

    assert declined.value.kind == "not_found"


# ---- What is live -----------------------------------------------------------------------------------


def test_a_version_that_waits_tells_whose_signature_is_missing_and_how_many_findings_block(desk):
    desk.office.submit(blocked())
    desk.office.approve("Carol", 2, waivers=blocked().waivers)
    live = page_of(visited(desk, name="Bob")).live

    assert (live.serves, live.state, live.missing) == (False, "submitted", ("business",))
    assert live.blocking == len(blocked().waivers)
    assert [one.by for one in live.signed] == ["Carol"]


def test_an_approval_with_waivers_is_told_live_beside_a_card_that_says_may_not_be_signed(desk):
    desk.office.submit(blocked())
    for name in ("Carol", "Bob"):
        desk.office.approve(name, 2, waivers=blocked().waivers)
    found = page_of(visited(desk, language="en"))

    assert found.live.serves
    assert {one.by for one in found.live.waived} == {"Carol", "Bob"}
    assert {len(one.findings) for one in found.live.waived} == {len(blocked().waivers)}
    assert all(":" not in one.split(" ")[0] for told in found.live.waived for one in told.findings)
    assert "Approved with waivers" in shown(desk, language="en")


def test_a_version_that_needed_no_waiver_speaks_of_none(seen):

    assert page_of(visited(seen, 1)).live.waived == ()
    assert "Approved with waivers" not in shown(seen, 1, language="en")


# ---- Files that cannot be read ----------------------------------------------------------------------


def test_of_a_version_whose_files_are_gone_what_is_live_still_shows_and_it_can_be_stopped(desk):
    desk.office.activated(1)
    for file in desk.office.home.root.parent.glob("bundles/**/card.json"):
        file.unlink()
    found = page_of(visited(desk, 1, language="en"))

    assert found.refusal is not None
    assert found.acts.allowed == ("revoke", "suspend")
    assert (found.sections, found.first, found.waivers) == ((), (), None)
    assert [one.event.action for one in found.history if one.event.kind == "decision"] == [
        "approve", "approve", "submit"
    ]  # fmt: skip
    assert found.refusal.text in words(shown(desk, 1, language="en")).replace("&#39;", "'")


def test_of_a_version_that_nobody_can_read_nobody_is_asked_to_comment_or_to_waive(desk):
    desk.office.submit(blocked())
    assert 'name="text"' in shown(desk)
    for file in desk.office.home.root.parent.glob("bundles/**/card.json"):
        file.unlink()
    unread = type(desk)(desk.office)

    assert not {'name="text"', 'name="reason"'} & set(re.findall(r'name="\w+"', shown(unread)))
    unread.pages.close()


def test_signed_comments_stand_with_their_section_for_everybody_with_the_text_as_text(desk):
    desk.office.submit(blocked())
    remarks = (
        remark("segments", f"One.\n{HOSTILE}"),
        remark("version", "All in all."),
        remark("about", "Of whom?"),
    )
    desk.office.desk.comment(MODEL, 2, signer=desk.office.signer("Carol"), remarks=remarks)
    found = page_of(visited(desk, name="Tina"))
    told = {one.name: [said.text for said in one.remarks.signed] for one in found.sections}

    assert told["segments"] == [f"One.\n{HOSTILE}"]
    assert not any(said for name, said in told.items() if name != "segments")
    assert [one.text for one in found.whole.signed] == ["All in all.", "Of whom?"]
    assert [one.text for one in found.history[0].remarks] == [f"One.\n{HOSTILE}", "All in all.", "Of whom?"]
    assert HOSTILE not in shown(desk, name="Tina")


# ---- History ----------------------------------------------------------------------------------------


def test_the_history_names_each_event_its_digest_and_the_key_that_signed_it(seen):
    history = seen.pages.history()
    found = page_of(visited(seen, 1)).history

    own = [event for event in history.events if (event.draft.model, event.draft.version) == (MODEL, 1)]

    assert [one.event.seq for one in found] == [event.seq for event in reversed(own)]
    assert {one.digest for one in found} <= {event.digest for event in history.events}
    signed = {one.event.by: one.event.key_fingerprint for one in found if one.event.by}
    assert signed == {name: seen.office.keys[name].public.fingerprint for name in ("Tina", "Carol", "Bob")}
    html = shown(seen, 1)
    assert all(one.event.key_fingerprint in html for one in found)


# ---- What changed -----------------------------------------------------------------------------------


def test_the_version_that_was_last_in_service_is_compared_with(seen):
    found = page_of(visited(seen)).since

    assert (found.version, found.state, found.problem) == (1, "active", "")
    assert [one.status for one in found.turned]
    assert "before=1&amp;after=2" in shown(seen)


def test_the_first_version_is_compared_with_none(desk):
    desk.office.submit(handed(1))

    assert page_of(visited(desk, 1)).since.version is None


# ---- What a reader owes, and what they did ----------------------------------------------------------


def test_who_approved_is_told_so_and_no_waiver_is_asked_of_them(desk):
    desk.office.submit(blocked())
    before = words(shown(desk, name="Carol", language="en"))
    desk.office.approve("Carol", 2, waivers=blocked().waivers)
    after = words(shown(desk, name="Carol", language="en"))

    assert "You have approved; it waits for" not in before
    assert "still need" in before
    assert "findings have a waiver of yours" in before
    assert "You have approved; it waits for: business" in after
    assert "still need" not in after
    assert "findings have a waiver of yours" not in after
    assert "each reviewer gives" not in after
    assert "Approve anew" in after


def test_what_is_in_service_is_renewed_and_not_approved(seen):
    assert "Renew the approval" in words(shown(seen, 1, language="en"))
    assert "Renew the approval" not in words(shown(seen, 2, language="en"))


def test_the_verdict_and_its_tally_stand_where_the_version_stands(seen):
    box = words(shown(seen, language="en").partition('<div class="now">')[2].partition("</div>")[0])

    assert re.search(r"Audit verdict: \S.* \d+ broken, \d+ undetermined, \d+ kept", box)


def test_the_title_names_the_version(seen):
    for number in (1, 2):
        assert f"<title>Version {number} · " in shown(seen, number, language="en")


def test_a_version_that_nobody_can_read_names_no_path_and_offers_nothing_that_fails(desk):
    desk.office.activated(1)
    for file in desk.office.home.root.parent.glob("bundles/**/card.json"):
        file.unlink()
    html = shown(desk, 1)

    assert str(desk.office.home.root.parent) not in html
    assert "管理员" in html
    assert "dossier" not in html


@pytest.mark.parametrize("target", ["waivers", "waive-1", "said-segments"])
def test_what_a_form_did_is_told_again_at_its_place_which_is_unfolded(seen, target):
    visit = visited(seen, query={"target": target})
    page = version(visit).page
    html = rendered(page, visit, here="/review/versions/2", notice="It is kept.")
    folds = re.findall(r'<details class="waive" id="([^"]+)" open>', html)

    assert html.count("It is kept.") == 2
    assert folds == ([target] if target == "waive-1" else [])


def test_a_place_that_is_none_changes_nothing(seen):
    at = seen.office.clock.now
    odd = shown(seen, query={"target": '"><b>'})
    # Both at one time: a page says when it was made.
    seen.office.clock.now = at

    assert odd == shown(seen)


def test_a_finding_that_is_left_stands_unfolded_beside_one_that_says_the_same_and_is_waived(desk):
    desk.office.submit(blocked())
    keys = [one.finding for one in blocked().waivers]
    bundle = standing_of(visited(desk), desk.pages.history()).submission.digests.bundle
    for key in keys[:-1]:
        noted = Note("waiver", key, "Looked into; a visit.", date(2026, 5, 31), desk.office.clock(), bundle)
        desk.pages.notes.put("Carol", MODEL, 2, noted)
    html = shown(desk, language="en")
    boxes = re.findall(r'<input type="checkbox" id="tick[^"]*" name="key" value="([^"]+)"', html)

    assert "Change it" in html
    assert html.count("Waive it anew") == len(keys) - 1
    assert set(boxes) == {key.replace("'", "&#39;") for key in keys}


def test_history_tells_a_waived_finding_in_words_with_its_key_beside_it(desk):
    desk.office.submit(blocked())
    desk.office.approve("Carol", 2, waivers=blocked().waivers)
    one = blocked().waivers[0].finding
    found = page_of(visited(desk, name="Bob", language="en"))
    (same,) = next(told.waived for told in found.history if told.waived)

    assert all(same.said)
    assert words(shown(desk, language="en")).count(one) >= 1
    assert f"<li><code>{one}" not in shown(desk, language="en")


def test_every_section_of_a_long_page_leads_back_to_the_contents(seen):
    html = shown(seen)

    assert html.index('href="#contents-title"') < html.index('id="live"')
    assert html.count('href="#contents-title"') == html.count('class="back onscreen"') + 1 > 10
