"""A file of answers is read whole, or refused with everything that it lacks and nothing that it says."""

import pytest
import tomlkit

from segmentation.errors import ImpactError
from segmentation.impact import Answers, answers_from, read_answers
from tests.impact.made import raw_answers


@pytest.fixture
def written(tmp_path):
    """Write tables as a file of answers."""

    def write(raw):
        file = tmp_path / "answers.toml"
        file.write_text(tomlkit.dumps(raw), encoding="utf-8")
        return file

    return write


def faults(raw):
    with pytest.raises(ImpactError) as refused:
        answers_from(raw)
    return {fault.where: fault.rule for fault in refused.value.faults}


def test_complete_answers_are_read_as_they_were_written(written):
    read = read_answers(written(raw_answers()))

    assert isinstance(read, Answers)
    assert read == answers_from(raw_answers())
    assert read.rights.treatment.risk == "high"


def test_everything_that_is_unwritten_missing_or_unknown_is_named_at_once():
    raw = raw_answers(contact={"en": "<write: contact>", "zh": "<write: 联系>"}, residual_risk="<write: low>")
    raw["rights"]["harm"]["likelihood"] = "<write: low, medium, high or very high>"
    raw["security"]["abroad"]["applies"] = "<write: true or false>"
    del raw["necessity"]["why_segments"], raw["assessors"]
    raw["colour"] = "blue"
    raw["security"]["walls"] = "high"

    found = faults(raw)

    assert set(found) == {
        "contact.en",
        "contact.zh",
        "residual_risk",
        "rights.harm.likelihood",
        "security.abroad.applies",
        "necessity.why_segments",
        "assessors",
        "colour",
        "security.walls",
    }
    assert found["residual_risk"] == found["contact.zh"] == "is still to be written by a person"
    assert found["security.abroad.applies"] == "is still to be written by a person"
    assert found["assessors"] == "is missing"
    assert found["colour"] == found["security.walls"] == "is not asked for"


def test_a_text_in_one_language_is_not_enough():
    assert faults(raw_answers(contact={"en": "The desk."})) == {"contact.zh": "is missing"}
    assert faults(raw_answers(contact="The desk.")) == {"contact": "must be a table of its own"}
    assert "contact.zh" in faults(raw_answers(contact={"en": "The desk.", "zh": "  "}))


@pytest.mark.parametrize(
    ("changes", "where", "rule"),
    [
        ({"assessed_on": "soon"}, "assessed_on", "must be a date"),
        ({"next_review": True}, "next_review", "must be a date"),
        ({"residual_risk": "huge"}, "residual_risk", "should be 'low', 'medium', 'high' or 'very high'"),
        ({"assessors": []}, "assessors", "must hold at least one"),
        ({"consulted": []}, "consulted", "must hold at least one"),
    ],
)
def test_a_wrong_answer_is_named_with_what_it_must_be(changes, where, rule):
    assert faults(raw_answers(**changes)) == {where: rule}


def test_yes_and_no_are_true_and_false():
    raw = raw_answers()
    raw["triggers"]["sensitive"]["applies"] = "perhaps"

    assert faults(raw) == {"triggers.sensitive.applies": "must be true or false"}


def test_a_list_whose_items_are_unwritten_is_not_said_to_be_empty():
    raw = raw_answers(assessors=[{"name": "<write: name>", "role": {"en": "a", "zh": "b"}}])

    assert faults(raw) == {"assessors.0.name": "is still to be written by a person"}


def test_no_message_repeats_what_was_written():
    raw = raw_answers(assessed_on="Wang Wei, flat 12", residual_risk="Wang Wei", conclusion="Wang Wei")

    with pytest.raises(ImpactError) as refused:
        answers_from(raw)
    assert "Wang" not in str(refused.value)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"assessed_on = ", "are not valid TOML"),
        (b"\xff\xfe\x00", "are not UTF-8 text"),
        (b"#" * 1_000_001, "are larger than 1,000,000 bytes"),
        (b"", "are refused, 13 faults"),
    ],
)
def test_a_file_that_is_none_is_refused_with_a_sentence(tmp_path, content, told):
    file = tmp_path / "answers.toml"
    file.write_bytes(content)

    with pytest.raises(ImpactError, match=told):
        read_answers(file)


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(ImpactError, match="cannot be read: No such file or directory"):
        read_answers(tmp_path / "none.toml")


def test_a_mark_of_byte_order_is_no_fault(written):
    file = written(raw_answers())
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())

    assert read_answers(file) == answers_from(raw_answers())
