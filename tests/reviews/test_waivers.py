"""Every blocking finding has a key of its own; waivers are read whole or refused whole."""

import tomllib
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmentation.card import ModelCard
from segmentation.card.once import once
from segmentation.card.parts import Finding
from segmentation.errors import ReviewError
from segmentation.ledger.records import Waiver
from segmentation.reviews.waivers import alike, blocking_of, draft_waivers, key_of, read_waivers
from tests.card import made

TODAY = date(2026, 7, 1)
GOLDEN = Path(__file__).parents[1] / "card" / "golden" / "card.json"
WHY = "The desk is there for them, and they asked for it."
GIVEN = {"choice": made.given()}
SAY = "say why the finding may pass and what is done about it"
OR_DELETE = "or delete the entry"


def finding(group=None, target=None, attribute="age"):
    return Finding(
        "selection_ratio", "screen", attribute, group, target, "broken", "beyond_limit", limit=0.8, value=2.0
    )


def card(**changes):
    return made.card(**changes)


def written(card, folder, *, only=None, reason=WHY, expires="2026-12-31"):
    """The draft as a reviewer fills it in, for the findings of `only` or for all."""
    keys = [one.key for one in blocking_of(card)] if only is None else only
    entries = [f'[[waiver]]\nfinding = "{key}"\nreason = "{reason}"\nexpires = {expires}\n' for key in keys]
    path = folder / "waivers.toml"
    path.write_text("\n".join(entries), encoding="utf-8")
    return path


# ---- What blocks ------------------------------------------------------------------------------------


def test_waivers_of_one_reason_until_one_day_stand_together_in_their_order():
    made_ = [
        Waiver(finding=key, reason=reason, expires=day)
        for key, reason, day in (("a", "One.", TODAY), ("b", "Two.", TODAY), ("c", "One.", TODAY))
    ]
    later = Waiver(finding="d", reason="One.", expires=date(2026, 7, 2))

    assert alike([*made_, later]) == {
        ("One.", TODAY): (made_[0], made_[2]),
        ("Two.", TODAY): (made_[1],),
        ("One.", date(2026, 7, 2)): (later,),
    }
    assert alike(()) == {}


def test_every_blocking_finding_of_a_card_has_a_key_of_its_own():
    found = card()
    keys = [one.key for one in blocking_of(found)]

    assert len(keys) == len(set(keys)) == len(found.verdict.blocking) + len(found.verdict.structure)
    assert keys == sorted(keys)


def test_a_stored_card_has_the_same_keys_as_the_one_that_was_made():
    stored = ModelCard.from_json(GOLDEN.read_text(encoding="utf-8"))

    assert blocking_of(stored) == blocking_of(card())


def test_a_key_reads_as_check_attribute_group_and_target():
    assert key_of(finding("65+", "S3", "age_band")) == "selection_ratio:age_band:65+:S3"
    assert key_of(finding(None, None, "age_band")) == "selection_ratio:age_band"
    assert key_of(finding(None, "S3", "age_band")) == "selection_ratio:age_band::S3"
    assert key_of(finding("65+ × female", "S3", "a × b")) == "selection_ratio:a × b:65+ × female:S3"


def test_a_group_that_holds_a_colon_or_blanks_cannot_pass_for_another():
    assert key_of(finding("a:b")) == "selection_ratio:age:a%3Ab"
    assert key_of(finding("a", "b")) == "selection_ratio:age:a:b"
    assert key_of(finding(" a\n")) == "selection_ratio:age:%20a%0A"
    assert key_of(finding("100%")) == "selection_ratio:age:100%25"


TEXT = st.text(alphabet=" :%a\n\u3000中", min_size=1, max_size=4)
PART = st.none() | TEXT


@given(st.tuples(PART, PART, TEXT), st.tuples(PART, PART, TEXT))
def test_two_findings_share_a_key_only_where_they_are_the_same(one, other):
    assert (key_of(finding(*one)) == key_of(finding(*other))) == (one == other)
    assert key_of(finding(*one)) == key_of(finding(*one)).strip()


