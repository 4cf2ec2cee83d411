"""What a reviewer writes down is kept for them alone, and nothing that a browser sends is believed."""

from datetime import date, timedelta

import pytest

from segmentation.errors import UnreachableError
from segmentation.ledger import notes as module
from segmentation.reviews.waivers import blocking_of
from serving.pages.render import rendered
from serving.pages.version.notes import note
from serving.pages.version.pending import pending_of
from serving.pages.version.standing_told import standing_of
from serving.pages.version.version import page_of
from serving.pages.visit import Declined, Sent, Shown
from tests.card.hostile import HOSTILE
from tests.reviews.office import MODEL, handed
from tests.serving.pages.made import PageOffice, blocked

REASON = "Looked into with the residents; a visit to each of them is planned."
LATE = date(2026, 5, 31)
KEYS = tuple(one.key for one in blocking_of(blocked().card))
ATTRIBUTE = next(one.attribute for one in blocking_of(blocked().card) if one.key == KEYS[0])


@pytest.fixture(scope="module")
def submitted(first_page_office, tmp_path_factory):
    office = first_page_office.copied(tmp_path_factory.mktemp("submitted"))
    office.submit(blocked())
    return office


@pytest.fixture
def waiting(submitted, tmp_path):
    made = PageOffice(submitted.copied(tmp_path))
    yield made
    made.pages.close()
    made.office.book.close()


def sent(desk, name="Carol", *, key=(), language="zh", number=2, **form):
    keys = (key,) if isinstance(key, str) else tuple(key)
    told = dict(form) | ({"key": keys[-1]} if keys else {})
    chosen = {name: (text,) for name, text in form.items()} | ({"key": keys} if keys else {})
    visit = desk.visit(name, language, path={"version": str(number)}, form=told, chosen=chosen, route="note")
    return note(visit)


def waive(desk, key=KEYS[0], name="Carol", *, group="", **told):
    form = {
        "kind": "waiver",
        "group": group or ATTRIBUTE,
        "reason": REASON,
        "until": LATE.isoformat(),
        "what": "ticked",
    }
    return sent(desk, name, key=key, **form | told)


def noted(desk, name="Carol", number=2):
    visit = desk.visit(name, path={"version": str(number)})
    return pending_of(visit, standing_of(visit, desk.pages.history()))


def declined(desk, *given, **told):
    with pytest.raises(Declined) as found:
        sent(desk, *given, **told)
    return found.value.kind


# ---- Comments ---------------------------------------------------------------------------------------


def test_a_comment_is_kept_and_leads_back_to_its_section(waiting):
    answer = sent(waiting, kind="comment", key="segments", text="Why two?\nOne would do.")

    assert answer == Sent("/review/versions/2?target=said-segments#said-segments", "noted")
    assert [(one.key, one.text) for one in noted(waiting).comments] == [
        ("segments", "Why two?\nOne would do.")
    ]


def test_a_later_comment_on_the_same_section_takes_the_place_of_the_earlier_one(waiting):
    for text in ("First.", "Second."):
        sent(waiting, kind="comment", key="segments", text=text)

    assert [one.text for one in noted(waiting).comments] == ["Second."]


def test_a_comment_is_seen_by_its_author_alone(waiting):
    sent(waiting, kind="comment", key="segments", text="Between us.")
    pages = {
        name: rendered(page_of(visit), visit, here="/")
        for name in ("Carol", "Bob", "Tina", "Adam")
        for visit in [waiting.visit(name, path={"version": "2"})]
    }

    assert [name for name, html in pages.items() if "Between us." in html] == ["Carol"]


def test_a_comment_is_taken_away(waiting):
    sent(waiting, kind="comment", key="segments", text="First.")
    answer = sent(waiting, kind="comment", act="remove", key="segments")

    assert answer.notice == "note_removed"
    assert noted(waiting).comments == ()


@pytest.mark.parametrize("text", ["", " \r\n ", "x" * 4001, "turned \u202e round", "\ud800"])
def test_a_comment_that_cannot_be_signed_is_told_beside_the_form_with_what_was_typed(waiting, text):
    answer = sent(waiting, kind="comment", key="segments", text=text, language="en")

    assert isinstance(answer, Shown)
    assert answer.status == 422
    found = {one.name: one.remarks for one in answer.page.sections}
    assert found["segments"].error
    assert found["segments"].typed == text.strip()
    assert [name for name, one in found.items() if one.error] == ["segments"]
    assert noted(waiting).comments == ()


@pytest.mark.parametrize("key", ["", "history", "nobody's", "../verdict", HOSTILE])
def test_a_comment_on_what_is_no_section_is_declined(waiting, key):
    assert declined(waiting, kind="comment", key=key, text="Hello.") == "malformed"


@pytest.mark.parametrize("kind", ["", "other", "decision"])
def test_a_note_of_no_kind_is_declined(waiting, kind):
    assert declined(waiting, kind=kind, key="segments", text="Hello.") == "malformed"


def test_a_stored_script_is_text_wherever_it_is_shown(waiting):
    sent(waiting, kind="comment", key="segments", text=HOSTILE)
    waive(waiting, reason=HOSTILE * 3)
    visit = waiting.visit("Carol", path={"version": "2"})
    html = rendered(page_of(visit), visit, here="/")

    assert HOSTILE not in html
    assert "<script" not in html


# ---- Waivers ----------------------------------------------------------------------------------------


def test_a_waiver_is_kept_for_what_is_ticked(waiting):
    assert waive(waiting) == Sent("/review/versions/2?target=waive-1#waive-1", "noted")
    assert [(one.key, one.text, one.expires) for one in noted(waiting).waivers] == [(KEYS[0], REASON, LATE)]


