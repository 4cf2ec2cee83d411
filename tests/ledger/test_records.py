"""What is signed is read as it was written, and nothing else is taken for it."""

import pytest
from pydantic import ValidationError

from segmentation.errors import LedgerError
from segmentation.ledger.records import Adoption, Decision, Person, Record, Start
from segmentation.signing import Signed, canonical
from tests.signed import DIGESTS, Cast


@pytest.fixture
def cast():
    return Cast.assembled()


def documents(cast):
    decision = cast.decision("submit", "Tina").signed
    adoption = cast.adopt().draft.signed
    return [
        (Start, cast.events[0].draft.signed),
        (Person, cast.events[1].draft.signed),
        (Decision, decision),
        (Adoption, adoption),
    ]


def test_a_record_is_read_as_it_was_signed(cast):
    for kind, signed in documents(cast):
        assert canonical(kind.of(signed).content()).decode() == signed.document


def test_a_record_is_not_read_as_one_of_another_kind(cast):
    for kind, _ in documents(cast):
        for other, signed in documents(cast):
            if other is not kind:
                with pytest.raises(LedgerError, match=f"A {kind.__name__.lower()} record cannot be read"):
                    kind.of(signed)


@pytest.mark.parametrize("document", ["", "7", "null", '"x"', "{", "\x00"])
def test_what_is_no_record_is_refused(document):
    with pytest.raises(
        LedgerError, match="A decision record cannot be read: document is not what this version"
    ):
        Decision.of(Signed(document, ""))


def test_the_field_is_named_and_its_value_is_not(cast):
    signed = cast.decision("submit", "Tina").signed
    with pytest.raises(LedgerError) as error:
        Decision.of(Signed(signed.document.replace('"review_days":180', '"review_days":"secret"'), ""))

    assert str(error.value) == (
        "A decision record cannot be read: review_days is not what this version writes there."
    )


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("model", "Resident Needs"),
        ("model", "resident\nneeds"),
        ("version", 0),
        ("review_days", 0),
        ("review_days", 3651),
        ("version", 2**31),
        ("reason", "Fine.\x1b[2K\x1b[1A"),
        ("reason", "Fine.\rNot."),
        ("reason", "Fine.\tVery."),
        ("reason", "Fine \u202eton si"),
        ("reason", "Fine \u2066not"),
        ("conditions", ("Watch it.\x07",)),
        ("blocking", ("x\x1b[2J",)),
        ("by", "Car\u200dol"),
        ("trained_by", ("Tina\u200b",)),
        ("digests", {**DIGESTS.model_dump(), "model": {"\x1b[2J": DIGESTS.card}}),
        ("waivers", ({"finding": "x", "reason": "Known.\u202e", "expires": "2026-09-01"},)),
        ("by", "Carol\x1b[2J"),
        ("by", "Carol\nLi"),
        ("key", "ed25519:short"),
        ("previous", "sha256:00"),
        ("previous", "sha256:" + "0" * 32 + "\n" + "0" * 32),
        ("reason", ""),
        ("trained_by", ()),
        ("action", "complete"),
        ("role", "owner"),
        ("verdict", "fine"),
        ("state", "active"),
    ],
)
def test_a_field_that_is_not_what_it_must_be_is_refused(cast, field, value):
    content = Decision.of(cast.decision("submit", "Tina").signed).content()
    with pytest.raises(ValidationError):
        Decision(**content | {field: value})


@pytest.mark.parametrize("reason", ["Two lines,\nand 王芳 👍", "Ä <b>&amp;</b>", "« é »"])
def test_words_are_of_any_letters_that_show_and_of_lines(cast, reason):
    content = Decision.of(cast.decision("submit", "Tina").signed).content()

    assert Decision(**content | {"reason": reason}).reason == reason


@pytest.mark.parametrize(("field", "value"), [("review_days", 3650), ("version", 2**31 - 1)])
def test_the_highest_numbers_are_read(cast, field, value):
    content = Decision.of(cast.decision("submit", "Tina").signed).content()

    assert getattr(Decision(**content | {field: value}), field) == value


@pytest.mark.parametrize("name", ["王芳", "Carol Li", "c.li@example.org", "Anne-Marie"])
def test_a_person_has_a_name_of_any_script(cast, name):
    content = Person.of(cast.events[1].draft.signed).content()

    assert Person(**content | {"name": name}).name == name


def test_a_record_does_not_change(cast):
    with pytest.raises(ValidationError):
        Decision.of(cast.decision("submit", "Tina").signed).version = 2


def test_every_record_names_its_type_and_its_ledger():
    for kind in Record.__subclasses__():
        if kind.__name__ in {"Start", "Person", "Decision", "Adoption"}:
            assert {"type", "ledger", "at"} <= set(kind.model_fields)