def test_what_the_segments_lack_blocks_too_and_is_told_in_both_languages():
    found = [one for one in blocking_of(card(**GIVEN)) if one.attribute is None]

    assert found
    assert all(one.key.startswith("structure:") for one in found)
    assert all(one.sentence.en != one.sentence.zh for one in found)
    assert not [one for one in blocking_of(card()) if one.key.startswith("structure:")]


def test_segments_that_nobody_held_against_noise_are_undetermined_and_not_broken():
    untried = card()
    verdict = replace(untried.verdict, structure=("not held against shuffled columns",))
    (found,) = [one for one in blocking_of(replace(untried, verdict=verdict)) if one.attribute is None]

    assert (found.key, found.status) == ("structure:not held against shuffled columns", "undetermined")


def test_a_verdict_that_leaves_a_finding_out_hides_nothing():
    honest = card()
    empty = replace(honest, verdict=replace(honest.verdict, blocking=()))

    assert blocking_of(empty) == blocking_of(honest)


# ---- The draft --------------------------------------------------------------------------------------


def test_the_draft_has_an_entry_for_every_finding_with_its_sentence_in_both_languages():
    found = card(**GIVEN)
    draft = draft_waivers(found)
    entries = tomllib.loads(draft)["waiver"]

    assert sorted(entry["finding"] for entry in entries) == [one.key for one in blocking_of(found)]
    assert all(
        entry["reason"].startswith("<write:") and entry["expires"].startswith("<write:") for entry in entries
    )
    for one in blocking_of(found):
        assert f"# {one.sentence.en}\n# {one.sentence.zh}\n" in draft


def test_the_draft_tells_the_worst_first():
    first = tomllib.loads(draft_waivers(card()))["waiver"][0]

    assert first["finding"] == key_of(card().verdict.blocking[0])


def test_a_draft_of_a_card_without_findings_is_empty_and_valid(tmp_path):
    clean = card()
    attributes = tuple(replace(one, findings=()) for one in clean.fairness.attributes)
    clean = replace(
        clean,
        verdict=replace(clean.verdict, status="kept", blocking=(), structure=()),
        fairness=replace(clean.fairness, attributes=attributes),
    )
    path = tmp_path / "waivers.toml"
    path.write_text(draft_waivers(clean), encoding="utf-8")

    assert read_waivers(path, clean, today=TODAY) == ()


def test_a_draft_survives_names_that_break_a_line_or_a_quotation(tmp_path):
    broken = card()
    odd = replace(broken.verdict.blocking[0], group='"\\\n\x07# [[waiver]]')
    odd_card = replace(broken, verdict=replace(broken.verdict, blocking=(odd,)))
    entries = tomllib.loads(draft_waivers(odd_card))["waiver"]

    assert key_of(odd) in {entry["finding"] for entry in entries}


# ---- Reading ----------------------------------------------------------------------------------------


def test_a_file_that_is_filled_in_is_read(tmp_path):
    found = card()
    waivers = read_waivers(written(found, tmp_path), found, today=TODAY)

    assert [one.finding for one in waivers] == [one.key for one in blocking_of(found)]
    assert waivers[0] == Waiver(finding=waivers[0].finding, reason=WHY, expires=date(2026, 12, 31))


def test_a_finding_that_is_left_out_is_not_waived_and_no_fault(tmp_path):
    found = card()
    key = blocking_of(found)[2].key

    assert [
        one.finding for one in read_waivers(written(found, tmp_path, only=[key]), found, today=TODAY)
    ] == [key]


def test_a_draft_that_nobody_filled_in_is_refused_entry_by_entry(tmp_path):
    found = card()
    path = tmp_path / "waivers.toml"
    path.write_text(draft_waivers(found), encoding="utf-8")

    with pytest.raises(ReviewError, match="still to be written by a person") as refused:
        read_waivers(path, found, today=TODAY)
    assert len(refused.value.faults) == 2 * len(blocking_of(found))
    assert str(refused.value).count("\n") == 2
    assert f"in waivers 1 to {len(blocking_of(found))};" in str(refused.value)


