"""One resident's page in both languages: what is kept, who read it, the copies, and how many may be read."""

import json
import re

import pytest

from segmentation.ledger.personal.overrides import Overrides
from segmentation.ledger.personal.overrides import Told as Put
from segmentation.rights.readings import mark_of, note_reading
from serving.pages.render import rendered
from serving.pages.residents import resident
from serving.pages.table import address
from serving.pages.visit import Declined
from tests.serving.pages.residents.kept import MODEL, PURPOSE, REF, Keeping
from tests.serving.pages.test_render import faults

SCRIPT = "<script>alert(1)</script>\"' onclick=x"


@pytest.fixture
def kept(keeping):
    """Everything that may be kept, with a script in every text."""
    keeping.desk.office.activated(1)
    keeping.consent()
    keeping.place("S1")
    keeping.place("S2")
    keeping.ask("review", text=SCRIPT)
    told = Put("S1", SCRIPT, "Carol")
    Overrides(keeping.records).set(keeping.subject, PURPOSE, MODEL, told, keeping.now)
    note_reading(keeping.records, keeping.subject, "Carol", "page_resident", "rights", keeping.now)
    return keeping


def html_of(keeping, language="en", **told):
    visit = keeping.visit(language=language, **told)
    shown = resident.resident(visit)
    here = address("resident", subject=keeping.subject.hex())
    return shown.page, rendered(shown.page, visit, here=here)


def words(html):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


@pytest.mark.parametrize(
    ("language", "told"),
    [
        (
            "en",
            (
                "Planning services by need",
                "S1 (Phone first)",
                "Decided by a person",
                "Carol decided so on",
                "Computed: S2 (Average needs), by version 1",
                "Review by a person",
                "Given",
                "2025-02",
                "In the app",
                "a borderline case",
                "Not known: repairs",
                "this page rights of residents told",
            ),
        ),
        (
            "zh",
            (
                "按需求规划服务",
                "S1（电话优先）",
                "人工改定",
                "系统计算结果：S2（需求一般），由第1版",
                "人工复核",
                "已同意",
                "应用程序",
                "处于边界",
                "本页面 住户行使权利 已告知",
            ),
        ),
    ],
)
def test_everything_that_is_kept_is_told_in_words(kept, language, told):
    page, html = html_of(kept, language)

    assert [one for one in told if one not in words(html)] == []
    assert faults(html) == []
    terms = ("notice", "objection", "borderline", "decision", "override")
    assert [one for one in terms if f'id="term-{one}" popover>' not in html] == []
    assert (len(page.segments), len(page.overrides), len(page.requests), len(page.readings)) == (2, 1, 1, 1)
    assert REF not in html


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_somebody_wrote_stays_text(kept, language):
    _, html = html_of(kept, language)

    assert "<script" not in html
    assert html.count("&lt;script&gt;alert(1)") == 3


@pytest.mark.parametrize("language", ["en", "zh"])
def test_of_a_stranger_nothing_is_kept_and_the_page_says_so(keeping, language):
    page, html = html_of(keeping, language)

    assert page.is_empty
    assert faults(html) == []
    assert page.holds == ()


@pytest.mark.parametrize(
    ("language", "objects", "takes_back"),
    [("en", "Object", "Take the objection back"), ("zh", "拒绝自动化决策", "收回异议")],
)
def test_who_objected_may_take_it_back_and_nobody_else(kept, language, objects, takes_back):
    def button(word):
        return f">{word}</button>" in html_of(kept, language)[1]

    before = button(objects), button(takes_back)
    kept.consent(state="objected")

    assert (before, button(takes_back)) == ((True, False), True)


def test_the_copies_hold_the_whole_account(kept):
    found = resident.as_json(kept.visit())
    told = json.loads(found.body)

    assert (found.name, found.media) == ("account.json", "application/json")
    assert [one["segment"] for one in told["segments"]] == ["S1", "S2"]
    assert told["overrides"][0]["reason"] == SCRIPT
    for language, title in (("en", "What is kept of you"), ("zh", "关于您所保存的信息")):
        copy = resident.as_page(kept.visit(query={"language": language}))
        assert (copy.name, title in copy.body.decode()) == (f"account-{language}.html", True)
        assert b"<script" not in copy.body
    with pytest.raises(Declined, match="malformed"):
        resident.as_page(kept.visit(query={"language": "fr"}))


def test_a_resident_is_told_of_also_where_no_version_can_be_read(keeping):
    keeping.consent()
    keeping.place()
    page, html = html_of(keeping)

    assert page.holds[0].segment == "S1"
    assert PURPOSE in words(html)


def test_the_access_event_has_the_purpose_and_a_pseudonym_of_its_own(kept):
    visit = kept.visit()
    resident.resident(visit)

    assert visit.about.purpose == "rights"
    assert visit.about.subject == mark_of(kept.keyring, kept.subject)


def test_who_reads_of_too_many_is_declined_and_noted(desk):
    keeping = Keeping(desk)
    few = keeping.residents.settings
    object.__setattr__(few, "residents_an_hour", 3)
    asked = [keeping.visit(path={"subject": f"{at:032x}"}) for at in range(4)]
    for visit in asked[:3]:
        resident.resident(visit)
        assert visit.about.alert == ""
    with pytest.raises(Declined, match="too_often"):
        resident.resident(asked[3])
    assert asked[3].about.alert == "mass-reading"
    # Another person has their own allowance.
    resident.resident(keeping.visit("Both"))
    keeping.close()


def test_without_a_keyring_nobody_is_told_of(desk):
    with pytest.raises(Declined, match="not_found"):
        resident.resident(desk.visit(path={"subject": "0" * 32}))


def test_what_a_version_gave_that_was_revoked_is_told_as_not_used(kept):
    told = {
        "en": ("its version is in use", "its version was revoked, so this segment is not used", "No segment"),
        "zh": ("该版本正在使用", "该版本已撤销，此分群不再使用", "目前没有适用的分群"),
    }
    Overrides(kept.records).lift(kept.subject, PURPOSE, MODEL, Put(None, "As before.", "Carol"), kept.now)
    for language, (in_use, revoked, none) in told.items():
        page = words(html_of(kept, language)[1])
        assert in_use in page
        assert revoked not in page
        assert none not in page
    office = kept.desk.office
    office.desk.revoke(MODEL, 1, signer=office.signer("Carol"), reason="A need was wrong.")
    for language, (in_use, revoked, none) in told.items():
        page = words(html_of(kept, language)[1])
        assert in_use not in page
        assert revoked in page
        assert none in page
