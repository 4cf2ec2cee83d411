"""Notices of a breach: what the law names is told, in one language, and what is missing is said to be."""

from datetime import UTC, datetime, timedelta

import pytest

from segmentation.answers import Texts
from segmentation.errors import ReviewError
from segmentation.ledger.personal.breaches import PARTS, Breach, Step, Told
from segmentation.rights.notifying import HEADS, READERS, notice_of

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
KNOWN = {part: Texts(f"{part} in English", f"{part} 中文") for part in PARTS}
BOTH = pytest.mark.parametrize("language", ["zh", "en"])
READER = pytest.mark.parametrize("reader", READERS)


def breach(facts=KNOWN, **told):
    first = Step(NOW - timedelta(hours=2), Told("Carol", "found", "A disk.", facts, **told))
    return Breach("B0a1b2c3d4e5f", (first,))


@BOTH
@READER
def test_a_whole_notice_tells_every_part_under_its_head(reader, language):
    found = notice_of(breach(), reader, language, NOW)

    found.check()
    assert found.is_complete
    for part in PARTS:
        head = getattr(HEADS[part], language)
        assert f"## {head}\n\n{getattr(KNOWN[part], language)}" in found.text
    assert "57" in found.text or "五十七" in found.text
    assert "A disk." not in found.text, "a note stays within the company"


@BOTH
@READER
@pytest.mark.parametrize("part", PARTS)
def test_without_any_one_part_it_is_no_notice_but_a_draft(reader, language, part):
    other = Texts("", KNOWN[part].zh) if language == "en" else Texts(KNOWN[part].en, " ")
    found = notice_of(breach(KNOWN | {part: other}), reader, language, NOW)

    assert found.missing == (part,)
    assert found.text.startswith("> ")
    with pytest.raises(ReviewError, match=f"it lacks {part} "):
        found.check()


@pytest.mark.parametrize(
    ("residents", "en", "zh"),
    [(None, "Not known yet", "尚未查明"), (3, "\n3\n", "3人"), (1_204, "1,204", "1,204人")],
)
def test_the_authority_is_told_how_many_and_residents_are_not(residents, en, zh):
    one = breach(residents=residents, happened=NOW)
    for language, said in (("en", en), ("zh", zh)):
        assert said in notice_of(one, "authority", language, NOW).text
        assert said not in notice_of(one, "residents", language, NOW).text


def test_the_authority_is_told_whether_residents_know():
    one = breach()
    assert "Not yet." in notice_of(one, "authority", "en", NOW).text
    told = Breach(one.id, (*one.steps, Step(NOW, Told("Carol", "residents_notified", "Sent."))))
    assert "Since 2026-11-20 09:30 UTC." in notice_of(told, "authority", "en", NOW).text
