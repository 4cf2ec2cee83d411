"""What somebody did to rows past the program is told by table and number; what the program did is fine."""

from datetime import timedelta

import msgspec
import pytest
from sqlalchemy import insert, update

from segmentation.ledger.access import append_within
from segmentation.ledger.personal.breaches import Breaches
from segmentation.ledger.personal.breaches import Told as Opened
from segmentation.ledger.personal.emptying import empty
from segmentation.ledger.personal.entries import Line, read_line
from segmentation.ledger.personal.records import tell, write
from segmentation.ledger.personal.rows import digest_of, digest_of_rows
from segmentation.ledger.personal.tables import consents, notices, requests, segments
from segmentation.ledger.personal.verify import verify_personal
from segmentation.ledger.personal.vouching import vouched
from segmentation.vault import Keyring
from tests.ledger.personal.planted import NOW, keep, said

LATER = NOW + timedelta(hours=1)
NOTICE = ("service_planning", "v1", "sha256:0", 5, "")


@pytest.fixture
def filled(records, ledger):
    """Rows 1 to 3, 4, and 5 to 7 of consents; four of segments and overrides; one notice."""
    keep(records, "R-1", "R-2", "R-3")
    keep(records, "R-4")
    keep(records, "R-1", "R-2", "R-3", purpose="fairness_audit")
    keep(records, "R-1", "R-2", "R-3", "R-4", table=segments)
    with ledger.writer("Not written") as connection:
        write(connection, notices, "", [NOTICE], "Carol", NOW, records.keyring)
    return records


def test_what_the_program_wrote_is_as_it_was_written(filled, ledger, tombstones):
    found = verify_personal(ledger, tombstones)

    assert found.rows == {
        "consents": 7, "segments": 4, "overrides": 0, "requests": 0, "notices": 1, "breaches": 0,
    }  # fmt: skip
    assert (sum(found.empty.values()), found.erasures) == (0, 0)


def test_what_was_erased_or_due_is_no_fault(filled, ledger, erasures, tombstones):
    erasures.erase([filled.keyring.subject_of("R-2")], "Carol", LATER)
    with ledger.writer("Not emptied") as connection:
        due = segments.c.number <= 3
        assert empty(connection, segments, due, "retention", "retention", LATER, filled.keyring) == 2
    keep(filled, "R-2", now=LATER)

    found = verify_personal(ledger, tombstones, filled.keyring)

    assert (found.rows["consents"], found.empty["consents"]) == (8, 2)
    assert (found.rows["segments"], found.empty["segments"]) == (4, 3)
    assert found.erasures == 1


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("UPDATE consents SET at = at + 1 WHERE number = 2", ["Row 2 of consents was altered."]),
        ("UPDATE consents SET purpose = 'other' WHERE number = 4", ["Row 4 of consents was altered."]),
        ("UPDATE consents SET sealed = NULL WHERE number = 2", ["Row 2 of consents was altered."]),
        ("UPDATE segments SET expires = 9 WHERE number = 1", ["Row 1 of segments was altered."]),
        ("UPDATE notices SET covers = 'sha256:1'", ["Row 1 of notices was altered."]),
        ("DELETE FROM consents WHERE number = 2", ["Row 2 of consents was removed."]),
        ("DELETE FROM consents WHERE number IN (5, 6)", ["Rows 5 to 6 of consents were removed."]),
        ("DELETE FROM consents WHERE number = 7", ["Row 7 of consents was removed."]),
        ("DELETE FROM segments", ["Rows 1 to 4 of segments were removed."]),
        (
            "UPDATE consents SET number = 9 WHERE number = 4",
            [
                "Row 4 of consents was removed.",
                "Row 9 of consents was added: no line of the access log tells of it.",
            ],
        ),
        (
            "UPDATE consents SET number = 0 WHERE number = 1",
            [
                "Row 0 of consents was added: no line of the access log tells of it.",
                "Row 1 of consents was removed.",
            ],
        ),
        (
            "UPDATE consents SET subject = NULL, sealed = NULL WHERE number IN (1, 3)",
            [
                "Row 1 of consents was emptied past this program: no line says why.",
                "Row 3 of consents was emptied past this program: no line says why.",
            ],
        ),
    ],
)
def test_what_was_done_past_the_program_is_told_by_table_and_number(filled, ledger, sql, statement, told):
    sql(statement)

    assert said(ledger) == told


def test_a_row_that_was_added_is_told(filled, ledger, sql):
    sql("INSERT INTO consents SELECT 8, subject, purpose, at, sealed, digest FROM consents WHERE number = 7")

    assert said(ledger) == ["Row 8 of consents was added: no line of the access log tells of it."]


def test_rows_that_changed_places_are_told_with_where_they_were(filled, ledger, sql):
    for before, after in ((1, 100), (3, 1), (100, 3)):
        sql(f"UPDATE consents SET number = {after} WHERE number = {before}")

    assert said(ledger) == [
        "Row 1 of consents was moved: it was written as row 3.",
        "Row 3 of consents was moved: it was written as row 1.",
    ]


def test_a_row_that_was_replaced_with_its_digest_is_told(filled, ledger):
    for number in (2, 4):
        values = (number, b"m" * 16, "service_planning", 5, b"sealed")
        digest = digest_of("consents", values)
        with ledger.writer("Not written") as connection:
            connection.execute(
                update(consents)
                .where(consents.c.number == number)
                .values(subject=values[1], at=5, sealed=b"sealed", digest=digest)
            )

    assert said(ledger) == [
        "Rows 1 to 3 of consents: one was replaced by another, with a digest that fits it.",
        "Row 4 of consents: one was replaced by another, with a digest that fits it.",
    ]


