"""A row's digest and the place of its seal are a format; rows are found by pseudonym, however many."""

from hashlib import sha256

from segmentation.ledger.personal import rows
from segmentation.ledger.personal.rows import among, digest_of, digest_of_rows, numbered, place_of
from segmentation.ledger.personal.tables import consents
from tests.ledger.personal.planted import keep

MARK = 16 * b"m"
VALUES = (MARK, "planning", 5, b"sealed")
WRITTEN = b"\x96\xa8consents\x01\xc4\x10" + MARK + b"\xa8planning\x05\xc4\x06sealed"
"""MessagePack by hand: an array of six, texts, a small number, and bytes with their length."""


def test_a_digest_is_over_the_table_and_its_columns_as_it_always_was():
    assert digest_of("consents", (1, *VALUES)) == sha256(WRITTEN).digest()
    assert numbered("consents", [VALUES], 1) == [(1, *VALUES, sha256(WRITTEN).digest())]


def test_a_digest_of_rows_is_over_theirs_in_order():
    assert digest_of_rows([b"a", b"b"]) == f"sha256:{sha256(b'ab').hexdigest()}"


def test_a_seal_is_bound_to_what_stands_in_the_clear_as_it_always_was():
    clear = b"\x96\xa8segments\xa8planning\x05\xc4\x10" + MARK + b"\xa1m\x03"

    assert place_of("segments", "planning", 5, MARK, ("m", 3)) == clear


def test_rows_of_many_residents_are_found_a_few_at_a_time(records, ledger, monkeypatch):
    monkeypatch.setattr(rows, "MANY", 2)
    subjects = keep(records, *(f"R-{at}" for at in range(5)))
    keep(records, "R-0", purpose="fairness_audit")
    marks = [records.keyring.marker("service_planning")(one) for one in subjects]

    with ledger.reading() as connection:
        found = among(connection, consents, ("number", "subject"), marks[1:], "service_planning")
        assert sorted(number for number, _ in found) == [2, 3, 4, 5]
        audit = records.keyring.marker("fairness_audit")(subjects[0])
        both = among(connection, consents, ("number",), [marks[0], audit])
        assert sorted(number for (number,) in both) == [1, 6]
        assert not list(among(connection, consents, ("number",), [audit], "service_planning"))