def test_a_draft_says_which_finding_mirrors_which_and_asks_for_both():
    owner = replace(made.KEPT, status="broken", value=0.7)
    tenant = replace(owner, group="tenant", value=1.43)
    found = card(audit=replace(made.audit(), findings=(owner, tenant, made.BROKEN)))
    mirrors = [(key_of(mirror), key_of(told.finding)) for told in once(found) for mirror in told.mirrored]
    draft = draft_waivers(found)

    assert len(mirrors) == 1
    assert draft.count("The same the other way round as") == len(mirrors)
    for mirror, first in mirrors:
        assert f'as {first}. 与 {first} 为同一差异的另一面。\nfinding = "{mirror}"' in draft
    assert [one["finding"] for one in tomllib.loads(draft)["waiver"]] == sorted(
        (one.key for one in blocking_of(found)), key=lambda key: draft.index(f'finding = "{key}"')
    )


def test_all_faults_are_told_at_once(tmp_path):
    found = card()
    first, second, third = (one.key for one in blocking_of(found)[:3])
    path = tmp_path / "waivers.toml"
    path.write_text(
        f"""
[[waiver]]
finding = "{first}"
reason = "fine"
expires = 2026-06-30
[[waiver]]
finding = "nothing:of:the:kind"
reason = "{WHY}"
expires = "2026-12-31"
[[waiver]]
finding = "{second}"
reason = "{WHY}"
expires = "soon"
why = "?"
[[waiver]]
finding = "{third}"
reason = "{WHY}"
expires = 2026-12-31T00:00:00
[[waiver]]
finding = "{first}"
""",
        encoding="utf-8",
    )
    with pytest.raises(ReviewError) as refused:
        read_waivers(path, found, today=TODAY)

    told = [str(fault) for fault in refused.value.faults]
    assert told == [
        f"waiver 1 ({first}), reason: has fewer than 20 letters (10 Chinese characters); {SAY}.",
        f"waiver 1 ({first}), expires: lies before today, 2026-07-01; write a later day, {OR_DELETE}.",
        f"waiver 2, finding: is no finding that blocks this version; draft the waivers anew, {OR_DELETE}.",
        f"waiver 3 ({second}), why: is not a key of a waiver; delete it.",
        f"waiver 3 ({second}), expires: is not a day; write it as 2027-06-30.",
        f"waiver 4 ({third}), expires: is not a day; write it as 2027-06-30.",
        f"waiver 5 ({first}), reason: is missing; write why the finding may pass.",
        f"waiver 5 ({first}), expires: is not a day; write it as 2027-06-30.",
        f"finding: {first} is waived 2 times; keep one entry.",
    ]


def test_a_waiver_holds_on_its_last_day(tmp_path):
    found = card()

    assert read_waivers(written(found, tmp_path, expires=TODAY.isoformat()), found, today=TODAY)


def test_a_reason_in_chinese_may_be_half_as_long(tmp_path):
    found = card()

    assert read_waivers(written(found, tmp_path, reason="专席本为老年住户而设"), found, today=TODAY)
    with pytest.raises(ReviewError, match="fewer than 20 letters"):
        read_waivers(written(found, tmp_path, reason="专席为老年而设！！！"), found, today=TODAY)


def test_a_reason_may_not_be_endless(tmp_path):
    found = card()

    with pytest.raises(ReviewError, match="longer than 4000 characters"):
        read_waivers(written(found, tmp_path, reason="because " * 600), found, today=TODAY)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"\xff", "not UTF-8"),
        (b"[[waiver]", "not valid TOML"),
        (b"waiver = 3", "every entry opens with"),
        (b"waiver = [3]", "every entry opens with"),
        (b"[[waivers]]\n", "every entry opens with"),
    ],
)
def test_a_file_that_holds_no_waivers_is_refused_with_one_sentence(tmp_path, content, told):
    path = tmp_path / "waivers.toml"
    path.write_bytes(content)

    with pytest.raises(ReviewError, match=told):
        read_waivers(path, card(), today=TODAY)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ReviewError, match=r"waivers\.toml cannot be read"):
        read_waivers(tmp_path / "waivers.toml", card(), today=TODAY)