def test_all_of_an_attribute_are_waived_with_one_reason(waiting):
    waive(waiting, what="every")
    own = {one.key for one in blocking_of(blocked().card) if one.attribute == ATTRIBUTE}

    assert {one.key for one in noted(waiting).waivers} == own
    assert own < set(KEYS)


def test_of_waivers_that_are_written_together_none_is_kept_where_one_fails(waiting, monkeypatch):
    waive(waiting)
    upsert, rows = module.upsert, []

    def failing(connection, table, row):
        rows.append(row)
        if len(rows) == 3:
            raise UnreachableError("The ledger cannot be reached. Try again.")
        upsert(connection, table, row)

    monkeypatch.setattr(module, "upsert", failing)
    with pytest.raises(UnreachableError):
        waive(waiting, what="every", reason=f"{REASON} All of them.")

    assert [(one.key, one.text) for one in noted(waiting).waivers] == [(KEYS[0], REASON)]


def test_a_waiver_is_taken_away(waiting):
    waive(waiting)
    answer = sent(waiting, kind="waiver", act="remove", key=KEYS[0])

    assert answer == Sent("/review/versions/2?target=waivers#waivers", "note_removed")
    assert noted(waiting).waivers == ()


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("reason", "Too short."),
        ("reason", "理由不足十个字"),
        ("reason", f"{REASON} \u202e"),
        ("reason", "x" * 4001),
        ("until", ""),
        ("until", "soon"),
        ("until", "2026-03-01"),
        ("until", "2026-08-30"),
        ("until", "2027-06-30T00:00:00"),
    ],
    ids=range(9),
)
def test_a_waiver_that_breaks_a_rule_is_told_beside_its_form_with_what_was_typed(waiting, field, typed):
    answer = waive(waiting, **{field: typed})

    assert isinstance(answer, Shown)
    assert answer.status == 422
    (wrong,) = [one for one in answer.page.waivers.groups if one.errors]
    assert set(wrong.errors) == {field}
    assert getattr(wrong.typed, field) == typed.strip()
    assert [one.key for same in wrong.claims for one in same if one.ticked] == [KEYS[0]]
    assert noted(waiting).waivers == ()


def test_a_reason_of_ten_chinese_characters_and_the_last_day_of_the_policy_are_enough(waiting):
    until = waiting.office.clock.now.date() + timedelta(days=180)
    answer = waive(waiting, reason="已逐户核实并安排上门回访", until=until.isoformat())

    assert isinstance(answer, Sent)


def test_a_form_without_a_tick_says_so(waiting):
    answer = waive(waiting, (), group=ATTRIBUTE)

    assert isinstance(answer, Shown)
    assert [set(one.errors) for one in answer.page.waivers.groups if one.errors] == [{"key"}]


@pytest.mark.parametrize("key", ["", "no such finding", "selection_ratio:age_band:65_plus:S9", HOSTILE])
def test_a_waiver_of_what_does_not_block_is_declined(waiting, key):
    with pytest.raises(Declined) as found:
        waive(waiting, (KEYS[0], key), group=ATTRIBUTE)

    assert found.value.kind == "malformed"
    assert noted(waiting).waivers == ()


def test_a_waiver_of_another_attribute_than_the_form_is_of_is_not_kept(waiting):
    other = next(one for one in blocking_of(blocked().card) if one.attribute != ATTRIBUTE)
    answer = waive(waiting, other.key)

    assert isinstance(answer, Shown)
    assert noted(waiting).waivers == ()


@pytest.mark.parametrize("name", ["Tina", "Adam", "Trainer 2"])
def test_who_may_not_approve_waives_nothing(waiting, name):
    if name == "Trainer 2":
        waiting.office.submit(blocked(3), trained_by=("Tina", "Trainer 2"))
    with pytest.raises(Declined) as found:
        waive(waiting, name=name, number=3 if name == "Trainer 2" else 2)

    assert found.value.kind == "refused"


def test_notes_on_a_version_that_was_never_submitted_are_declined(waiting):
    assert declined(waiting, kind="comment", key="segments", text="Hello.", number=7) == "not_found"


def test_notes_are_signed_by_nobody_and_are_no_event(waiting):
    before = waiting.pages.history().head
    sent(waiting, kind="comment", key="segments", text="Hello.")
    waive(waiting)

    assert waiting.pages.history().head == before
    assert waiting.pages.history().comments(MODEL, 2) == ()


# ---- Notes on an earlier submission ---------------------------------------------------------------------


def test_notes_on_an_earlier_submission_are_told_on_the_page_and_taken_away_at_once(waiting):
    for section in ("segments", "gaps"):
        sent(waiting, kind="comment", key=section, text="As it was.")
    told = ("您对先前提交内容的备注", "您有2条")
    assert told[0] not in html_of(waiting)
    waiting.office.desk.request_changes(MODEL, 2, signer=waiting.office.signer("Bob"), reason="Mend it.")
    waiting.office.submit(handed(2))
    sent(waiting, kind="comment", key="impact", text="As it is.")

    assert noted(waiting).earlier == 2
    assert all(one in html_of(waiting) for one in told)
    assert told[0] not in html_of(waiting, "Bob")
    assert sent(waiting, kind="earlier").notice == "notes_removed"
    assert (noted(waiting).earlier, [one.key for one in noted(waiting).comments]) == (0, ["impact"])
    assert told[0] not in html_of(waiting)


def html_of(desk, name="Carol"):
    visit = desk.visit(name, path={"version": "2"})
    return rendered(page_of(visit), visit, here="/")