def test_a_row_that_stands_there_again_is_told(filled, ledger, erasures, tombstones):
    with ledger.reading() as connection:
        before = connection.execute(segments.select().where(segments.c.number == 2)).one()
    erasures.erase([filled.keyring.subject_of("R-2")], "Carol", LATER)
    with ledger.writer("Not written") as connection:
        connection.execute(
            update(segments)
            .where(segments.c.number == 2)
            .values(subject=before.subject, sealed=before.sealed)
        )

    assert said(ledger, tombstones) == ["Row 2 of segments was erased or due, and stands there again."]


def test_many_faults_are_counted(filled, ledger, sql):
    sql("UPDATE consents SET at = at + 1")

    assert said(ledger) == [
        *(f"Row {number} of consents was altered." for number in range(1, 6)),
        "There is as much wrong with 2 more.",
    ]


def test_a_write_that_was_made_up_is_told(filled, ledger):
    with ledger.writer("Not written") as connection:
        tell(connection, [Line(NOW, "0", "x", "write", "consents", 6, 1, "sha256:0")], filled.keyring)

    (fault,) = said(ledger)
    assert fault.startswith(
        "The access log tells of a write of rows 6 to 6 of consents, where 7 were written"
    )


def test_a_write_of_more_rows_than_there_can_be_is_told_and_not_waited_for(filled, ledger, sql):
    line = Line(NOW, "0", "x", "write", "consents", 8, 2**50, "sha256:0")
    with ledger.writer("Not written") as connection:
        tell(connection, [line], filled.keyring)
    sql("INSERT INTO consents SELECT 9, subject, purpose, at, sealed, digest FROM consents WHERE number = 7")

    assert said(ledger) == [
        "Row 9 of consents was altered.",
        "Row 8 of consents was removed.",
        f"Rows 10 to {2**50 + 7} of consents were removed.",
    ]


def test_lines_that_tell_of_no_rows_are_let_be(filled, ledger):
    with ledger.writer("Not written") as connection:
        append_within(connection, "personal", b'{"at": "2026", "what": "read"}\nno line\n', NOW)

    verify_personal(ledger)


def test_a_row_that_was_written_without_a_pseudonym_is_whole_and_may_not_be_taken_away(records, ledger, sql):
    row = (None, "rights", 5, "R0123456789ab", "erasure", "done", 9, None)
    with ledger.writer("Not written") as connection:
        write(connection, requests, "rights", [row], "Carol", NOW, records.keyring)
    found = verify_personal(ledger)
    assert (found.rows["requests"], found.empty["requests"]) == (1, 0)

    sql("UPDATE requests SET state = 'refused'")
    assert said(ledger) == ["Row 1 of requests was emptied past this program: no line says why."]


@pytest.fixture
def emptied(filled, ledger, sql):
    """Row 4 of consents emptied by who writes the database, with a line that fits it."""
    (digest,) = (bytes(one) for (one,) in sql("SELECT digest FROM consents WHERE number = 4"))
    sql("UPDATE consents SET subject = NULL, sealed = NULL WHERE number = 4")
    line = Line(LATER, "0", "retention", "retention", "consents", 4, 1, digest_of_rows([digest]))
    return filled, line


def test_a_line_that_takes_rows_out_and_was_made_up_is_told_with_the_keyring(emptied, ledger):
    filled, line = emptied
    with ledger.writer("Not written") as connection:
        tell(connection, [line], None)

    verify_personal(ledger)
    (fault,) = said(ledger, keyring=filled.keyring)
    assert fault == (
        "Row 4 of consents: the line of the access log that tells of this (retention) was not written with "
        "the keyring of this ledger: somebody made it up or altered it."
    )


def test_a_line_that_another_keyring_vouches_for_or_that_was_altered_is_told(emptied, ledger):
    filled, line = emptied
    strange = vouched(Keyring.generate(NOW), line)
    altered = msgspec.structs.replace(vouched(filled.keyring, line), by="Carol")
    with ledger.writer("Not written") as connection:
        tell(connection, [strange, altered], None)

    assert len(said(ledger, keyring=filled.keyring)) == 2


@pytest.mark.parametrize("strange", [None, Keyring.generate(NOW)], ids=["nothing", "another keyring"])
def test_a_notice_that_was_made_up_is_told_with_the_keyring(filled, ledger, strange):
    with ledger.writer("Not written") as connection:
        digest = digest_of("notices", (2, *NOTICE))
        connection.execute(insert(notices).values((2, *NOTICE, digest)))
        line = Line(LATER, "0", "Carol", "write", "notices", 2, 1, digest_of_rows([digest]), NOTICE[0])
        tell(connection, [line if strange is None else vouched(strange, line)], None)

    verify_personal(ledger)
    (fault,) = said(ledger, keyring=filled.keyring)
    assert fault.startswith("Row 2 of notices: the line of the access log that tells of this (write) was not")


def test_lines_about_breaches_and_readings_need_no_keyring(filled, ledger):
    Breaches(ledger).open(Opened("Carol", "found", "A disk was lost."), NOW)
    with ledger.writer("Not written") as connection:
        tell(connection, [read_line("consents", "service_planning", 3, "Carol", NOW)], None)

    verify_personal(ledger, keyring=filled.keyring)
